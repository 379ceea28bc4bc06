/**
 * The training loop: asks for batches ahead of time, steps the device, records, checkpoints, makes sample sheets, and
 * answers stop and pause between steps. Everything that touches the machine is handed in.
 */
import { isStudioError, studioError, toStudioError } from '../base/errors.ts';
import type { StudioError } from '../base/errors.ts';
import type { Batch } from './batch.ts';
import { afterStep, breakdownsOf, isTold, learningRateAfter, noBreakdowns, stepsBeforeHalving } from './breakdowns.ts';
import type { Breakdowns } from './breakdowns.ts';
import { writeCheckpoint } from './checkpoint.ts';
import { MetricsLog, metricsInterval } from './metrics.ts';
import { scheduleOf } from './schedule.ts';
import type { MetricsRow, RunConfig, RunPlan } from './schema.ts';
import type { StepReport, Trainer } from './trainer.ts';

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

export interface LoopOptions {
  /** The run's folder. */
  readonly folder: string;
  readonly config: RunConfig;
  readonly plan: RunPlan;
  readonly from: LoopPosition;
  readonly trainer: Trainer;
  /** The batch of step k (from 0). Called ahead, while the device works. */
  readonly batch: (k: number) => Promise<Batch>;
  /** Makes a sample sheet of the current average. */
  readonly sampleSheet: (step: number) => Promise<void>;
  readonly onRows: (rows: readonly MetricsRow[]) => void;
  readonly onStep: (position: LoopPosition) => void;
  /** Steps were rolled back, told ever less often, or the learning rate was halved for them. */
  readonly onTrouble: (trouble: Trouble) => Promise<void>;
  /** Called after each checkpoint is on disk. */
  readonly onCheckpoint: (position: LoopPosition) => Promise<void>;
  /** Stops after the current step. */
  readonly signal: AbortSignal;
  /** Resolves at once when the run is not paused. */
  readonly whilePaused: () => Promise<void>;
  readonly isPaused: () => boolean;
  /** The disk refused: resolves when the person wants it to be tried again, or when the run is stopped. */
  readonly whileRefused: (error: StudioError) => Promise<void>;
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

export type LoopEnd =
  | { readonly reason: 'finished' | 'stopped' | 'deadline'; readonly position: LoopPosition }
  | { readonly reason: 'notFinite'; readonly position: LoopPosition; readonly error: ReturnType<typeof studioError> };

const orNull = (x: number): number | null => (Number.isFinite(x) ? x : null);

export async function trainingLoop(options: LoopOptions): Promise<LoopEnd> {
  const { config, plan, trainer, now, folder, signal } = options;
  const log = await MetricsLog.open(folder, options.onRows, now);
  const { sheets, checkpointMs, nonFiniteLimit: limit } = scheduleOf(config, plan.steps);
  const interval = metricsInterval(plan.steps);
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
      await log.sync();
      await writeCheckpoint(folder, position(), await trainer.read());
      saved = step;
      checkpointAt = now();
      await options.onCheckpoint(position());
    });
  const ended = (): LoopEnd['reason'] | undefined => {
    if (signal.aborted) return 'stopped';
    if (step >= plan.steps) return 'finished';
    return options.deadline !== undefined && now() >= options.deadline ? 'deadline' : undefined;
  };

  const row = (report: StepReport, batch: Batch, learningRate: number, stepSeconds: number): MetricsRow => ({
    step,
    loss: orNull(report.loss),
    ...Object.fromEntries(Object.entries(report.parts).map(([name, part]) => [name, orNull(part)])),
    gradNorm: orNull(report.gradNorm),
    ...(batch.levels === undefined ? {} : { levels: batch.levels }),
    ...(batch.c === undefined ? {} : { c: batch.c }),
    learningRate,
    stepSeconds,
    seconds,
    skipped: breakdowns.skipped,
  });
  let burst = 1;
  /** The batches of the next burst: up to the next sheet or the end, because whoever looks in between must find that step's state. */
  const batchesFrom = (first: number): Promise<Batch[]> => {
    let end = first + 1;
    while (end - first < burst && end < plan.steps && !sheets.has(end)) end++;
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
      const learningRate = learningRateAfter(config.optimiser.learningRate, breakdowns.halvings);
      // Prepared while the device works; the last burst asks for batches that nobody needs.
      next = rest.length > 0 ? Promise.resolve(rest) : batchesFrom(step + batches.length);
      const { emaRates } = plan;
      const reports = await trainer
        .steps(batches.map((batch, i) => ({ batch, update: step + i + 1, emaRates, learningRate })))
        .catch(async (thrown: unknown) => {
          next.catch(() => undefined);
          // The state is that of the last step: it is worth more than the time since the last checkpoint.
          if (isStudioError(thrown, 'run.doesNotFit') && saved !== step) await checkpoint();
          throw thrown;
        });
      const stepSeconds = (now() - started) / 1000 / reports.length;
      burst = nextBurst(trainer.burst, stepSeconds);
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
            learningRate: learningRateAfter(config.optimiser.learningRate, after.halvings),
          });
        else if (after.skippedSinceHalving > breakdowns.skippedSinceHalving && isTold(after))
          troubles.push({ kind: 'rolledBack', step, count: after.skippedSinceHalving });
        isHopeless = verdict === 'pause';
        breakdowns = after;
        if (step % interval === 0 || !report.committed) log.add(row(report, batches[i]!, learningRate, stepSeconds));
      });
      await onDisk(() => log.flushWhenDue());
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
        await onDisk(() => log.flush());
        await onDisk(() => options.sampleSheet(step));
      }
      if (now() - checkpointAt >= checkpointMs) await checkpoint();
    }
  } finally {
    await log.close();
  }
}
