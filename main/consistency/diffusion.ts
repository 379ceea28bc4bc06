/**
 * Sampling of the diffusion model: Euler's method along the probability flow, which takes out all noise at the end.
 * Its loss is `diffusionLoss` (loss.ts) of every sample.
 *
 * Source  Karras et al., 2022, Elucidating the Design Space of Diffusion-Based Generative Models, arXiv:2206.00364
 */
import type { NoiseRange } from './noise-levels.ts';
import { sigmaAt } from './noise-levels.ts';

/** A step from noise level `sigma` to `next`: x ← ratio·x + (1 − ratio)·D(x, sigma) with ratio = next/sigma. */
export interface EulerStep {
  readonly sigma: number;
  readonly ratio: number;
}

/**
 * Euler steps over noise levels in descending order, and to 0 after the last: x + (σ' − σ)·(x − D)/σ = (σ'/σ)·x + (1 − σ'/σ)·D.
 * Source: Karras et al., 2022, Alg. 1 without its second-order correction
 */
export const eulerSteps = (sigmas: readonly number[]): readonly EulerStep[] =>
  sigmas.map((sigma, i) => ({ sigma, ratio: (sigmas[i + 1] ?? 0) / sigma }));

/** Noise levels of `nfe` steps: from σ_max to σ_min, as Eq. 5 spaces them; one step is from σ_max. */
export const samplingLevels = (nfe: number, range: NoiseRange): readonly number[] =>
  Array.from({ length: nfe }, (_, i) => (i === 0 ? range.sigmaMax : sigmaAt(i, nfe, range)));
