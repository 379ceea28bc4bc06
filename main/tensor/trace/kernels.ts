/** The TF.js kernels that can be traced, each as the IR ops it records. A kernel that is not here is not in the vocabulary. */
import type { NodeOf, OpName, Shape, ValueId } from '../ir/graph.ts';
import { tf } from '../tf.ts';
import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '../tf.ts';
import { toDtype, traceBackend, traceBackendName } from './backend.ts';

type Attributes = Readonly<Record<string, unknown>>;
type Kernel = (inputs: Readonly<Record<string, TensorInfo>>, attributes: Attributes) => ValueId | readonly ValueId[];

const id = (tensor: TensorInfo | undefined): ValueId => traceBackend.valueOf(tensor!);
const emit = <O extends OpName>(op: O, inputs: readonly ValueId[], attributes: NodeOf<O>['attributes']): ValueId =>
  traceBackend.record(op, inputs, attributes)[0]!;
const scalar = (value: number): ValueId => traceBackend.builder.scalar(value);

type Plain = { [O in OpName]: Record<string, never> extends NodeOf<O>['attributes'] ? O : never }[OpName];
const binary =
  (op: Plain): Kernel =>
  ({ a, b }) =>
    emit(op, [id(a), id(b)], {});
const unary =
  (op: Plain): Kernel =>
  ({ x }) =>
    emit(op, [id(x)], {});

const reduction =
  (op: 'sum' | 'mean'): Kernel =>
  ({ x }, { axis, keepDims }) => {
    const axes = tf.util.parseAxisParam(axis as number | number[], x!.shape);
    return axes.length === 0 ? id(x) : emit(op, [id(x)], { axes, keepDims: Boolean(keepDims) });
  };

function fill(shape: Shape, value: number, dtype: string): ValueId {
  const constant =
    dtype === 'int32'
      ? traceBackend.builder.constant(Int32Array.of(value), { dtype: 'int32', shape: [] })
      : scalar(value);
  return shape.length === 0 ? constant : emit('expand', [constant], { shape });
}

const normalAxis = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);
const list = (inputs: Readonly<Record<string, TensorInfo>>): TensorInfo[] => Object.values(inputs);

/** Sizes with −1 (“to the end”) resolved. */
function sliceSizes(shape: Shape, begin: readonly number[], size: readonly number[]): number[] {
  return shape.map((extent, i) => (size[i] === undefined || size[i] < 0 ? extent - (begin[i] ?? 0) : size[i]));
}

const channelsFirst = (value: ValueId): ValueId => emit('transpose', [value], { perm: [0, 3, 1, 2] });
const channelsLast = (value: ValueId): ValueId => emit('transpose', [value], { perm: [0, 2, 3, 1] });
const filterFirst = (value: ValueId): ValueId => emit('transpose', [value], { perm: [3, 2, 0, 1] });
function squareStride(strides: unknown, dataFormat: unknown, pad: unknown): number {
  const [down, across] = Array.isArray(strides) ? (strides as number[]) : [strides as number, strides as number];
  tf.util.assert(
    dataFormat === 'NHWC' && typeof pad === 'number' && down === across,
    () => 'convolution: expected channels last, a number as padding and one stride',
  );
  return down!;
}

