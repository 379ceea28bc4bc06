/**
 * Easy Consistency Tuning: a consistency model as a diffusion model whose gap t − r is closed bit by bit. At first r = 0 nearly
 * everywhere, which is denoising; each stage then brings r nearer to t by the factor q. Noise levels are continuous: there is no grid.
 * σ_min is 0, the weight of a pair λ = t⁻² + σ_data⁻², and the loss √(S + c²) − c of the sum of squares S (`pseudoHuber` of loss.ts), whose gradient is
 * the one of S divided by 2√(S + c²): the paper's adaptive weight with p = 1/2.
 *
 * Source     Geng et al., 2024, Consistency Models Made Easy, arXiv:2406.14548
 * Reference  locuslab/ect@2870411 training/loss.py (ECMLoss), training/ct_training_loop.py (stages)
 */
import type { LogNormal } from './noise-levels.ts';

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
