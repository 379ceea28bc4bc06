/** Guidance is the formula on two plain outputs, on every channel. */
import { expect, it } from 'vitest';
import { guided } from '../../../main/consistency/guidance.ts';
import { runCompiled } from '../../support/compiled.ts';

const [a, b] = [
  [0.5, -1, 2, 0.25, 3, -0.75],
  [0.25, 1, -2, 0.5, 3, 0],
];
const tensor = (values: readonly number[], shape: number[]) =>
  ({ dtype: 'float32', shape, data: Float32Array.from(values) }) as const;

it.each([0, 1, 1.75])('F_null + s·(F_class − F_null) at s = %d', async (s) => {
  const { F } = await runCompiled((x) => ({ F: guided(x['a']!, x['b']!, x['s']!) }), {
    a: tensor(a, [1, 3, 2, 1]),
    b: tensor(b, [1, 3, 2, 1]),
    s: tensor([s], []),
  });
  expect([...F!.data]).toEqual(a.map((F_class, i) => b[i]! + s * (F_class - b[i]!)));
});
