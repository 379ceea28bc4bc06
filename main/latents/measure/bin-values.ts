/** Every value of a few bins: a list of those of a bin that holds few, how often each occurs for one that holds many. */
import { boundsOf, lowerBits } from './bins.ts';

const lowerMask = 2 ** lowerBits - 1;
/** From so many values on, counting each of the 16,384 that a bin can hold takes less memory than a list. */
const mostListed = 2 ** lowerBits;

type Values =
  | { readonly kind: 'list'; readonly list: Float32Array; length: number }
  | { readonly kind: 'counts'; readonly counts: Uint32Array };

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** A value, and how often it occurs. */
type Entry = readonly [number, number];

export class BinValues {
  readonly #bins: ReadonlyMap<number, Values>;
  readonly #entries = new Map<number, readonly Entry[]>();

  /** @param wanted keys of bins, and how many values each holds */
  constructor(wanted: ReadonlyMap<number, number>) {
    this.#bins = new Map(
      [...wanted].map(([key, count]) => [
        key,
        count <= mostListed
          ? { kind: 'list', list: new Float32Array(count), length: 0 }
          : { kind: 'counts', counts: new Uint32Array(mostListed) },
      ]),
    );
  }

  get keys(): Iterable<number> {
    return this.#bins.keys();
  }

  /** Adds a value of one of the bins. */
  add(value: number): void {
    float[0] = value;
    const pattern = bits[0]!;
    const bin = this.#bins.get(pattern >>> lowerBits)!;
    if (bin.kind === 'list') bin.list[bin.length++] = value;
    else bin.counts[pattern & lowerMask]!++;
  }

  /** The value of this rank, from 0, in one of the bins. */
  valueAt(key: number, rank: number): number {
    let before = 0;
    return this.entries(key).find(([, count]) => (before += count) > rank)![0];
  }

  /** The values of a bin, in order. */
  entries(key: number): readonly Entry[] {
    const sorted = this.#entries.get(key) ?? entriesOf(key, this.#bins.get(key)!);
    this.#entries.set(key, sorted);
    return sorted;
  }
}

function entriesOf(key: number, bin: Values): readonly Entry[] {
  if (bin.kind === 'list') return Array.from(bin.list.sort(), (value) => [value, 1] as const);
  const first = (key << lowerBits) >>> 0;
  const entries = Array.from(bin.counts, (count, lower): Entry => {
    bits[0] = (first | lower) >>> 0;
    return [float[0]!, count];
  }).filter(([, count]) => count > 0);
  // The lower bits of a negative number count away from zero.
  return boundsOf(key)[0] < 0 ? entries.reverse() : entries;
}
