/**
 * Easy Consistency Tuning: a consistency model as a diffusion model whose gap t − r is closed bit by bit. At first r = 0 nearly
 * everywhere, which is denoising; each stage then brings r nearer to t by the factor q. Noise levels are continuous: there is no grid.
 *
 * Source     Geng et al., 2024, Consistency Models Made Easy, arXiv:2406.14548
 * Reference  locuslab/ect@2870411 training/loss.py (ECMLoss), training/ct_training_loop.py (stages)
 */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';
import type { LogNormal } from './noise-levels.ts';
import { preconditioning, sigmaData } from './preconditioning.ts';
import type { Preconditioning } from './preconditioning.ts';

export interface GapSchedule {
  /** Factor by which the relative gap shrinks from stage to stage; 2 in the reference. */
  readonly q: number;
  /** How much larger the gap is at small noise, and how fast that ends; 8 and 1 in the reference. */
  readonly k: number;
  readonly b: number;
  /** How often the gap shrinks during a run; 7 in the reference's CIFAR-10 run (8 stages of 250 of its 2,000 ticks). */
  readonly doublings: number;
}

/** Stage of step k (from 0) of K: 0 … doublings, in equal parts of the run. */
export function gapStage(k: number, totalSteps: number, doublings: number): number {
  return Math.min(Math.floor((k * (doublings + 1)) / totalSteps), doublings);
}

/** n(t) = 1 + k·sigmoid(−b·t): from 1 + k/2 at t = 0 down to 1. Reference: t_to_r_sigmoid */
export const gapAdjustment = (t: number, { k, b }: Pick<GapSchedule, 'k' | 'b'>): number =>
  1 + k / (1 + Math.exp(b * t));

/**
 * The teacher's level r of the student's level t at a stage: r = t·(1 − n(t)/q^(stage + 1)), at least 0.
 *
 * Source     Geng et al., 2024, mapping function r/t = 1 − n(t)/q^a with a = stage + 1
 * Reference  t_to_r_sigmoid, which clamps at 0 as well
 * Invariant  0 ≤ r < t   → tests/unit/consistency/objectives.test.ts
 */
export function teacherLevel(t: number, stage: number, schedule: GapSchedule): number {
  return Math.max(0, t * (1 - gapAdjustment(t, schedule) / schedule.q ** (stage + 1)));
}

/**
 * A noise level whose logarithm is normal, from a standard normal number. It has no upper end: sampling starts within its range.
 * Source: Karras et al., 2022, Table 1, arXiv:2206.00364 (P_mean, P_std)
 */
export const logNormalLevel = (normal: number, { pMean, pStd }: LogNormal): number => Math.exp(pMean + pStd * normal);

/**
 * Coefficients with σ_min = 0: f(x, 0) = x. At σ = 0 the network's output counts nothing, so its c_noise, which would be −∞, is any finite number.
 * Reference: training/networks.py (ECMPrecond)
 */
export function boundaryPreconditioning(sigma: number): Preconditioning {
  return sigma === 0 ? { c_skip: 1, c_out: 0, c_in: 1 / sigmaData, c_noise: 0 } : preconditioning(sigma, 0);
}

/**
 * Mean over the batch of λ_b · (√(S_b + c²) − c), S_b the sum of squares of student − teacher of sample b: [batch, …] → scalar.
 * Its gradient is the one of S_b divided by 2√(S_b + c²): the adaptive weight with p = 1/2. `weights` [batch] holds λ = t⁻² + σ_data⁻².
 *
 * Reference  ECMLoss.__call__, snrplusk_wt
 * Differs    S/(√(S + c²) + c), the same number without cancellation
 */
export function easyConsistencyLoss(student: Tensor, teacher: Tensor, weights: Tensor, c: number): Tensor {
  const squares = ops.sum(ops.square(ops.sub(student, teacher)), [1, 2, 3]);
  const root = ops.sqrt(ops.add(squares, c ** 2));
  return ops.mean(ops.mul(weights, ops.div(squares, ops.add(root, c))));
}
