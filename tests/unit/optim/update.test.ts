import { describe, expect, it } from 'vitest';
import { clipFactor } from '../../../main/optim/clip.ts';
import { emaRate } from '../../../main/optim/ema.ts';
import { layoutOf, pack, packValues, unpack, unpackValues } from '../../../main/optim/layout.ts';
import type { LayoutKind } from '../../../main/optim/layout.ts';
import {
  familyOf,
  familyTypes,
  stateFamilies,
  updateScalars,
  updateState,
  updateTypes,
} from '../../../main/optim/update.ts';
import * as ops from '../../../main/tensor/ops.ts';
import type { Tensor } from '../../../main/tensor/ops.ts';
import { runEager } from '../../../main/tensor/eager/run.ts';
import type { EagerTensor } from '../../../main/tensor/eager/run.ts';
import { runCompiled } from '../../support/compiled.ts';
import { normal } from '../../support/tensors.ts';

const specs = [
  { name: 'a', shape: [3, 4] },
  { name: 'b', shape: [2] },
  { name: 'c', shape: [5, 1] },
  { name: 'd', shape: [] },
];
const rates = { adaptive: 0.01, momentum: 0, emaTake: 0.1 };
const optimiser = { beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 0.1 };
const scalar = (value: number) => ({ dtype: 'float32', shape: [], data: Float32Array.of(value) }) as const;
const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** Values of a family: `v` is positive. */
const values = (family: string) =>
  new Map(
    specs.map(({ name, shape }, i) => {
      const data = normal([sizeOf(shape)], 10 * family.length + i).data as Float32Array;
      return [name, family === 'v' ? data.map(Math.abs) : data];
    }),
  );

/** One update with gradients (p + 1)·`factor`, in a layout. */
async function update(kind: LayoutKind, loss = 1, factor = 1, most?: number) {
  const layout = layoutOf(kind, specs, most);
  const scalars = Object.entries({ ...rates, factor, loss });
  const inputs: Record<string, EagerTensor> = Object.fromEntries([
    ...scalars.map(([name, value]) => [name, scalar(value)] as const),
    ...stateFamilies.flatMap((family) =>
      packValues(values(family), layout).map(
        ({ name, shape, data }) => [`${family}/${name}`, { dtype: 'float32', shape, data } as const] as const,
      ),
    ),
  ]);
  expect(Object.keys({ ...updateTypes, ...familyTypes(stateFamilies, layout) }).toSorted()).toEqual(
    Object.keys(inputs)
      .filter((name) => name !== 'factor' && name !== 'loss')
      .toSorted(),
  );
  const outputs = await runCompiled((x: Readonly<Record<string, Tensor>>) => {
    const parameters = unpack(familyOf(x, 'parameters', layout), layout);
    const gradients = Object.fromEntries(
      Object.entries(parameters).map(([name, p]) => [name, ops.mul(ops.add(p, 1), x['factor']!)]),
    );
    return updateState(x, pack(gradients, layout), x['loss']!, layout, optimiser);
  }, inputs);
  const family = (name: string) =>
    unpackValues(
      layout.map((chunk) => ({ ...chunk, data: outputs[`${name}/${chunk.name}`]!.data as Float32Array })),
      layout,
    );
  return {
    layout,
    committed: outputs['committed']!.data[0],
    gradNorm: outputs['gradNorm']!.data[0],
    state: Object.fromEntries(stateFamilies.map((name) => [name, family(name)])),
  };
}

describe('the layout of a state', () => {
  it('joined vectors hold what separate tensors hold: an update computes the same', async () => {
    const [separate, joined, split] = [
      await update('separate'),
      await update('joined'),
      await update('joined', 1, 1, 14),
    ];
    expect(separate.layout).toHaveLength(4);
    expect(joined.layout.map(({ shape }) => shape)).toEqual([[20]]);
    expect(split.layout.map(({ shape }) => shape)).toEqual([[14], [6]]);
    for (const other of [joined, split]) {
      // The formulas are element-wise; only the order of the norm's sum differs.
      expect(other.state).toEqual(separate.state);
      expect(other.gradNorm).toBeCloseTo(separate.gradNorm!, 5);
    }
  });

  it('a parameter larger than a vector may be has one of its own', () => {
    const layout = layoutOf('joined', specs, 4);
    expect(layout.map(({ parameters }) => parameters.map(({ name }) => name))).toEqual([['a'], ['b'], ['c'], ['d']]);
  });
});

