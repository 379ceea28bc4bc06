/**
 * Latent consistency training: the student at t agrees with itself, without gradient, at the next smaller noise level r on the same
 * noise, and where there is little noise with the latent itself (method §1.6).
 *
 * Source     Dao et al., 2025, Improved Training Technique for Latent Consistency Models, arXiv:2502.01441
 * Reference  quandao10/LCT@5e7d492 models/karras_diffusion.py
 */
import { fillUniform } from '../../base/random.ts';
import { consistencyLoss, diffusionLoss } from '../../consistency/loss.ts';
import {
  diffusionWeight,
  firstDiffusionIndex,
  indexFor,
  indexProbabilities,
  levelsAt,
  pairWeight,
  sigmas,
} from '../../consistency/noise-levels.ts';
import { sigmaData } from '../../consistency/preconditioning.ts';
import { samplingPlan } from '../../consistency/sampler.ts';
import { scaleC } from '../../consistency/scaling-c.ts';
import * as ops from '../../tensor/ops.ts';
import type { ConsistencyConfig } from '../objective-schema.ts';
import { affineSteps } from './affine.ts';
import type { LevelPair, Objective, StepPlace } from './objective.ts';
import { pairInputs, pairTypes, studentAndTeacher, teachingOf } from './teaching.ts';

const float = (...shape: number[]) => ({ dtype: 'float32', shape }) as const;

/** `embedding`: values of the network's embedding of a noise level; `seed` of the run. */
export function consistencyObjective(config: ConsistencyConfig, embedding: number, seed: number): Objective {
  const { noise, curriculum, scaling } = config;
  const hasDiffusion = config.diffusionLoss.weight > 0;
  const hasScale = config.loss !== 'l2';
  const weight = config.weighting === 'inverseGap' ? pairWeight : () => 1;
  return {
    parts: hasDiffusion ? ['consistencyLoss', 'diffusionLoss'] : ['consistencyLoss'],
    rowWeights: hasDiffusion ? ['pairWeights', 'diffusionWeights'] : ['pairWeights'],
    types: (rows) => ({
      ...pairTypes(rows, embedding),
      pairWeights: float(rows),
      ...(hasDiffusion ? { diffusionWeights: float(rows) } : {}),
      ...(hasScale ? { c: float() } : {}),
    }),
    loss(networks, parameters, inputs) {
      const { f: student, g } = studentAndTeacher(networks, parameters, inputs);
      return (p) => {
        const f = student(p);
        const c = inputs['c'] ?? ops.scalar(1);
        const { value: consistency, meanSquares } = consistencyLoss(f, g, inputs['pairWeights']!, c, config);
        if (!hasDiffusion) return { value: consistency, parts: { consistencyLoss: consistency }, meanSquares };
        const diffusion = diffusionLoss(f, inputs['x_0']!, inputs['diffusionWeights']!);
        const value = ops.add(consistency, ops.mul(diffusion, config.diffusionLoss.weight));
        return { value, parts: { consistencyLoss: consistency, diffusionLoss: diffusion }, meanSquares };
      };
    },
    prepare({ k, totalSteps, rows, dimensions }: StepPlace) {
      const levels = levelsAt(k, totalSteps, curriculum);
      const grid = sigmas(levels, noise);
      const probabilities = indexProbabilities(grid, noise);
      const draws = new Float64Array(rows);
      fillUniform(draws, { seed, stream: 'sigma', index: k });
      const indices = Array.from(draws, (u) => indexFor(u, probabilities));
      const [t, r] = [indices.map((i) => grid[i]!), indices.map((i) => grid[i + 1]!)];
      const first = firstDiffusionIndex(levels, config.diffusionLoss.threshold);
      const selected = indices.filter((i) => i >= first).length;
      const c = hasScale ? scaleC(scaling, levels, curriculum.s0, dimensions) : undefined;
      return {
        levels,
        c,
        inputs: {
          ...pairInputs(t, r, noise.sigmaMin, embedding),
          pairWeights: Float32Array.from(t, (sigma, b) => weight(sigma, r[b]!) / rows),
          ...(hasDiffusion
            ? {
                diffusionWeights: Float32Array.from(t, (sigma, b) =>
                  indices[b]! >= first ? diffusionWeight(sigma, sigmaData) / selected : 0,
                ),
              }
            : {}),
          ...(c === undefined ? {} : { c: Float32Array.of(c) }),
        },
      };
    },
    teaching: teachingOf(noise.sigmaMin, embedding, ({ k, totalSteps }) => {
      const grid = sigmas(levelsAt(k, totalSteps, curriculum), noise);
      return Array.from(indexProbabilities(grid, noise), (share, i): LevelPair => {
        const [t, r] = [grid[i]!, grid[i + 1]!];
        return { t, r, weight: weight(t, r), share };
      });
    }),
    sampling: (steps) => affineSteps(samplingPlan(steps, noise), noise.sigmaMin, embedding),
  };
}
