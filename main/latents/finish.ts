/** The last step of encoding: statistics and normalisation of all latents; only then are they complete. */
import { FirstPass, SecondPass, ThirdPass } from './channel-statistics.ts';
import { NormalisedDeviation, normalise } from './normalise.ts';
import { sanityOf } from './sanity.ts';
import { copiesIn, picturesIn } from './schema.ts';
import type { KnownLatents, LatentManifest, LatentStatistics } from './schema.ts';
import { ElementMoments } from './statistics.ts';
import type { ElementStatistics } from './statistics.ts';
import { latentBlocks, writeManifest, writeNormalisation, writeStatistics } from './store.ts';

/** Whole rows, any number at a time; asked for once for each pass. */
export type Blocks = () => AsyncIterable<Float32Array> | Iterable<Float32Array>;

/** Statistics of rows of latents in three passes, of which only one block is in memory at a time. */
export async function measureLatents(
  blocks: Blocks,
  shape: LatentManifest['shape'],
): Promise<{
  elements: ElementStatistics;
  statistics: Pick<LatentStatistics, 'channels' | 'normalisedStd' | 'constantElements'>;
}> {
  const [channels, height, width] = shape;
  const positions = height * width;
  /** Hands the values of each channel of each row to the pass of the channel. */
  const hand = (block: Float32Array, passes: readonly { add(values: Float32Array): void }[]) => {
    for (let at = 0, channel = 0; at < block.length; at += positions, channel = (channel + 1) % channels)
      passes[channel]!.add(block.subarray(at, at + positions));
  };
  const moments = new ElementMoments(channels * positions);
  const first = Array.from({ length: channels }, () => new FirstPass());
  for await (const block of blocks()) {
    moments.add(block);
    hand(block, first);
  }
  const second = first.map((pass) => new SecondPass(pass));
  for await (const block of blocks()) hand(block, second);
  const third = second.map((pass) => new ThirdPass(pass));
  const elements = moments.result;
  const constantElements = elements.std.filter((std) => std === 0).length;
  const deviation = new NormalisedDeviation(channels * positions, constantElements);
  const normalisation = { mean: Float32Array.from(elements.mean), std: Float32Array.from(elements.std) };
  for await (const block of blocks()) {
    hand(block, third);
    // Works in place; everybody else has seen the block.
    deviation.add(normalise(block, normalisation));
  }
  return {
    elements,
    statistics: {
      channels: third.map((pass, channel) => pass.statistics(channel)),
      normalisedStd: deviation.assert(),
      constantElements,
    },
  };
}

/**
 * Computes and writes the statistics, asserts that normalisation gives a deviation of 0.5, and marks the set complete. `known`: what
 * latents of this VAE are known to be like.
 */
export async function finishLatents(
  folder: string,
  manifest: LatentManifest,
  now: () => Date,
  known?: KnownLatents,
): Promise<LatentStatistics> {
  const { shape } = manifest;
  const { elements, statistics: measured } = await measureLatents(() => latentBlocks(folder, manifest), shape);
  const statistics: LatentStatistics = {
    pictures: picturesIn(manifest),
    ...(manifest.flip ? { copies: copiesIn(manifest) } : {}),
    shape,
    ...measured,
    ...(known ? { sanity: sanityOf(elements, shape, known) } : {}),
  };
  await writeNormalisation(folder, elements, shape);
  await writeStatistics(folder, statistics);
  await writeManifest(folder, { ...manifest, complete: true, encodedAt: now().toISOString() });
  return statistics;
}
