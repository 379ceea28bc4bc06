/** The Jacobian-vector product of every op of the vocabulary and of whole networks. */
import { describe, expect, it } from 'vitest';
import { networkOutput, networkSpecs, noiseEmbeddingSize } from '../../main/models/network.ts';
import type { NetworkConfig } from '../../main/models/network.ts';
import type { RunConfigInput } from '../../main/training/schema.ts';
import { runEager } from '../../main/tensor/eager/run.ts';
import type { EagerTensor } from '../../main/tensor/eager/run.ts';
import * as ops from '../../main/tensor/ops.ts';
import type { Tensor } from '../../main/tensor/ops.ts';
import { countOps } from '../../main/tensor/ir/print.ts';
import { optimise } from '../../main/tensor/passes/optimise.ts';
import { trace } from '../../main/tensor/trace/trace.ts';
import type { TensorFunction, Tensors } from '../../main/tensor/trace/trace.ts';
import { runCompiled } from '../support/compiled.ts';
import { normal } from '../support/tensors.ts';
import { tinyConfig, tinyShape } from '../support/training.ts';
import { tinyUnet } from '../support/unet.ts';
import { cases } from './cases.ts';
import { distinctSizes } from './gradients.ts';

type Values = Readonly<Record<string, EagerTensor>>;
type Function = (x: Tensors) => Tensor;

const directionOf = (name: string): string => `direction ${name}`;

/** The value of `fn` and its tangent in the directions given for `names`. */
const valueAndTangent =
  (fn: Function, names: readonly string[]): TensorFunction =>
  (x) =>
    ops.jvp(
      (...moved) => fn({ ...x, ...Object.fromEntries(names.map((name, i) => [name, moved[i]!])) }),
      names.map((name) => x[name]!),
      names.map((name) => x[directionOf(name)]!),
    );

/** (8(f(h) − f(−h)) − (f(2h) − f(−2h)))/(12h): central differences whose error is h⁴/30 times the fifth derivative. Compiled, because whole networks are slow at once. */
async function differences(
  fn: Function,
  inputs: Values,
  names: readonly string[],
  h: number,
): Promise<ArrayLike<number>> {
  const at = (x: Tensors, by: number): Tensor =>
    fn({
      ...x,
      ...Object.fromEntries(names.map((name) => [name, ops.add(x[name]!, ops.mul(x[directionOf(name)]!, by))])),
    });
  const { y } = await runCompiled((x) => {
    const near = ops.sub(at(x, h), at(x, -h));
    const far = ops.sub(at(x, 2 * h), at(x, -2 * h));
    return { y: ops.div(ops.sub(ops.mul(near, 8), far), 12 * h) };
  }, inputs);
  return y!.data;
}

const withDirections = (inputs: Values, names: readonly string[]): Values => ({
  ...inputs,
  ...Object.fromEntries(names.map((name, i) => [directionOf(name), normal(inputs[name]!.shape, 900 + i, 0.3)])),
});

async function expectTangent(fn: Function, given: Values, names: readonly string[], h: number): Promise<void> {
  const inputs = withDirections(given, names);
  const eager = runEager(valueAndTangent(fn, names), inputs);
  const compiled = await runCompiled(valueAndTangent(fn, names), inputs);
  const largest = Math.max(...Array.from(eager['tangent']!.data, Math.abs));
  expect(largest).toBeGreaterThan(1e-3);
  expect(compiled['tangent']!.shape).toEqual(eager['value']!.shape);
  for (const name of ['value', 'tangent'])
    expect(compiled[name]!.data, name).toBeAllClose(eager[name]!.data, {
      rtol: 1e-4,
      atol: 2e-5 * largest,
      because: 'float32 sums in another order; what cancels is measured by the largest value',
    });
  expect(eager['tangent']!.data).toBeAllClose(await differences(fn, inputs, names, h), {
    rtol: 2e-3,
    atol: 1e-3 * largest,
    because:
      'values are float32: differences of them err by 1.5 · 6e-8 · |y|/h, which is 1e-4 of the largest tangent or less',
  });
}

