/** How each IR op is computed at once by TF.js's current backend. The table is total over the op list. */
import type { OpAttributes, OpName } from '../ir/graph.ts';
import { sameShape } from '../ir/graph.ts';
import { broadcastShape } from '../ir/shapes.ts';
import { tf } from '../tf.ts';
import type { Tensor } from '../tf.ts';

type Tensor4 = ReturnType<typeof tf.tensor4d>;

/** Gives new tensors, one for each output of the node; it may leave others behind, which whoever runs it frees. */
type Rule<O extends OpName> = (inputs: readonly Tensor[], attributes: OpAttributes[O]) => Tensor | Tensor[];

const unary =
  (fn: (x: Tensor) => Tensor) =>
  ([x]: readonly Tensor[]): Tensor =>
    fn(x!);
const binary =
  (fn: (a: Tensor, b: Tensor) => Tensor) =>
  ([a, b]: readonly Tensor[]): Tensor =>
    fn(a!, b!);

const geluSlope = 2 * Math.sqrt(2 / Math.PI);

/** x·sigmoid(2k(x + 0.044715x³)), see the op. */
const gelu = unary((x) => {
  const inner = tf.mul(x, tf.add(tf.mul(tf.square(x), geluSlope * 0.044715), geluSlope));
  return tf.mul(x, tf.sigmoid(inner));
});

/** The axes with `axis` and the last one changed over. */
function lastSwapped(axis: number, rank: number): number[] {
  const perm = Array.from({ length: rank }, (_, i) => i);
  [perm[axis], perm[rank - 1]] = [rank - 1, axis];
  return perm;
}

/** Two stacks of matrices, broadcast to the leading axes of both. */
function withLeadingAxes(a: Tensor, b: Tensor): [Tensor, Tensor] {
  const leading = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const grown = (x: Tensor) => tf.broadcastTo(x, [...leading, ...x.shape.slice(-2)]);
  return [grown(a), grown(b)];
}

// The IR has channels first and filters as [out, in, kh, kw]; every TF.js backend has channels last and [kh, kw, in, out].
const channelsLast = (x: Tensor): Tensor4 => tf.transpose(x as Tensor4, [0, 2, 3, 1]);
const channelsFirst = (x: Tensor): Tensor => tf.transpose(x, [0, 3, 1, 2]);
const taps = (filter: Tensor): Tensor4 => tf.transpose(filter as Tensor4, [2, 3, 1, 0]);

export const eagerRules: { readonly [O in OpName]: Rule<O> } = {
  add: binary(tf.add),
  sub: binary(tf.sub),
  mul: binary(tf.mul),
  div: binary(tf.div),
  greater: binary(tf.greater),
  neg: unary(tf.neg),
  exp: unary(tf.exp),
  log: unary(tf.log),
  log1p: unary(tf.log1p),
  sqrt: unary(tf.sqrt),
  rsqrt: unary(tf.rsqrt),
  relu: unary(tf.relu),
  sigmoid: unary(tf.sigmoid),
  tanh: unary(tf.tanh),
  gelu,
  identity: unary(tf.clone),
  // TF.js has no float16. Values that a graph wants in it stay float32, which only rounds less.
  cast: ([x], { to }) => tf.cast(x!, to === 'float16' ? 'float32' : to),
  where: ([condition, a, b]) => tf.where(condition!, a!, b!),
  // TF.js's CPU backend errs where both sides' leading axes must grow, so they are made equal first.
  matmul: ([a, b, added], { transposeA, transposeB }) => {
    const [left, right] = sameShape(a!.shape.slice(0, -2), b!.shape.slice(0, -2)) ? [a!, b!] : withLeadingAxes(a!, b!);
    const product = tf.matMul(left, right, transposeA, transposeB);
    return added ? tf.add(product, added) : product;
  },
  transpose: ([x], { perm }) => tf.transpose(x!, [...perm]),
  reshape: ([x], { shape }) => tf.reshape(x!, [...shape]),
  expand: ([x], { shape }) => tf.broadcastTo(x!, [...shape]),
  upsample: ([x]) => {
    const [, , height, width] = x!.shape as [number, number, number, number];
    return channelsFirst(tf.image.resizeNearestNeighbor(channelsLast(x!), [2 * height, 2 * width]));
  },
  sum: ([x], { axes, keepDims }) => tf.sum(x!, [...axes], keepDims),
  mean: ([x], { axes, keepDims }) => tf.mean(x!, [...axes], keepDims),
  // TF.js has it along the last axis only.
  softmax: ([x], { axis }) => {
    if (axis === x!.rank - 1) return tf.softmax(x!);
    const perm = lastSwapped(axis, x!.rank);
    return tf.transpose(tf.softmax(tf.transpose(x!, perm)), perm);
  },
  concat: (inputs, { axis }) => tf.concat([...inputs], axis),
  split: ([x], { axis, sizes }) => tf.split(x!, [...sizes], axis),
  slice: ([x], { begin, size }) => tf.slice(x!, [...begin], [...size]),
  pad: ([x], { before, after, value }) =>
    tf.pad(
      x!,
      before.map((size, i) => [size, after[i]!]),
      value,
    ),
  // Padding is given for each axis, because TF.js takes a single number only for square kernels.
  conv2d: ([x, filter], { stride, padding }) => {
    const sides: [number, number] = [padding, padding];
    return channelsFirst(tf.conv2d(channelsLast(x!), taps(filter!), stride, [[0, 0], sides, sides, [0, 0]]));
  },
  depthwiseConv2d: ([x, filter]) => {
    const perChannel: Tensor4 = tf.transpose(filter as Tensor4, [2, 3, 0, 1]);
    return channelsFirst(tf.depthwiseConv2d(channelsLast(x!), perChannel, 1, 'same'));
  },
  // The padded picture, then without its border: TensorFlow's binding has this one without padding only.
  convTranspose2d: ([y, filter], { stride, padding, size }) => {
    const [batch, channels] = [y!.shape[0], filter!.shape[1]!];
    const [height, width] = size as [number, number];
    const padded: [number, number, number, number] = [batch, height + 2 * padding, width + 2 * padding, channels];
    const whole = tf.conv2dTranspose(channelsLast(y!), taps(filter!), padded, stride, 'valid');
    return channelsFirst(tf.slice(whole, [0, padding, padding, 0], [batch, height, width, channels]));
  },
};
