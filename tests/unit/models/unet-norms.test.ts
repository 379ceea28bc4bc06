/** Each norm of the U-Net against its formula in plain double precision, and its gradients against differences of that formula. */
import { expect, it } from 'vitest';
import { unetNorm, unetNormSpecs } from '../../../main/models/unet-norms.ts';
import * as ops from '../../../main/tensor/ops.ts';
import type { TensorFunction } from '../../../main/tensor/trace/trace.ts';
import { runCompiled } from '../../support/compiled.ts';
import { normal } from '../../support/tensors.ts';

const [batch, channels, side] = [2, 8, 2] as const;
const sample = channels * side * side;
const kinds = ['nonScaling', 'group', 'layer', 'instance', 'rms'] as const;
type Kind = (typeof kinds)[number];

/** Which elements of a sample element i is normalised with: a run of this many. */
const together: Record<Kind, number> = {
  nonScaling: sample,
  layer: sample,
  rms: sample,
  // min(32, 8/4) = 2 groups.
  group: sample / 2,
  instance: side * side,
};

type Values = Record<string, number[]>;
function formula(kind: Kind, { x, weight, bias }: Values): number[] {
  const size = together[kind];
  const learned = (values: number[] | undefined, i: number, otherwise: number) =>
    values?.[values.length === channels ? Math.floor((i % sample) / (side * side)) : i % sample] ?? otherwise;
  return x!.map((value, i) => {
    const from = Math.floor(i / size) * size;
    const set = x!.slice(from, from + size);
    const average = (of: (v: number) => number) => set.reduce((sum, v) => sum + of(v), 0) / size;
    const mean = kind === 'rms' ? 0 : average((v) => v);
    const y = (value - mean) / Math.sqrt(average((v) => (v - mean) ** 2) + 1e-5);
    return y * learned(weight, i, 1) + learned(bias, i, 0);
  });
}

it.each(kinds)('%s norm: values and gradients', async (kind) => {
  const specs = unetNormSpecs('n', channels, side, kind).map(({ name, shape }) => ({ name: name.slice(2), shape }));
  const inputs = {
    x: normal([batch, channels, side, side], 1, 2, 0.5),
    dy: normal([batch, channels, side, side], 2),
    ...Object.fromEntries(specs.map(({ name, shape }, i) => [name, normal(shape, 3 + i, 0.5, 1)])),
  };
  const fn: TensorFunction = ({ dy, ...params }) => {
    const normed = (p: Record<string, ops.Tensor>) =>
      unetNorm(Object.fromEntries(specs.map(({ name }) => [`n.${name}`, p[name]!])), 'n', p['x']!, kind);
    return { ...ops.valueAndGrads((p) => ops.sum(ops.mul(normed(p), dy!)), params).grads, y: normed(params) };
  };
  const result = await runCompiled(fn, inputs);
  const { dy, ...values } = Object.fromEntries(
    Object.entries(inputs).map(([name, { data }]) => [name, Array.from(data as Float32Array)]),
  );
  const rounding = { rtol: 1e-5, atol: 1e-5, because: 'float32 against double, and sums of 64 terms' };
  expect(result['y']!.data).toBeAllClose(formula(kind, values), rounding);
  const loss = (v: Values) => formula(kind, v).reduce((sum, y, i) => sum + y * dy![i]!, 0);
  for (const [name, list] of Object.entries(values)) {
    // Central differences in double precision are right to about 1e-9 here.
    const h = 1e-5;
    const moved = (i: number, by: number) =>
      loss({ ...values, [name]: list.map((value, j) => (j === i ? value + by : value)) });
    const differences = list.map((_, i) => (moved(i, h) - moved(i, -h)) / (2 * h));
    expect(result[name]!.data, name).toBeAllClose(differences, rounding);
  }
});

it('what each norm learns', () => {
  const learned = kinds.map((kind) => [
    kind,
    unetNormSpecs('n', 8, 2, kind).map(({ name, shape, start }) => `${name} [${shape.join(', ')}] ${start.kind}`),
  ]);
  expect(Object.fromEntries(learned)).toEqual({
    nonScaling: ['n.bias [8, 2, 2] zeros'],
    group: ['n.weight [8] ones', 'n.bias [8] zeros'],
    layer: ['n.weight [8, 2, 2] ones', 'n.bias [8, 2, 2] zeros'],
    instance: ['n.weight [8] ones', 'n.bias [8] zeros'],
    rms: ['n.weight [8] ones'],
  });
});
