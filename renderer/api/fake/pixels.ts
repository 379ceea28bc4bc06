/** Pixels of the fake's pictures, counted as the studio counts them. */
import { pixelLevels, statisticsOfLevels } from '../../../main/latents/level-statistics.ts';
import type { PixelStatistics } from '../studio.ts';
import { facePixels } from './pictures.ts';

/** How often each level occurs in the portraits of a project: of R, then of G, then of B. */
function countsOf(pictures: number): Float64Array {
  const counts = new Float64Array(3 * pixelLevels.length);
  facePixels().forEach((pixels, face, { length }) => {
    // Later portraits are the same again.
    const times = Math.floor(pictures / length) + (face < pictures % length ? 1 : 0);
    for (let i = 0; i < pixels.length; i++)
      if (i % 4 !== 3) counts[(i % 4) * pixelLevels.length + pixels[i]!]! += times;
  });
  return counts;
}

export function pixelStatistics(pictures: number): PixelStatistics {
  const counts = countsOf(pictures);
  const of = (channel: number) => counts.subarray(channel * pixelLevels.length, (channel + 1) * pixelLevels.length);
  return {
    pictures,
    channels: [0, 1, 2].map((channel) => statisticsOfLevels(channel, pixelLevels, of(channel))),
  };
}
