/** The typed graph that tracing produces, passes rewrite and executors run. Plain data: it can cross threads. */

/** What values outside of a graph may be. */
export type ValueDtype = 'float32' | 'int32' | 'bool';
/** float16 is only ever between two casts: inputs, outputs and constants have none. */
export type Dtype = ValueDtype | 'float16';
export type Shape = readonly number[];
export type ValueId = number;
export type ConstantData = Float32Array | Int32Array | Uint8Array;

export interface TensorType {
  readonly dtype: Dtype;
  readonly shape: Shape;
}

/** The operations and their attributes. Every rule table (shapes, ONNX) is total over this list. */
export interface OpAttributes {
  readonly add: None;
  readonly sub: None;
  readonly mul: None;
  readonly div: None;
  readonly greater: None;
  readonly neg: None;
  readonly exp: None;
  readonly log: None;
  readonly log1p: None;
  readonly sqrt: None;
  readonly rsqrt: None;
  readonly relu: None;
  readonly sigmoid: None;
  readonly tanh: None;
  /** GELU in its tanh form, x/(1 + exp(−2k(x + 0.044715x³))) with k = √(2/π). */
  readonly gelu: None;
  readonly identity: None;
  readonly cast: { readonly to: Dtype };
  /** inputs: condition, whenTrue, whenFalse */
  readonly where: None;
  /** inputs: a, b and, optionally, what is added to the product and broadcasts to it. */
  readonly matmul: { readonly transposeA: boolean; readonly transposeB: boolean };
  readonly transpose: { readonly perm: readonly number[] };
  readonly reshape: { readonly shape: Shape };
  /** Broadcasts to a shape, by NumPy's rule. */
  readonly expand: { readonly shape: Shape };
  /** Each element of [batch, channels, h, w] as a square of 2 × 2. */
  readonly upsample: None;
  readonly sum: Reduction;
  readonly mean: Reduction;
  readonly softmax: { readonly axis: number };
  readonly concat: { readonly axis: number };
  readonly split: { readonly axis: number; readonly sizes: readonly number[] };
  readonly slice: { readonly begin: readonly number[]; readonly size: readonly number[] };
  readonly pad: { readonly before: readonly number[]; readonly after: readonly number[]; readonly value: number };
  /** inputs: x [batch, in, height, width], filter [out, in, kh, kw]; zero padding on each side. */
  readonly conv2d: { readonly stride: number; readonly padding: number };
  /** Each channel by a filter of its own: inputs x [batch, channels, h, w], filter [channels, 1, k, k], k odd; zero padding that keeps the shape. */
  readonly depthwiseConv2d: None;
  /** The transpose of conv2d as a linear map: inputs y [batch, out, …], filter [out, in, kh, kw]; gives [batch, in, …size]. */
  readonly convTranspose2d: { readonly stride: number; readonly padding: number; readonly size: Shape };
}
type None = Readonly<Record<string, never>>;
interface Reduction {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

export type OpName = keyof OpAttributes;

/** One operation: reads values, writes values that nothing else writes. */
export type Node = { [O in OpName]: NodeOf<O> }[OpName];
export interface NodeOf<O extends OpName> {
  readonly op: O;
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  readonly attributes: OpAttributes[O];
}

export interface NamedValue {
  readonly name: string;
  readonly value: ValueId;
}

export interface Graph {
  readonly name: string;
  readonly inputs: readonly NamedValue[];
  readonly outputs: readonly NamedValue[];
  /** In an order in which every value is written before it is read. */
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<ValueId, ConstantData>;
  readonly types: ReadonlyMap<ValueId, TensorType>;
}

/** The number of elements of a shape. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((size, i) => size === b[i]);

export const isFloat = (dtype: Dtype): boolean => dtype === 'float32' || dtype === 'float16';

/** `float32[2,3]` */
export const formatType = ({ dtype, shape }: TensorType): string => `${dtype}[${shape.join(',')}]`;

/** The type of a value; every value of a graph has one. */
export function typeOf(graph: Pick<Graph, 'types'>, value: ValueId): TensorType {
  const type = graph.types.get(value);
  if (!type) throw new RangeError(`internal: value %${value} has no type`);
  return type;
}
