/** What the host hands to the graphs of step.ts. */
import type { TensorData } from '../engine/contract.ts';
import { updateScalars } from '../optim/update.ts';
import type { TensorTypes } from '../tensor/trace/trace.ts';
import type { Batch } from './batch.ts';
import type { RunConfig } from './schema.ts';

type Inputs = Record<string, TensorData>;

const tensor = (data: Float32Array, shape: readonly number[]): TensorData => ({
  dtype: 'float32',
  shape: [...shape],
  data,
});
const scalar = (value: number): TensorData => tensor(Float32Array.of(value), []);

/** A batch as the inputs of these types (`batchTypes` of step.ts). */
export const batchInputs = ({ x_0, noise, inputs }: Batch, types: TensorTypes): Inputs =>
  Object.fromEntries(
    Object.entries({ x_0, noise, ...inputs }).map(([name, data]) => [name, tensor(data, types[name]!.shape)]),
  );

/**
 * A batch as inputs for each `rows` rows of it, of these types. The losses and gradients of the parts add up to the batch's, because
 * every loss is a sum over rows with weights for the whole batch.
 */
export function microBatchInputs(batch: Batch, types: TensorTypes, rows: number): Inputs[] {
  const inputs = { x_0: batch.x_0, noise: batch.noise, ...batch.inputs };
  const rowSize = types['x_0']!.shape.slice(1).reduce((product, size) => product * size, 1);
  const parts = batch.x_0.length / rowSize / rows;
  return Array.from({ length: parts }, (_, part) =>
    Object.fromEntries(
      Object.entries(inputs).map(([name, data]) => {
        const { shape } = types[name]!;
        if (shape.length === 0) return [name, tensor(data, [])];
        const size = data.length / parts;
        return [name, tensor(data.slice(part * size, (part + 1) * size), shape)];
      }),
    ),
  );
}

/** The scalars of update number `update` (from 1), with a rate for each average and the learning rate as it is by now. */
export function updateInputs(
  { optimiser }: RunConfig,
  update: number,
  emaRates: readonly number[],
  learningRate = optimiser.learningRate,
): Inputs {
  const scalars = updateScalars(update, { ...optimiser, learningRate }, emaRates);
  return Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, scalar(value)]));
}
