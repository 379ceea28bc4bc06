import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Job } from '../../../main/api/contract/jobs.ts';
import type { JobReport } from '../../../main/api/handlers/job-board.ts';
import { JobBoard } from '../../../main/api/handlers/job-board.ts';
import { studioError } from '../../../main/base/errors.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A board, what it has said, and a job that ends when told to. */
function rig() {
  const said: Job[] = [];
  const board = new JobBoard((job) => said.push(job));
  let report!: (report: JobReport) => void;
  let signal!: AbortSignal;
  let end!: { resolve(value: string): void; reject(reason: unknown): void };
  const started = board.start({ kind: 'train', title: 'Training', unit: 'steps' }, (abort, tell) => {
    [signal, report] = [abort, tell];
    return new Promise<string>((resolve, reject) => (end = { resolve, reject }));
  });
  return { board, said, started, report: (r: JobReport) => report(r), signal: () => signal, end };
}

describe('what a job says', () => {
  it('is heard at most ten times a second, and its newest state always arrives', () => {
    const { said, report } = rig();
    for (let done = 1; done <= 50; done++) {
      report({ done, total: 50 });
      vi.advanceTimersByTime(5);
    }
    expect(said.length).toBeLessThanOrEqual(4);
    report({ title: 'Waiting for the disk' });
    vi.advanceTimersByTime(100);
    expect(said.at(-1)).toMatchObject({ done: 50, title: 'Waiting for the disk' });
    const count = said.length;
    vi.advanceTimersByTime(1000);
    expect(said).toHaveLength(count);
  });

  it('ends with its outcome, and nothing comes after it', async () => {
    const { said, report, end, started } = rig();
    report({ done: 1 });
    report({ done: 2 });
    end.resolve('result');
    expect(await started.finished).toBe('result');
    expect(said.at(-1)).toMatchObject({ status: 'done', done: 2 });
    const count = said.length;
    vi.advanceTimersByTime(1000);
    expect(said).toHaveLength(count);
  });

  it('carries the error of a failure, and tells a cancellation from one', async () => {
    const failed = rig();
    failed.end.reject(studioError('storage.diskFull', { path: '/x' }));
    await expect(failed.started.finished).rejects.toMatchObject({ code: 'storage.diskFull' });
    expect(failed.said.at(-1)).toMatchObject({ status: 'failed', error: { code: 'storage.diskFull' } });

    const cancelled = rig();
    cancelled.board.cancel(cancelled.started.id);
    expect(cancelled.signal().aborted).toBe(true);
    cancelled.end.reject(studioError('api.cancelled', {}));
    await expect(cancelled.started.finished).rejects.toMatchObject({ code: 'api.cancelled' });
    expect(cancelled.said.at(-1)).toMatchObject({ status: 'cancelled' });
    expect(cancelled.said.at(-1)).not.toHaveProperty('error');
  });

  it('forgets an old remaining time that is not known any more', () => {
    const { said, report } = rig();
    report({ remainingSeconds: 5 });
    vi.advanceTimersByTime(200);
    report({ title: 'Waiting for the disk' });
    vi.advanceTimersByTime(200);
    expect(said.at(-1)).not.toHaveProperty('remainingSeconds');
  });
});
