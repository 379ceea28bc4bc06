/** How latents are distributed: per-element mean and deviation for normalisation, per-channel shape for the eye. */
import type { ChannelStatistics } from './schema.ts';

export interface ElementStatistics {
  /** Per element of a latent, over the pictures. */
  readonly mean: Float64Array;
  /** Unbiased; 0 where an element is the same in every picture. */
  readonly std: Float64Array;
}

/** Below this share of the largest deviation an element's variation is float32 rounding; normalising would blow it up. */
const constantShare = 1e-5;

/** Mean and unbiased deviation of each of `dimensions` elements over rows of latents, by Welford's update. */
export function elementStatistics(rows: Iterable<Float32Array>, dimensions: number): ElementStatistics {
  const mean = new Float64Array(dimensions);
  const squares = new Float64Array(dimensions);
  let count = 0;
  for (const row of rows) {
    count++;
    for (let d = 0; d < dimensions; d++) {
      const before = row[d]! - mean[d]!;
      mean[d] = mean[d]! + before / count;
      squares[d] = squares[d]! + before * (row[d]! - mean[d]!);
    }
  }
  const std = squares.map((sum) => Math.sqrt(sum / Math.max(1, count - 1)));
  const floor = constantShare * std.reduce((largest, value) => Math.max(largest, value), 0);
  return { mean, std: std.map((value) => (value <= floor ? 0 : value)) };
}

/** The q-quantile of sorted values, interpolating linearly between neighbours (NumPy's default). */
export function quantile(sorted: Float32Array | Float64Array | readonly number[], q: number): number {
  const place = (sorted.length - 1) * q;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
}

export interface TukeyFences {
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly inner: [number, number];
  readonly outer: [number, number];
}

/** Tukey's fences, 1.5 and 3 interquartile ranges beyond the quartiles. Source: Tukey, 1977, Exploratory Data Analysis, ch. 2. */
export function tukeyFences(sorted: Float32Array | Float64Array | readonly number[]): TukeyFences {
  const [q1, median, q3] = [quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75)];
  const range = q3 - q1;
  return { q1, median, q3, inner: [q1 - 1.5 * range, q3 + 1.5 * range], outer: [q1 - 3 * range, q3 + 3 * range] };
}

const histogramBins = 96;
/** Dots in a box plot; the count beside them says how many there are in all. */
const mostOutlierDots = 200;

/** First index whose value is at least `bound`. */
function lowerBound(sorted: Float32Array, bound: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Statistics of one channel's values. Sorts `values` in place. */
export function channelStatistics(channel: number, values: Float32Array): ChannelStatistics {
  const sorted = values.sort();
  const n = sorted.length;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / n;
  let second = 0;
  let fourth = 0;
  for (const value of sorted) {
    const square = (value - mean) ** 2;
    second += square / n;
    fourth += (square * square) / n;
  }
  const { q1, median, q3, inner, outer } = tukeyFences(sorted);
  const outside = ([low, high]: [number, number]) => ({
    below: lowerBound(sorted, low),
    above: n - lowerBound(sorted, high),
  });
  const beyondInner = outside(inner);
  const beyondOuter = outside(outer);
  const innerCount = beyondInner.below + beyondInner.above;
  // A little beyond the outer fences every value is drawn as a dot; the histogram shows the counts it leaves out.
  const [from, to] = [Math.max(sorted[0]!, outer[0] - (q3 - q1)), Math.min(sorted[n - 1]!, outer[1] + (q3 - q1))];
  return {
    channel,
    n,
    mean,
    std: Math.sqrt((second * n) / Math.max(1, n - 1)),
    min: sorted[0]!,
    q1,
    median,
    q3,
    max: sorted[n - 1]!,
    kurtosis: second === 0 ? 0 : fourth / second ** 2 - 3,
    innerFences: inner,
    outerFences: outer,
    innerShare: innerCount / n,
    outerShare: (beyondOuter.below + beyondOuter.above) / n,
    whiskers: [sorted[Math.min(beyondInner.below, n - 1)]!, sorted[Math.max(0, n - 1 - beyondInner.above)]!],
    outlierSample: spread(sorted, beyondInner),
    outlierCount: innerCount,
    histogram: histogram(sorted, from, to),
  };
}

/** At most `mostOutlierDots` of the values beyond the inner fences, evenly by rank, the two extremes always among them. */
function spread(sorted: Float32Array, { below, above }: { below: number; above: number }): number[] {
  const take = (start: number, count: number, most: number): number[] =>
    count <= most
      ? Array.from(sorted.subarray(start, start + count))
      : Array.from({ length: most }, (_, i) => sorted[start + Math.round((i * (count - 1)) / (most - 1))]!);
  const total = below + above;
  const mostBelow =
    total <= mostOutlierDots ? below : Math.max(below > 1 ? 2 : below, Math.round((mostOutlierDots * below) / total));
  return [
    ...take(0, below, mostBelow),
    ...take(
      sorted.length - above,
      above,
      total <= mostOutlierDots ? above : Math.max(above > 1 ? 2 : above, mostOutlierDots - mostBelow),
    ),
  ];
}

function histogram(sorted: Float32Array, from: number, to: number): ChannelStatistics['histogram'] {
  const counts = new Array<number>(histogramBins).fill(0);
  const width = (to - from) / histogramBins;
  let below = 0;
  let above = 0;
  for (const value of sorted) {
    if (value < from) below++;
    else if (value > to) above++;
    else {
      const bin = width === 0 ? 0 : Math.min(histogramBins - 1, Math.floor((value - from) / width));
      counts[bin] = counts[bin]! + 1;
    }
  }
  return { from, to, counts, below, above };
}
