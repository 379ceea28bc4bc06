/** Statistics of the pixels of a set's pictures, R, G and B from −1 to 1, beside those of their latents: `pixels.json` of the set. */
import { join } from 'node:path';
import { ProgressMeter } from '../base/progress.ts';
import type { Progress } from '../base/progress.ts';
import { throwIfCancelled } from '../base/rpc.ts';
import { inOrder } from '../datasets/in-order.ts';
import type { UsedPicture } from '../datasets/schema.ts';
import { readJson, writeJson } from '../storage/json.ts';
import type { JsonFormat } from '../storage/json.ts';
import { pixelLevels, statisticsOfLevels } from './level-statistics.ts';
import { pixelStatisticsSchema } from './schema.ts';
import type { PixelStatistics } from './schema.ts';

const format: JsonFormat<PixelStatistics> = { version: 1, schema: pixelStatisticsSchema };
const pixelsFile = (folder: string): string => join(folder, 'pixels.json');

const levels = pixelLevels.length;
const channels = 3;

/** How often each level occurs in a picture (RGB bytes): of R, then of G, then of B. */
export function countLevels(rgb: Uint8Array): Uint32Array {
  const counts = new Uint32Array(channels * levels);
  for (let i = 0; i < rgb.length; i += channels) {
    counts[rgb[i]!]!++;
    counts[levels + rgb[i + 1]!]!++;
    counts[2 * levels + rgb[i + 2]!]!++;
  }
  return counts;
}

export interface PixelOptions {
  /** Those of the set, at least one. */
  readonly pictures: readonly UsedPicture[];
  /** Counts of a picture's shaped copy, as `countLevels` gives them. */
  readonly count: (picture: UsedPicture) => Promise<Uint32Array>;
  /** Pictures in work at once. */
  readonly most: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Reads every picture once. */
export async function measurePixels({
  pictures,
  count,
  most,
  signal,
  onProgress,
}: PixelOptions): Promise<PixelStatistics> {
  // Sums of all pictures can be larger than 32 bits.
  const sums = new Float64Array(channels * levels);
  const meter = new ProgressMeter();
  let done = 0;
  async function* each() {
    yield* pictures;
  }
  for await (const [, counts] of inOrder(each(), { most, mostWeight: most, weigh: () => 1, work: count, signal })) {
    throwIfCancelled(signal);
    for (let i = 0; i < sums.length; i++) sums[i]! += counts[i]!;
    onProgress?.(meter.update(++done, pictures.length));
  }
  return {
    pictures: pictures.length,
    channels: Array.from({ length: channels }, (_, channel) =>
      statisticsOfLevels(channel, pixelLevels, sums.subarray(channel * levels, (channel + 1) * levels)),
    ),
  };
}

/** Those of a set; undefined before they were measured. */
export const readPixels = (folder: string): Promise<PixelStatistics | undefined> =>
  readJson(pixelsFile(folder), format);
export const writePixels = (folder: string, statistics: PixelStatistics): Promise<void> =>
  writeJson(pixelsFile(folder), format, statistics);
