import { describe, expect, it } from 'vitest';
import { Random } from '../../main/base/random.ts';
import { runEager } from '../../main/tensor/eager/run.ts';
import type { EagerTensor } from '../../main/tensor/eager/run.ts';
import * as ops from '../../main/tensor/ops.ts';
import type { Tensor } from '../../main/tensor/ops.ts';
import { runCompiled } from '../support/compiled.ts';
import { cases } from './cases.ts';
import type { Sizes } from './cases.ts';
import { distinctSizes, gradients, weighted } from './gradients.ts';

const random = new Random({ seed: 5, stream: 'test', index: 0 });
const size = () => 1 + random.integer(6);
const allSizes: readonly Sizes[] = [
  distinctSizes,
  ...Array.from({ length: 3 }, () => ({ i: size(), j: size(), k: size(), l: size() })),
];
const describeSizes = ({ i, j, k, l }: Sizes) => `${i}, ${j}, ${k}, ${l}`;
const rows = allSizes.flatMap((sizes) =>
  cases.map((row) => ({ row, sizes, name: `${row.title} (${describeSizes(sizes)})` })),
);

const rounding = {
  rtol: 2e-5,
  atol: 2e-5,
  because: 'float32 sums of some dozen terms in another order, exp and tanh by polynomial',
};

describe('every op computes compiled what TF.js computes eagerly', () => {
  it.each(rows)('$name: forward', async ({ row, sizes }) => {
    const inputs = row.inputs(sizes);
    const fn = (x: Readonly<Record<string, Tensor>>) => ({ y: row.run(x, sizes) });
    const eager = runEager(fn, inputs)['y']!;
    const compiled = (await runCompiled(fn, inputs))['y']!;
    expect(compiled.shape).toEqual(eager.shape);
    expect(compiled.dtype).toBe(eager.dtype);
    expect(compiled.data).toBeAllClose(eager.data, rounding);
  });

  it.each(rows)('$name: gradients', async ({ row, sizes }) => {
    const inputs = row.inputs(sizes);
    const fn = gradients(row, sizes, Object.keys(inputs));
    const eager = runEager(fn, inputs);
    const compiled = await runCompiled(fn, inputs);
    expect(Object.keys(compiled)).toEqual(Object.keys(eager));
    for (const [name, { shape, data }] of Object.entries(eager)) {
      expect(compiled[name]!.shape, name).toEqual(shape);
      expect(compiled[name]!.data, name).toBeAllClose(data, rounding);
    }
  });
});

describe('every gradient agrees with finite differences', () => {
  const step = 1e-2;
  const tolerance = {
    rtol: 2e-2,
    atol: 2e-2,
    because: 'central differences with h = 0.01 err by h² times the third derivative, plus float32 rounding over 2h',
  };
  it.each(rows.filter(({ sizes }) => sizes === allSizes[0]))('$name', ({ row, sizes }) => {
    const inputs = row.inputs(sizes);
    const analytic = runEager(gradients(row, sizes, Object.keys(inputs)), inputs);
    const value = (at: Readonly<Record<string, EagerTensor>>) =>
      runEager((x) => ({ value: weighted(row.run(x, sizes)) }), at)['value']!.data[0]!;
    for (const name of row.differentiable ?? Object.keys(inputs)) {
      const input = inputs[name]!;
      const moved = (i: number, by: number) => {
        const data = Float32Array.from(input.data);
        data[i]! += by;
        return value({ ...inputs, [name]: { ...input, data } });
      };
      const numeric = Float64Array.from(input.data, (_, i) => (moved(i, step) - moved(i, -step)) / (2 * step));
      expect(analytic[`d ${name}`]!.data, name).toBeAllClose(numeric, tolerance);
    }
  });
});

describe('the vocabulary', () => {
  it('has a differential case for every op', () => {
    // jvp has a test of its own, over all of these cases.
    const helpers = ['valueAndGrads', 'valueGradsAndParts', 'withGradient', 'jvp'];
    const covered = new Set<string>(cases.flatMap((row) => row.ops));
    expect(Object.keys(ops).filter((name) => !covered.has(name) && !helpers.includes(name))).toEqual([]);
  });

  it('computes log1p exactly where 1 + x rounds', async () => {
    const values = [1e-8, 3e-7, 1e-5, 0.5, 7, 1e4, 0];
    const inputs = { x: { dtype: 'float32' as const, shape: [values.length], data: Float32Array.from(values) } };
    const { y } = await runCompiled(({ x }) => ({ y: ops.log1p(x!) }), inputs);
    const expected = Array.from(inputs.x.data, (v) => Math.log1p(v));
    expect(y!.data).toBeAllClose(expected, {
      rtol: 3e-7,
      atol: 0,
      because: 'a few units in the last place of float32',
    });
  });
});
