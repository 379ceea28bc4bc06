/** Outliers by their place in the latents, as windows and reports draw them. */
import type { OutlierPositions } from '../outlier-schema.ts';

/**
 * The map of one channel, or of all: for each cell, row by row, how many far values a picture has there on average.
 * Of one channel that is the share of the pictures that have one.
 */
export function mapOf({ shape, shares }: OutlierPositions, channel?: number): Float64Array {
  const [channels, height, width] = shape;
  const positions = height * width;
  const map = new Float64Array(positions);
  for (let c = channel ?? 0; c < (channel === undefined ? channels : channel + 1); c++)
    for (let at = 0; at < positions; at++) map[at]! += shares[c * positions + at]!;
  return map;
}

/** A share beside the largest one, on a scale of square roots: a quarter of the largest is in the middle. */
export function shareHeat(share: number, largest: number): number {
  return largest === 0 ? 0 : Math.sqrt(Math.max(0, share) / largest);
}
