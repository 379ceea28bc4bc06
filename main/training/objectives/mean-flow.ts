/**
 * MeanFlow: the network's output is the average velocity between two times, learned from its own derivative along the flow.
 * Source: Geng et al., 2025, Mean Flows for One-step Generative Modeling, arXiv:2505.13447, Alg. 1; see main/consistency/mean-flow.ts
 */
import { fillNormal, fillUniform } from '../../base/random.ts';
import {
  adaptiveWeight,
  drawInterval,
  embedInterval,
  meanFlowTarget,
  squaredError,
} from '../../consistency/mean-flow.ts';
import type { Interval } from '../../consistency/mean-flow.ts';
import { sigmaData } from '../../consistency/preconditioning.ts';
import { stepCount } from '../../consistency/sampler.ts';
import * as ops from '../../tensor/ops.ts';
import type { MeanFlowConfig } from '../objective-schema.ts';
import type { Objective, SamplingStep, StepPlace } from './objective.ts';

const float = (...shape: number[]) => ({ dtype: 'float32', shape }) as const;

function embedded(intervals: readonly Interval[], embedding: number, derivative = false): Float32Array {
  const out = new Float32Array(intervals.length * embedding);
  intervals.forEach((interval, b) => embedInterval(interval, embedding, out, b * embedding, derivative));
  return out;
}

export function meanFlowObjective(config: MeanFlowConfig, embedding: number, seed: number): Objective {
  return {
    parts: ['velocityLoss'],
    rowWeights: ['weights'],
    types: (rows) => ({
      /** z_t = dataShare · x₀ + noiseShare · ε: (1 − t)/σ_data and t. */
      'flow.dataShare': float(rows, 1, 1, 1),
      'flow.noiseShare': float(rows, 1, 1, 1),
      /** t − r */
      'flow.gap': float(rows, 1, 1, 1),
      'flow.time': float(rows, embedding),
      /** The derivative of `flow.time` by t at fixed r. */
      'flow.timeDirection': float(rows, embedding),
      weights: float(rows),
    }),
    loss({ student, teacher }, parameters, inputs) {
      const { x_0, noise, weights } = inputs;
      const at = (name: string) => inputs[`flow.${name}`]!;
      const z = ops.add(ops.mul(x_0!, at('dataShare')), ops.mul(noise!, at('noiseShare')));
      const v = ops.sub(noise!, ops.div(x_0!, sigmaData));
      const { value, tangent } = ops.jvp(
        (x, time) => teacher(parameters, x, time),
        [z, at('time')],
        [v, at('timeDirection')],
      );
      const target = meanFlowTarget(v, at('gap'), tangent);
      // The student's own error, as a constant: equal to the one below, and when traced, the same nodes.
      const adaptive = adaptiveWeight(squaredError(value, target), config.power, config.guard);
      const dimensions = v.shape.slice(1).reduce((product, size) => product * size, 1);
      return (p) => {
        const errors = ops.mul(squaredError(student(p, z, at('time')), target), weights!);
        return {
          value: ops.sum(ops.mul(errors, adaptive)),
          parts: { velocityLoss: ops.div(ops.sum(errors), dimensions) },
        };
      };
    },
    prepare({ k, rows }: StepPlace) {
      const normals = new Float32Array(2 * rows);
      fillNormal(normals, { seed, stream: 'sigma', index: k });
      const uniforms = new Float64Array(rows);
      fillUniform(uniforms, { seed, stream: 'interval', index: k });
      const intervals = Array.from(uniforms, (u, b) => drawInterval([normals[2 * b]!, normals[2 * b + 1]!], u, config));
      const column = (value: (interval: Interval) => number) => Float32Array.from(intervals, value);
      return {
        inputs: {
          'flow.dataShare': column(({ t }) => (1 - t) / sigmaData),
          'flow.noiseShare': column(({ t }) => t),
          'flow.gap': column(({ t, r }) => t - r),
          'flow.time': embedded(intervals, embedding),
          'flow.timeDirection': embedded(intervals, embedding, true),
          weights: new Float32Array(rows).fill(1 / rows),
        },
      };
    },
    sampling: (steps) => flowSteps(stepCount(steps), embedding),
  };
}

/**
 * From time 1 to 0 in equal steps: z ← z − (t − r)·u(z, r, t); the last step makes a latent of z.
 * Source: Geng et al., 2025, Eq. 12 and Alg. 2
 */
function flowSteps(nfe: number, embedding: number): SamplingStep[] {
  return Array.from({ length: nfe }, (_, i) => {
    const interval = { t: 1 - i / nfe, r: 1 - (i + 1) / nfe };
    const scale = i === nfe - 1 ? sigmaData : 1;
    return {
      keep: 1,
      noiseStd: i === 0 ? 1 : 0,
      c_in: 1,
      c_skip: scale,
      c_out: -scale / nfe,
      time: embedded([interval], embedding),
    };
  });
}
