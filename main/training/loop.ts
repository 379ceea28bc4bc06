/**
 * The training loop: asks for batches ahead of time, steps the device, records, checkpoints, makes sample sheets, and
 * answers stop and pause between steps. Everything that touches the machine is handed in.
 */
import { isStudioError, studioError, toStudioError } from '../base/errors.ts';
import type { StudioError } from '../base/errors.ts';
import type { NamedTensor } from '../storage/safetensors.ts';
import { afterStep, breakdownsOf, isTold, noBreakdowns, stepsBeforeHalving } from './breakdowns.ts';
import type { Breakdowns } from './breakdowns.ts';
import { writeCheckpoint } from './checkpoint.ts';
import { MetricsLog, metricsInterval } from './metrics.ts';
import type { Schedule } from './schedule.ts';

export interface LoopPosition extends Breakdowns {
  /** Steps done. */
  readonly step: number;
  readonly seconds: number;
}
export const startPosition: LoopPosition = { step: 0, seconds: 0, ...noBreakdowns };

/** Something about steps that are not finite that a person should read. */
export type Trouble =
  | { readonly kind: 'rolledBack'; readonly step: number; readonly count: number }
  | { readonly kind: 'halved'; readonly step: number; readonly count: number; readonly learningRate: number };

/** A step to make: its batch, the number of the update (from 1), and the learning rate. */
export interface LoopStep<B> {
  readonly batch: B;
  readonly update: number;
  readonly learningRate: number;
}

/** What the loop must hear of a step. */
export interface LoopReport {
  /** Whether the step took place. */
  readonly committed: boolean;
  /** What the loss was multiplied by for its gradient; 1 in full precision. */
  readonly lossScale: number;
}

/** Where in a run a row of metrics is. */
export interface RowPosition {
  readonly step: number;
  readonly learningRate: number;
  readonly stepSeconds: number;
  readonly seconds: number;
  readonly skipped: number;
}

/** A table besides the metrics: what of some steps is written into this file of the run's folder. */
export interface SideRecord<B, R> {
  readonly file: string;
  /** The row of a step (counted from 1) that took place; undefined for most. */
  readonly row: (report: R, batch: B, step: number) => { readonly step: number } | undefined;
}

/** What is trained: how its steps are made on a device, and what is written of them. */
export interface LoopTask<B, R extends LoopReport, Row extends { readonly step: number }> {
  /** How many steps the run has. */
  readonly steps: number;
  readonly schedule: Pick<Schedule, 'sheets' | 'checkpointMs' | 'nonFiniteLimit'>;
  /** Steps worth handing over at once. */
  readonly burst: () => number;
  /** Makes steps, one after another; reports at least one. */
  readonly make: (steps: readonly LoopStep<B>[]) => Promise<readonly R[]>;
  /** Copies the state back. */
  readonly read: () => Promise<NamedTensor[]>;
  /** The learning rate of an update (from 1) after so many halvings. */
  readonly learningRate: (update: number, halvings: number) => number;
  readonly row: (report: R, batch: B, at: RowPosition) => Row;
  readonly record?: SideRecord<B, R> | undefined;
}

/** What happens around the steps, whatever is trained. */
export interface LoopHooks {
  readonly onStep: (position: LoopPosition) => void;
  /** Steps were rolled back, told ever less often, or the learning rate was halved for them. */
  readonly onTrouble: (trouble: Trouble) => Promise<void>;
  /** Called after each checkpoint is on disk, with the state that it holds. */
  readonly onCheckpoint: (position: LoopPosition, state: readonly NamedTensor[]) => Promise<void>;
  /** Stops after the current step. */
  readonly signal: AbortSignal;
  /** Resolves at once when the run is not paused. */
  readonly whilePaused: () => Promise<void>;
  readonly isPaused: () => boolean;
  /** The disk refused: resolves when the person wants it to be tried again, or when the run is stopped. */
  readonly whileRefused: (error: StudioError) => Promise<void>;
}

