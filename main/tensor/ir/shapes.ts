/** What each operation gives for what it gets: the shape and dtype rule of every op, total over the op list. */
import type { Dtype, NodeOf, OpAttributes, OpName, Shape, TensorType } from './graph.ts';
import { formatType, isFloat, sameShape, sizeOf } from './graph.ts';

/** Thrown by a rule; whoever applies the rule adds the op and the place. */
export class ShapeProblem extends Error {
  readonly expected: string;
  readonly got: string;
  constructor(expected: string, got: string) {
    super(`expected ${expected}, got ${got}`);
    this.expected = expected;
    this.got = got;
  }
}

type Rule<O extends OpName> = (inputs: readonly TensorType[], attributes: OpAttributes[O]) => readonly TensorType[];

/** The shape two shapes broadcast to, by NumPy's rule. */
export function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1)
      throw new ShapeProblem('shapes that broadcast', `[${a.join(',')}] and [${b.join(',')}]`);
    return x === 1 ? y : x;
  });
}

function require(condition: boolean, expected: string, ...got: readonly TensorType[]): void {
  if (!condition) throw new ShapeProblem(expected, got.map(formatType).join(', '));
}

function arity(inputs: readonly TensorType[], count: number): void {
  if (inputs.length !== count) throw new ShapeProblem(`${count} inputs`, String(inputs.length));
}

const elementwise = (result?: Dtype) => (inputs: readonly TensorType[]) => {
  arity(inputs, 2);
  const [a, b] = inputs as [TensorType, TensorType];
  require(a.dtype === b.dtype, 'inputs of one dtype', a, b);
  return [{ dtype: result ?? a.dtype, shape: broadcastShape(a.shape, b.shape) }];
};

const unary = (inputs: readonly TensorType[]) => {
  arity(inputs, 1);
  require(isFloat(inputs[0]!.dtype), 'a float input', inputs[0]!);
  return [inputs[0]!];
};

const reduction = (inputs: readonly TensorType[], { axes, keepDims }: OpAttributes['sum']) => {
  arity(inputs, 1);
  const { dtype, shape } = inputs[0]!;
  require(axes.length > 0 &&
    axes.every((axis) => axis >= 0 && axis < shape.length), `axes ${axes.join(',')} within the rank`, inputs[0]!);
  const reduced = shape.map((size, i) => (axes.includes(i) ? 1 : size));
  return [{ dtype, shape: keepDims ? reduced : reduced.filter((_, i) => !axes.includes(i)) }];
};

/** Output places of a convolution along one axis. */
const placesOf = (size: number, kernel: number, stride: number, padding: number): number =>
  Math.floor((size + 2 * padding - kernel) / stride) + 1;