describe('an update', () => {
  it('moves parameters against their gradient and the average after them', async () => {
    const { state, committed } = await update('separate');
    expect(committed).toBe(1);
    const [p, m, v, e] = ['parameters', 'm', 'v', 'ema'].map((name) => values(name).get('b')![0]!) as [
      number,
      number,
      number,
      number,
    ];
    const g = p + 1 + 0.1 * p;
    const nextM = 0.9 * m + 0.1 * g;
    const nextV = 0.99 * v + 0.01 * g * g;
    const next = p - (0.01 * nextM) / (Math.sqrt(nextV) + 1e-8);
    const at = (name: string) => state[name]![1]!.data[0];
    expect(at('m')).toBeCloseTo(nextM, 6);
    expect(at('v')).toBeCloseTo(nextV, 6);
    expect(at('parameters')).toBeCloseTo(next, 6);
    expect(at('ema')).toBeCloseTo(e + 0.1 * (next - e), 6);
  });

  it.each([
    ['loss', NaN, 1],
    ['loss', Infinity, 1],
    ['gradient', 1, NaN],
    ['gradient', 1, Infinity],
  ])('whose %s is not finite (%d, %d) changes nothing, bit for bit', async (_, loss, factor) => {
    for (const kind of ['separate', 'joined'] as const) {
      const { state, committed } = await update(kind, loss, factor);
      expect(committed).toBe(0);
      for (const family of stateFamilies)
        expect(new Map(state[family]!.map(({ name, data }) => [name, data]))).toEqual(values(family));
    }
  });
});

describe('a moving average', () => {
  const rounded = { rtol: 0, atol: 4e-6, because: 'a float32 rounding of at most 6e-8 in each of up to 66 operations' };
  it.each([1, 7, 33])('has forgotten half of the old weights after a half-life of %d steps', (steps) => {
    const layout = layoutOf('separate', [{ name: 'a', shape: [1] }]);
    const value = (data: number) => ({ dtype: 'float32', shape: [1], data: Float32Array.of(data) }) as const;
    // The weights went from 1 to 0 and stay there, because the gradient is 0; the second average has twice the half-life.
    let [ema, slower]: [EagerTensor, EagerTensor] = [value(1), value(1)];
    const scalars = updateScalars(1, { ...optimiser, learningRate: 1, weightDecay: 0 }, [
      emaRate(steps),
      emaRate(2 * steps),
    ]);
    for (let k = 0; k < steps; k++) {
      const outputs = runEager(
        (x) => updateState(x, { a: x['gradient']! }, x['loss']!, layout, { ...optimiser, weightDecay: 0 }, 2),
        {
          ...Object.fromEntries(
            Object.entries({ ...scalars, loss: 1 }).map(([name, number]) => [name, scalar(number)]),
          ),
          gradient: value(0),
          'parameters/a': value(0),
          'm/a': value(0),
          'v/a': value(0),
          'ema/a': ema,
          'ema1/a': slower,
        },
      );
      [ema, slower] = [outputs['ema/a']!, outputs['ema1/a']!];
    }
    expect(ema.data).toBeAllClose([0.5], rounded);
    expect(slower.data).toBeAllClose([Math.SQRT1_2], rounded);
  });
});

it('clipping shortens to just below the limit, and leaves alone what is shorter', () => {
  const factor = (norm: number) =>
    runEager(({ norm: x }) => ({ factor: clipFactor(x!, 2) }), { norm: scalar(norm) })['factor']!.data[0];
  expect([0, 1, 1.9999, 2, 8].map(factor)).toEqual([1, 1, 1, 2 / (2 + 1e-6), 2 / (8 + 1e-6)].map(Math.fround));
});
