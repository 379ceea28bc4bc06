/** Jobs in the main process: their state, their progress (at most ten times a second), and the way to cancel them. */
import { isStudioError, toWire } from '../../base/errors.ts';
import type { Job, JobKind } from '../contract/jobs.ts';

/** What a job reports while it works. */
export type JobReport = Partial<
  Pick<Job, 'done' | 'total' | 'perSecond' | 'remainingSeconds' | 'counts' | 'idleShare' | 'status' | 'title'>
>;

export interface JobStart {
  readonly kind: JobKind;
  readonly title: string;
  readonly unit: string;
  readonly run?: string;
}

export interface StartedJob<T> {
  readonly id: number;
  /** Settles with the job. */
  readonly finished: Promise<T>;
}

const leastMsBetweenEvents = 100;
/** Ended jobs that stay on the list. */
const mostEnded = 50;

interface Entry {
  job: Job;
  readonly controller: AbortController;
  sentAt: number;
  /** Sends the newest state when something was held back. */
  later: ReturnType<typeof setTimeout> | undefined;
}

export class JobBoard {
  readonly #onJob: (job: Job) => void;
  readonly #jobs = new Map<number, Entry>();
  #nextId = 1;

  constructor(onJob: (job: Job) => void) {
    this.#onJob = onJob;
  }

  /** Starts work at once and answers with its id; the outcome is on the board and in `finished`. */
  start<T>(
    start: JobStart,
    work: (signal: AbortSignal, report: (report: JobReport) => void) => Promise<T>,
  ): StartedJob<T> {
    const id = this.#nextId++;
    const controller = new AbortController();
    const job: Job = { id, ...start, status: 'running', done: 0, counts: {} };
    this.#jobs.set(id, { job, controller, sentAt: 0, later: undefined });
    this.#publish(id, {}, true);
    const finished = work(controller.signal, (report) => this.#publish(id, report, false)).then(
      (result) => {
        this.#publish(id, { status: 'done', remainingSeconds: undefined }, true);
        return result;
      },
      (thrown: unknown) => {
        const cancelled = isStudioError(thrown, 'api.cancelled');
        this.#publish(
          id,
          {
            status: cancelled ? 'cancelled' : 'failed',
            remainingSeconds: undefined,
            ...(cancelled ? {} : { error: toWire(thrown) }),
          },
          true,
        );
        throw thrown;
      },
    );
    // The board shows a failure; whoever awaits `finished` gets it, too.
    finished.catch(() => undefined);
    this.#forgetOld();
    return { id, finished };
  }

  list(): Job[] {
    return [...this.#jobs.values()].map(({ job }) => job);
  }

  /** Asks a job to end; it answers by its status. Unknown and ended jobs are left alone. */
  cancel(id: number): void {
    this.#jobs.get(id)?.controller.abort();
  }

  cancelAll(): void {
    for (const id of this.#jobs.keys()) this.cancel(id);
  }

  #publish(id: number, report: Partial<Job>, atOnce: boolean): void {
    const entry = this.#jobs.get(id);
    if (!entry) return;
    const { remainingSeconds: _stale, ...kept } = entry.job;
    const { remainingSeconds, ...changes } = report;
    entry.job = { ...kept, ...changes, ...(remainingSeconds === undefined ? {} : { remainingSeconds }) };
    const wait = atOnce ? 0 : leastMsBetweenEvents - (performance.now() - entry.sentAt);
    if (wait <= 0) this.#send(entry);
    // A state that is followed by silence must arrive, too.
    else entry.later ??= setTimeout(() => this.#send(entry), wait).unref();
  }

  #send(entry: Entry): void {
    clearTimeout(entry.later);
    entry.later = undefined;
    entry.sentAt = performance.now();
    this.#onJob(entry.job);
  }

  #forgetOld(): void {
    const ended = this.list().filter(
      ({ status }) => status === 'done' || status === 'failed' || status === 'cancelled',
    );
    for (const { id } of ended.slice(0, Math.max(0, ended.length - mostEnded))) this.#jobs.delete(id);
  }
}
