/**
 * Quartiles, and the median absolute deviation about the median (MAD): within a bin's width from the counts alone, exactly when the
 * values of a few bins are known, too. Between two ranks both interpolate linearly, as NumPy does.
 */
import type { BinValues } from './bin-values.ts';
import type { Distribution, Estimate } from './distribution.ts';

export interface OrderStatistics {
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly mad: number;
  /** None of the four is further from the exact one. */
  readonly error: number;
}

const quartiles = [0.25, 0.5, 0.75] as const;

/** A quantile of `total` numbers, of which `at` knows the one of each rank. */
function quantileOf(q: number, total: number, at: (rank: number) => Estimate): Estimate {
  const place = (total - 1) * q;
  const below = at(Math.floor(place));
  const above = at(Math.ceil(place));
  return {
    value: below.value + (place - Math.floor(place)) * (above.value - below.value),
    error: Math.max(below.error, above.error),
  };
}

function orderFrom(estimates: readonly [Estimate, Estimate, Estimate], mad: Estimate): OrderStatistics {
  const [q1, median, q3] = estimates;
  return {
    ...{ q1: q1.value, median: median.value, q3: q3.value, mad: mad.value },
    error: Math.max(q1.error, median.error, q3.error, mad.error),
  };
}

const quartilesBy = (total: number, at: (rank: number) => Estimate) =>
  quartiles.map((q) => quantileOf(q, total, at)) as [Estimate, Estimate, Estimate];

export function orderOf(distribution: Distribution): OrderStatistics {
  const { total } = distribution;
  const found = quartilesBy(total, (rank) => distribution.valueAt(rank));
  return orderFrom(
    found,
    quantileOf(0.5, total, (rank) => distribution.distanceAt(rank, found[1])),
  );
}

/** Bins by their indices, from the first to the last one; the last may come before the first, and then there are none. */
type Run = readonly [number, number];

/** Where values lie whose distance from the median can be the MAD: below the median and above it, or one run where these meet. */
function madRuns(distribution: Distribution): readonly Run[] {
  const { total } = distribution;
  const median = quantileOf(0.5, total, (rank) => distribution.valueAt(rank));
  const [near, far] = [Math.floor, Math.ceil].map((round) =>
    distribution.distanceAt(round((total - 1) / 2), median),
  ) as [Estimate, Estimate];
  // The distances are from where the median is known to be, which may be an error away from where it is.
  const least = near.value - near.error - median.error;
  const most = far.value + far.error + median.error;
  const runOf = (from: number, to: number): Run => [distribution.firstTo(from), distribution.lastFrom(to)];
  const below = runOf(median.value - most, median.value - least);
  const above = runOf(median.value + least, median.value + most);
  return least <= 0 || below[1] >= above[0] ? [[below[0], above[1]]] : [below, above];
}

const indicesIn = ([from, to]: Run): number[] => Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);

/** Keys of the bins whose values must be known for `exactOrderOf`, and how many values each holds. */
export function wantedBins(distribution: Distribution): Map<number, number> {
  const { total } = distribution;
  const ranks = quartiles.flatMap((q) => [Math.floor((total - 1) * q), Math.ceil((total - 1) * q)]);
  const indices = [...ranks.map((rank) => distribution.indexOfRank(rank)), ...madRuns(distribution).flatMap(indicesIn)];
  return new Map(indices.map((i) => [distribution.keyOf(i), distribution.countOf(i)]));
}

/** @param values those of `wantedBins` */
export function exactOrderOf(distribution: Distribution, values: BinValues): OrderStatistics {
  const { total } = distribution;
  const exactly = (value: number): Estimate => ({ value, error: 0 });
  const found = quartilesBy(total, (rank) => {
    const i = distribution.indexOfRank(rank);
    return exactly(values.valueAt(distribution.keyOf(i), rank - distribution.before(i)));
  });
  const [below, above] = madRuns(distribution);
  const nearer = below && above ? distribution.before(above[0]) - distribution.before(below[1] + 1) : 0;
  const distances = [below, above]
    .flatMap((run) => (run ? indicesIn(run) : []))
    .flatMap((i) => values.entries(distribution.keyOf(i)))
    .map(([value, count]) => ({ distance: Math.abs(value - found[1].value), count }))
    .sort((a, b) => a.distance - b.distance);
  const mad = quantileOf(0.5, total, (rank) => {
    let before = nearer;
    return exactly(distances.find(({ count }) => (before += count) > rank)!.distance);
  });
  return orderFrom(found, mad);
}