export interface LoopOptions<B, R extends LoopReport, Row extends { readonly step: number }> extends LoopHooks {
  /** The run's folder. */
  readonly folder: string;
  readonly task: LoopTask<B, R, Row>;
  readonly from: LoopPosition;
  /** The batch of step k (from 0). Called ahead, while the device works. */
  readonly batch: (k: number) => Promise<B>;
  /** Makes a sample sheet of the current average. */
  readonly sampleSheet: (step: number) => Promise<void>;
  readonly onRows: (rows: readonly Row[]) => void;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Monotonic time at which the run must end, for runs with a time budget. */
  readonly deadline?: number | undefined;
}

/** A stop or a pause is answered between bursts, and a person waits for it. */
const longestBurstSeconds = 0.5;

/** Steps to hand over next, when those of the last burst took `stepSeconds` each: as many as fit into that wait. */
export const nextBurst = (most: number, stepSeconds: number): number =>
  Math.max(1, Math.min(most, Math.floor(longestBurstSeconds / stepSeconds)));

/** Refusals of the disk that a person can mend while the run waits, whole in memory. */
const mendable = new Set(['storage.diskFull', 'storage.readOnly', 'storage.notFound', 'storage.failed']);

/** Where a step does not fit into memory the state is whole. */
const outOfRoom = ['run.doesNotFit', 'engine.outOfMemory'] as const;

export type LoopEnd =
  | { readonly reason: 'finished' | 'stopped' | 'deadline'; readonly position: LoopPosition }
  | { readonly reason: 'notFinite'; readonly position: LoopPosition; readonly error: ReturnType<typeof studioError> };

/** A number of a row of metrics: null where it is not finite. */
export const orNull = (x: number): number | null => (Number.isFinite(x) ? x : null);

/** The tables of a run, open: its metrics, and its record where it keeps one. */
async function openLogs<B, R extends LoopReport, Row extends { readonly step: number }>({
  folder,
  task: { record },
  onRows,
  now,
}: Pick<LoopOptions<B, R, Row>, 'folder' | 'task' | 'onRows' | 'now'>) {
  const metrics = await MetricsLog.open(folder, onRows, now);
  const side = record && (await MetricsLog.open(folder, () => undefined, now, record.file));
  const all = side ? [metrics, side] : [metrics];
  return {
    metrics,
    record: (report: R, batch: B, step: number): void => {
      const row = report.committed ? record?.row(report, batch, step) : undefined;
      if (row) side?.add(row);
    },
    flushWhenDue: async () => {
      for (const log of all) await log.flushWhenDue();
    },
    sync: async () => {
      for (const log of all) await log.sync();
    },
    close: () => Promise.all(all.map((log) => log.close())),
  };
}

