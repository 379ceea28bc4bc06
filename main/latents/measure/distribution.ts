/** The bins that hold something, in the order of their values: how many values lie where. */
import { binCount, boundsOf, keyAt } from './bins.ts';

/** A number, and how far it can be from the exact one; 0 where it is exact. */
export interface Estimate {
  readonly value: number;
  readonly error: number;
}

export class Distribution {
  readonly total: number;
  readonly #keys: Uint32Array;
  readonly #lows: Float64Array;
  readonly #highs: Float64Array;
  readonly #counts: Uint32Array;
  /** How many values are in the bins up to each. */
  readonly #upTo: Float64Array;

  /** @param counts of every bin, by key */
  constructor(counts: Uint32Array) {
    const keys = filledKeys(counts);
    this.#keys = keys;
    this.#counts = new Uint32Array(keys.length);
    this.#lows = new Float64Array(keys.length);
    this.#highs = new Float64Array(keys.length);
    this.#upTo = new Float64Array(keys.length);
    let total = 0;
    // A loop: `Float64Array.from` takes ten times as long, and there are tens of thousands of bins in each channel.
    for (let i = 0; i < keys.length; i++) {
      const [low, high] = boundsOf(keys[i]!);
      this.#lows[i] = low;
      this.#highs[i] = high;
      this.#counts[i] = counts[keys[i]!]!;
      this.#upTo[i] = total += this.#counts[i]!;
    }
    this.total = total;
  }

  /** The key of a bin, by its index among those that hold something. */
  keyOf(index: number): number {
    return this.#keys[index]!;
  }
  countOf(index: number): number {
    return this.#counts[index]!;
  }
  /** How many values are in the bins before this one. */
  before(index: number): number {
    return index > 0 ? this.#upTo[index - 1]! : 0;
  }

  /** The bin that the value of this rank (from 0) is in. */
  indexOfRank(rank: number): number {
    return firstWhere(this.#upTo, (upTo) => upTo > rank);
  }
  /** The last bin that begins at or below this value; −1 when all begin above it. */
  lastFrom(value: number): number {
    return firstWhere(this.#lows, (low) => low > value) - 1;
  }
  /** The first bin that ends at or above this value; the number of bins when all end below it. */
  firstTo(value: number): number {
    return firstWhere(this.#highs, (high) => high >= value);
  }

  /** The value of this rank, as if its bin were evenly filled: at most the bin's width off. */
  valueAt(rank: number): Estimate {
    const i = this.indexOfRank(rank);
    const width = this.#widthOf(i);
    return {
      value: this.#lows[i]! + (width * (rank - this.before(i) + 0.5)) / this.#counts[i]!,
      error: width,
    };
  }

  /** How many values are at most this large; of the bin that it lies in, a share. */
  countUpTo(value: number): number {
    const i = this.lastFrom(value);
    if (i < 0) return 0;
    return this.before(i) + this.#counts[i]! * Math.min(1, (value - this.#lows[i]!) / this.#widthOf(i));
  }

  /**
   * The distance of this rank among the distances from a centre: the least within which so many values are, bins being evenly
   * filled. Only the bins in which that distance ends count in part, so it is at most their width off, and the centre's error.
   */
  distanceAt(rank: number, { value: centre, error }: Estimate): Estimate {
    const within = (distance: number) => this.countUpTo(centre + distance) - this.countUpTo(centre - distance);
    let [from, to] = [0, Math.max(this.#highs.at(-1)! - centre, centre - this.#lows[0]!)];
    for (let middle = to / 2; middle > from && middle < to; middle = (from + to) / 2) {
      if (within(middle) >= rank + 0.5) to = middle;
      else from = middle;
    }
    return { value: to, error: error + Math.max(this.#widthAt(centre + to), this.#widthAt(centre - to)) };
  }

  /** The least value of the last bin that lies wholly at or below `value`; undefined when there is none. */
  wholeBinBelow(value: number): number | undefined {
    return this.#lows[firstWhere(this.#highs, (high) => high > value) - 1];
  }
  /** The largest value of the first bin that lies wholly at or above `value`; undefined when there is none. */
  wholeBinAbove(value: number): number | undefined {
    return this.#highs[firstWhere(this.#lows, (low) => low >= value)];
  }

  #widthOf(index: number): number {
    return this.#highs[index]! - this.#lows[index]!;
  }
  /** Of the bin that a value lies in; 0 in none. */
  #widthAt(value: number): number {
    const i = this.lastFrom(value);
    return i >= 0 && value <= this.#highs[i]! ? this.#widthOf(i) : 0;
  }
}

/** Keys of the bins that hold something, in the order of their values. */
function filledKeys(counts: Uint32Array): Uint32Array {
  const keys = new Uint32Array(binCount);
  let filled = 0;
  for (let rank = 0; rank < binCount; rank++) {
    const key = keyAt(rank);
    if (counts[key]! > 0) keys[filled++] = key;
  }
  return keys.slice(0, filled);
}

/** The first index whose number passes the test, which all after it pass, too; the length when none does. */
function firstWhere(numbers: Float64Array, test: (number: number) => boolean): number {
  let [from, to] = [0, numbers.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (test(numbers[middle]!)) to = middle;
    else from = middle + 1;
  }
  return from;
}
