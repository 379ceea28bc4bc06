/** What a command prints. With --json one object a line on stdout, the last the result; else words and a bar on stderr. */
import { toWire } from '../base/errors.ts';
import { formatDuration } from '../base/duration.ts';
import type { Job } from '../api/contract/jobs.ts';

/** Where the lines go; a test hands in its own. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether stderr is a terminal, where a bar can be redrawn. */
  readonly isTerminal: boolean;
}

export interface Output {
  /** A sentence about what is happening. */
  say(text: string): void;
  job(job: Job): void;
  /** The result: the last line with --json (of several results the last lines), otherwise `words`. */
  result(value: object | readonly object[], words: string): void;
  fail(thrown: unknown): void;
}

const barWidth = 24;
/** Without a terminal a line every so often is enough. */
const msBetweenLines = 10_000;

/** Counts that the bar shows already, and those whose names are no words. */
const untold: ReadonlySet<string> = new Set(['used', 'encoded']);
const countWords: Readonly<Record<string, string>> = {
  reused: 'taken over',
  retried: 'done again',
  leftOut: 'left out',
};

/** `Training  [######··················] 120 of 2,000 steps · 8.1 a second · 3 min 52 s left` */
export function formatJob({ title, done, total, unit, perSecond, remainingSeconds, counts, idleShare }: Job): string {
  const share = total ? Math.min(1, done / total) : 0;
  const filled = Math.round(share * barWidth);
  const bar = total ? ` [${'#'.repeat(filled)}${'·'.repeat(barWidth - filled)}]` : '';
  const facts = [
    total
      ? `${done.toLocaleString('en')} of ${total.toLocaleString('en')} ${unit}`
      : `${done.toLocaleString('en')} ${unit}`,
    ...(perSecond === undefined ? [] : [`${perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toFixed(1)} a second`]),
    ...(remainingSeconds === undefined ? [] : [`${formatDuration(remainingSeconds)} left`]),
    ...Object.entries(counts).flatMap(([name, count]) =>
      count > 0 && !untold.has(name) ? [`${count} ${countWords[name] ?? name}`] : [],
    ),
    ...(idleShare === undefined ? [] : [`device idle ${(100 * idleShare).toFixed(0)} %`]),
  ];
  return `${title}${bar} ${facts.join(' · ')}`;
}

export function createOutput(json: boolean, { out, err, isTerminal }: Streams): Output {
  const line = (value: object) => out(`${JSON.stringify(value)}\n`);
  let barShown = false;
  let printedAt = -Infinity;
  const clearBar = () => {
    if (barShown) err('\r\u001b[K');
    barShown = false;
  };
  return {
    say: (text) => {
      if (json) return line({ type: 'message', text });
      clearBar();
      err(`${text}\n`);
    },
    job: (job) => {
      if (json) return line({ type: 'progress', ...job });
      const ended = job.status !== 'running' && job.status !== 'paused';
      if (isTerminal) {
        err(`\r\u001b[K${formatJob(job)}${ended ? '\n' : ''}`);
        barShown = !ended;
      } else if (ended || performance.now() - printedAt >= msBetweenLines) {
        printedAt = performance.now();
        err(`${formatJob(job)}\n`);
      }
    },
    result: (value, words) => {
      if (json) return [value].flat().forEach((one: object) => line({ type: 'result', ...one }));
      clearBar();
      err(`${words}\n`);
    },
    fail: (thrown) => {
      const { stack, ...error } = toWire(thrown);
      if (json) return line({ type: 'error', ...error });
      clearBar();
      err(`\n${error.what}\n${error.means}\n${error.advice}\n`);
      if (error.kind === 'internal' && stack) err(`\n${stack}\n`);
    },
  };
}