export const traceKernels: Readonly<Record<string, Kernel>> = {
  Add: binary('add'),
  Sub: binary('sub'),
  Multiply: binary('mul'),
  RealDiv: binary('div'),
  Greater: binary('greater'),
  Neg: unary('neg'),
  Exp: unary('exp'),
  Log: unary('log'),
  Log1p: unary('log1p'),
  Sqrt: unary('sqrt'),
  Rsqrt: unary('rsqrt'),
  Relu: unary('relu'),
  Sigmoid: unary('sigmoid'),
  Tanh: unary('tanh'),
  // TF.js clones tensors that the tape saves; a value needs no copy.
  Identity: ({ x }) => id(x),
  Square: ({ x }) => emit('mul', [id(x), id(x)], {}),
  // The derivative of relu: 1 above zero. TF.js also has a slope below zero (alpha); relu's is 0.
  Step: ({ x }) => emit('cast', [emit('greater', [id(x), scalar(0)], {})], { to: 'float32' }),
  Cast: ({ x }, { dtype }) => (x!.dtype === dtype ? id(x) : emit('cast', [id(x)], { to: toDtype(dtype as string) })),
  Select: ({ condition, t, e }) => emit('where', [id(condition), id(t), id(e)], {}),
  BatchMatMul: ({ a, b }, { transposeA, transposeB }) =>
    emit('matmul', [id(a), id(b)], { transposeA: Boolean(transposeA), transposeB: Boolean(transposeB) }),
  Transpose: ({ x }, { perm }) => emit('transpose', [id(x)], { perm: perm as number[] }),
  Reshape: ({ x }, { shape }) =>
    emit('reshape', [id(x)], {
      shape: tf.util.inferFromImplicitShape(shape as number[], tf.util.sizeFromShape(x!.shape)),
    }),
  ExpandDims: ({ input }, { dim }) => {
    const axis = (dim as number) < 0 ? input!.shape.length + 1 + (dim as number) : (dim as number);
    return emit('reshape', [id(input)], { shape: input!.shape.toSpliced(axis, 0, 1) });
  },
  Sum: reduction('sum'),
  Mean: reduction('mean'),
  Softmax: ({ logits }, { dim }) =>
    emit('softmax', [id(logits)], { axis: normalAxis(dim as number, logits!.shape.length) }),
  Concat: (inputs, { axis }) => {
    const tensors = list(inputs);
    return emit('concat', tensors.map(id), { axis: normalAxis(axis as number, tensors[0]!.shape.length) });
  },
  SplitV: ({ x }, { numOrSizeSplits, axis }) => {
    const at = normalAxis(axis as number, x!.shape.length);
    const parts = numOrSizeSplits as number | number[];
    const sizes = Array.isArray(parts) ? parts : Array.from({ length: parts }, () => x!.shape[at]! / parts);
    return traceBackend.record('split', [id(x)], { axis: at, sizes });
  },
  Slice: ({ x }, { begin, size }) => {
    const from = x!.shape.map((_, i) => (begin as number[])[i] ?? 0);
    return emit('slice', [id(x)], { begin: from, size: sliceSizes(x!.shape, from, size as number[]) });
  },
  PadV2: ({ x }, { paddings, constantValue }) => {
    const sides = paddings as [number, number][];
    return emit('pad', [id(x)], {
      before: sides.map(([a]) => a),
      after: sides.map(([, b]) => b),
      value: constantValue as number,
    });
  },
  // tf.broadcastTo and the gradient of tile use Tile; where each repeated axis has size 1 it is a broadcast.
  Tile: ({ x }, { reps }) => {
    const { shape } = x!;
    const times = reps as number[];
    const pairs = shape.flatMap((size) => [1, size]);
    const grown = shape.flatMap((size, i) => [times[i]!, size]);
    if (shape.every((size, i) => size === 1 || times[i] === 1))
      return emit('expand', [id(x)], { shape: shape.map((size, i) => size * times[i]!) });
    const tiled = emit('expand', [emit('reshape', [id(x)], { shape: pairs })], { shape: grown });
    return emit('reshape', [tiled], { shape: shape.map((size, i) => size * times[i]!) });
  },
  Fill: (_, { shape, value, dtype }) =>
    fill(shape as number[], value as number, (dtype as string | undefined) ?? 'float32'),
  ZerosLike: ({ x }) => fill(x!.shape, 0, x!.dtype),
  OnesLike: ({ x }) => fill(x!.shape, 1, x!.dtype),
  // A chain of additions: the variadic sum has no WebGPU kernel in ONNX Runtime.
  AddN: (inputs) =>
    list(inputs)
      .map(id)
      .reduce((sum, value) => emit('add', [sum, value], {})),
  // TF.js has pictures as [batch, h, w, channels] and filters as [kh, kw, in, out], the IR the channels first.
  Conv2D: ({ x, filter }, { strides, pad, dataFormat }) => {
    const stride = squareStride(strides, dataFormat, pad);
    return channelsLast(
      emit('conv2d', [channelsFirst(id(x)), filterFirst(id(filter))], { stride, padding: pad as number }),
    );
  },
  // There the filter is [kh, kw, channels, 1].
  DepthwiseConv2dNative: ({ x, filter }, { strides, pad, dataFormat }) => {
    tf.util.assert(
      dataFormat === 'NHWC' && pad === 'same' && strides === 1,
      () => 'depthwise convolution: expected channels last, the padding that keeps the shape and no stride',
    );
    const filterFirst = emit('transpose', [id(filter)], { perm: [2, 3, 0, 1] });
    return channelsLast(emit('depthwiseConv2d', [channelsFirst(id(x)), filterFirst], {}));
  },
  Conv2DBackpropInput: ({ dy, filter }, { strides, pad, dataFormat, inputShape }) => {
    const stride = squareStride(strides, dataFormat, pad);
    const [, height, width] = inputShape as [number, number, number, number];
    return channelsLast(
      emit('convTranspose2d', [channelsFirst(id(dy)), filterFirst(id(filter))], {
        stride,
        padding: pad as number,
        size: [height, width],
      }),
    );
  },
};

for (const [kernelName, kernel] of Object.entries(traceKernels)) {
  tf.registerKernel({
    kernelName,
    backendName: traceBackendName,
    kernelFunc: ({ inputs, attrs }: { inputs: NamedTensorInfoMap; attrs?: NamedAttrMap }) => {
      const result = kernel(inputs as Record<string, TensorInfo>, attrs ?? {});
      return typeof result === 'number' ? traceBackend.info(result) : result.map((value) => traceBackend.info(value));
    },
  });
}
