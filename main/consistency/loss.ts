/** The loss of latent consistency training: Cauchy on student − teacher, plus a diffusion loss at small noise. */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';

/** m_b = mean over all elements of sample b of e²: [batch, c, h, w] → [batch]. */
export const meanSquare = (e: Tensor): Tensor => ops.mean(ops.square(e), [1, 2, 3]);

/**
 * Cauchy loss of each sample, ρ(m) = log1p(m / (2c²)), with c a scalar tensor.
 * Its pull 2e/(D(m + 2c²)) falls for large residuals: impulsive outliers of the latents lose their grip.
 *
 * Source     Dao et al., 2025, Improved Training Technique for Latent Consistency Models, Cauchy loss, arXiv:2502.01441
 * Reference  quandao10/LCT@5e7d492 models/karras_diffusion.py: log(m/2 + c²) − 2 log c, the same function
 * Differs    log1p, because the difference of logarithms cancels in float32; m is the mean over elements, as in the code
 */
export function cauchy(m: Tensor, c: Tensor): Tensor {
  return ops.log1p(ops.div(m, ops.mul(ops.square(c), 2)));
}

/**
 * Mean over the batch of λ_b · ρ(mean (f − g)²).
 * `student` and `teacher` [batch, c, h, w]; `pairWeights` [batch] holds λ = 1/(t − r); `c` is a scalar.
 */
export function consistencyLoss(student: Tensor, teacher: Tensor, pairWeights: Tensor, c: Tensor): Tensor {
  return ops.mean(ops.mul(pairWeights, cauchy(meanSquare(ops.sub(student, teacher)), c)));
}

/**
 * Σ_b w_b · mean (f − x₀)². `weights` [batch] is w(t)/n for the n selected samples and 0 elsewhere, so that the sum is
 * the mean over the selected subset, and 0 when it is empty.
 *
 * Source     Dao et al., 2025, diffusion loss at small timesteps, arXiv:2502.01441
 * Reference  quandao10/LCT@5e7d492 models/karras_diffusion.py (“newdiff”: the student's own output is reused)
 * Differs    an empty subset gives 0 instead of NaN
 */
export function diffusionLoss(student: Tensor, x_0: Tensor, weights: Tensor): Tensor {
  return ops.sum(ops.mul(weights, meanSquare(ops.sub(student, x_0))));
}
