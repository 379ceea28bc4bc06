/** What the host hands to the graphs of step.ts. */
import type { TensorData } from '../engine/contract.ts';
import type { LatentShape } from '../models/network.ts';
import { radamRates } from '../optim/radam.ts';
import type { Batch, NoiseInputs } from './batch.ts';
import type { RunConfig } from './schema.ts';

type Inputs = Record<string, TensorData>;

const tensor = (data: Float32Array, ...shape: number[]): TensorData => ({ dtype: 'float32', shape, data });
const scalar = (value: number): TensorData => tensor(Float32Array.of(value));

/** Noise levels as inputs of a graph, under `prefix.…`. */
export function noiseTensors(prefix: string, { sigma, c_skip, c_out, c_in, time }: NoiseInputs): Inputs {
  const column = (data: Float32Array) => tensor(data, data.length, 1, 1, 1);
  return {
    [`${prefix}.sigma`]: column(sigma),
    [`${prefix}.c_skip`]: column(c_skip),
    [`${prefix}.c_out`]: column(c_out),
    [`${prefix}.c_in`]: column(c_in),
    [`${prefix}.time`]: tensor(time, sigma.length, time.length / sigma.length),
  };
}

/** A batch as inputs. */
export function batchInputs(batch: Batch, shape: LatentShape): Inputs {
  const rows = batch.pairWeights.length;
  return {
    x_0: tensor(batch.x_0, rows, ...shape),
    noise: tensor(batch.noise, rows, ...shape),
    ...noiseTensors('t', batch.t),
    ...noiseTensors('r', batch.r),
    pairWeights: tensor(batch.pairWeights, rows),
    diffusionWeights: tensor(batch.diffusionWeights, rows),
    c: scalar(batch.c),
  };
}

/**
 * A batch as inputs for each `rows` rows of it. The losses and gradients of the parts add up to the batch's: the
 * consistency loss is a mean over rows, so its weights shrink by rows/batch; the diffusion loss is a sum already.
 */
export function microBatchInputs(batch: Batch, shape: LatentShape, rows: number): Inputs[] {
  const whole = batchInputs(batch, shape);
  const size = batch.pairWeights.length;
  const weights = batch.pairWeights.map((weight) => (weight * rows) / size);
  const inputs: Inputs = { ...whole, pairWeights: tensor(weights, size) };
  return Array.from({ length: size / rows }, (_, part) =>
    Object.fromEntries(
      Object.entries(inputs).map(([name, { dtype, shape: all, data }]) => {
        if (all.length === 0) return [name, inputs[name]!];
        const row = data.length / size;
        return [
          name,
          { dtype, shape: [rows, ...all.slice(1)], data: data.slice(part * rows * row, (part + 1) * rows * row) },
        ];
      }),
    ),
  );
}

/** The scalars of update number `update` (from 1). */
export function updateInputs(run: RunConfig, update: number, emaRate: number): Inputs {
  const { adaptive, momentum } = radamRates(update, run.optimiser);
  return { adaptive: scalar(adaptive), momentum: scalar(momentum), emaTake: scalar(1 - emaRate) };
}
