/** The trainer of a run with as many pictures at once as fit: planned first, then tried with a real step. */
import { studioError } from '../base/errors.ts';
import type { Device } from '../engine/contract.ts';
import { emaRatesOf } from '../training/averages.ts';
import { chooseMicroBatch } from '../training/memory.ts';
import type { MemoryPlan, RunConfig } from '../training/schema.ts';
import type { LatentShape } from '../models/network.ts';
import { createTrainer } from '../training/trainer.ts';
import type { NamedValue, SmallerMicroBatch, Trainer } from '../training/trainer.ts';
import type { Threads } from './threads.ts';

export interface FittingOptions {
  /** The name of the training data, which the host-maths thread has opened. */
  readonly data: string;
  readonly config: RunConfig;
  readonly shape: LatentShape;
  /** What the run starts from; it is on the device when this resolves. */
  readonly state: readonly NamedValue[];
  /** What was found before: a resumed run rounds as it did. */
  readonly known?: number | undefined;
  readonly onSmaller: (change: SmallerMicroBatch) => Promise<void>;
}

/** What a run of this configuration needs on this device now. */
async function memoryPlan(device: Device, config: RunConfig, shape: LatentShape): Promise<MemoryPlan> {
  const [traits, memory] = [await device.traits({}), await device.memory({})];
  return chooseMicroBatch(config, shape, { traits, memory });
}

/** Loads the run. Throws `run.doesNotFit`. */
export async function fittingTrainer({ device, maths }: Threads, options: FittingOptions): Promise<Trainer> {
  const { data, config, shape, state, known, onSmaller } = options;
  const microBatch = known ?? (await plannedMicroBatch(device, config, shape));
  const trainer = await createTrainer({ device, name: 'train', config, shape, microBatch, onSmaller });
  await trainer.put(state);
  const batch = await maths.batch({ data, config, steps: 1, k: 0 });
  await trainer.steps([{ batch, update: 1, emaRates: emaRatesOf(config, 1) }]);
  await trainer.put(state);
  return trainer;
}

async function plannedMicroBatch(device: Device, config: RunConfig, shape: LatentShape): Promise<number> {
  const plan = await memoryPlan(device, config, shape);
  const { total, free } = plan.device;
  // An estimate may be wrong, so less free memory is tried; but where there is not as much at all, the system would end the engine.
  if (plan.problem && plan.microBatch === 1 && total !== undefined && plan.total > total)
    throw studioError('run.doesNotFit', { needed: plan.total, free });
  return plan.microBatch;
}

/** `64 pictures a step, in 4 parts of 16.` */
export const partsWords = (batchSize: number, microBatch: number): string =>
  microBatch === batchSize
    ? `All ${batchSize} pictures of a step are in memory at once.`
    : `The ${batchSize} pictures of a step are worked on in ${batchSize / microBatch} parts of ${microBatch}, as many as fit in memory; the result is the same.`;
