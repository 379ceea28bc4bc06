/**
 * Counter-based random numbers: a value is a function of (seed, stream, index, position) and of nothing else.
 * So the same seed gives the same picture in any batch, a resumed run draws what an undisturbed one would have
 * drawn, and no generator state has to be saved.
 *
 * Source  Salmon, Moraes, Dror & Shaw, 2011, Parallel random numbers: as easy as 1, 2, 3 (Philox4x32-10)
 */

/** Names a sequence: `stream` says what it is for, `index` which one (a step, a picture). */
export interface RandomKey {
  /** Any non-negative safe integer; the number the user sees. */
  readonly seed: number;
  readonly stream: RandomStream;
  /** Any non-negative safe integer. */
  readonly index: number;
}

/** What a sequence is for. A number here is part of every result: add, never change. */
export const randomStreams = {
  init: 1,
  order: 2,
  noise: 3,
  sigma: 4,
  sample: 5,
  drawing: 6,
  split: 7,
  vae: 8,
  jitter: 9,
  probe: 10,
  classDropout: 11,
  interval: 12,
  posterior: 17,
  test: 99,
} as const;
export type RandomStream = keyof typeof randomStreams;

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;
const two32 = 2 ** 32;

/** High 32 bits of a 32 × 32 bit product, exact: doubles hold each partial product. */
function mulHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + Math.floor((aLow * bLow) / 65536);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(((middle % 65536) + aLow * bHigh) / 65536)) >>> 0;
}

/** Ten rounds of Philox4x32 on `block` (4 words, in place) under key (k0, k1). */
export function philox4x32(block: Uint32Array, k0: number, k1: number): void {
  let c0 = block[0]!;
  let c1 = block[1]!;
  let c2 = block[2]!;
  let c3 = block[3]!;
  for (let round = 0; round < 10; round++) {
    const high0 = mulHigh(M0, c0);
    const low0 = Math.imul(M0, c0) >>> 0;
    const high1 = mulHigh(M1, c2);
    const low1 = Math.imul(M1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + W0) >>> 0;
    k1 = (k1 + W1) >>> 0;
  }
  block[0] = c0;
  block[1] = c1;
  block[2] = c2;
  block[3] = c3;
}

/** Writes words 4·position … of the sequence into `block`. */
function generate(block: Uint32Array, key: RandomKey, position: number): void {
  block[0] = position;
  block[1] = key.index % two32;
  block[2] = Math.floor(key.index / two32);
  block[3] = randomStreams[key.stream];
  philox4x32(block, key.seed % two32, Math.floor(key.seed / two32));
}

/** Fills `out` with uniforms in the open interval (0, 1), 32 bits each. */
export function fillUniform(out: Float64Array | Float32Array, key: RandomKey): void {
  const block = new Uint32Array(4);
  for (let i = 0; i < out.length; i += 4) {
    generate(block, key, i / 4);
    for (let j = 0; j < 4 && i + j < out.length; j++) out[i + j] = (block[j]! + 0.5) / two32;
  }
}

/** Fills `out` (or its part `[from, to)`) with unit Gaussians by Box and Muller's method; |z| < 6.8. */
export function fillNormal(out: Float32Array | Float64Array, key: RandomKey, from = 0, to = out.length): void {
  const block = new Uint32Array(4);
  for (let i = from; i < to; i += 4) {
    generate(block, key, (i - from) / 4);
    for (let pair = 0; pair < 4; pair += 2) {
      const radius = Math.sqrt(-2 * Math.log((block[pair]! + 0.5) / two32));
      const angle = (2 * Math.PI * block[pair + 1]!) / two32;
      if (i + pair < to) out[i + pair] = radius * Math.cos(angle);
      if (i + pair + 1 < to) out[i + pair + 1] = radius * Math.sin(angle);
    }
  }
}

/** A sequential reader of one sequence, for code that draws a varying number of values (pictures, shuffles). */
export class Random {
  readonly #key: RandomKey;
  readonly #block = new Uint32Array(4);
  #position = 0;
  #used = 4;

  constructor(key: RandomKey) {
    this.#key = key;
  }

  /** The next 32 random bits. */
  word(): number {
    if (this.#used === 4) {
      generate(this.#block, this.#key, this.#position++);
      this.#used = 0;
    }
    return this.#block[this.#used++]!;
  }

  /** Uniform in (low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * ((this.word() + 0.5) / two32);
  }

  /** Unit Gaussian times `std` plus `mean`. */
  normal(mean = 0, std = 1): number {
    const radius = Math.sqrt(-2 * Math.log((this.word() + 0.5) / two32));
    return mean + std * radius * Math.cos((2 * Math.PI * this.word()) / two32);
  }

  /** Uniform integer in [0, below). */
  integer(below: number): number {
    return Math.floor((this.word() / two32) * below);
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.integer(items.length)]!;
  }

  /** Fisher and Yates's shuffle of 0 … length − 1. */
  permutation(length: number): Int32Array {
    const order = Int32Array.from({ length }, (_, i) => i);
    for (let i = length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }
}
