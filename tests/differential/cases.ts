/** One row for every op of main/tensor/ops.ts: how to call it on random inputs. The completeness test reads the names. */
import * as ops from '../../main/tensor/ops.ts';
import type { Tensor } from '../../main/tensor/ops.ts';
import type { EagerTensor } from '../../main/tensor/eager/run.ts';
import { normal } from '../support/tensors.ts';

/** Sizes of axes: any whole numbers from 1. */
export interface Sizes {
  readonly i: number;
  readonly j: number;
  readonly k: number;
  readonly l: number;
}

export interface Case {
  /** The names of ops.ts this row covers. */
  readonly ops: readonly (keyof typeof ops)[];
  readonly title: string;
  /** Inputs for random sizes. */
  readonly inputs: (n: Sizes) => Readonly<Record<string, EagerTensor>>;
  readonly run: (x: Readonly<Record<string, Tensor>>, n: Sizes) => Tensor;
  /** Inputs whose gradient is compared and checked by finite differences; default: all. */
  readonly differentiable?: readonly string[];
}

const positive = (shape: readonly number[], seed: number): EagerTensor => {
  const { data, ...rest } = normal(shape, seed);
  return { ...rest, data: Float32Array.from(data, (v) => Math.abs(v) + 0.3) };
};
/** Away from 0, where a kink would spoil finite differences. */
const offZero = (shape: readonly number[], seed: number): EagerTensor => {
  const { data, ...rest } = normal(shape, seed);
  return { ...rest, data: Float32Array.from(data, (v) => v + Math.sign(v) * 0.2) };
};

type Binary = (a: Tensor, b: Tensor) => Tensor;
const binary = (name: keyof typeof ops, fn: Binary, right = normal): Case[] => [
  {
    ops: [name],
    title: `${name} of equal shapes`,
    inputs: ({ i, j }) => ({ a: normal([i, j], 1), b: right([i, j], 2) }),
    run: ({ a, b }) => fn(a!, b!),
  },
  {
    ops: [name],
    title: `${name} broadcasting both ways`,
    inputs: ({ i, j, k }) => ({ a: normal([i, 1, k], 3), b: right([j, 1], 4) }),
    run: ({ a, b }) => fn(a!, b!),
  },
];
const unary = (name: keyof typeof ops, fn: (x: Tensor) => Tensor, input = normal): Case[] => [
  { ops: [name], title: name, inputs: ({ i, j, k }) => ({ x: input([i, j, k], 5) }), run: ({ x }) => fn(x!) },
];

/** conv2d takes one form on many places and another on few; 4 × 4 and more are many, l × 2 are few. */
const convolutions = ([1, 2] as const).flatMap((stride) =>
  [1, 3, 5].flatMap((kernel): Case[] => [
    {
      ops: ['conv2d'],
      title: `conv2d ${kernel}×${kernel} on many places, stride ${stride}`,
      inputs: ({ i, j, k, l }) => ({
        x: normal([i, j, 4 * stride + k, 4 * stride + l], 33),
        w: normal([k, j, kernel, kernel], 34, 0.3),
      }),
      run: ({ x, w }) => ops.conv2d(x!, w!, stride),
    },
    {
      ops: ['conv2d'],
      title: `conv2d ${kernel}×${kernel} on few places, stride ${stride}`,
      inputs: ({ i, j, k, l }) => ({
        x: normal([i, j, l, 2], 35),
        w: normal([k, j, kernel, kernel], 36, 0.3),
      }),
      run: ({ x, w }) => ops.conv2d(x!, w!, stride),
    },
  ]),
);

/** depthwiseConv2d takes one form up to 36 places and another beyond, for the gradient beyond 64; k × l is few for any sizes. */
const depthwiseConvolutions = [1, 3, 5].flatMap((kernel) =>
  (
    [
      ['few places', ({ k, l }) => [k, l]],
      ['places that are few for its gradient', ({ i }) => [7, 5 + i]],
      ['many places', ({ k, l }) => [8 + k, 8 + l]],
    ] satisfies [string, (n: Sizes) => number[]][]
  ).map(([places, size]): Case => ({
    ops: ['depthwiseConv2d'],
    title: `depthwiseConv2d ${kernel}×${kernel} on ${places}`,
    inputs: (n) => ({ x: normal([n.i, n.j, ...size(n)], 45), w: normal([n.j, 1, kernel, kernel], 46, 0.3) }),
    run: ({ x, w }) => ops.depthwiseConv2d(x!, w!),
  })),
);

