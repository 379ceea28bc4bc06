/**
 * Clipping by global norm: all gradients of a step are multiplied by one factor, so that their direction stays.
 *
 *   g ← g · min(1, max/(‖g‖ + 1e-6)),   ‖g‖ over all parameters together
 *
 * Source     Pascanu et al., 2013, On the difficulty of training recurrent neural networks, Algorithm 1, arXiv:1211.5063
 * Reference  torch.nn.utils.clip_grad_norm_, from which the 1e-6 is
 */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';

/** The factor, a scalar, from the norm before clipping (scalar) and the largest norm that is allowed. */
export function clipFactor(gradNorm: Tensor, most: number): Tensor {
  const factor = ops.div(most, ops.add(gradNorm, 1e-6));
  return ops.where(ops.greater(1, factor), factor, ops.scalar(1));
}
