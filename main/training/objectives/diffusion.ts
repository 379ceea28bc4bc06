/**
 * EDM's diffusion model: D(x, σ) is the latent under the noise. It takes many sampling steps; its weights are what Easy Consistency
 * Tuning starts from.
 *
 * Source  Karras et al., 2022, Elucidating the Design Space of Diffusion-Based Generative Models, arXiv:2206.00364
 */
import { fillNormal } from '../../base/random.ts';
import { eulerSteps, samplingLevels } from '../../consistency/diffusion.ts';
import { logNormalLevel } from '../../consistency/easy-consistency.ts';
import { diffusionLoss } from '../../consistency/loss.ts';
import { diffusionWeight } from '../../consistency/noise-levels.ts';
import { sigmaData } from '../../consistency/preconditioning.ts';
import { samplingPlan, stepCount } from '../../consistency/sampler.ts';
import type { DiffusionConfig } from '../objective-schema.ts';
import { affineSteps } from './affine.ts';
import { consistencyFunction, noiseInputs, noiseTypes, noisy } from './noise-inputs.ts';
import type { Objective, StepPlace } from './objective.ts';

/** EDM's coefficients are those of a consistency function with σ_min = 0. */
const sigmaMin = 0;

export function diffusionObjective({ noise }: DiffusionConfig, embedding: number, seed: number): Objective {
  return {
    parts: [],
    rowWeights: ['weights'],
    types: (rows) => ({ ...noiseTypes('t', rows, embedding), weights: { dtype: 'float32', shape: [rows] } }),
    loss: ({ student }, _, inputs) => {
      const x_t = noisy(inputs, 't');
      return (p) => {
        const denoised = consistencyFunction(student, p, x_t, inputs, 't');
        return { value: diffusionLoss(denoised, inputs['x_0']!, inputs['weights']!), parts: {} };
      };
    },
    prepare({ k, rows }: StepPlace) {
      const draws = new Float32Array(rows);
      fillNormal(draws, { seed, stream: 'sigma', index: k });
      const levels = Array.from(draws, (draw) => logNormalLevel(draw, noise));
      return {
        inputs: {
          ...noiseInputs('t', levels, sigmaMin, embedding),
          weights: Float32Array.from(levels, (level) => diffusionWeight(level, sigmaData) / rows),
        },
      };
    },
    sampling(steps) {
      const levels =
        steps.kind === 'nfe'
          ? samplingLevels(stepCount(steps), noise)
          : samplingPlan(steps, noise).map(({ sigma }) => sigma);
      const euler = eulerSteps(levels);
      const plan = euler.map(({ sigma }, i) => ({ sigma, noiseStd: i === 0 ? sigma : 0 }));
      // x ← ratio·x + (1 − ratio)·(c_skip·x + c_out·F)
      return affineSteps(plan, sigmaMin, embedding).map((step, i) => {
        const { ratio } = euler[i]!;
        return { ...step, c_skip: ratio + (1 - ratio) * step.c_skip, c_out: (1 - ratio) * step.c_out };
      });
    },
  };
}
