/** How many steps fit into a number of minutes: measured, before the run begins. */
import type { Trainer } from '../training/trainer.ts';
import { emaRatesOf } from '../training/averages.ts';
import { nextBurst } from '../training/loop.ts';
import { scoreSteps } from '../training/schedule.ts';
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

/** Seconds of a step in bursts as the loop makes them, which grow until they take as long as they may. */
async function measureStep({ threads, trainer, data, config }: TimeBudgetOptions): Promise<number> {
  let burst = 1;
  let asked = 0;
  const batches = () =>
    Promise.all(Array.from({ length: burst }, () => threads.maths.batch({ data, config, steps: 1, k: asked++ })));
  let next = batches();
  const emaRates = emaRatesOf(config, 1);
  let [made, measured, seconds] = [0, 0, 0];
  while (measured < warmUp.measured) {
    const started = performance.now();
    const current = await next;
    // Prepared ahead, as in the loop.
    next = batches();
    await trainer.steps(current.map((batch) => ({ batch, update: 1, emaRates })));
    const took = (performance.now() - started) / 1000;
    made += current.length;
    const grown = nextBurst(trainer.burst, took / current.length);
    if (made > warmUp.discarded && grown <= current.length) {
      measured += current.length;
      seconds += took;
    }
    burst = grown;
  }
  await next;
  return seconds / measured;
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
