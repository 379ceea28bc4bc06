/** How many steps fit into a number of minutes: measured, before the run begins. */
import { nextBurst } from '../training/loop.ts';
import type { LoopReport, LoopTask } from '../training/loop.ts';
import { scoreSteps } from '../training/schedule.ts';
import { stepsFor } from '../training/plan.ts';

/** Steps run and thrown away to measure a step; the first ones warm the allocator. */
const warmUp = { discarded: 3, measured: 12 } as const;

/** A part of a run whose steps take equally long. */
export interface Phase<B> {
  /** Of all steps. */
  readonly share: number;
  readonly task: Pick<LoopTask<B, LoopReport, never>, 'burst' | 'make' | 'learningRate'>;
  /** The number of an update of this part, from 1. */
  readonly update: number;
}

export interface TimeBudgetOptions<B> {
  readonly phases: readonly Phase<B>[];
  /** The batch of step k (from 0). */
  readonly batch: (k: number) => Promise<B>;
  /** Sheets that the run makes besides the first. */
  readonly sheets: number;
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
export async function timeBudget<B>(options: TimeBudgetOptions<B>): Promise<TimeBudget> {
  const { phases, batch, sheets, end, sheet, score } = options;
  let stepSeconds = 0;
  for (const phase of phases) if (phase.share > 0) stepSeconds += phase.share * (await measureStep(phase, batch));
  const sheetSeconds = await secondsOf(sheet);
  const scoreSeconds = score ? await secondsOf(score) : 0;
  const afterLoop = scoreSeconds + sheetSeconds + 1;
  const inLoop = scoreSteps(1000, sheets).size * scoreSeconds + sheets * sheetSeconds;
  const left = (end - performance.now()) / 1000 - inLoop - afterLoop;
  return { steps: stepsFor(0.98 * left, stepSeconds), deadline: end - afterLoop * 1000 };
}

/** Seconds of a step in bursts as the loop makes them, which grow until they take as long as they may. */
async function measureStep<B>({ task, update }: Phase<B>, batch: (k: number) => Promise<B>): Promise<number> {
  let burst = 1;
  let asked = 0;
  const batches = () => Promise.all(Array.from({ length: burst }, () => batch(asked++)));
  let next = batches();
  const learningRate = task.learningRate(update, 0);
  let [made, measured, seconds] = [0, 0, 0];
  while (measured < warmUp.measured) {
    const started = performance.now();
    const current = await next;
    // Prepared ahead, as in the loop.
    next = batches();
    await task.make(current.map((one) => ({ batch: one, update, learningRate })));
    const took = (performance.now() - started) / 1000;
    made += current.length;
    const grown = nextBurst(task.burst(), took / current.length);
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
