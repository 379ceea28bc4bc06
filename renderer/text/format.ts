/** Numbers, times and sizes in the words of the screen. English throughout, so that a figure looks the same everywhere. */
export { formatBytes } from '../../main/base/bytes.ts';

const counts = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

/** `5120` → `5,120`. */
export function formatCount(value: number): string {
  return counts.format(value);
}

/** `count(1, 'picture')` → `1 picture`; `count(5120, 'picture')` → `5,120 pictures`. */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`;
}

/** At least `digits` significant digits; an exponent below a thousandth and from ten million. No number: “not a number”. */
export function formatNumber(value: number | null, digits = 5): string {
  if (value === null || Number.isNaN(value)) return 'not a number';
  if (!Number.isFinite(value)) return value > 0 ? 'infinite' : 'minus infinite';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e7) return value.toExponential(digits - 1).replace('e+', 'e');
  const text = value.toPrecision(digits);
  return text.includes('e') ? String(Math.round(value)) : text;
}

/** A number as people write it: no trailing zeros. For settings and axis ends. */
export function formatPlain(value: number, digits = 4): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  const rounded = Number(value.toPrecision(digits));
  return size < 1e-3
    ? rounded.toExponential().replace('e+', 'e')
    : rounded.toLocaleString('en-GB', { maximumFractionDigits: 6 });
}

/** A share of 1 as a percentage with two significant digits: `0.00698` → `0.70 %`, `0.0000023` → `0.00023 %`. */
export function formatShare(share: number): string {
  const percent = 100 * share;
  if (percent === 0) return '0 %';
  if (percent >= 99.95) return percent >= 100 ? '100 %' : 'over 99.9 %';
  if (percent >= 10) return `${percent.toFixed(1)} %`;
  const decimals = Math.min(8, 1 - Math.floor(Math.log10(percent)));
  return `${percent.toFixed(decimals)} %`;
}

/** How many times: `3.4 times`, `18,000 times`. */
export function formatTimes(factor: number): string {
  const text = factor < 10 ? String(Number(factor.toPrecision(2))) : formatCount(Number(factor.toPrecision(2)));
  return `${text} times`;
}

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

const dates = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const times = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** An ISO time in the person's own time zone: `3 Mar 2026, 14:05`. */
export function formatTime(iso: string): string {
  const date = new Date(iso);
  return `${dates.format(date)}, ${times.format(date)}`;
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

/** The last part of a path, of either kind of slash. */
export function fileName(path: string): string {
  return (
    path
      .split(/[/\\!]/)
      .filter(Boolean)
      .at(-1) ?? path
  );
}
