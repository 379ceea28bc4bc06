/**
 * Numbers that every side of a benchmark makes for itself, so that weights and batches need not be sent:
 * a hash of (stream, position), exact in 32-bit integers in any language. `tests/bench/peers/side.py` has the same.
 *
 * Source  Appleby, 2011, MurmurHash3, the finaliser fmix32
 */
import type { ParameterSpec } from '../models/parameters.ts';

function mix(word: number): number {
  let x = word;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** `size` values spread evenly over ±bound. Streams count from 0. */
export function fill(size: number, stream: number, bound = 1): Float32Array {
  const key = mix(stream + 1);
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) values[i] = bound * (((mix(i ^ key) + 0.5) / 2 ** 32) * 2 - 1);
  return values;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** How a parameter starts: the same on every side. */
export interface Start {
  readonly name: string;
  readonly shape: readonly number[];
  /** Evenly over ±bound; a bound of 0 means `value` everywhere. */
  readonly bound: number;
  readonly value: number;
}

/**
 * Starts for a benchmark: matrices as wide as keeps the signal's scale, vectors as the network wants them.
 * Unlike a real start no matrix is 0, so that every product has work whose result can be compared.
 */
export function startsOf(specs: readonly ParameterSpec[]): Start[] {
  return specs.map(({ name, shape, start }) =>
    shape.length > 1
      ? { name, shape, bound: Math.sqrt(3 / (sizeOf(shape) / shape[0]!)), value: 0 }
      : { name, shape, bound: 0, value: start.kind === 'ones' ? 1 : 0 },
  );
}

/** The values of parameter number `index`; a benchmark's inputs use the streams from `inputStreams` on. */
export const startValues = ({ shape, bound, value }: Start, index: number): Float32Array =>
  bound > 0 ? fill(sizeOf(shape), index, bound) : new Float32Array(sizeOf(shape)).fill(value);
export const inputStreams = 1_000_000;
