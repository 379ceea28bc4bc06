/** What is said about work that goes on in the background. */
import type { Job } from '../api/studio.ts';
import { count, formatCount, formatRate, formatRemaining, percentDone, singular } from './format.ts';

/** `1,204 of 5,120 pictures`, or just what is done while the total is unknown. */
export function amountDone(job: Job): string {
  if (job.total === undefined) return count(job.done, singular(job.unit), job.unit);
  return `${formatCount(job.done)} of ${count(job.total, singular(job.unit), job.unit)}`;
}

/** Amount, rate and remaining time in one line. */
export function progressLine(job: Job): string {
  if (job.status === 'queued') return 'Waiting for its turn';
  if (job.status === 'paused') return `${amountDone(job)} · paused`;
  const finishing = job.total !== undefined && job.done >= job.total;
  return [
    amountDone(job),
    formatRate(job.perSecond, job.unit),
    finishing ? 'finishing' : job.total === undefined ? '' : formatRemaining(job.remainingSeconds),
  ]
    .filter(Boolean)
    .join(' · ');
}

/** For those who listen: short, without figures that change all the time. */
export function spokenProgress(job: Job): string {
  const percent = percentDone(job.done, job.total);
  const amount = percent === undefined ? amountDone(job) : `${percent} percent`;
  return `${job.title}: ${amount}, ${formatRemaining(job.remainingSeconds)}.`;
}

const countWords: Readonly<Record<string, readonly [one: string, many: string]>> = {
  used: ['picture added', 'pictures added'],
  quarantined: ['could not be used', 'could not be used'],
  duplicates: ['duplicate', 'duplicates'],
  ignored: ['other file left out', 'other files left out'],
  known: ['already in the project', 'already in the project'],
  reused: ['was there already', 'were there already'],
  encoded: ['newly encoded', 'newly encoded'],
  retried: ['done again in full precision', 'done again in full precision'],
  leftOut: ['left out', 'left out'],
  skipped: ['step rolled back', 'steps rolled back'],
  restarted: ['restart after a crash', 'restarts after a crash'],
};

/** Side results, zeros included: nothing is left unsaid. `3 could not be used · 12 duplicates`. */
export function countsLine(counts: Job['counts']): string {
  return Object.entries(counts)
    .map(([name, value]) => {
      const [one, many] = countWords[name] ?? [name, name];
      return `${formatCount(value)} ${value === 1 ? one : many}`;
    })
    .join(' · ');
}

const ended: Readonly<Record<Job['kind'], string>> = {
  import: 'Import finished',
  encode: 'Encoding finished',
  train: 'Training ended',
  generate: 'Pictures are ready',
  grid: 'Export finished',
  score: 'Quality measured',
  check: 'Devices are checked',
  download: 'Download finished',
  reconstruct: 'Picture compressor checked',
  trainVae: 'Training ended',
  adjust: 'Pictures are framed',
  measure: 'Latents measured',
  residuals: 'Student and teacher are compared',
  pixels: 'Pixels measured',
  cause: 'Cause checked',
};

/** The answer is shown where it was asked for, or not wanted any more: there is nothing to say. */
export const isAnswered = ({ kind, status }: Job): boolean => kind === 'cause' && status !== 'failed';

/** What is said when a job is over. */
export function endWords(job: Job): { readonly title: string; readonly text: string } {
  const counts = countsLine(job.counts);
  const text = [amountDone(job), counts].filter(Boolean).join(' · ');
  if (job.status === 'cancelled')
    return { title: `${job.title}: cancelled`, text: `What was finished is kept: ${text}` };
  return { title: ended[job.kind], text };
}