export async function trainingLoop<B, R extends LoopReport, Row extends { readonly step: number }>(
  options: LoopOptions<B, R, Row>,
): Promise<LoopEnd> {
  const { task, now, folder, signal } = options;
  const logs = await openLogs(options);
  const { sheets, checkpointMs, nonFiniteLimit: limit } = task.schedule;
  const interval = metricsInterval(task.steps);
  let { step, seconds } = options.from;
  let breakdowns = breakdownsOf(options.from);
  let checkpointAt = now();
  let saved = step;
  const position = (): LoopPosition => ({ step, seconds, ...breakdowns });
  /** Work on the disk. A full disk at night must not cost the night: the run waits instead of failing. */
  const onDisk = async (work: () => Promise<void>): Promise<void> => {
    for (;;) {
      const lastTry = signal.aborted;
      try {
        return await work();
      } catch (thrown) {
        const error = toStudioError(thrown);
        if (lastTry || !mendable.has(error.code)) throw error;
        await options.whileRefused(error);
      }
    }
  };
  const checkpoint = () =>
    onDisk(async () => {
      await logs.sync();
      const state = await task.read();
      await writeCheckpoint(folder, position(), state);
      saved = step;
      checkpointAt = now();
      await options.onCheckpoint(position(), state);
    });
  const ended = (): LoopEnd['reason'] | undefined => {
    if (signal.aborted) return 'stopped';
    if (step >= task.steps) return 'finished';
    // Too few minutes for the preparations and a step end in one step, not in a “finished” run that never learned anything.
    const isOver = step > 0 && options.deadline !== undefined && now() >= options.deadline;
    return isOver ? 'deadline' : undefined;
  };

  let burst = 1;
  /** The batches of the next burst: up to the next sheet or the end, because whoever looks in between must find that step's state. */
  const batchesFrom = (first: number): Promise<B[]> => {
    let end = first + 1;
    while (end - first < burst && end < task.steps && !sheets.has(end)) end++;
    return Promise.all(Array.from({ length: end - first }, (_, i) => options.batch(first + i)));
  };

  try {
    if (step === 0) await onDisk(() => options.sampleSheet(0));
    let next = batchesFrom(step);
    for (;;) {
      if (options.isPaused()) {
        if (saved !== step) await checkpoint();
        await options.whilePaused();
      }
      const reason = ended();
      if (reason && reason !== 'notFinite') {
        next.catch(() => undefined);
        if (saved !== step || step === 0) await checkpoint();
        return { reason, position: position() };
      }
      const started = now();
      const ready = await next;
      // No more than have the same learning rate for certain, so that no number depends on how many are handed over at once.
      const batches = ready.slice(0, stepsBeforeHalving(breakdowns, limit));
      const rest = ready.slice(batches.length);
      const { halvings } = breakdowns;
      const asked = batches.map((batch, i): LoopStep<B> => {
        const update = step + i + 1;
        return { batch, update, learningRate: task.learningRate(update, halvings) };
      });
      // Prepared while the device works; the last burst asks for batches that nobody needs.
      next = rest.length > 0 ? Promise.resolve(rest) : batchesFrom(step + batches.length);
      const reports = await task.make(asked).catch(async (thrown: unknown) => {
        next.catch(() => undefined);
        // The state is that of the last step: it is worth more than the time since the last checkpoint.
        if (outOfRoom.some((code) => isStudioError(thrown, code)) && saved !== step) await checkpoint();
        throw thrown;
      });
      const stepSeconds = (now() - started) / 1000 / reports.length;
      burst = nextBurst(task.burst(), stepSeconds);
      const troubles: Trouble[] = [];
      let isHopeless = false;
      reports.forEach((report, i) => {
        step++;
        seconds += stepSeconds;
        const { after, verdict } = afterStep(breakdowns, report, limit);
        if (verdict === 'halve')
          troubles.push({
            kind: 'halved',
            step,
            count: limit + 1,
            learningRate: task.learningRate(step + 1, after.halvings),
          });
        else if (after.skippedSinceHalving > breakdowns.skippedSinceHalving && isTold(after))
          troubles.push({ kind: 'rolledBack', step, count: after.skippedSinceHalving });
        isHopeless = verdict === 'pause';
        breakdowns = after;
        if (step % interval === 0 || !report.committed) {
          const { batch, learningRate } = asked[i]!;
          const { skipped } = breakdowns;
          logs.metrics.add(task.row(report, batch, { step, learningRate, stepSeconds, seconds, skipped }));
        }
        logs.record(report, asked[i]!.batch, step);
      });
      await onDisk(() => logs.flushWhenDue());
      options.onStep(position());
      for (const trouble of troubles) await options.onTrouble(trouble);
      if (isHopeless) {
        next.catch(() => undefined);
        await checkpoint();
        return {
          reason: 'notFinite',
          position: position(),
          error: studioError('run.notFinite', { step, count: limit + 1 }),
        };
      }
      if (sheets.has(step)) {
        await onDisk(() => logs.metrics.flush());
        await onDisk(() => options.sampleSheet(step));
      }
      if (now() - checkpointAt >= checkpointMs) await checkpoint();
    }
  } finally {
    await logs.close();
  }
}
