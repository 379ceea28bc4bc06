/** The last step of encoding: statistics and normalisation of all latents; only then are they complete. */
import { assertNormalised, normalise } from './normalise.ts';
import { readAllLatents } from './reader.ts';
import type { LatentManifest, LatentStatistics } from './schema.ts';
import { channelStatistics, elementStatistics } from './statistics.ts';
import { writeManifest, writeNormalisation, writeStatistics } from './store.ts';

/** Computes and writes the statistics, asserts that normalisation gives a deviation of 0.5, and marks the set complete. */
export async function finishLatents(
  folder: string,
  manifest: LatentManifest,
  now: () => Date,
): Promise<LatentStatistics> {
  const [channels, height, width] = manifest.shape;
  const dimensions = channels * height * width;
  const latents = await readAllLatents(folder, manifest);
  const pictures = latents.length / dimensions;
  const rows = Array.from({ length: pictures }, (_, i) => latents.subarray(i * dimensions, (i + 1) * dimensions));
  const elements = elementStatistics(rows, dimensions);
  const constantElements = elements.std.filter((std) => std === 0).length;
  const perChannel = Array.from({ length: channels }, (_, channel) => {
    const values = new Float32Array(pictures * height * width);
    rows.forEach((row, i) =>
      values.set(row.subarray(channel * height * width, (channel + 1) * height * width), i * height * width),
    );
    return channelStatistics(channel, values);
  });
  // Normalising works in place; the channel statistics above have their own copies.
  const normalisation = { mean: Float32Array.from(elements.mean), std: Float32Array.from(elements.std) };
  const normalisedStd = assertNormalised(normalise(latents, normalisation), pictures, constantElements);
  const statistics: LatentStatistics = {
    pictures,
    shape: manifest.shape,
    channels: perChannel,
    normalisedStd,
    constantElements,
  };
  await writeNormalisation(folder, elements, manifest.shape);
  await writeStatistics(folder, statistics);
  await writeManifest(folder, { ...manifest, complete: true, encodedAt: now().toISOString() });
  return statistics;
}
