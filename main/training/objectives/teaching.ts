/** What objectives with a teacher have in common: the student at t, the teacher at r < t on the same noise, and what is between them. */
import { reductions, robustLoss } from '../../consistency/loss.ts';
import type { LossChoice } from '../../consistency/loss.ts';
import type { Parameters } from '../../models/parameters.ts';
import * as ops from '../../tensor/ops.ts';
import type { Tensor } from '../../tensor/ops.ts';
import type { Tensors, TensorTypes } from '../../tensor/trace/trace.ts';
import { consistencyFunction, noiseInputs, noiseTypes, noisy } from './noise-inputs.ts';
import type { NetworkFunction, Networks, Teaching } from './objective.ts';

/** Types of `rows` pairs of levels. */
export const pairTypes = (rows: number, embedding: number): TensorTypes => ({
  ...noiseTypes('t', rows, embedding),
  ...noiseTypes('r', rows, embedding),
});

/** The levels of students and of teachers, row by row. */
export const pairInputs = (
  t: readonly number[],
  r: readonly number[],
  sigmaMin: number,
  embedding: number,
): Record<string, Float32Array> => ({
  ...noiseInputs('t', t, sigmaMin, embedding),
  ...noiseInputs('r', r, sigmaMin, embedding),
});

/** The teacher's output g at r, and the student's f at t as a function of its parameters. */
export function studentAndTeacher(
  { student, teacher }: Networks,
  parameters: Parameters,
  inputs: Tensors,
): { g: Tensor; f: (p: Parameters) => Tensor } {
  const x_t = noisy(inputs, 't');
  const g = consistencyFunction(teacher, parameters, noisy(inputs, 'r'), inputs, 'r');
  return { g, f: (p) => consistencyFunction(student, p, x_t, inputs, 't') };
}

/** Σ_b λ_b · ρ of student − teacher, and the mean square of each row, which it is made of. */
export function pairLoss(
  f: Tensor,
  g: Tensor,
  weights: Tensor,
  c: Tensor,
  { loss, reduction }: LossChoice,
): { value: Tensor; meanSquares: Tensor } {
  const squares = reductions[reduction](ops.sub(f, g));
  const elements = f.shape.slice(1).reduce((product, size) => product * size, 1);
  return {
    value: robustLoss(squares, weights, c, loss),
    meanSquares: reduction === 'mean' ? squares : ops.div(squares, elements),
  };
}

export const teachingOf = (sigmaMin: number, embedding: number, pairs: Teaching['pairs']): Teaching => ({
  pairs,
  types: (rows) => pairTypes(rows, embedding),
  inputs: ({ t, r }, rows) => {
    const column = (level: number) => new Array<number>(rows).fill(level);
    return pairInputs(column(t), column(r), sigmaMin, embedding);
  },
  residual(network: NetworkFunction, parameters, inputs) {
    const { f, g } = studentAndTeacher({ student: network, teacher: network }, parameters, inputs);
    return ops.sub(f(parameters), g);
  },
});
