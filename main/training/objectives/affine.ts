/** Consistency sampling as the sampler's affine steps. */
import { embedNoise, preconditioning } from '../../consistency/preconditioning.ts';
import type { SamplingStep as NoiseStep } from '../../consistency/sampler.ts';
import type { SamplingStep } from './objective.ts';

/** One evaluation of f at each noise level, with fresh noise before it. */
export const affineSteps = (plan: readonly NoiseStep[], sigmaMin: number, embedding: number): SamplingStep[] =>
  plan.map(({ sigma, noiseStd }) => {
    const { c_in, c_skip, c_out, c_noise } = preconditioning(sigma, sigmaMin);
    const time = new Float32Array(embedding);
    embedNoise(c_noise, embedding, time);
    return { keep: 1, noiseStd, c_in, c_skip, c_out, time };
  });
