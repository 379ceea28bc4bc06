/** Samples of every IR op, with attributes that no function of ops.ts leads to; total over the op list. */
import type { EagerTensor } from '../../main/tensor/eager/run.ts';
import { GraphBuilder } from '../../main/tensor/ir/builder.ts';
import type { OpAttributes, OpName } from '../../main/tensor/ir/graph.ts';
import { normal } from '../support/tensors.ts';

type Sample<O extends OpName> = readonly [inputs: readonly EagerTensor[], attributes: OpAttributes[O]];

const x = normal([2, 3, 4], 1);
const y = normal([3, 1], 2);
const positive: EagerTensor = { ...x, data: Float32Array.from(x.data, (v) => Math.abs(v) + 0.3) };
const ints: EagerTensor = { dtype: 'int32', shape: [4], data: Int32Array.of(-3, 0, 1, 70_000) };
const bools: EagerTensor = { dtype: 'bool', shape: [2, 3, 1], data: Uint8Array.of(1, 0, 0, 1, 1, 0) };

const binary = [
  [[x, y], {}],
  [[x, normal([], 3)], {}],
] as const;
const unary = [[[x], {}]] as const;
const ofPositive = [[[positive], {}]] as const;
const reductions = [
  [[x], { axes: [1], keepDims: false }],
  [[x], { axes: [0, 2], keepDims: true }],
  [[x], { axes: [0, 1, 2], keepDims: false }],
] as const;

const samples: { readonly [O in OpName]: readonly Sample<O>[] } = {
  add: [...binary, [[ints, ints], {}]],
  sub: binary,
  mul: binary,
  div: [[[x, normal([3, 1], 2, 0.1, 2)], {}]],
  greater: binary,
  neg: unary,
  exp: unary,
  log: ofPositive,
  log1p: ofPositive,
  sqrt: ofPositive,
  rsqrt: ofPositive,
  relu: unary,
  sigmoid: unary,
  tanh: unary,
  gelu: [[[normal([2, 3, 4], 1, 3)], {}]],
  identity: unary,
  cast: [
    [[ints], { to: 'float32' }],
    [[bools], { to: 'float32' }],
    [[normal([5], 4, 10)], { to: 'int32' }],
    [[ints], { to: 'bool' }],
  ],
  where: [[[bools, x, y], {}]],
  matmul: [
    [[normal([3, 4], 5), normal([4, 5], 6)], { transposeA: false, transposeB: false }],
    [[normal([2, 4, 3], 7), normal([2, 5, 4], 8)], { transposeA: true, transposeB: true }],
    [[normal([2, 1, 3, 4], 9), normal([6, 4, 5], 10)], { transposeA: false, transposeB: false }],
    [[normal([3, 4], 25), normal([5, 4], 26), normal([5], 27)], { transposeA: false, transposeB: true }],
  ],
  transpose: [[[x], { perm: [2, 0, 1] }]],
  reshape: [[[x], { shape: [4, 6] }]],
  expand: [
    [[y], { shape: [5, 3, 2] }],
    [[normal([], 11)], { shape: [2, 2] }],
  ],
  upsample: [[[normal([2, 3, 4, 5], 28)], {}]],
  sum: reductions,
  mean: reductions,
  softmax: [
    [[x], { axis: 2 }],
    [[x], { axis: 0 }],
  ],
  concat: [[[x, normal([2, 1, 4], 12), x], { axis: 1 }]],
  split: [[[x], { axis: 2, sizes: [1, 3] }]],
  slice: [[[x], { begin: [1, 0, 2], size: [1, 3, 1] }]],
  pad: [[[x], { before: [0, 1, 2], after: [1, 0, 0], value: 0.5 }]],
  conv2d: [
    [[normal([2, 3, 8, 6], 13), normal([4, 3, 3, 3], 14)], { stride: 1, padding: 1 }],
    [[normal([2, 3, 8, 7], 15), normal([4, 3, 3, 3], 16)], { stride: 2, padding: 1 }],
    [[normal([2, 3, 5, 6], 17), normal([4, 3, 2, 1], 18)], { stride: 1, padding: 0 }],
  ],
  depthwiseConv2d: [
    [[normal([2, 3, 8, 6], 29), normal([3, 1, 3, 3], 30)], {}],
    [[normal([2, 17, 4, 2], 31), normal([17, 1, 5, 5], 32)], {}],
    [[normal([1, 1, 1, 3], 33), normal([1, 1, 1, 1], 34)], {}],
  ],
  convTranspose2d: [
    [[normal([2, 4, 8, 6], 19), normal([4, 3, 3, 3], 20)], { stride: 1, padding: 1, size: [8, 6] }],
    [[normal([2, 4, 4, 4], 21), normal([4, 3, 3, 3], 22)], { stride: 2, padding: 1, size: [8, 7] }],
    [[normal([2, 4, 4, 6], 23), normal([4, 3, 2, 1], 24)], { stride: 1, padding: 0, size: [5, 6] }],
  ],
};

/** A graph of one node, and its inputs by name. */
function graphOf<O extends OpName>(op: O, [inputs, attributes]: Sample<O>) {
  const builder = new GraphBuilder(op);
  const values = inputs.map((type, i) => builder.input(`x${i}`, type));
  const outputs = builder.emitAll(op, values, attributes);
  return {
    graph: builder.finish(outputs.map((value, i) => ({ name: `y${i}`, value }))),
    inputs: Object.fromEntries(inputs.map((tensor, i) => [`x${i}`, tensor])),
  };
}

/** Every sample, by op and number. */
export const sampleGraphs = (Object.keys(samples) as OpName[]).flatMap((op) =>
  // A sample belongs to its op; TypeScript can not correlate the two.
  samples[op].map((sample, i) => ({ name: `${op} ${i + 1}`, ...graphOf(op, sample as never) })),
);
