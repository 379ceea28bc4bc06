/** What the differential tests ask of a case: its value, weighted to a scalar, and the gradients of that. */
import * as ops from '../../main/tensor/ops.ts';
import type { Tensor } from '../../main/tensor/ops.ts';
import type { TensorFunction } from '../../main/tensor/trace/trace.ts';
import { normal } from '../support/tensors.ts';
import type { Case, Sizes } from './cases.ts';

/** Sizes that are all different, so that a mixed-up axis shows. */
export const distinctSizes: Sizes = { i: 2, j: 3, k: 4, l: 5 };

/** Σ y·w with fixed random weights w: a scalar whose gradient exercises every output element differently. */
export function weighted(y: Tensor): Tensor {
  const { data } = normal(y.shape, 777);
  return ops.sum(ops.mul(y, ops.constant(data as Float32Array, [...y.shape])));
}

/** `value`, and `d name` for each differentiable input. */
export const gradients =
  ({ run, differentiable }: Case, sizes: Sizes, names: readonly string[]): TensorFunction =>
  (x) => {
    const chosen = differentiable ?? names;
    const params = Object.fromEntries(chosen.map((name) => [name, x[name]!]));
    const { value, grads } = ops.valueAndGrads((p) => weighted(run({ ...x, ...p }, sizes)), params);
    return { value, ...Object.fromEntries(chosen.map((name) => [`d ${name}`, grads[name]!])) };
  };

/** `y`, the case's value, and what `gradients` gives: everything that is compared of a case. */
export const valueAndGradients =
  (row: Case, sizes: Sizes, names: readonly string[]): TensorFunction =>
  (x) => ({ y: row.run(x, sizes), ...gradients(row, sizes, names)(x) });
