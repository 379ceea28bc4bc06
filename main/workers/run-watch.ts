/** A run while its loop makes it: the record, its log, and the word to whoever watches, whatever is trained. */
import { studioError, toStudioError } from '../base/errors.ts';
import { ProgressMeter } from '../base/progress.ts';
import type { AnyRun } from '../runs/store.ts';
import type { SampleSheet } from '../runs/schema.ts';
import type { LoopEnd, LoopHooks, LoopPosition } from '../training/loop.ts';
import type { TrainingProgress } from './engine.contract.ts';
import type { RunJournal } from './run-journal.ts';
import { endWords, errorOf, statusOf } from './run-journal.ts';

export interface TrainingEvents<R extends AnyRun, Row> {
  progress(progress: TrainingProgress): void;
  metrics(rows: readonly Row[]): void;
  samples(sheet: SampleSheet): void;
  record(record: R): void;
}

export interface TrainingControl {
  readonly signal: AbortSignal;
  readonly isPaused: () => boolean;
  /** Until the person says go on, the run is stopped, or `ms` have passed. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly whilePaused: () => Promise<void>;
}

/** How often a run that waits for the disk tries again by itself: nobody is there at night, or behind a script. */
const diskRetryMs = 10_000;

export interface WatchOptions<R extends AnyRun> {
  readonly journal: RunJournal<R>;
  readonly events: TrainingEvents<R, never>;
  readonly control: TrainingControl;
  readonly record: R;
  readonly from: LoopPosition;
  readonly steps: number;
  /** What a record keeps of a position. */
  readonly kept: (position: LoopPosition) => Partial<R>;
}

export class RunWatch<R extends AnyRun> {
  /** As it is now. */
  record: R;
  position: LoopPosition;
  readonly #options: WatchOptions<R>;
  readonly #meter = new ProgressMeter();
  /** What the disk refused since the last checkpoint; the log can only hear of it afterwards. */
  readonly #refused: string[] = [];

  constructor(options: WatchOptions<R>) {
    this.#options = options;
    this.record = options.record;
    this.position = options.from;
  }

  /** What the loop tells and asks. */
  get hooks(): LoopHooks {
    const { journal, events, control, steps, kept } = this.#options;
    return {
      onStep: (now) => {
        this.position = now;
        events.progress({ ...this.#meter.update(now.step, steps), skipped: now.skipped, phase: 'training' });
      },
      onTrouble: async (trouble) => {
        const { step: _, seconds: _seconds, ...counts } = kept(this.position);
        this.record = { ...this.record, ...counts };
        await journal.trouble(this.record, trouble);
      },
      onCheckpoint: async (position) => {
        this.record = { ...this.record, ...kept(position), status: control.isPaused() ? 'paused' : 'running' };
        await journal.save(this.record);
        if (this.#refused.length > 0)
          await journal.note(this.record, `The disk refused: ${[...new Set(this.#refused)].join(' ')}`, 'trouble');
        this.#refused.length = 0;
        await journal.note(this.record, 'A checkpoint was saved.');
      },
      signal: control.signal,
      whilePaused: async () => {
        this.#meter.pause();
        this.record = { ...this.record, status: 'paused' };
        await journal.saveIfPossible(this.record);
        await control.whilePaused();
        this.record = { ...this.record, status: 'running' };
        await journal.saveIfPossible(this.record);
      },
      isPaused: control.isPaused,
      whileRefused: async (error) => {
        this.#meter.pause();
        this.#refused.push(error.words.what);
        const { step, skipped } = this.position;
        const { code, words } = studioError('run.waitsForDisk', { problem: error.words.what, step });
        // The record may not fit on the disk either; whoever watches hears of it all the same.
        events.record({ ...this.record, status: 'paused', error: { code, ...words } });
        events.progress({ done: step, total: steps, skipped, phase: 'waiting' });
        await control.sleep(diskRetryMs);
        events.record({ ...this.record, status: 'running' });
      },
    };
  }

  /** Runs the loop to its end, whatever that is. `finish` may add to the record of a run whose numbers did not break. */
  async until(loop: () => Promise<LoopEnd>, finish: (record: R) => Promise<R>): Promise<R> {
    const { journal, kept } = this.#options;
    try {
      const end = await loop();
      this.record = { ...this.record, ...kept(end.position), status: statusOf(end), ...errorOf(end) };
      if (end.reason !== 'notFinite') this.record = await finish(this.record);
    } catch (thrown) {
      await journal.failed(this.record, toStudioError(thrown));
      throw thrown;
    }
    const { record } = this;
    await journal.save(record);
    await journal.note(record, endWords[record.status] ?? record.error?.what ?? '', record.error ? 'trouble' : 'note');
    return record;
  }
}
