/** Puts together what the channels found: the most extreme values of all, the pictures in order, and the places. */
import type { ChannelResult } from '../measure/result.ts';
import type { OutlierFacts } from '../outlier-schema.ts';
import { nthLargest } from './extremes.ts';
import { robustZ } from './robust-z.ts';

/** How many values the index lists. */
export const mostIndexed = 20_000;

/** Numbers of the index. An element is the place of a value in a latent: channel, row and column in one number. */
export interface OutlierNumbers {
  /** The most extreme values beyond the inner fences, by |z|; among equals the first picture's, and of it the first element. */
  readonly values: Float32Array;
  readonly pictures: Float32Array;
  readonly elements: Float32Array;
  /** Pictures, by how many values they have beyond the outer fences, then by |z| of their most extreme one. */
  readonly order: Float32Array;
  /** In this order: values beyond the fences, and the most extreme one (0 where none is beyond the inner fences). */
  readonly inner: Float32Array;
  readonly outer: Float32Array;
  readonly worst: Float32Array;
  readonly worstElements: Float32Array;
  /** Of each element: pictures with a value beyond the outer fences there. */
  readonly cells: Float32Array;
}

export interface OutlierIndexData {
  readonly facts: OutlierFacts;
  readonly numbers: OutlierNumbers;
}

/** @param results of all channels @param most values to list */
export function assembleOutliers(
  results: readonly ChannelResult[],
  { shape, pictures }: Pick<OutlierFacts, 'shape' | 'pictures'>,
  most = mostIndexed,
): OutlierIndexData {
  const listed = mostExtreme(results, shape[1] * shape[2], most);
  const ordered = orderPictures(results, shape[1] * shape[2], pictures);
  return {
    facts: {
      ...{ pictures, shape },
      channels: results.map(({ statistics: { median, mad, std, innerFences, outerFences } }) => {
        return { median, mad, std, innerFences, outerFences };
      }),
      ...{ inner: sumOf(ordered.inner), outer: sumOf(ordered.outer), indexed: listed.values.length },
    },
    numbers: {
      ...listed,
      ...ordered,
      cells: Float32Array.from(results.flatMap(({ tally }) => Array.from(tally.cells))),
    },
  };
}

const sumOf = (counts: Float32Array): number => counts.reduce((sum, count) => sum + count, 0);

function mostExtreme(results: readonly ChannelResult[], positions: number, most: number) {
  const all = new Float64Array(results.reduce((sum, { extremes }) => sum + extremes.values.length, 0));
  let next = 0;
  const sizes = results.map(({ extremes: { values }, statistics }) => {
    const own = all.subarray(next, next + values.length);
    for (let i = 0; i < values.length; i++) own[i] = Math.abs(robustZ(values[i]!, statistics));
    next += values.length;
    return own;
  });
  // Only those that are not smaller than the last one to be listed are sorted with their places.
  const least = all.length > most ? nthLargest(all.slice(), most) : 0;
  const found: { value: number; size: number; picture: number; element: number }[] = [];
  results.forEach(({ extremes }, channel) => {
    const { values, pictures, cells } = extremes;
    for (let i = 0; i < values.length; i++) {
      const size = sizes[channel]![i]!;
      if (size < least) continue;
      found.push({ value: values[i]!, size, picture: pictures[i]!, element: channel * positions + cells[i]! });
    }
  });
  found.sort((a, b) => b.size - a.size || a.picture - b.picture || a.element - b.element);
  const listed = found.slice(0, most);
  return {
    values: Float32Array.from(listed, ({ value }) => value),
    pictures: Float32Array.from(listed, ({ picture }) => picture),
    elements: Float32Array.from(listed, ({ element }) => element),
  };
}

function orderPictures(results: readonly ChannelResult[], positions: number, pictures: number) {
  const [inner, outer] = [new Float32Array(pictures), new Float32Array(pictures)];
  const [worst, worstElements] = [new Float32Array(pictures), new Float32Array(pictures)];
  const sizes = new Float64Array(pictures);
  results.forEach((result, channel) => {
    const { tally, statistics } = result;
    for (let i = 0; i < pictures; i++) {
      inner[i]! += tally.inner[i]!;
      outer[i]! += tally.outer[i]!;
      const size = Math.abs(robustZ(result.worst[i]!, statistics));
      // False for a picture without one in this channel.
      if (!(size > sizes[i]!)) continue;
      sizes[i] = size;
      worst[i] = result.worst[i]!;
      worstElements[i] = channel * positions + result.worstCell[i]!;
    }
  });
  const order = new Uint32Array(pictures).map((_, i) => i);
  order.sort((a, b) => outer[b]! - outer[a]! || sizes[b]! - sizes[a]! || a - b);
  const ordered = (values: Float32Array) => new Float32Array(pictures).map((_, i) => values[order[i]!]!);
  return {
    order: new Float32Array(order),
    ...{ inner: ordered(inner), outer: ordered(outer) },
    ...{ worst: ordered(worst), worstElements: ordered(worstElements) },
  };
}
