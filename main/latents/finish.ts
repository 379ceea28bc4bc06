/** The last step of encoding: statistics, outliers and normalisation of all latents; only then are they complete. */
import { studioError } from '../base/errors.ts';
import { measureChannels } from './measure/measure.ts';
import type { MeasureOptions } from './measure/measure.ts';
import { ShardRows } from './measure/rows.ts';
import type { Rows } from './measure/rows.ts';
import { assertNormalised } from './normalise.ts';
import { assembleOutliers, mostIndexed } from './outliers/assemble.ts';
import type { OutlierIndexData } from './outliers/assemble.ts';
import { readOutliers, writeOutliers } from './outliers/store.ts';
import { sanityOf } from './sanity.ts';
import { copiesIn, hasAllNumbers, picturesIn } from './schema.ts';
import type { KnownLatents, LatentManifest, LatentStatistics } from './schema.ts';
import { withoutConstants } from './statistics.ts';
import type { ElementStatistics } from './statistics.ts';
import { readManifest, readStatistics, writeManifest, writeNormalisation, writeStatistics } from './store.ts';

/** Who does the work, and who is told how far it is. */
export interface MeasuringOptions extends Omit<MeasureOptions, 'mostExtremes'> {
  readonly signal?: AbortSignal | undefined;
}

/** Statistics and outliers of rows of latents. Throws `latents.notNormalised` for rows that can not be normalised. */
export async function measureLatents(
  rows: Rows,
  options: Omit<MeasureOptions, 'mostExtremes'> = {},
): Promise<{
  elements: ElementStatistics;
  statistics: Pick<LatentStatistics, 'channels' | 'normalisedStd' | 'constantElements'>;
  outliers: OutlierIndexData;
}> {
  const results = await measureChannels(rows, { ...options, mostExtremes: mostIndexed });
  const elements = withoutConstants({
    mean: joined(results.map(({ mean }) => mean)),
    std: joined(results.map(({ std }) => std)),
  });
  return {
    elements,
    statistics: {
      channels: results.map(({ statistics }) => statistics),
      normalisedStd: assertNormalised(elements, rows.pictures * rows.copies),
      constantElements: elements.std.filter((std) => std === 0).length,
    },
    outliers: assembleOutliers(results, rows),
  };
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const measureShards = (folder: string, manifest: LatentManifest, { signal, ...options }: MeasuringOptions) =>
  measureLatents(new ShardRows(folder, manifest, signal), options);

/**
 * Computes and writes statistics and outliers, asserts that normalisation gives a deviation of 0.5, and marks the set complete.
 * `known`: what latents of this VAE are known to be like.
 */
export async function finishLatents(
  folder: string,
  manifest: LatentManifest,
  now: () => Date,
  known?: KnownLatents,
  options: MeasuringOptions = {},
): Promise<LatentStatistics> {
  const { shape } = manifest;
  const { elements, statistics: measured, outliers } = await measureShards(folder, manifest, options);
  const statistics: LatentStatistics = {
    pictures: picturesIn(manifest),
    ...(manifest.flip ? { copies: copiesIn(manifest) } : {}),
    shape,
    ...measured,
    ...(known ? { sanity: sanityOf(elements, shape, known) } : {}),
  };
  await writeNormalisation(folder, elements, shape);
  await writeOutliers(folder, outliers);
  await writeStatistics(folder, statistics);
  await writeManifest(folder, { ...manifest, complete: true, encodedAt: now().toISOString() });
  return statistics;
}

/** What there is to know about a complete set, as far as it is on disk. */
export async function readMeasured(
  folder: string,
): Promise<{ readonly statistics: LatentStatistics; readonly outliers: OutlierIndexData } | undefined> {
  const statistics = await readStatistics(folder);
  const outliers = await readOutliers(folder);
  return statistics && hasAllNumbers(statistics) && outliers ? { statistics, outliers } : undefined;
}

/**
 * Measures a complete set anew that was made when less was measured, or whose index is damaged, and writes what is missing. How it is
 * normalised stays as it is: runs were trained with it. Throws `latents.missing` for a set that is not complete.
 */
export async function measureAgain(folder: string, options: MeasuringOptions = {}): Promise<LatentStatistics> {
  const manifest = await readManifest(folder);
  const before = await readStatistics(folder);
  if (!manifest?.complete || !before) throw studioError('latents.missing', {});
  const { statistics: measured, outliers } = await measureShards(folder, manifest, options);
  const statistics: LatentStatistics = { ...before, channels: measured.channels };
  await writeOutliers(folder, outliers);
  await writeStatistics(folder, statistics);
  return statistics;
}
