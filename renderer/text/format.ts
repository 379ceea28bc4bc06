/** Numbers, times and sizes in the words of the screen. English throughout, so that a figure looks the same everywhere. */
import { count, formatCount, formatTime } from '../../main/base/words.ts';

export { formatBytes } from '../../main/base/bytes.ts';
export {
  count,
  fileName,
  formatCount,
  formatNumber,
  formatPlain,
  formatShare,
  formatTime,
  formatTimes,
} from '../../main/base/words.ts';

/** `75` → `1 min 15 s`; the two largest units, seconds whole from ten on. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return 'unknown';
  if (seconds < 9.95) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  const [days, hours, minutes, rest] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, '0')} min`;
  if (minutes > 0) return rest === 0 ? `${minutes} min` : `${minutes} min ${String(rest).padStart(2, '0')} s`;
  return `${rest} s`;
}

/** What remains, rounded as coarsely as a forecast deserves: `about 3 min left`. */
export function formatRemaining(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds)) return 'measuring the time left';
  if (seconds < 5) return 'a few seconds left';
  if (seconds < 55) return `about ${5 * Math.round(seconds / 5)} s left`;
  if (seconds < 3570) return `about ${Math.max(1, Math.round(seconds / 60))} min left`;
  const minutes = 5 * Math.round(seconds / 300);
  if (minutes < 24 * 60) {
    const rest = minutes % 60;
    return `about ${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${String(rest).padStart(2, '0')} min`} left`;
  }
  return `about ${(seconds / 86_400).toFixed(1)} days left`;
}

/** `63 pictures/s`; below one a second the time for one: `2.4 s per step`. Empty until it has been measured. */
export function formatRate(perSecond: number | undefined, unit: string): string {
  if (perSecond === undefined || !Number.isFinite(perSecond) || perSecond <= 0) return '';
  if (perSecond < 1) return `${formatDuration(1 / perSecond)} per ${singular(unit)}`;
  return `${perSecond < 100 ? Number(perSecond.toPrecision(2)) : formatCount(perSecond)} ${unit}/s`;
}

/** `pictures` → `picture`. */
export function singular(unit: string): string {
  return unit.endsWith('s') ? unit.slice(0, -1) : unit;
}

/** Done of total as a whole percentage that says 100 only when it is complete. */
export function percentDone(done: number, total: number | undefined): number | undefined {
  if (total === undefined) return undefined;
  if (total === 0 || done >= total) return 100;
  return Math.min(99, Math.floor((100 * done) / total));
}

/** How long ago, in the largest unit: `just now`, `5 minutes ago`, `3 days ago`. */
export function formatAgo(iso: string, now: number): string {
  const seconds = (now - Date.parse(iso)) / 1000;
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return `${count(Math.floor(seconds / 60), 'minute')} ago`;
  if (seconds < 86_400) return `${count(Math.floor(seconds / 3600), 'hour')} ago`;
  if (seconds < 30 * 86_400) return `${count(Math.floor(seconds / 86_400), 'day')} ago`;
  return formatTime(iso);
}