export const shapeRules: { readonly [O in OpName]: Rule<O> } = {
  add: elementwise(),
  sub: elementwise(),
  mul: elementwise(),
  div: elementwise(),
  greater: elementwise('bool'),
  neg: unary,
  exp: unary,
  log: unary,
  log1p: unary,
  sqrt: unary,
  rsqrt: unary,
  relu: unary,
  sigmoid: unary,
  tanh: unary,
  gelu: unary,
  identity: (inputs) => {
    arity(inputs, 1);
    return [inputs[0]!];
  },
  cast: (inputs, { to }) => {
    arity(inputs, 1);
    return [{ dtype: to, shape: inputs[0]!.shape }];
  },
  where: (inputs) => {
    arity(inputs, 3);
    const [condition, a, b] = inputs as [TensorType, TensorType, TensorType];
    require(condition.dtype === 'bool' &&
      a.dtype === b.dtype, 'a bool condition and two values of one dtype', condition, a, b);
    return [{ dtype: a.dtype, shape: broadcastShape(condition.shape, broadcastShape(a.shape, b.shape)) }];
  },
  matmul: (inputs, { transposeA, transposeB }) => {
    if (inputs.length !== 3) arity(inputs, 2);
    const [a, b, added] = inputs as [TensorType, TensorType, TensorType?];
    require(isFloat(a.dtype) &&
      inputs.every(({ dtype }) => dtype === a.dtype) &&
      a.shape.length >= 2 &&
      b.shape.length >= 2, 'two matrices of one float dtype', a, b);
    const [rows, inner] = transposeA ? [a.shape.at(-1)!, a.shape.at(-2)!] : [a.shape.at(-2)!, a.shape.at(-1)!];
    const [innerB, columns] = transposeB ? [b.shape.at(-1)!, b.shape.at(-2)!] : [b.shape.at(-2)!, b.shape.at(-1)!];
    require(inner === innerB, 'matrices whose inner sizes agree', a, b);
    const shape = [...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns];
    if (added)
      require(sameShape(
        broadcastShape(added.shape, shape),
        shape,
      ), `a summand that broadcasts to [${shape.join(',')}]`, added);
    return [{ dtype: a.dtype, shape }];
  },
  transpose: (inputs, { perm }) => {
    arity(inputs, 1);
    const { dtype, shape } = inputs[0]!;
    require(sameShape(
      [...perm].sort((a, b) => a - b),
      shape.map((_, i) => i),
    ), `a permutation of its axes (${perm.join(',')})`, inputs[0]!);
    return [{ dtype, shape: perm.map((axis) => shape[axis]!) }];
  },
  reshape: (inputs, { shape }) => {
    arity(inputs, 1);
    require(sizeOf(shape) ===
      sizeOf(inputs[0]!.shape), `${sizeOf(shape)} elements for [${shape.join(',')}]`, inputs[0]!);
    return [{ dtype: inputs[0]!.dtype, shape }];
  },
  expand: (inputs, { shape }) => {
    arity(inputs, 1);
    require(sameShape(
      broadcastShape(inputs[0]!.shape, shape),
      shape,
    ), `a shape that broadcasts to [${shape.join(',')}]`, inputs[0]!);
    return [{ dtype: inputs[0]!.dtype, shape }];
  },
  upsample: (inputs) => {
    arity(inputs, 1);
    const { dtype, shape } = inputs[0]!;
    require(isFloat(dtype) && shape.length === 4, 'float [batch,channels,h,w]', inputs[0]!);
    const [batch, channels, height, width] = shape as [number, number, number, number];
    return [{ dtype, shape: [batch, channels, 2 * height, 2 * width] }];
  },
  sum: reduction,
  mean: reduction,
  softmax: (inputs, { axis }) => {
    require(axis >= 0 && axis < inputs[0]!.shape.length, `axis ${axis} within the rank`, inputs[0]!);
    return unary(inputs);
  },
  concat: (inputs, { axis }) => {
    const first = inputs[0]!;
    const fits = (t: TensorType) =>
      t.dtype === first.dtype &&
      t.shape.length === first.shape.length &&
      t.shape.every((size, i) => i === axis || size === first.shape[i]);
    require(axis >= 0 &&
      axis < first.shape.length &&
      inputs.every(fits), `tensors alike but for axis ${axis}`, ...inputs);
    return [
      {
        dtype: first.dtype,
        shape: first.shape.map((size, i) => (i === axis ? inputs.reduce((sum, t) => sum + t.shape[axis]!, 0) : size)),
      },
    ];
  },
  split: (inputs, { axis, sizes }) => {
    arity(inputs, 1);
    const { dtype, shape } = inputs[0]!;
    require(sizes.reduce((a, b) => a + b, 0) === shape[axis], `${sizes.join('+')} along axis ${axis}`, inputs[0]!);
    return sizes.map((part) => ({ dtype, shape: shape.map((size, i) => (i === axis ? part : size)) }));
  },
  slice: (inputs, { begin, size }) => {
    arity(inputs, 1);
    const { dtype, shape } = inputs[0]!;
    const inside =
      begin.length === shape.length &&
      size.length === shape.length &&
      shape.every((s, i) => begin[i]! >= 0 && size[i]! >= 0 && begin[i]! + size[i]! <= s);
    require(inside, `a slice inside it (from ${begin.join(',')}, size ${size.join(',')})`, inputs[0]!);
    return [{ dtype, shape: size }];
  },
  pad: (inputs, { before, after }) => {
    arity(inputs, 1);
    const { dtype, shape } = inputs[0]!;
    require(before.length === shape.length && after.length === shape.length, 'paddings for each axis', inputs[0]!);
    return [{ dtype, shape: shape.map((size, i) => size + before[i]! + after[i]!) }];
  },
  conv2d: (inputs, { stride, padding }) => {
    arity(inputs, 2);
    const [x, filter] = inputs as [TensorType, TensorType];
    require(isFloat(x.dtype) &&
      x.dtype === filter.dtype &&
      x.shape.length === 4 &&
      filter.shape.length === 4 &&
      x.shape[1] === filter.shape[1], 'x [batch,in,h,w] and a filter [out,in,kh,kw] of one float dtype', x, filter);
    const [batch, , height, width] = x.shape as [number, number, number, number];
    const [out, , kh, kw] = filter.shape as [number, number, number, number];
    return [
      {
        dtype: x.dtype,
        shape: [batch, out, placesOf(height, kh, stride, padding), placesOf(width, kw, stride, padding)],
      },
    ];
  },
  depthwiseConv2d: (inputs) => {
    arity(inputs, 2);
    const [x, filter] = inputs as [TensorType, TensorType];
    const kernel = filter.shape[2]!;
    require(isFloat(x.dtype) &&
      x.dtype === filter.dtype &&
      x.shape.length === 4 &&
      sameShape(filter.shape, [x.shape[1]!, 1, kernel, kernel]) &&
      kernel % 2 === 1, 'x [batch,channels,h,w] and a filter [channels,1,k,k] of one float dtype, k odd', x, filter);
    return [x];
  },
  convTranspose2d: (inputs, { stride, padding, size }) => {
    arity(inputs, 2);
    const [y, filter] = inputs as [TensorType, TensorType];
    const places = size.map((extent, i) => placesOf(extent, filter.shape[2 + i]!, stride, padding));
    require(isFloat(y.dtype) &&
      y.dtype === filter.dtype &&
      y.shape.length === 4 &&
      filter.shape.length === 4 &&
      y.shape[1] === filter.shape[0] &&
      sameShape(
        places,
        y.shape.slice(2),
      ), `y [batch,out,h,w] of a picture of ${size.join(' × ')} and a filter [out,in,kh,kw]`, y, filter);
    return [{ dtype: y.dtype, shape: [y.shape[0]!, filter.shape[1]!, ...size] }];
  },
};

/** The types of a node's outputs. Throws ShapeProblem. */
export function outputTypes<O extends OpName>(
  op: O,
  inputs: readonly TensorType[],
  attributes: NodeOf<O>['attributes'],
): readonly TensorType[] {
  return shapeRules[op](inputs, attributes);
}
