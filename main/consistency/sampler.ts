/** Which noise levels a sampler visits: 1 or 2 network evaluations from pure noise to a latent. */
import type { NoiseRange } from './noise-levels.ts';
import { sigmaAt } from './noise-levels.ts';

export interface SamplingStep {
  /** Noise level at which the network is evaluated. */
  readonly sigma: number;
  /** Standard deviation of the fresh noise that is added before the evaluation; for the first step, of the start itself. */
  readonly noiseStd: number;
}

/** The grid and index of the second evaluation that gave the best published result: sigma(420; 641) = 0.5286. */
const secondStep = { index: 420, levels: 641 } as const;

/**
 * Multistep consistency sampling: x ← f(x, σ_a), then x ← x + √(σ_b² − σ_min²)·z and again.
 *
 * Source     Song et al., 2023, Consistency Models, Algorithm 1, arXiv:2303.01469
 * Reference  quandao10/LCT@5e7d492 test_cm_latent_ddp.py, index list 0,420,640 of 641 levels
 */
export function samplingPlan(nfe: 1 | 2, range: NoiseRange): readonly SamplingStep[] {
  const first = { sigma: range.sigmaMax, noiseStd: range.sigmaMax };
  if (nfe === 1) return [first];
  const sigma = Math.min(Math.max(sigmaAt(secondStep.index, secondStep.levels, range), range.sigmaMin), range.sigmaMax);
  return [first, { sigma, noiseStd: Math.sqrt(sigma ** 2 - range.sigmaMin ** 2) }];
}
