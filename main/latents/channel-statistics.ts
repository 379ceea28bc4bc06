/**
 * Statistics of each channel in three passes over the latents, in memory that does not depend on how many there are: moments,
 * quantiles, fences, whiskers and shares are exact; the dots of a box plot are exact up to `mostKept` outliers on a side.
 */
import { ExactQuantiles } from './exact-quantiles.ts';
import type { ChannelStatistics } from './schema.ts';
import { fencesOf } from './statistics.ts';
import type { TukeyFences } from './statistics.ts';

const histogramBins = 96;
/** Dots in a box plot; the count beside them says how many there are in all. */
const mostOutlierDots = 200;
const mostKept = 8192;
const quartiles = [0.25, 0.5, 0.75] as const;

/** Values of which all are kept while they are few, and later every second, fourth, … as they come. */
class Thinned {
  #values: number[] = [];
  #stride = 1;
  #seen = 0;

  add(value: number): void {
    if (this.#seen++ % this.#stride === 0) this.#values.push(value);
    if (this.#values.length <= mostKept) return;
    this.#values = this.#values.filter((_, i) => i % 2 === 0);
    this.#stride *= 2;
  }
  get count(): number {
    return this.#seen;
  }
  /** Sorted; `extreme` is among them. */
  sorted(extreme: number): Float64Array {
    const isThere = this.#seen === 0 || this.#values.includes(extreme);
    return Float64Array.from(isThere ? this.#values : [...this.#values, extreme]).sort();
  }
}

/** What the first pass knows: how many values there are, their mean and extremes. */
export class FirstPass {
  readonly quantiles = new ExactQuantiles();
  n = 0;
  min = Infinity;
  max = -Infinity;
  #sum = 0;

  add(values: Float32Array): void {
    this.quantiles.count(values);
    this.n += values.length;
    for (const value of values) {
      this.#sum += value;
      if (value < this.min) this.min = value;
      if (value > this.max) this.max = value;
    }
  }
  get mean(): number {
    return this.#sum / this.n;
  }
}

/** What the second pass adds: the central moments, and the quartiles. */
export class SecondPass {
  readonly first: FirstPass;
  second = 0;
  fourth = 0;

  constructor(first: FirstPass) {
    this.first = first;
    first.quantiles.prepare(quartiles);
  }

  add(values: Float32Array): void {
    const { quantiles, mean, n } = this.first;
    quantiles.refine(values);
    for (const value of values) {
      const square = (value - mean) ** 2;
      this.second += square / n;
      this.fourth += (square * square) / n;
    }
  }
  get fences(): TukeyFences {
    const [q1, median, q3] = quartiles.map((q) => this.first.quantiles.quantile(q)) as [number, number, number];
    return fencesOf(q1, median, q3);
  }
}

/** What the third pass adds: what lies beyond the fences, and the histogram. */
export class ThirdPass {
  readonly #before: SecondPass;
  readonly #fences: TukeyFences;
  readonly #below = new Thinned();
  readonly #above = new Thinned();
  #beyondOuter = 0;
  /** The most extreme values within the inner fences. */
  #whiskers: [number, number] = [Infinity, -Infinity];
  readonly #histogram: ChannelStatistics['histogram'];

  constructor(before: SecondPass) {
    this.#before = before;
    this.#fences = before.fences;
    const { q1, q3, outer } = this.#fences;
    const { min, max } = before.first;
    // A little beyond the outer fences every value is drawn as a dot; the histogram shows the counts it leaves out.
    const [from, to] = [Math.max(min, outer[0] - (q3 - q1)), Math.min(max, outer[1] + (q3 - q1))];
    this.#histogram = { from, to, counts: new Array<number>(histogramBins).fill(0), below: 0, above: 0 };
  }

  add(values: Float32Array): void {
    const { inner, outer } = this.#fences;
    const whiskers = this.#whiskers;
    for (const value of values) {
      if (value < inner[0]) this.#below.add(value);
      else if (value > inner[1]) this.#above.add(value);
      else {
        if (value < whiskers[0]) whiskers[0] = value;
        if (value > whiskers[1]) whiskers[1] = value;
      }
      if (value < outer[0] || value > outer[1]) this.#beyondOuter++;
      this.#bin(value);
    }
  }

  #bin(value: number): void {
    const { from, to, counts } = this.#histogram;
    if (value < from) this.#histogram.below++;
    else if (value > to) this.#histogram.above++;
    else {
      const width = (to - from) / histogramBins;
      const bin = width === 0 ? 0 : Math.min(histogramBins - 1, Math.floor((value - from) / width));
      counts[bin] = counts[bin]! + 1;
    }
  }

  statistics(channel: number): ChannelStatistics {
    const { first, second, fourth } = this.#before;
    const { n, mean, min, max } = first;
    const { q1, median, q3, inner, outer } = this.#fences;
    const outlierCount = this.#below.count + this.#above.count;
    return {
      channel,
      n,
      mean,
      std: Math.sqrt((second * n) / Math.max(1, n - 1)),
      ...{ min, q1, median, q3, max },
      kurtosis: second === 0 ? 0 : fourth / second ** 2 - 3,
      innerFences: inner,
      outerFences: outer,
      innerShare: outlierCount / n,
      outerShare: this.#beyondOuter / n,
      whiskers: this.#whiskers,
      outlierSample: dots(this.#below, this.#above, min, max),
      outlierCount,
      histogram: this.#histogram,
    };
  }
}

/** At most `mostOutlierDots` of the values beyond the inner fences, evenly by rank, the two extremes always among them. */
function dots(below: Thinned, above: Thinned, min: number, max: number): number[] {
  const total = below.count + above.count;
  const shareOf = ({ count }: Thinned) =>
    total <= mostOutlierDots ? count : Math.max(Math.min(count, 2), Math.round((mostOutlierDots * count) / total));
  const mostBelow = shareOf(below);
  const mostAbove =
    total <= mostOutlierDots ? above.count : Math.max(Math.min(above.count, 2), mostOutlierDots - mostBelow);
  return [...evenly(below.sorted(min), mostBelow), ...evenly(above.sorted(max), mostAbove)];
}

/** At most `most` of sorted values, evenly by rank, first and last among them. */
function evenly(sorted: Float64Array, most: number): number[] {
  const { length } = sorted;
  if (length <= most) return [...sorted];
  return Array.from({ length: most }, (_, i) => sorted[Math.round((i * (length - 1)) / (most - 1))]!);
}
