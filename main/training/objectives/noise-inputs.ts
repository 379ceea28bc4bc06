/** Noise levels as inputs of a step: the preconditioning's coefficients and the network's embedding, in double precision on the host. */
import { embedNoise, preconditioning } from '../../consistency/preconditioning.ts';
import type { Parameters } from '../../models/parameters.ts';
import * as ops from '../../tensor/ops.ts';
import type { Tensor } from '../../tensor/ops.ts';
import type { Tensors, TensorTypes } from '../../tensor/trace/trace.ts';
import type { NetworkFunction } from './objective.ts';

/** Types of `rows` noise levels under `prefix.…`, for a network whose embedding has `embedding` values. */
export function noiseTypes(prefix: string, rows: number, embedding: number): TensorTypes {
  const column = { dtype: 'float32', shape: [rows, 1, 1, 1] } as const;
  return {
    [`${prefix}.sigma`]: column,
    [`${prefix}.c_skip`]: column,
    [`${prefix}.c_out`]: column,
    [`${prefix}.c_in`]: column,
    [`${prefix}.time`]: { dtype: 'float32', shape: [rows, embedding] },
  };
}

/** Coefficients of these noise levels. */
export function noiseInputs(
  prefix: string,
  levels: readonly number[],
  sigmaMin: number,
  embedding: number,
): Record<string, Float32Array> {
  const coefficients = levels.map((sigma) => preconditioning(sigma, sigmaMin));
  const time = new Float32Array(levels.length * embedding);
  coefficients.forEach(({ c_noise }, b) => embedNoise(c_noise, embedding, time, b * embedding));
  return {
    [`${prefix}.sigma`]: Float32Array.from(levels),
    [`${prefix}.c_skip`]: Float32Array.from(coefficients, ({ c_skip }) => c_skip),
    [`${prefix}.c_out`]: Float32Array.from(coefficients, ({ c_out }) => c_out),
    [`${prefix}.c_in`]: Float32Array.from(coefficients, ({ c_in }) => c_in),
    [`${prefix}.time`]: time,
  };
}

/** x_σ = x₀ + σ · n at the noise levels under `prefix`. */
export const noisy = ({ x_0, noise, ...levels }: Tensors, prefix: string): Tensor =>
  ops.add(x_0!, ops.mul(noise!, levels[`${prefix}.sigma`]!));

/**
 * f(x, σ) = c_skip·x + c_out·F(c_in·x, c_noise) at the noise levels under `prefix`.
 * Source: Song et al., 2023, Consistency Models, Eq. 5, arXiv:2303.01469
 */
export function consistencyFunction(
  network: NetworkFunction,
  p: Parameters,
  x: Tensor,
  inputs: Tensors,
  prefix: string,
): Tensor {
  const F_x = network(p, ops.mul(x, inputs[`${prefix}.c_in`]!), inputs[`${prefix}.time`]!);
  return ops.add(ops.mul(x, inputs[`${prefix}.c_skip`]!), ops.mul(F_x, inputs[`${prefix}.c_out`]!));
}
