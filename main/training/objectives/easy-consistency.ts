/**
 * Easy Consistency Tuning: consistency training without a grid of noise levels, usually from a diffusion run's weights (`startFrom`).
 * Source: Geng et al., 2024, Consistency Models Made Easy, arXiv:2406.14548; see main/consistency/easy-consistency.ts
 */
import { fillNormal } from '../../base/random.ts';
import { gapStage, logNormalLevel, teacherLevel } from '../../consistency/easy-consistency.ts';
import { normalQuantile } from '../../consistency/erf.ts';
import { consistencyLoss } from '../../consistency/loss.ts';
import { diffusionWeight } from '../../consistency/noise-levels.ts';
import { sigmaData } from '../../consistency/preconditioning.ts';
import { samplingPlan } from '../../consistency/sampler.ts';
import * as ops from '../../tensor/ops.ts';
import type { EasyConsistencyConfig } from '../objective-schema.ts';
import { affineSteps } from './affine.ts';
import type { LevelPair, Objective, StepPlace } from './objective.ts';
import { pairInputs, pairTypes, studentAndTeacher, teachingOf } from './teaching.ts';

/** The smallest level is 0: f(x, 0) = x. */
const sigmaMin = 0;
/** Levels that stand for all when residuals are measured: there is no grid. */
const standIns = 21;
/** The grid that sampling steps are chosen from, so that a number of steps means what it does for consistency training. */
const samplingGrid = { sigmaMin: 0.002, rho: 7 } as const;

export function easyConsistencyObjective(config: EasyConsistencyConfig, embedding: number, seed: number): Objective {
  const { noise } = config;
  return {
    parts: [],
    rowWeights: ['pairWeights'],
    types: (rows) => ({
      ...pairTypes(rows, embedding),
      pairWeights: { dtype: 'float32', shape: [rows] },
    }),
    loss(networks, parameters, inputs) {
      const { f, g } = studentAndTeacher(networks, parameters, inputs);
      const choice = { loss: 'pseudoHuber', reduction: 'sum' } as const;
      return (p) => ({ ...consistencyLoss(f(p), g, inputs['pairWeights']!, ops.scalar(config.c), choice), parts: {} });
    },
    prepare({ k, totalSteps, rows }: StepPlace) {
      const draws = new Float32Array(rows);
      fillNormal(draws, { seed, stream: 'sigma', index: k });
      const t = Array.from(draws, (draw) => logNormalLevel(draw, noise));
      const stage = gapStage(k, totalSteps, config.doublings);
      return {
        inputs: {
          ...pairInputs(t, t.map((level) => teacherLevel(level, stage, config)), sigmaMin, embedding), // prettier-ignore
          pairWeights: Float32Array.from(t, (level) => diffusionWeight(level, sigmaData) / rows),
        },
      };
    },
    teaching: teachingOf(sigmaMin, embedding, ({ k, totalSteps }) => {
      const stage = gapStage(k, totalSteps, config.doublings);
      return Array.from({ length: standIns }, (_, i): LevelPair => {
        // The middle of each of so many parts that are drawn equally often.
        const t = logNormalLevel(normalQuantile(1 - (i + 0.5) / standIns), noise);
        return { t, r: teacherLevel(t, stage, config), weight: diffusionWeight(t, sigmaData), share: 1 / standIns };
      });
    }),
    sampling(nfe) {
      const plan = samplingPlan(nfe, { ...samplingGrid, sigmaMax: noise.sigmaMax });
      // With σ_min = 0 the fresh noise is the whole level.
      return affineSteps(plan.map(({ sigma }) => ({ sigma, noiseStd: sigma })), sigmaMin, embedding); // prettier-ignore
    },
  };
}
