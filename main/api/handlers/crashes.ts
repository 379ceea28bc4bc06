/** Training that outlives the engine process: after a crash the run goes on from its last checkpoint by itself. */
import { isStudioError, studioError, toStudioError } from '../../base/errors.ts';
import type { StudioError } from '../../base/errors.ts';

/** Crashes in a row, without a new checkpoint in between, after which a run is left to the person. */
export const mostCrashesInARow = 3;

/** What must be known of a run, whatever it trains. */
interface Run {
  /** Of its newest checkpoint. */
  readonly step: number;
}

export interface CrashPorts<R extends Run> {
  readonly start: () => Promise<R>;
  readonly resume: () => Promise<R>;
  /** Whether nobody wants the run to go on by itself: it is being stopped, or it was paused. */
  readonly isUnwanted: () => boolean;
  /** The run as the crash left it on disk; undefined when it had not begun. */
  readonly recorded: () => Promise<R | undefined>;
  /** It goes on, for the `restarts`-th time. */
  readonly onRestart: (record: R, error: StudioError, restarts: number) => Promise<void>;
  /** It does not: `error` says so. */
  readonly onGivingUp: (record: R, error: StudioError) => Promise<void>;
}

/** Trains to the end of the run, over crashes of the engine. Throws `run.keepsCrashing`, and whatever else stops a run. */
export async function outliveCrashes<R extends Run>(ports: CrashPorts<R>): Promise<R> {
  let inARow = 0;
  let saved = -1;
  for (let restarts = 0; ;) {
    try {
      return await (restarts === 0 ? ports.start() : ports.resume());
    } catch (thrown) {
      if (!isStudioError(thrown, 'engine.stopped') || ports.isUnwanted()) throw thrown;
      const record = await ports.recorded();
      if (!record) throw thrown;
      inARow = record.step > saved ? 1 : inARow + 1;
      saved = record.step;
      const error = toStudioError(thrown);
      if (inARow >= mostCrashesInARow) {
        const givingUp = studioError(
          'run.keepsCrashing',
          { step: saved, count: inARow, what: error.words.what },
          thrown,
        );
        await ports.onGivingUp(record, givingUp);
        throw givingUp;
      }
      await ports.onRestart(record, error, ++restarts);
    }
  }
}
