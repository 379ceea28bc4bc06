/**
 * The vocabulary: the only TF.js ops the rest of main/ may use. Whatever is written with them can be traced,
 * differentiated, compiled and run eagerly. Tensors are float32 unless said otherwise.
 *
 * Adding an op: a function here, its kernels in trace/kernels.ts, and for a new IR op its rows in ir/shapes.ts and
 * onnx/rules.ts; then a case in tests/differential/ops.test.ts, whose completeness test names what is missing.
 */
import { tf } from './tf.ts';
import type { Tensor } from './tf.ts';
import { withGradient } from './ops/with-gradient.ts';

export { withGradient } from './ops/with-gradient.ts';

export { conv2d } from './ops/convolution.ts';
export { depthwiseConv2d } from './ops/depthwise.ts';
export { averagePool, upsample } from './ops/pictures.ts';
export { jvp } from './ops/jvp.ts';
export { recomputed } from './ops/recomputed.ts';
export type { Tensor } from './tf.ts';
export type Operand = Tensor | number;

const tensorOf = (x: Operand): Tensor => (typeof x === 'number' ? tf.scalar(x) : x);

// Arithmetic, with NumPy's broadcasting.
export const add = (a: Operand, b: Operand): Tensor => tf.add(tensorOf(a), tensorOf(b));
export const sub = (a: Operand, b: Operand): Tensor => tf.sub(tensorOf(a), tensorOf(b));
export const mul = (a: Operand, b: Operand): Tensor => tf.mul(tensorOf(a), tensorOf(b));
export const div = (a: Operand, b: Operand): Tensor => tf.div(tensorOf(a), tensorOf(b));
export const neg = (x: Tensor): Tensor => tf.neg(x);
export const square = (x: Tensor): Tensor => tf.square(x);
export const sqrt = (x: Tensor): Tensor => tf.sqrt(x);
export const exp = (x: Tensor): Tensor => tf.exp(x);
export const log = (x: Tensor): Tensor => tf.log(x);
/** log(1 + x), exact for small x. */
export const log1p = (x: Tensor): Tensor => tf.log1p(x);
/** The sum of tensors of one shape. */
export const addAll = (tensors: readonly Tensor[]): Tensor => tf.addN([...tensors]);

// Reductions over `axes` (all when not given).
export const sum = (x: Tensor, axes?: number[], keepDims = false): Tensor => tf.sum(x, axes, keepDims);
export const mean = (x: Tensor, axes?: number[], keepDims = false): Tensor => tf.mean(x, axes, keepDims);

// Shapes.
export const reshape = (x: Tensor, shape: number[]): Tensor => tf.reshape(x, shape);
export const transpose = (x: Tensor, perm: number[]): Tensor => tf.transpose(x, perm);
export const concat = (tensors: readonly Tensor[], axis: number): Tensor => tf.concat([...tensors], axis);
export const split = (x: Tensor, parts: number | number[], axis: number): Tensor[] => tf.split(x, parts, axis);
export const slice = (x: Tensor, begin: number[], size: number[]): Tensor => tf.slice(x, begin, size);
/** Zeros around x: [before, after] for each axis. */
export const pad = (x: Tensor, sides: [number, number][]): Tensor => tf.pad(x, sides);
export const broadcastTo = (x: Tensor, shape: number[]): Tensor => tf.broadcastTo(x, shape);

