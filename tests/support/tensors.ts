/** Builders of tensors for tests. */
import { fillNormal } from '../../main/base/random.ts';
import type { EagerTensor } from '../../main/tensor/eager/run.ts';
import { sizeOf } from '../../main/tensor/ir/graph.ts';

/** Unit Gaussian float32 tensor; the same for the same seed. */
export function normal(shape: readonly number[], seed: number, scale = 1, offset = 0): EagerTensor {
  const data = new Float32Array(sizeOf(shape));
  fillNormal(data, { seed, stream: 'test', index: 0 });
  return { dtype: 'float32', shape, data: data.map((value) => value * scale + offset) };
}

export const tensor = (values: readonly number[], shape: readonly number[]): EagerTensor => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(values),
});
