/**
 * Statistics of values that have few levels, from how often each occurs: pixels have 256, so that one pass tells everything exactly, in
 * memory that depends on nothing.
 */
import type { ChannelStatistics } from './schema.ts';
import { fencesOf, quantileBy } from './statistics.ts';

/** The value of each level of a pixel, from −1 to 1, as the encoder sees it. */
export const pixelLevels: readonly number[] = Array.from({ length: 256 }, (_, level) => Math.fround(level / 127.5 - 1));

/** Dots in a box plot, evenly by rank. */
const mostDots = 200;
const histogramBins = 64;

/** A level, and how often it occurs; at least once. */
interface Level {
  readonly value: number;
  readonly count: number;
}

/** @param values of the levels, evenly apart and rising @param counts of each; not all 0 */
export function statisticsOfLevels(
  channel: number,
  values: readonly number[],
  counts: ArrayLike<number>,
): ChannelStatistics {
  const levels = values.flatMap((value, i) => (counts[i]! > 0 ? [{ value, count: counts[i]! }] : []));
  const n = countOf(levels);
  const mean = levels.reduce((sum, { value, count }) => sum + count * value, 0) / n;
  const moment = (power: number) => levels.reduce((sum, { value, count }) => sum + count * (value - mean) ** power, 0);
  const [squares, fourth] = [moment(2), moment(4)];
  const [q1, median, q3] = [0.25, 0.5, 0.75].map((q) => quantileOf(levels, n, q)) as [number, number, number];
  const distances = levels
    .map(({ value, count }) => ({ value: Math.abs(value - median), count }))
    .sort((a, b) => a.value - b.value);
  const { inner, outer } = fencesOf(q1, median, q3);
  const isWithin =
    ([low, high]: readonly [number, number]) =>
    ({ value }: Level) =>
      value >= low && value <= high;
  const within = levels.filter(isWithin(inner));
  const beyond = levels.filter((level) => !isWithin(inner)(level));
  const outlierCount = countOf(beyond);
  return {
    ...{ channel, n, mean, std: Math.sqrt(squares / Math.max(1, n - 1)) },
    ...{ min: levels[0]!.value, q1, median, q3, max: levels.at(-1)!.value },
    ...{ mad: quantileOf(distances, n, 0.5), orderError: 0 },
    kurtosis: squares === 0 ? 0 : (n * fourth) / squares ** 2 - 3,
    ...{ innerFences: inner, outerFences: outer },
    innerShare: outlierCount / n,
    outerShare: countOf(levels.filter((level) => !isWithin(outer)(level))) / n,
    whiskers: [within[0]!.value, within.at(-1)!.value],
    outlierSample: dotsOf(beyond, outlierCount),
    outlierCount,
    histogram: histogramOf(values, counts),
  };
}

const countOf = (levels: readonly Level[]): number => levels.reduce((sum, { count }) => sum + count, 0);

/** The value of this rank, from 0, of sorted levels. */
function valueAt(levels: readonly Level[], rank: number): number {
  let before = 0;
  return levels.find(({ count }) => (before += count) > rank)!.value;
}

const quantileOf = (levels: readonly Level[], n: number, q: number): number =>
  quantileBy(n, q, (rank) => valueAt(levels, rank));

function dotsOf(beyond: readonly Level[], count: number): number[] {
  const dots = Math.min(mostDots, count);
  return Array.from({ length: dots }, (_, i) =>
    valueAt(beyond, dots === 1 ? 0 : Math.round((i * (count - 1)) / (dots - 1))),
  );
}

/** Bins of as many levels each, from half a level before the first to half a level behind the last. */
function histogramOf(values: readonly number[], counts: ArrayLike<number>): ChannelStatistics['histogram'] {
  const half = (values[1]! - values[0]!) / 2;
  const levelsPerBin = values.length / histogramBins;
  return {
    from: values[0]! - half,
    to: values.at(-1)! + half,
    counts: Array.from({ length: histogramBins }, (_, bin) =>
      Array.from({ length: levelsPerBin }, (_level, i) => counts[bin * levelsPerBin + i]!).reduce((a, b) => a + b, 0),
    ),
    below: 0,
    above: 0,
  };
}