// Linear maps.
/** a @ b over the last two axes, each optionally transposed; leading axes broadcast. */
export const matMul = (a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor =>
  tf.matMul(a, b, transposeA, transposeB);
/** Softmax over the last axis. */
export const softmax = (x: Tensor): Tensor => tf.softmax(x);

/** A constant of the graph, row-major. */
export const constant = (data: Float32Array, shape: number[]): Tensor => tf.tensor(data, shape, 'float32');
export const scalar = (value: number): Tensor => tf.scalar(value);

type Named = Readonly<Record<string, Tensor>>;

/**
 * Value and gradients of a scalar function of `params`. Only what is computed inside `loss` from `params` is
 * differentiated: a tensor made outside is a constant (that is how the teacher is stopped).
 */
export function valueAndGrads<P extends Named>(loss: (params: P) => Tensor, params: P): { value: Tensor; grads: P } {
  const { value, grads } = valueGradsAndParts((p: P) => ({ value: loss(p), parts: {} }), params);
  return { value, grads };
}

/** The same, and tensors that `loss` made on the way: TF.js frees what is made inside, so they have to be handed out. */
export function valueGradsAndParts<P extends Named, A extends Named>(
  loss: (params: P) => { value: Tensor; parts: A },
  params: P,
): { value: Tensor; grads: P; parts: A } {
  const names = Object.keys(params);
  const toParams = (list: Tensor[]): P => Object.fromEntries(names.map((name, i) => [name, list[i]!])) as unknown as P;
  let kept: [string, Tensor][] = [];
  const { value, grads } = tf.valueAndGrads((...list: Tensor[]) => {
    const made = loss(toParams(list));
    kept = Object.entries(made.parts).map(([name, part]) => [name, tf.keep(tf.clone(part))]);
    return tf.cast(made.value, 'float32').asScalar();
  })(Object.values(params));
  const parts = kept.map(([name, part]): [string, Tensor] => {
    // The clone belongs to whatever scope the caller is in.
    const own = tf.clone(part);
    part.dispose();
    return [name, own];
  });
  return { value, grads: toParams(grads), parts: Object.fromEntries(parts) as unknown as A };
}

/** 1/sqrt(x); the derivative is −y³/2. */
export const rsqrt: (x: Tensor) => Tensor = withGradient(
  ([x], save) => {
    const y = tf.rsqrt(x!);
    save([y]);
    return y;
  },
  (dy, [y]) => tf.mul(dy, tf.mul(tf.mul(y!, tf.square(y!)), tf.scalar(-0.5))),
);

const greaterWithoutSlope = withGradient(
  ([a, b], save) => {
    save([a!, b!]);
    return tf.greater(a!, b!);
  },
  (_dy, [a, b]) => [tf.zerosLike(a!), tf.zerosLike(b!)],
);
/** true where a > b; flat, so its gradient is 0. */
export const greater = (a: Operand, b: Operand): Tensor => greaterWithoutSlope(tensorOf(a), tensorOf(b));

/** `whenTrue` where `condition` (bool) holds, else `whenFalse`; three tensors of one shape. */
export const where: (condition: Tensor, whenTrue: Tensor, whenFalse: Tensor) => Tensor = withGradient(
  ([condition, a, b], save) => {
    save([condition!]);
    return tf.where(condition!, a!, b!);
  },
  // Made of itself, because a Jacobian-vector product differentiates it by dy: TF.js's own gradient of `where` has ops that are not traced.
  (dy, [condition]) => {
    const zeros = tf.zeros(dy.shape);
    return [zeros, where(condition!, dy, zeros), where(condition!, zeros, dy)];
  },
);

/** `x` where the scalar `open` (bool) holds, else zeros, even in place of NaN. It has no gradient. */
export const gate = (open: Tensor, x: Tensor): Tensor => tf.where(open, x, tf.zerosLike(x));

// Activations. Their gradients are written out so that each saves one or two tensors instead of every intermediate one.
export const sigmoid = (x: Tensor): Tensor => tf.sigmoid(x);
export const tanh = (x: Tensor): Tensor => tf.tanh(x);

/** max(x, 0). */
export const relu: (x: Tensor) => Tensor = withGradient(
  ([x], save) => {
    const y = tf.relu(x!);
    save([y]);
    return y;
  },
  (dy, [y]) => where(tf.greater(y!, tf.scalar(0)), dy, tf.zeros(dy.shape)),
);

/** x·sigmoid(x); the derivative is s + y(1 − s). */
export const silu: (x: Tensor) => Tensor = withGradient(
  ([x], save) => {
    const s = tf.sigmoid(x!);
    const y = tf.mul(x!, s);
    save([s, y]);
    return y;
  },
  (dy, [s, y]) => tf.mul(dy, tf.add(s!, tf.mul(y!, tf.sub(tf.scalar(1), s!)))),
);

const gelu2K = 2 * Math.sqrt(2 / Math.PI);
const gelu2KCubic = gelu2K * 0.044715;

/**
 * GELU in its tanh form, x·a with a = sigmoid(z), z = 2k(x + 0.044715x³), k = √(2/π): (1 + tanh(z/2))/2 = sigmoid(z).
 * The derivative is a + xz'a(1 − a) = a + t(1 − a) with t = yz'; a is computed again from x, because y is kept anyway by
 * whatever reads it, and a would be one more tensor of the widest layer.
 */
export const gelu: (x: Tensor) => Tensor = withGradient(
  ([x], save) => {
    const y = tf.mul(x!, geluGate(x!, tf.square(x!)));
    save([x!, y]);
    return y;
  },
  (dy, [x, y]) => {
    const squared = tf.square(x!);
    const a = geluGate(x!, squared);
    const t = tf.mul(y!, tf.add(tf.mul(squared, tf.scalar(3 * gelu2KCubic)), tf.scalar(gelu2K)));
    return tf.mul(dy, tf.add(a, tf.mul(t, tf.sub(tf.scalar(1), a))));
  },
);
const geluGate = (x: Tensor, squared: Tensor): Tensor =>
  tf.sigmoid(tf.mul(x, tf.add(tf.mul(squared, tf.scalar(gelu2KCubic)), tf.scalar(gelu2K))));

/**
 * x / sqrt(mean(x²) + eps) over the last axis; the learned gain is the caller's.
 * With y and 1/rms saved, dx = (dy − y·mean(dy·y))/rms.
 */
export const rmsNormalise = (eps: number): ((x: Tensor) => Tensor) =>
  withGradient(
    ([x], save) => {
      const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(x!), -1, true), tf.scalar(eps)));
      const y = tf.mul(x!, inverse);
      save([y, inverse]);
      return y;
    },
    (dy, [y, inverse]) => tf.mul(inverse!, tf.sub(dy, tf.mul(y!, tf.mean(tf.mul(dy, y!), -1, true)))),
  );

