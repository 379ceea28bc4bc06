/** How many steps fit into a number of minutes: measured, before the run begins. */
import type { Trainer } from '../training/trainer.ts';
import { scoreSteps } from '../training/loop.ts';
import { stepsFor } from '../training/plan.ts';
import type { RunConfig } from '../training/schema.ts';
import type { Threads } from './threads.ts';

/** Steps run and thrown away to measure a step; the first ones warm the allocator. */
const warmUp = { discarded: 3, measured: 12 } as const;

export interface TimeBudgetOptions {
  readonly threads: Threads;
  readonly trainer: Trainer;
  /** The name of the training data in the host-maths thread. */
  readonly data: string;
  readonly config: RunConfig;
  /** Monotonic milliseconds. */
  readonly end: number;
  /** Makes what a sample sheet needs, and measures quality; absent where it can not be measured. */
  readonly sheet: () => Promise<unknown>;
  readonly score: (() => Promise<unknown>) | undefined;
}

export interface TimeBudget {
  readonly steps: number;
  /** When the loop has to end (monotonic ms), so that what follows it still fits. */
  readonly deadline: number;
}

/**
 * Runs a few steps, a sheet and a score, and leaves room for all sheets and scores and the last checkpoint.
 * The state is spoilt: it must be made anew.
 */
export async function timeBudget(options: TimeBudgetOptions): Promise<TimeBudget> {
  const { config, end, sheet, score } = options;
  const stepSeconds = await measureStep(options);
  const sheetSeconds = await secondsOf(sheet);
  const scoreSeconds = score ? await secondsOf(score) : 0;
  const afterLoop = scoreSeconds + sheetSeconds + 1;
  const inLoop = scoreSteps(1000, config.sampleSheets).size * scoreSeconds + config.sampleSheets * sheetSeconds;
  const left = (end - performance.now()) / 1000 - inLoop - afterLoop;
  return { steps: stepsFor(0.98 * left, stepSeconds), deadline: end - afterLoop * 1000 };
}

async function measureStep({ threads, trainer, data, config }: TimeBudgetOptions): Promise<number> {
  const burst = (first: number) =>
    Promise.all(
      Array.from({ length: trainer.burst }, (_, i) => threads.maths.batch({ data, config, steps: 1, k: first + i })),
    );
  const bursts = (steps: number) => Math.ceil(steps / trainer.burst);
  let started = 0;
  let next = burst(0);
  for (let k = 0; k < bursts(warmUp.discarded) + bursts(warmUp.measured); k++) {
    if (k === bursts(warmUp.discarded)) started = performance.now();
    const batches = await next;
    // Prepared ahead, as in the loop.
    next = burst((k + 1) * trainer.burst);
    await trainer.steps(batches.map((batch) => ({ batch, update: 1, emaRate: 0.99 })));
  }
  const seconds = (performance.now() - started) / 1000 / (bursts(warmUp.measured) * trainer.burst);
  await next;
  return seconds;
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
