/**
 * Exact order statistics of float32 values in two passes and constant memory: a radix selection. The bits of a float, its sign turned
 * round, order like the float; the first pass counts their upper halves, the second the lower halves in those few bins where the wanted
 * ranks lie.
 *
 * Rejected: sketches (t-digest, KLL), whose quartiles are off by a share of the ranks; reading the file twice costs little.
 */
const bins = 65_536;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Unsigned integers in the order of the floats with these bits. */
const ordered = (x: number): number => (x & 0x80000000 ? ~x : x | 0x80000000) >>> 0;
function valueOf(key: number): number {
  bits[0] = key & 0x80000000 ? key ^ 0x80000000 : ~key;
  return float[0]!;
}

/** The bits of float32 values. */
const bitsOf = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer, values.byteOffset, values.length);

export class ExactQuantiles {
  readonly #upper = new Uint32Array(bins);
  #lower = new Map<number, Uint32Array>();
  #count = 0;

  /** First pass. */
  count(values: Float32Array): void {
    for (const x of bitsOf(values)) this.#upper[ordered(x) >>> 16]!++;
    this.#count += values.length;
  }

  /** Between the passes: the quantiles that will be asked for. */
  prepare(quantiles: readonly number[]): void {
    const ranks = quantiles.flatMap((q) => this.#place(q).ranks);
    this.#lower = new Map(ranks.map((rank) => [find(this.#upper, rank).bin, new Uint32Array(bins)]));
  }

  /** Second pass, over the same values. */
  refine(values: Float32Array): void {
    for (const x of bitsOf(values)) {
      const key = ordered(x);
      const lower = this.#lower.get(key >>> 16);
      if (lower) lower[key & 0xffff]!++;
    }
  }

  /** The q-quantile, interpolating linearly between neighbours, as `quantile` does. */
  quantile(q: number): number {
    const { ranks, share } = this.#place(q);
    const [below, above] = ranks.map((rank) => this.#valueAt(rank)) as [number, number];
    return below + share * (above - below);
  }

  #place(q: number): { ranks: [number, number]; share: number } {
    const place = (this.#count - 1) * q;
    const below = Math.floor(place);
    return { ranks: [below, Math.min(below + 1, this.#count - 1)], share: place - below };
  }

  #valueAt(rank: number): number {
    const { bin, before } = find(this.#upper, rank);
    const lower = find(this.#lower.get(bin)!, rank - before);
    return valueOf(((bin << 16) | lower.bin) >>> 0);
  }
}

/** The bin that the value of this rank (from 0) is in, and how many are in the bins before it. */
function find(counts: Uint32Array, rank: number): { bin: number; before: number } {
  let before = 0;
  let bin = 0;
  while (before + counts[bin]! <= rank) before += counts[bin++]!;
  return { bin, before };
}
