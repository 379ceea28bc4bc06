/**
 * Noise levels, how many there are at each step, and how a step draws them. Indices are descending:
 * sigma(0) is the largest noise, sigma(N − 1) the smallest.
 */
import { erf } from './erf.ts';

export interface NoiseRange {
  readonly sigmaMin: number;
  readonly sigmaMax: number;
  readonly rho: number;
}

export interface LogNormal {
  readonly pMean: number;
  readonly pStd: number;
}

/**
 * sigma(i; N) = (σ_max^(1/ρ) + i/(N − 1) · (σ_min^(1/ρ) − σ_max^(1/ρ)))^ρ
 *
 * Source     Karras et al., 2022, Elucidating the Design Space of Diffusion-Based Generative Models, Eq. 5, arXiv:2206.00364
 * Invariant  strictly descending; sigma(0) = σ_max, sigma(N − 1) = σ_min   → tests/properties/consistency.test.ts
 */
export function sigmaAt(i: number, levels: number, { sigmaMin, sigmaMax, rho }: NoiseRange): number {
  if (i === levels - 1) return sigmaMin;
  const [low, high] = [sigmaMin ** (1 / rho), sigmaMax ** (1 / rho)];
  return (high + (i / (levels - 1)) * (low - high)) ** rho;
}

/** All N levels, descending. */
export function sigmas(levels: number, range: NoiseRange): Float64Array {
  return Float64Array.from({ length: levels }, (_, i) => sigmaAt(i, levels, range));
}

export interface Curriculum {
  readonly s0: number;
  readonly s1: number;
}

/** Steps per stage: K' = floor(K / (log2(floor(s1/s0)) + 1)), at least 1. */
export function stageSteps(totalSteps: number, { s0, s1 }: Curriculum): number {
  return Math.max(1, Math.floor(totalSteps / (Math.log2(Math.floor(s1 / s0)) + 1)));
}

/**
 * Number of levels at step k (from 0) of K: N(k) = min(s0 · 2^floor(k/K'), s1) + 1.
 *
 * Source     Song & Dhariwal, 2023, Improved Techniques for Training Consistency Models, Sec. 3.4, arXiv:2310.14189
 * Reference  quandao10/LCT@5e7d492 models/karras_diffusion.py
 * Invariant  monotone in k   → tests/properties/consistency.test.ts
 */
export function levelsAt(k: number, totalSteps: number, curriculum: Curriculum): number {
  const { s0, s1 } = curriculum;
  return Math.floor(Math.min(s0 * 2 ** Math.floor(k / stageSteps(totalSteps, curriculum)), s1)) + 1;
}

/**
 * Probability of index i in 0 … N − 2: the mass that a log-normal of σ puts between sigma(i + 1) and sigma(i).
 *
 * Source     Song & Dhariwal, 2023, Eq. 10, arXiv:2310.14189
 * Differs    indices descend here
 * Invariant  sums to 1   → tests/properties/consistency.test.ts
 */
export function indexProbabilities(levels: Float64Array, { pMean, pStd }: LogNormal): Float64Array {
  const cumulative = Array.from(levels, (sigma) => erf((Math.log(sigma) - pMean) / (Math.SQRT2 * pStd)));
  const mass = Float64Array.from({ length: levels.length - 1 }, (_, i) => cumulative[i]! - cumulative[i + 1]!);
  const total = mass.reduce((sum, p) => sum + p, 0);
  return mass.map((p) => p / total);
}

/** The index whose share of [0, 1) holds u: the number of cumulative probabilities ≤ u. */
export function indexFor(u: number, probabilities: Float64Array): number {
  let cumulative = 0;
  for (let i = 0; i < probabilities.length - 1; i++) {
    cumulative += probabilities[i]!;
    if (u < cumulative) return i;
  }
  return probabilities.length - 1;
}

/** Weight of a consistency pair, λ = 1/(t − r) with t = sigma(i) > r = sigma(i + 1). Source: Song & Dhariwal, 2023, Sec. 3.1. */
export const pairWeight = (t: number, r: number): number => 1 / (t - r);

/** First index (the largest noise) that the diffusion loss uses: int(threshold · N), truncated as the authors do. */
export const firstDiffusionIndex = (levels: number, threshold: number): number => Math.trunc(threshold * levels);

/**
 * EDM's weight of the denoising error, w(σ) = σ⁻² + σ_data⁻².
 *
 * Source  Karras et al., 2022, Table 1, arXiv:2206.00364: (σ² + σ_data²)/(σ·σ_data)²
 */
export const diffusionWeight = (sigma: number, sigmaData: number): number => sigma ** -2 + sigmaData ** -2;
