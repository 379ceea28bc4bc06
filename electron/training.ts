/** Knows whether a run is in training, from the studio's job events: for the quit question, power and progress. */
import type { Job } from '../main/api/contract/jobs.ts';
import type { StudioApp } from '../main/api/studio.ts';

export interface Training {
  /** The run that trains or waits paused; undefined when there is none. */
  readonly current: Job | undefined;
  /** Calls with the job at every change, and with undefined once none is left. */
  onChange(listener: (job: Job | undefined) => void): void;
  /** Calls with a training job that has just ended. */
  onEnd(listener: (job: Job) => void): void;
}

const isOpen = ({ status }: Job) => status === 'queued' || status === 'running' || status === 'paused';

export function watchTraining(studio: Pick<StudioApp, 'subscribe'>): Training {
  const open = new Map<number, Job>();
  const changed: ((job: Job | undefined) => void)[] = [];
  const ended: ((job: Job) => void)[] = [];
  const current = () => [...open.values()].at(-1);
  studio.subscribe((event, payload) => {
    if (event !== 'job') return;
    // The event's name says what its payload is.
    const job = payload as Job;
    if (job.kind !== 'train') return;
    if (isOpen(job)) open.set(job.id, job);
    else if (open.delete(job.id)) for (const listener of ended) listener(job);
    for (const listener of changed) listener(current());
  });
  return {
    get current() {
      return current();
    },
    onChange: (listener) => void changed.push(listener),
    onEnd: (listener) => void ended.push(listener),
  };
}