describe('the tangent of every op is the one of finite differences, compiled and at once', () => {
  const rows = cases.filter((row) => !row.ops.includes('recomputed')).map((row) => ({ row, name: row.title }));
  it.each(rows)('$name', async ({ row }) => {
    const inputs = row.inputs(distinctSizes);
    const names = row.differentiable ?? Object.keys(inputs);
    await expectTangent((x) => row.run(x, distinctSizes), inputs, names, 0.03);
  });
});

const tinyDit = { kind: 'dit', patch: 2, width: 16, depth: 1, heads: 2 } as const;
const both = [['x', 'time']];
const networkOf = (network: RunConfigInput['network']): NetworkConfig => tinyConfig({ network }).network;
const networks: readonly [string, NetworkConfig, readonly (readonly string[])[]][] = [
  ['a DiT', networkOf(tinyDit), [['x'], ['time'], ...both]],
  ['a DiT with LayerNorm and a gated MLP', networkOf({ ...tinyDit, norm: 'layer', mlp: 'gatedSilu' }), both],
  ['a U-Net of two levels', networkOf({ ...tinyUnet, multipliers: [1, 1] }), both],
  ...(['group', 'layer', 'instance', 'rms'] as const).map((norm): (typeof networks)[number] => [
    `a U-Net with the norm ${norm}`,
    networkOf({ ...tinyUnet, multipliers: [1], norm }),
    both,
  ]),
];

describe.each(networks)('the tangent of %s', (_, network, directions) => {
  const specs = networkSpecs(network, tinyShape);
  const inputs: Values = {
    x: normal([1, ...tinyShape], 1),
    time: normal([1, noiseEmbeddingSize(network)], 2),
    ...Object.fromEntries(specs.map(({ name, shape }, i) => [name, normal(shape, 10 + i, 0.1)])),
  };
  const fn: Function = (x) => networkOutput(x, x['x']!, x['time']!, network);

  it.each(directions.map((names) => [names]))('by %s is the one of finite differences', async (names) => {
    await expectTangent(fn, inputs, names, 0.03);
  });
});

describe('the graph of a tangent', () => {
  const float = (...shape: number[]) => ({ dtype: 'float32', shape }) as const;
  const network = networkOf({ ...tinyDit, depth: 2 });
  const size = noiseEmbeddingSize(network);
  const types = {
    ...{ x: float(1, ...tinyShape), time: float(1, size) },
    ...{ [directionOf('x')]: float(1, ...tinyShape), [directionOf('time')]: float(1, size) },
    ...Object.fromEntries(networkSpecs(network, tinyShape).map(({ name, shape }) => [name, float(...shape)])),
  };
  const fn: Function = (x) => networkOutput(x, x['x']!, x['time']!, network);
  const counted = (traced: TensorFunction) => countOps(optimise(trace('t', traced, types)));

  it('holds one forward pass and the tangent: nothing of the gradient is left', () => {
    const forward = counted((x) => ({ value: fn(x) }));
    const both = counted(valueAndTangent(fn, ['x', 'time']));
    // What only a forward pass has, once; a product and its tangent for each product, and the product rule's second one for the two of each attention.
    for (const op of ['rsqrt', 'sigmoid', 'softmax', 'mean', 'relu']) expect([op, both[op]]).toEqual([op, forward[op]]);
    expect(both['matmul']).toBe(2 * forward['matmul']! + 2 * 2);
  });

  it('is refused inside a gradient, where it would be wrong', () => {
    const loss = (x: Tensors) =>
      ops.valueAndGrads(({ v }) => ops.sum(ops.jvp((u) => ops.square(u), [v], [v]).tangent), { v: x['x']! }).grads;
    expect(() => runEager(loss, { x: normal([2], 1) })).toThrow('has no gradient');
  });
});
