/** How each op of the IR is written in ONNX; total over the op list. */
import type { NodeOf, OpName, TensorType, ValueId } from '../ir/graph.ts';
import type { OnnxGraph } from './format.ts';
import { elementType } from './format.ts';

export type AttributeValue =
  number | readonly number[] | { readonly float: number } | { readonly string: string } | { readonly graph: OnnxGraph };

/** What a rule may use: names of values, new constants, and ONNX nodes. */
export interface OnnxScope {
  name(value: ValueId): string;
  typeOf(value: ValueId): TensorType;
  /** A constant list of int64, as shapes and axes are. */
  ints(values: readonly number[]): string;
  float(value: number): string;
  /** A constant list of float32. */
  floats(values: readonly number[]): string;
  /** Adds a node of an operator, `domain.Name` where it is none of ONNX's own; returns the name of its (first) output, or writes to the given names. */
  node(
    op: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, AttributeValue>>,
    outputs?: readonly string[],
  ): string;
}

type Rule<O extends OpName> = (node: NodeOf<O>, scope: OnnxScope) => void;

/** One ONNX node with the same inputs. */
const plain =
  <O extends OpName>(op: string): Rule<O> =>
  (node, scope) => {
    scope.node(
      op,
      node.inputs.map((value) => scope.name(value)),
      {},
      outputs(node, scope),
    );
  };
const outputs = (node: NodeOf<OpName>, scope: OnnxScope): string[] => node.outputs.map((value) => scope.name(value));
const input = (node: NodeOf<OpName>, scope: OnnxScope, index = 0): string => scope.name(node.inputs[index]!);

const reduction =
  <O extends 'sum' | 'mean'>(op: string): Rule<O> =>
  (node, scope) => {
    const { axes, keepDims } = node.attributes;
    scope.node(op, [input(node, scope), scope.ints(axes)], { keepdims: keepDims ? 1 : 0 }, outputs(node, scope));
  };

/** A WebGPU kernel binds every output of a Split, and 8 storage buffers are all that every device has. */
const mostSplitOutputs = 7;

/** A constant of the dtype of a node's first input. */
function floatLike(value: number, node: NodeOf<OpName>, scope: OnnxScope): string {
  const { dtype } = scope.typeOf(node.inputs[0]!);
  return dtype === 'float32'
    ? scope.float(value)
    : scope.node('Cast', [scope.float(value)], { to: elementType[dtype] });
}

/** Swaps the last two axes. */
function swapped(name: string, rank: number, scope: OnnxScope): string {
  const perm = Array.from({ length: rank }, (_, i) => i);
  [perm[rank - 2], perm[rank - 1]] = [rank - 1, rank - 2];
  return scope.node('Transpose', [name], { perm });
}

/** Kernel size, strides and padding of a convolution, as attributes. */
function window(node: NodeOf<'conv2d' | 'convTranspose2d'>, scope: OnnxScope): Record<string, readonly number[]> {
  const { stride, padding } = node.attributes;
  const kernel = scope.typeOf(node.inputs[1]!).shape.slice(2);
  return { kernel_shape: kernel, strides: [stride, stride], pads: [padding, padding, padding, padding] };
}

