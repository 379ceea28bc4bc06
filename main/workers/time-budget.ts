/** How many steps fit into a number of minutes: measured, before the run begins. */
import type { LatentShape } from '../training/step.ts';
import { finiteOutputs, stepInputs } from '../training/step.ts';
import { scoreSteps } from '../training/loop.ts';
import { stepsFor } from '../training/plan.ts';
import type { RunConfig } from '../training/schema.ts';
import type { Threads } from './threads.ts';

/** Steps run and thrown away to measure a step; the first ones warm the allocator. */
const warmUp = { discarded: 3, measured: 12 } as const;

export interface TimeBudgetOptions {
  readonly threads: Threads;
  readonly names: { readonly program: string; readonly state: string };
  /** The name of the training data in the host-maths thread. */
  readonly data: string;
  readonly config: RunConfig;
  readonly shape: LatentShape;
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

async function measureStep({ threads, names, data, config, shape }: TimeBudgetOptions): Promise<number> {
  const { device, maths } = threads;
  const batchOf = (k: number) => maths.batch({ data, config, steps: 1, k });
  let started = 0;
  let next = batchOf(0);
  for (let k = 0; k < warmUp.discarded + warmUp.measured; k++) {
    if (k === warmUp.discarded) started = performance.now();
    const batch = await next;
    // Prepared ahead, as in the loop.
    next = batchOf(k + 1);
    await device.step({ ...names, inputs: stepInputs(batch, shape, config, 1, 0.99), finite: finiteOutputs });
  }
  const seconds = (performance.now() - started) / 1000 / warmUp.measured;
  await next;
  return seconds;
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
