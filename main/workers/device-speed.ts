/** How fast a device is: matrix products, and training steps of a model. Measured through the device itself, as a run uses it. */
import type { Device } from '../engine/contract.ts';
import type { DeviceMeasurement, TimedModel } from '../engine/schema.ts';
import { networkSpecs } from '../models/network.ts';
import type { LatentShape } from '../models/network.ts';
import { countParameters, initialise } from '../models/parameters.ts';
import * as ops from '../tensor/ops.ts';
import { trace } from '../tensor/trace/trace.ts';
import { networkOf, withAnyClasses } from '../training/classes.ts';
import type { RunConfig } from '../training/schema.ts';
import { emaRatesOf } from '../training/averages.ts';
import { createTrainer, initialState } from '../training/trainer.ts';
import { probeBatches, probeNoise } from './device-numbers.ts';

/** Products in one run, so that starting it and reading its end cost little beside them. */
const products = 16;
/** Tried from small to large: larger ones are faster, up to the device's rate, and only worth it on a fast one. */
const sizes = [128, 256, 1024, 2048] as const;
const mostSecondsForSize = 0.6;
const leastSeconds = 0.3;

/** y = x·W·W·…: W has variance 1/size, so the numbers keep their size. One row of y is read, for which all of it is needed. */
async function gemmSeconds(device: Device, size: number): Promise<number> {
  const name = 'check gemm';
  const type = { dtype: 'float32', shape: [size, size] } as const;
  const graph = trace(
    'matrix products',
    ({ x, w }) => {
      let y = x!;
      for (let i = 0; i < products; i++) y = ops.matMul(y, w!);
      return { y: ops.slice(y, [0, 0], [1, size]) };
    },
    { x: type, w: type },
  );
  const tensors = [1, 1 / Math.sqrt(size)].map((scale, i) => ({
    name: 'xw'[i]!,
    shape: [size, size],
    data: probeNoise(size * size, i, scale),
  }));
  await device.load({ program: name, graph });
  await device.createState({ state: name, tensors });
  const once = async () => {
    const started = performance.now();
    await device.run({ program: name, state: name, inputs: {} });
    return (performance.now() - started) / 1000;
  };
  // The first run also prepares kernels.
  await once();
  let best = Infinity;
  for (let spent = 0; spent < leastSeconds;) {
    const seconds = await once();
    spent += seconds;
    best = Math.min(best, seconds);
  }
  await device.dropState({ state: name });
  await device.unload({ program: name });
  return best;
}

/** The best rate of the largest matrices that this device multiplies in reasonable time. */
export async function measureGemm(device: Device): Promise<NonNullable<DeviceMeasurement['gemm']>> {
  const work = (size: number) => 2 * products * size ** 3;
  let best = { size: 0, gflops: 0 };
  for (const size of sizes) {
    if (best.gflops > 0 && work(size) / (best.gflops * 1e9) > mostSecondsForSize) break;
    const gflops = work(size) / (await gemmSeconds(device, size)) / 1e9;
    if (gflops > best.gflops) best = { size, gflops };
  }
  return best;
}

/** A device that is slower than this is not timed twice: preparing is a small part of that. */
const mostSecondsForOne = 5;
const mostSecondsForSteps = 2;
const fewestBursts = 3;
const mostBursts = 20;

/** Milliseconds of a training step: the median over bursts, or one step alone on a device that needs seconds for it. */
export async function measureStep(
  device: Device,
  name: string,
  wanted: RunConfig,
  shape: LatentShape,
): Promise<NonNullable<DeviceMeasurement['step']>> {
  const config = withAnyClasses(wanted);
  const specs = networkSpecs(networkOf(config), shape);
  const model: TimedModel = { name, parameters: countParameters(specs), batchSize: config.batchSize };
  const trainer = await createTrainer({ device, name: 'check step', config, shape });
  await trainer.put(initialState(initialise(specs, config.seed), config.averages.length));
  const batches = probeBatches(config, shape, trainer.burst);
  const emaRates = emaRatesOf(config, 1);
  let update = 0;
  const perStep = async (count: number) => {
    const steps = batches.slice(0, count).map((batch) => ({ batch, update: ++update, emaRates }));
    const started = performance.now();
    await trainer.steps(steps);
    return (performance.now() - started) / count;
  };
  // The first step also prepares kernels and memory.
  const first = await perStep(1);
  const alone = first > 1000 * mostSecondsForOne ? first : await perStep(1);
  const times: number[] = [];
  if (alone * trainer.burst * fewestBursts > 1000 * mostSecondsForSteps) times.push(alone);
  else {
    const bursts = Math.min(mostBursts, Math.floor((1000 * mostSecondsForSteps) / (alone * trainer.burst)));
    for (let i = 0; i < bursts; i++) times.push(await perStep(trainer.burst));
  }
  await trainer.release();
  const sorted = times.toSorted((a, b) => a - b);
  return { model, milliseconds: sorted[Math.floor(sorted.length / 2)]! };
}
