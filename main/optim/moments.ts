/** What RAdam and Adam share: running means of the gradient and of its square, and the gate before a step that does not count. */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';

export interface AdaptiveConfig {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
}
/** What a step's graph is made of; the learning rate reaches it as part of a scalar from the host. */
export type GraphConfig = Omit<AdaptiveConfig, 'learningRate'>;

export interface Moments {
  readonly parameter: Tensor;
  readonly m: Tensor;
  readonly v: Tensor;
}

/**
 * Whether a step counts: loss and gradient norm (both ≥ 0, scalars) are finite. A comparison with NaN does not hold.
 * It is part of the graph so that a device that works through a queue of steps need not be asked between them.
 */
export const stepIsFinite = (loss: Tensor, gradNorm: Tensor): Tensor =>
  ops.greater(largestFloat, ops.add(loss, gradNorm));
const largestFloat = 3.4e38;

/** A scalar of a step that counts (`committed`, bool), and what stands for it in one that does not. */
export const ifCommitted = (committed: Tensor, value: Tensor | number, otherwise: number): Tensor =>
  ops.where(committed, typeof value === 'number' ? ops.scalar(value) : value, ops.scalar(otherwise));

/** g + wd·p: weight decay as a gradient, coupled to the adaptive rate. */
export const withDecay = (gradient: Tensor, parameter: Tensor, weightDecay: number): Tensor =>
  weightDecay === 0 ? gradient : ops.add(gradient, ops.mul(parameter, weightDecay));

/** m ← β₁m + (1 − β₁)g and v ← β₂v + (1 − β₂)g²; with g = 0 and decays of 1 both are what they were, bit for bit. */
export function nextMoments(
  { m, v }: Omit<Moments, 'parameter'>,
  gradient: Tensor,
  committed: Tensor,
  { beta1, beta2 }: GraphConfig,
): Omit<Moments, 'parameter'> {
  const g = ops.gate(committed, gradient);
  return {
    m: ops.add(ops.mul(m, ifCommitted(committed, beta1, 1)), ops.mul(g, 1 - beta1)),
    v: ops.add(ops.mul(v, ifCommitted(committed, beta2, 1)), ops.mul(ops.square(g), 1 - beta2)),
  };
}
