/** What a scan found, in words of the statistics, and of the outliers of one channel. */
import type { ChannelStatistics } from '../schema.ts';
import type { TukeyFences } from '../statistics.ts';
import { robustZ } from '../outliers/robust-z.ts';
import type { Spread } from '../outliers/robust-z.ts';
import type { Distribution } from './distribution.ts';
import { elementMoments, momentsOf } from './moments.ts';
import type { OrderStatistics } from './order.ts';
import type { ChannelScan, SettledScan } from './scan.ts';
import type { Side, Tally } from './side.ts';

const histogramBins = 96;
/** Dots in a box plot; the count beside them says how many there are in all. */
const mostOutlierDots = 200;

/** Values of one channel with their places; `size` is not kept, because it depends on the side. */
export interface PlacedValues {
  readonly values: Float32Array;
  readonly pictures: Uint32Array;
  readonly cells: Uint32Array;
}

/** One channel of a set of latents. */
export interface ChannelResult {
  readonly statistics: ChannelStatistics;
  /** Of each position. */
  readonly mean: Float64Array;
  readonly std: Float64Array;
  readonly tally: Tally;
  /** The most extreme values beyond the inner fences, in no order. */
  readonly extremes: PlacedValues;
  /** Of each picture, its value that is furthest out by robust z; NaN where none is beyond the inner fences. */
  readonly worst: Float32Array;
  readonly worstCell: Uint32Array;
}

export function resultOf(
  channel: number,
  scan: ChannelScan,
  distribution: Distribution,
  order: OrderStatistics,
  { fences, whiskers, min, max }: SettledScan,
  rows: number,
): ChannelResult {
  const { below, above, memory, tally } = scan;
  const n = distribution.total;
  const moments = momentsOf(memory, scan.plan.centre, rows);
  const { q1, median, q3, inner, outer } = fences;
  const outlierCount = below.inner + above.inner;
  const statistics: ChannelStatistics = {
    ...{ channel, n, ...moments, min, q1, median, q3, max, mad: order.mad, orderError: order.error },
    innerFences: inner,
    outerFences: outer,
    innerShare: outlierCount / n,
    outerShare: (below.outer + above.outer) / n,
    whiskers: [...whiskers],
    outlierSample: dotsOf(below, above, fences),
    outlierCount,
    histogram: histogramOf(distribution, min, max, fences),
  };
  return {
    statistics,
    ...elementMoments(memory, scan.plan.centre, rows),
    tally,
    extremes: extremesOf(below, above, fences),
    ...worstOf(below, above, fences, { median, mad: order.mad, std: moments.std }),
  };
}

/** The fence of a side, in the side's own direction. */
const fenceOf = ({ sign }: Side, { inner }: TukeyFences): number => (sign < 0 ? -inner[0] : inner[1]);

function extremesOf(below: Side, above: Side, fences: TukeyFences): PlacedValues {
  const sides = [below, above].map((side) => {
    const { sizes, pictures, cells } = side.extremes.kept;
    const fence = fenceOf(side, fences);
    const isOutlier = (_: number, i: number) => sizes[i]! > fence;
    return {
      values: sizes.filter(isOutlier).map((size) => side.sign * size),
      pictures: pictures.filter(isOutlier),
      cells: cells.filter(isOutlier),
    };
  });
  const [low, high] = sides as [PlacedValues, PlacedValues];
  const length = low.values.length + high.values.length;
  return {
    values: joined(low.values, high.values, new Float32Array(length)),
    pictures: joined(low.pictures, high.pictures, new Uint32Array(length)),
    cells: joined(low.cells, high.cells, new Uint32Array(length)),
  };
}

function joined<A extends Float32Array | Uint32Array>(first: A, second: A, into: A): A {
  into.set(first);
  into.set(second, first.length);
  return into;
}

function worstOf(below: Side, above: Side, fences: TukeyFences, spread: Spread) {
  const worst = new Float32Array(above.worst.length).fill(NaN);
  const worstCell = new Uint32Array(worst.length);
  const [fenceBelow, fenceAbove] = [fenceOf(below, fences), fenceOf(above, fences)];
  for (let i = 0; i < worst.length; i++) {
    const [low, high] = [below.worst[i]!, above.worst[i]!];
    // 0 is what none is further out than.
    const furtherBelow = low > fenceBelow ? Math.abs(robustZ(-low, spread)) : 0;
    const furtherAbove = high > fenceAbove ? Math.abs(robustZ(high, spread)) : 0;
    if (furtherBelow === 0 && furtherAbove === 0) continue;
    // Of two that are as far out, the one of the first cell.
    const isBelow =
      furtherBelow === furtherAbove ? below.worstCell[i]! < above.worstCell[i]! : furtherBelow > furtherAbove;
    worst[i] = isBelow ? -low : high;
    worstCell[i] = (isBelow ? below : above).worstCell[i]!;
  }
  return { worst, worstCell };
}

/** At most `mostOutlierDots` of the values beyond the inner fences, evenly by rank, the two extremes always among them. */
function dotsOf(below: Side, above: Side, fences: TukeyFences): number[] {
  const total = below.inner + above.inner;
  const shareOf = ({ inner }: Side) =>
    total <= mostOutlierDots ? inner : Math.max(Math.min(inner, 2), Math.round((mostOutlierDots * inner) / total));
  const mostBelow = shareOf(below);
  const mostAbove =
    total <= mostOutlierDots ? above.inner : Math.max(Math.min(above.inner, 2), mostOutlierDots - mostBelow);
  const dots = (side: Side, most: number) => evenly(outliersIn(side, fences), most).map((size) => side.sign * size);
  return [...dots(below, mostBelow).reverse(), ...dots(above, mostAbove)];
}

/** The kept values beyond the inner fence of a side, from the fence outwards; the most extreme one is among them. */
function outliersIn(side: Side, fences: TukeyFences): number[] {
  if (side.inner === 0) return [];
  const fence = fenceOf(side, fences);
  const beyond = [...side.sample.kept.filter((size) => size > fence).sort()];
  return beyond.at(-1) === side.largest ? beyond : [...beyond, side.largest];
}

/** At most `most` of sorted values, evenly by rank, first and last among them. */
function evenly(sorted: readonly number[], most: number): number[] {
  const { length } = sorted;
  if (length <= most) return [...sorted];
  return Array.from({ length: most }, (_, i) => sorted[Math.round((i * (length - 1)) / (most - 1))]!);
}

/**
 * Equal bins from and to a little beyond the outer fences; there every value is drawn as a dot. A value within a counted bin's width
 * of an edge may be counted on its other side.
 */
function histogramOf(
  distribution: Distribution,
  min: number,
  max: number,
  { q1, q3, outer }: TukeyFences,
): ChannelStatistics['histogram'] {
  const [from, to] = [Math.max(min, outer[0] - (q3 - q1)), Math.min(max, outer[1] + (q3 - q1))];
  const width = (to - from) / histogramBins;
  const { total } = distribution;
  const upTo = (value: number) => Math.round(distribution.countUpTo(value));
  // All that is not below the least value is above it, however its bin is filled.
  const edges = Array.from({ length: histogramBins + 1 }, (_, i) => upTo(from + i * width));
  edges[0] = from === min ? 0 : edges[0]!;
  edges[histogramBins] = to === max ? total : edges[histogramBins]!;
  return {
    from,
    to,
    counts: Array.from({ length: histogramBins }, (_, i) => edges[i + 1]! - edges[i]!),
    below: edges[0],
    above: total - edges[histogramBins],
  };
}
