/**
 * Easy Consistency Tuning: consistency training without a grid of noise levels, usually from a diffusion run's weights (`startFrom`).
 * Source: Geng et al., 2024, Consistency Models Made Easy, arXiv:2406.14548; see main/consistency/easy-consistency.ts
 */
import { fillNormal } from '../../base/random.ts';
import { gapStage, logNormalLevel, teacherLevel } from '../../consistency/easy-consistency.ts';
import { consistencyLoss } from '../../consistency/loss.ts';
import { diffusionWeight } from '../../consistency/noise-levels.ts';
import { sigmaData } from '../../consistency/preconditioning.ts';
import { samplingPlan } from '../../consistency/sampler.ts';
import * as ops from '../../tensor/ops.ts';
import type { EasyConsistencyConfig } from '../objective-schema.ts';
import { affineSteps } from './affine.ts';
import { consistencyFunction, noiseInputs, noiseTypes, noisy } from './noise-inputs.ts';
import type { Objective, StepPlace } from './objective.ts';

/** The smallest level is 0: f(x, 0) = x. */
const sigmaMin = 0;
/** The grid that sampling steps are chosen from, so that a number of steps means what it does for consistency training. */
const samplingGrid = { sigmaMin: 0.002, rho: 7 } as const;

export function easyConsistencyObjective(config: EasyConsistencyConfig, embedding: number, seed: number): Objective {
  const { noise } = config;
  return {
    parts: [],
    rowWeights: ['pairWeights'],
    types: (rows) => ({
      ...noiseTypes('t', rows, embedding),
      ...noiseTypes('r', rows, embedding),
      pairWeights: { dtype: 'float32', shape: [rows] },
    }),
    loss({ student, teacher }, parameters, inputs) {
      const x_t = noisy(inputs, 't');
      const g = consistencyFunction(teacher, parameters, noisy(inputs, 'r'), inputs, 'r');
      const choice = { loss: 'pseudoHuber', reduction: 'sum' } as const;
      return (p) => {
        const f = consistencyFunction(student, p, x_t, inputs, 't');
        return { value: consistencyLoss(f, g, inputs['pairWeights']!, ops.scalar(config.c), choice), parts: {} };
      };
    },
    prepare({ k, totalSteps, rows }: StepPlace) {
      const draws = new Float32Array(rows);
      fillNormal(draws, { seed, stream: 'sigma', index: k });
      const t = Array.from(draws, (draw) => logNormalLevel(draw, noise));
      const stage = gapStage(k, totalSteps, config.doublings);
      return {
        inputs: {
          ...noiseInputs('t', t, sigmaMin, embedding),
          ...noiseInputs('r', t.map((level) => teacherLevel(level, stage, config)), sigmaMin, embedding), // prettier-ignore
          pairWeights: Float32Array.from(t, (level) => diffusionWeight(level, sigmaData) / rows),
        },
      };
    },
    sampling(nfe) {
      const plan = samplingPlan(nfe, { ...samplingGrid, sigmaMax: noise.sigmaMax });
      // With σ_min = 0 the fresh noise is the whole level.
      return affineSteps(plan.map(({ sigma }) => ({ sigma, noiseStd: sigma })), sigmaMin, embedding); // prettier-ignore
    },
  };
}