/**
 * (x − mean)/sqrt(variance + eps) over `axes` (biased variance); gains and biases are the caller's.
 * With y and 1/std saved, dx = (dy − mean(dy) − y·mean(dy·y))/std.
 */
export const layerNormalise = (axes: number[], eps: number): ((x: Tensor) => Tensor) =>
  withGradient(
    ([x], save) => {
      const centred = tf.sub(x!, tf.mean(x!, axes, true));
      const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), axes, true), tf.scalar(eps)));
      const y = tf.mul(centred, inverse);
      save([y, inverse]);
      return y;
    },
    (dy, [y, inverse]) => {
      const centred = tf.sub(dy, tf.mean(dy, axes, true));
      return tf.mul(inverse!, tf.sub(centred, tf.mul(y!, tf.mean(tf.mul(dy, y!), axes, true))));
    },
  );

/**
 * Attention, softmax(q·kᵀ/√d)·v over the last two axes: q [..., n, d], k [..., m, d], v [..., m, e] give [..., n, e].
 *
 * Kept for the gradient are the inputs (q scaled, which costs less than scaling [n, m]) and the weights P. With dP = dy·vᵀ the
 * gradient of the scores is P∘(dP − rowsum(dP∘P)).
 */
export const attention: (q: Tensor, k: Tensor, v: Tensor) => Tensor = withGradient(
  ([q, k, v], save) => {
    const scaled = tf.mul(q!, attentionScale(q!));
    const weights = tf.softmax(tf.matMul(scaled, k!, false, true));
    save([scaled, k!, v!, weights]);
    return tf.matMul(weights, v!);
  },
  (dy, [scaled, k, v, weights]) => {
    const dWeights = tf.matMul(dy, v!, false, true);
    const mean = tf.sum(tf.mul(dWeights, weights!), -1, true);
    const dScores = tf.mul(weights!, tf.sub(dWeights, mean));
    return [
      tf.mul(tf.matMul(dScores, k!), attentionScale(scaled!)),
      tf.matMul(dScores, scaled!, true, false),
      tf.matMul(weights!, dy, true, false),
    ];
  },
);
const attentionScale = ({ shape }: Tensor): Tensor => tf.scalar(1 / Math.sqrt(shape.at(-1)!));
