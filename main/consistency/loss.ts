/**
 * The losses of latent consistency training: a robust loss on student − teacher, plus a diffusion loss at small noise.
 * All are functions of one number per sample, its (mean or summed) squared residual, so that an outlier is a sample's, not an element's.
 */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';

/** m_b = mean over all elements of sample b of e²: [batch, c, h, w] → [batch]. */
export const meanSquare = (e: Tensor): Tensor => ops.mean(ops.square(e), [1, 2, 3]);
/** S_b = Σ e² of sample b. */
const sumSquare = (e: Tensor): Tensor => ops.sum(ops.square(e), [1, 2, 3]);

/** How a sample's squares become one number. The paper's code takes the mean; iCT's norm is a sum: the same function with √D times the c. */
const reductions = { mean: meanSquare, sum: sumSquare } as const;
export type Reduction = keyof typeof reductions;

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
 * Pseudo-Huber loss, ρ(m) = √(m + c²) − c: its pull grows to a constant.
 *
 * Source   Song & Dhariwal, 2023, Improved Techniques for Training Consistency Models, Eq. 8, arXiv:2310.14189
 * Differs  written as m / (√(m + c²) + c), which does not cancel in float32
 */
export function pseudoHuber(m: Tensor, c: Tensor): Tensor {
  return ops.div(m, ops.add(ops.sqrt(ops.add(m, ops.square(c))), c));
}

/**
 * Geman–McClure loss, ρ(m) = 2m / (m + 4c²): it saturates at 2, so that far outliers have no pull at all.
 *
 * Source   Geman & McClure, 1987, Statistical methods for tomographic image reconstruction; Barron, 2019, α = −2, arXiv:1701.03077
 * Differs  its gradient, 8c²/(m + 4c²)², is given: the quotient rule would subtract two numbers that are all but equal at outliers
 */
export function gemanMcClure(m: Tensor, c: Tensor): Tensor {
  const scale = ops.mul(ops.square(c), 4);
  const rho = ops.withGradient(
    ([squares], save) => {
      const sum = ops.add(squares!, scale);
      save([sum]);
      return ops.div(ops.mul(squares!, 2), sum);
    },
    (dy, [sum]) => ops.div(ops.mul(dy, ops.mul(scale, 2)), ops.square(sum!)),
  );
  return rho(m);
}

/** Squared error: the pull grows with the residual without bound. c is not used. */
const l2 = (m: Tensor): Tensor => m;

/** ρ by name. */
export const robustLosses = { cauchy, pseudoHuber, gemanMcClure, l2 } as const;
export type RobustLoss = keyof typeof robustLosses;

export interface LossChoice {
  readonly loss: RobustLoss;
  readonly reduction: Reduction;
}

/**
 * Σ_b λ_b · ρ((f − g)²), and the mean square of f − g of each sample, [batch], which it is made of.
 * `student` and `teacher` [batch, c, h, w]; `weights` [batch] holds λ_b / batch, so that the sum is the batch's mean and the sums of
 * its parts add up to it; `c` is a scalar.
 */
export function consistencyLoss(
  student: Tensor,
  teacher: Tensor,
  weights: Tensor,
  c: Tensor,
  { loss, reduction }: LossChoice,
): { value: Tensor; meanSquares: Tensor } {
  const squares = reductions[reduction](ops.sub(student, teacher));
  const elements = student.shape.slice(1).reduce((product, size) => product * size, 1);
  return {
    value: ops.sum(ops.mul(weights, robustLosses[loss](squares, c))),
    meanSquares: reduction === 'mean' ? squares : ops.div(squares, elements),
  };
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