export const onnxRules: { readonly [O in OpName]: Rule<O> } = {
  add: plain('Add'),
  sub: plain('Sub'),
  mul: plain('Mul'),
  div: plain('Div'),
  greater: plain('Greater'),
  neg: plain('Neg'),
  exp: plain('Exp'),
  log: plain('Log'),
  // Kahan's form: with w = 1 + x rounded, log(w)·x/(w − 1) is log1p(x) to rounding; x itself where w = 1.
  log1p: (node, scope) => {
    const x = input(node, scope);
    const one = floatLike(1, node, scope);
    const w = scope.node('Add', [x, one]);
    const rounded = scope.node('Sub', [w, one]);
    const isZero = scope.node('Equal', [rounded, floatLike(0, node, scope)]);
    const safe = scope.node('Where', [isZero, one, rounded]);
    const ratio = scope.node('Div', [scope.node('Mul', [scope.node('Log', [w]), x]), safe]);
    scope.node('Where', [isZero, x, ratio], {}, outputs(node, scope));
  },
  sqrt: plain('Sqrt'),
  rsqrt: (node, scope) => {
    scope.node('Reciprocal', [scope.node('Sqrt', [input(node, scope)])], {}, outputs(node, scope));
  },
  relu: plain('Relu'),
  sigmoid: plain('Sigmoid'),
  tanh: plain('Tanh'),
  gelu: plain('com.microsoft.FastGelu'),
  identity: plain('Identity'),
  cast: (node, scope) => {
    scope.node('Cast', [input(node, scope)], { to: elementType[node.attributes.to] }, outputs(node, scope));
  },
  where: plain('Where'),
  // Gemm takes transposes and a summand and, unlike Transpose + MatMul, needs no copy on WebGPU; it is for matrices only.
  matmul: (node, scope) => {
    const { transposeA, transposeB } = node.attributes;
    const [a, b, added] = node.inputs as [ValueId, ValueId, ValueId?];
    const [rankA, rankB] = [scope.typeOf(a).shape.length, scope.typeOf(b).shape.length];
    if (rankA === 2 && rankB === 2) {
      scope.node(
        'Gemm',
        node.inputs.map((value) => scope.name(value)),
        { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 },
        outputs(node, scope),
      );
      return;
    }
    const left = transposeA ? swapped(scope.name(a), rankA, scope) : scope.name(a);
    const right = transposeB ? swapped(scope.name(b), rankB, scope) : scope.name(b);
    if (added === undefined) scope.node('MatMul', [left, right], {}, outputs(node, scope));
    else scope.node('Add', [scope.node('MatMul', [left, right]), scope.name(added)], {}, outputs(node, scope));
  },
  transpose: (node, scope) => {
    scope.node('Transpose', [input(node, scope)], { perm: node.attributes.perm }, outputs(node, scope));
  },
  reshape: (node, scope) => {
    scope.node('Reshape', [input(node, scope), scope.ints(node.attributes.shape)], {}, outputs(node, scope));
  },
  expand: (node, scope) => {
    scope.node('Expand', [input(node, scope), scope.ints(node.attributes.shape)], {}, outputs(node, scope));
  },
  upsample: (node, scope) => {
    const scales = scope.floats([1, 1, 2, 2]);
    scope.node(
      'Resize',
      [input(node, scope), '', scales],
      {
        mode: { string: 'nearest' },
        nearest_mode: { string: 'floor' },
        coordinate_transformation_mode: { string: 'asymmetric' },
      },
      outputs(node, scope),
    );
  },
  sum: reduction('ReduceSum'),
  mean: reduction('ReduceMean'),
  softmax: (node, scope) => {
    scope.node('Softmax', [input(node, scope)], { axis: node.attributes.axis }, outputs(node, scope));
  },
  concat: (node, scope) => {
    scope.node(
      'Concat',
      node.inputs.map((value) => scope.name(value)),
      { axis: node.attributes.axis },
      outputs(node, scope),
    );
  },
  split: (node, scope) => {
    const { axis, sizes } = node.attributes;
    if (sizes.length <= mostSplitOutputs) {
      scope.node('Split', [input(node, scope), scope.ints(sizes)], { axis }, outputs(node, scope));
      return;
    }
    let from = 0;
    sizes.forEach((size, i) => {
      const bounds = [scope.ints([from]), scope.ints([from + size]), scope.ints([axis])];
      scope.node('Slice', [input(node, scope), ...bounds], {}, [outputs(node, scope)[i]!]);
      from += size;
    });
  },
  slice: (node, scope) => {
    const { begin, size } = node.attributes;
    scope.node(
      'Slice',
      [input(node, scope), scope.ints(begin), scope.ints(begin.map((from, i) => from + size[i]!))],
      {},
      outputs(node, scope),
    );
  },
  pad: (node, scope) => {
    const { before, after, value } = node.attributes;
    scope.node(
      'Pad',
      [input(node, scope), scope.ints([...before, ...after]), floatLike(value, node, scope)],
      {},
      outputs(node, scope),
    );
  },
  conv2d: (node, scope) => {
    scope.node('Conv', [input(node, scope), input(node, scope, 1)], window(node, scope), outputs(node, scope));
  },
  depthwiseConv2d: (node, scope) => {
    const [channels, , kernel] = scope.typeOf(node.inputs[1]!).shape as [number, number, number];
    const reach = (kernel - 1) / 2;
    scope.node(
      'Conv',
      [input(node, scope), input(node, scope, 1)],
      { group: channels, kernel_shape: [kernel, kernel], strides: [1, 1], pads: [reach, reach, reach, reach] },
      outputs(node, scope),
    );
  },
  convTranspose2d: (node, scope) => {
    const { stride, padding, size } = node.attributes;
    const [y, filter] = node.inputs.map((value) => scope.typeOf(value).shape) as [readonly number[], readonly number[]];
    // What the stride leaves over at the end of each axis.
    const rest = size.map((extent, i) => extent - ((y[2 + i]! - 1) * stride - 2 * padding + filter[2 + i]!));
    scope.node(
      'ConvTranspose',
      [input(node, scope), input(node, scope, 1)],
      { ...window(node, scope), output_padding: rest },
      outputs(node, scope),
    );
  },
};
