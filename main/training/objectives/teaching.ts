/** What objectives with a teacher have in common: the student at t, the teacher at r < t on the same noise, and what is between them. */
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
