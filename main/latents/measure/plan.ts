/**
 * What a scan must know before it reads: where it sums from, and between which values each of Tukey's fences lies. From exact quartiles
 * the fences are known; from a sample they lie in zones, and values inside a zone are kept until the end tells where the fence is.
 */
import { fencesOf, quantile } from '../statistics.ts';
import type { Distribution } from './distribution.ts';
import type { OrderStatistics } from './order.ts';

/** The least and the largest value that a fence can have. */
export type Zone = readonly [number, number];

/** One side of a channel. Below the median all numbers have their sign turned round, so that larger is always further out. */
export interface SidePlan {
  /** From here on outwards every value is looked at. The last one before the inner fence should be among them. */
  readonly from: number;
  readonly inner: Zone;
  readonly outer: Zone;
}

export interface ScanPlan {
  /** Powers of values are summed relative to this, so that they do not cancel. */
  readonly centre: number;
  readonly below: SidePlan;
  readonly above: SidePlan;
}

export function exactPlan(distribution: Distribution, { q1, median, q3 }: OrderStatistics): ScanPlan {
  const { inner, outer } = fencesOf(q1, median, q3);
  const exactly = (fence: number): Zone => [fence, fence];
  return {
    centre: median,
    below: {
      from: -(distribution.wholeBinAbove(inner[0]) ?? Infinity),
      inner: exactly(-inner[0]),
      outer: exactly(-outer[0]),
    },
    above: {
      from: distribution.wholeBinBelow(inner[1]) ?? -Infinity,
      inner: exactly(inner[1]),
      outer: exactly(outer[1]),
    },
  };
}

/** A fence of the whole is this many standard errors from the mean of the parts' fences, at most. */
const errorsAllowed = 5;
/** Besides, so many interquartile ranges, and as many more for the last value before the inner fence. */
const rangesAllowed = 0.01;
const rangesBefore = 0.01;

/**
 * From parts of a sample, each spread over all rows: how much their fences differ says how far those of the whole can be.
 * Undefined when the sample says too little: half of its values are the same, or its parts have little in common.
 */
export function planFromSample(parts: readonly Float32Array[]): ScanPlan | undefined {
  const fences = parts.map((part) => {
    const sorted = part.toSorted();
    return fencesOf(quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75));
  });
  const range = meanOf(fences.map(({ q1, q3 }) => q3 - q1));
  if (!(range > 0)) return undefined;
  const zoneOf = (values: readonly number[]): Zone => {
    const mean = meanOf(values);
    const variance = meanOf(values.map((value) => (value - mean) ** 2));
    const margin = errorsAllowed * Math.sqrt(variance / values.length) + rangesAllowed * range;
    return [mean - margin, mean + margin];
  };
  const side = (sign: 1 | -1, end: 0 | 1): SidePlan => {
    const inner = zoneOf(fences.map((fence) => sign * fence.inner[end]));
    const outer = zoneOf(fences.map((fence) => sign * fence.outer[end]));
    return { from: inner[0] - rangesBefore * range, inner, outer };
  };
  const centre = meanOf(fences.map(({ median }) => median));
  const [below, above] = [side(-1, 0), side(1, 1)];
  // What is beyond a fence must be beyond the centre, and a value in the zone of one fence only.
  const isClear = ({ inner, outer }: SidePlan, sign: 1 | -1) => inner[0] > sign * centre && outer[0] > inner[1];
  return isClear(above, 1) && isClear(below, -1) ? { centre, below, above } : undefined;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
