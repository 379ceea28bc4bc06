/** What every verb of the terminal works with. */
import type { Studio } from '../app.ts';
import type { StartedJob } from '../api/handlers/job-board.ts';
import type { Output } from './output.ts';

export interface CommandContext {
  readonly studio: Studio;
  readonly output: Output;
  /** Ctrl-C: a training run is then stopped with a checkpoint. */
  readonly interrupted: AbortSignal;
}

/** Waits for a job; Ctrl-C cancels it. */
export async function finish<T>({ studio, interrupted }: CommandContext, { id, finished }: StartedJob<T>): Promise<T> {
  const cancel = () => studio.session.jobs.cancel(id);
  interrupted.addEventListener('abort', cancel, { once: true });
  if (interrupted.aborted) cancel();
  try {
    return await finished;
  } finally {
    interrupted.removeEventListener('abort', cancel);
  }
}

/** The context of a handler that is called from here: nobody cancels and nobody watches. */
export const nobody = { signal: new AbortController().signal, progress: () => undefined as never } as const;