export const cases: readonly Case[] = [
  {
    ops: ['recomputed'],
    title: 'recomputed',
    inputs: ({ i, j, k }) => ({ x: normal([i, j], 40), c: normal([i, 1], 41), w: normal([k, j], 42) }),
    run: ({ x, c, w }) =>
      ops.recomputed(
        (x, c, w) => ops.recomputed((h) => ops.tanh(h), [ops.matMul(ops.mul(x, ops.silu(c)), w, false, true)]),
        [x!, c!],
        [w!],
      ),
  },
  ...binary('add', ops.add),
  ...binary('sub', ops.sub),
  ...binary('mul', ops.mul),
  ...binary('div', ops.div, positive),
  ...unary('neg', ops.neg),
  ...unary('square', ops.square),
  ...unary('sqrt', ops.sqrt, positive),
  ...unary('rsqrt', ops.rsqrt, positive),
  ...unary('exp', ops.exp),
  ...unary('log', ops.log, positive),
  ...unary('log1p', ops.log1p, positive),
  ...unary('sigmoid', ops.sigmoid),
  ...unary('tanh', ops.tanh),
  ...unary('relu', ops.relu, offZero),
  ...unary('silu', ops.silu),
  ...unary('gelu', ops.gelu),
  ...unary('softmax', ops.softmax),
  ...unary('rmsNormalise', ops.rmsNormalise(1e-6)),
  {
    ops: ['layerNormalise'],
    title: 'layerNormalise over the last axis',
    inputs: ({ i, j, k }) => ({ x: normal([i, j, k + 1], 6) }),
    run: ({ x }) => ops.layerNormalise([-1], 1e-5)(x!),
  },
  {
    ops: ['layerNormalise'],
    title: 'layerNormalise over the whole sample',
    inputs: ({ i, j, k, l }) => ({ x: normal([i, j, k, l + 1], 7) }),
    run: ({ x }) => ops.layerNormalise([1, 2, 3], 1e-5)(x!),
  },
  {
    ops: ['gate'],
    title: 'gate, open and shut',
    inputs: ({ i, j }) => ({ x: normal([i, j], 6), y: normal([i, j], 7) }),
    run: ({ x, y }) => ops.add(y!, ops.add(ops.gate(ops.greater(1, 0), x!), ops.gate(ops.greater(0, 1), x!))),
    differentiable: ['y'],
  },
  {
    ops: ['greater', 'where'],
    title: 'where chooses by greater',
    inputs: ({ i, j }) => ({ a: normal([i, j], 8), b: normal([i, j], 9) }),
    run: ({ a, b }) => ops.where(ops.greater(a!, 0.1), ops.mul(a!, b!), b!),
  },
  {
    ops: ['addAll'],
    title: 'addAll',
    inputs: ({ i, j }) => ({ a: normal([i, j], 10), b: normal([i, j], 11), c: normal([i, j], 12) }),
    run: ({ a, b, c }) => ops.addAll([a!, b!, c!]),
  },
  {
    ops: ['sum'],
    title: 'sum over some axes',
    inputs: ({ i, j, k }) => ({ x: normal([i, j, k], 13) }),
    run: ({ x }) => ops.sum(x!, [0, 2]),
  },
  {
    ops: ['sum'],
    title: 'sum of everything',
    inputs: ({ i, j }) => ({ x: normal([i, j], 14) }),
    run: ({ x }) => ops.sum(x!),
  },
  {
    ops: ['mean'],
    title: 'mean keeping axes',
    inputs: ({ i, j, k }) => ({ x: normal([i, j, k], 15) }),
    run: ({ x }) => ops.mean(x!, [1], true),
  },
  {
    ops: ['mean'],
    title: 'mean of everything',
    inputs: ({ i, j, k }) => ({ x: normal([i, j, k], 16) }),
    run: ({ x }) => ops.mean(x!),
  },
  {
    ops: ['reshape'],
    title: 'reshape with an open size',
    inputs: ({ i, j, k }) => ({ x: normal([i, j, k], 17) }),
    run: ({ x }, { i, j }) => ops.reshape(x!, [i * j, -1]),
  },
  {
    ops: ['transpose'],
    title: 'transpose of three axes',
    inputs: ({ i, j, k }) => ({ x: normal([i, j, k], 18) }),
    run: ({ x }) => ops.transpose(x!, [2, 0, 1]),
  },
  {
    ops: ['concat'],
    title: 'concat',
    inputs: ({ i, j, k }) => ({ a: normal([i, j], 19), b: normal([i, k], 20) }),
    run: ({ a, b }) => ops.concat([a!, b!], 1),
  },
  {
    ops: ['split'],
    title: 'split into unequal parts',
    inputs: ({ i, j, k }) => ({ x: normal([i, 2 * j + k], 21) }),
    run: ({ x }, { j, k }) => {
      const [a, b, c] = ops.split(x!, [j, j, k], 1);
      return ops.concat([c!, ops.mul(a!, b!)], 1);
    },
  },
  {
    ops: ['slice'],
    title: 'slice to the end',
    inputs: ({ i, j, k }) => ({ x: normal([i + 2, j + k], 22) }),
    run: ({ x }, { i, j }) => ops.slice(x!, [1, j], [i, -1]),
  },
  {
    ops: ['pad'],
    title: 'pad',
    inputs: ({ i, j }) => ({ x: normal([i, j], 23) }),
    run: ({ x }) =>
      ops.pad(x!, [
        [1, 0],
        [2, 1],
      ]),
  },
  {
    ops: ['broadcastTo'],
    title: 'broadcastTo',
    inputs: ({ i, j }) => ({ x: normal([i, 1, j], 24) }),
    run: ({ x }, { i, j, k, l }) => ops.broadcastTo(x!, [k, i, l, j]),
  },
  {
    ops: ['matMul'],
    title: 'matMul of matrices',
    inputs: ({ i, j, k }) => ({ a: normal([i, j], 25), b: normal([j, k], 26) }),
    run: ({ a, b }) => ops.matMul(a!, b!),
  },
  {
    ops: ['matMul'],
    title: 'matMul with both transposed',
    inputs: ({ i, j, k }) => ({ a: normal([j, i], 27), b: normal([k, j], 28) }),
    run: ({ a, b }) => ops.matMul(a!, b!, true, true),
  },
  {
    ops: ['matMul'],
    title: 'matMul in batches, right side transposed',
    inputs: ({ i, j, k, l }) => ({ a: normal([2, i, j, k], 29), b: normal([2, i, l, k], 30) }),
    run: ({ a, b }) => ops.matMul(a!, b!, false, true),
  },
  {
    ops: ['matMul'],
    title: 'matMul in batches, left side transposed',
    inputs: ({ i, j, k, l }) => ({ a: normal([i, j, k], 31), b: normal([i, j, l], 32) }),
    run: ({ a, b }) => ops.matMul(a!, b!, true, false),
  },
  {
    ops: ['layerNormalise'],
    title: 'layerNormalise within groups of channels',
    inputs: ({ i, j, k, l }) => ({ x: normal([i, 3 * j, k, l + 1], 38) }),
    run: ({ x }, { i, j, k, l }) => ops.layerNormalise([2], 1e-5)(ops.reshape(x!, [i, 3, j * k * (l + 1)])),
  },
  {
    ops: ['attention'],
    title: 'attention of several heads',
    inputs: ({ i, j, k, l }) => ({
      q: normal([2, i, j, k], 40),
      k: normal([2, i, l, k], 41),
      v: normal([2, i, l, j], 42),
    }),
    run: ({ q, k, v }) => ops.attention(q!, k!, v!),
  },
  {
    ops: ['upsample'],
    title: 'upsample',
    inputs: ({ i, j, k, l }) => ({ x: normal([i, j, k, l], 39) }),
    run: ({ x }) => ops.upsample(x!),
  },
  {
    ops: ['averagePool'],
    title: 'averagePool',
    inputs: ({ i, j, k, l }) => ({ x: normal([i, j, 2 * k, 2 * l], 40) }),
    run: ({ x }) => ops.averagePool(x!),
  },
  ...convolutions,
  ...depthwiseConvolutions,
  ...([1, 2] as const).map((stride): Case => ({
    ops: ['conv2d'],
    title: `conv2d 3×3 without padding, stride ${stride}`,
    inputs: ({ i, j, k, l }) => ({
      x: normal([i, j, 4 * stride + k, 4 * stride + l], 43),
      w: normal([k, j, 3, 3], 44, 0.3),
    }),
    run: ({ x, w }) => ops.conv2d(x!, w!, stride, 0),
  })),
  {
    ops: ['constant', 'scalar'],
    title: 'constants of the graph',
    inputs: ({ i }) => ({ x: normal([i, 3], 37) }),
    run: ({ x }) => ops.mul(ops.add(x!, ops.constant(Float32Array.of(1, 2, 3), [3])), ops.scalar(0.5)),
  },
];
