/**
 * Float32 values counted by the upper 18 of their 32 bits: sign, exponent, and nine bits of the mantissa. Counting is a shift and an
 * increment, and a bin is at most 1/512 as wide as the values in it are large. A bin's key is these bits as they are; its rank, with
 * the sign turned round, is in the order of the values.
 */

/** Lower bits that a bin does not tell apart. */
export const lowerBits = 14;
export const binCount = 2 ** (32 - lowerBits);
const lowerMask = 2 ** lowerBits - 1;
const half = binCount / 2;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

function floatOf(pattern: number): number {
  bits[0] = pattern;
  return float[0]!;
}

/** The key of the bin that a value is in. */
export function keyOf(value: number): number {
  float[0] = value;
  return bits[0]! >>> lowerBits;
}

/** Keys in the order of their values: negative ones count down. */
export const keyAt = (rank: number): number => (rank >= half ? rank - half : binCount - 1 - rank);

/** The least and the largest value of the bin with this key. */
export function boundsOf(key: number): readonly [number, number] {
  const first = (key << lowerBits) >>> 0;
  const last = (first | lowerMask) >>> 0;
  return key < half ? [floatOf(first), floatOf(last)] : [floatOf(last), floatOf(first)];
}

/** The largest float32 number that is smaller. */
export function floatBelow(value: number): number {
  float[0] = value;
  if (float[0] < value || value === -Infinity) return float[0];
  if (float[0] === 0) return -(2 ** -149);
  bits[0] = float[0] > 0 ? bits[0]! - 1 : bits[0]! + 1;
  return float[0];
}

/** The largest float32 number that is not larger: another one is larger than it when it is larger than `value`. */
export const floatUpTo = (value: number): number => {
  const rounded = Math.fround(value);
  return rounded <= value ? rounded : floatBelow(value);
};

/** The bits of float32 values, in the same memory. */
export const bitsOf = (values: Float32Array): Uint32Array =>
  new Uint32Array(values.buffer, values.byteOffset, values.length);
