/** Where a project keeps latents, and how they are read: `latents/<key>/` with a manifest, shards and statistics. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { studioError } from '../base/errors.ts';
import { readJson, writeJson } from '../storage/json.ts';
import type { JsonFormat } from '../storage/json.ts';
import { readSafetensors, writeSafetensors } from '../storage/safetensors.ts';
import { latentManifestSchema, latentStatisticsSchema } from './schema.ts';
import type { LatentManifest, LatentStatistics } from './schema.ts';
import type { ElementStatistics } from './statistics.ts';

const manifestFormat: JsonFormat<LatentManifest> = { version: 1, schema: latentManifestSchema };
const statisticsFormat: JsonFormat<LatentStatistics> = { version: 1, schema: latentStatisticsSchema };

export const latentsFolder = (project: string, key: string): string => join(project, 'latents', key);
/** The project that a folder of latents belongs to. */
export const projectOf = (folder: string): string => dirname(dirname(folder));

/** The cache key: pictures and their shaping, VAE, precision. The same inputs always find the same latents. */
export function latentsKey(inputs: { readonly datasetHash: string; readonly vaeHash: string }): string {
  return createHash('sha256')
    .update(JSON.stringify([inputs.datasetHash, inputs.vaeHash, 'float32', 1]))
    .digest('hex')
    .slice(0, 16);
}

export const readManifest = (folder: string): Promise<LatentManifest | undefined> =>
  readJson(join(folder, 'manifest.json'), manifestFormat);
export const writeManifest = (folder: string, manifest: LatentManifest): Promise<void> =>
  writeJson(join(folder, 'manifest.json'), manifestFormat, manifest);
export const readStatistics = (folder: string): Promise<LatentStatistics | undefined> =>
  readJson(join(folder, 'statistics.json'), statisticsFormat);
export const writeStatistics = (folder: string, value: LatentStatistics): Promise<void> =>
  writeJson(join(folder, 'statistics.json'), statisticsFormat, value);

/** All keys of a project's latents. */
export async function listLatents(project: string): Promise<string[]> {
  return readdir(join(project, 'latents')).catch(() => []);
}

/** Writes one shard: `latents` [pictures, channels, height, width] as the VAE gave them. */
export async function writeShard(
  folder: string,
  file: string,
  latents: Float32Array,
  shape: readonly number[],
): Promise<void> {
  await writeSafetensors(join(folder, file), [{ name: 'latents', shape, data: latents }]);
}

/** The latents of one shard. Throws `storage.damaged` when it does not hold `pictures` of them. */
export async function readShard(
  folder: string,
  shard: LatentManifest['shards'][number],
  shape: LatentManifest['shape'],
): Promise<Float32Array> {
  const path = join(folder, shard.file);
  const tensor = (await readSafetensors(path)).tensors.get('latents');
  if (tensor?.shape.join() !== [shard.pictures.length, ...shape].join()) {
    throw studioError('storage.damaged', {
      path,
      reason: `it does not hold ${shard.pictures.length} latents of ${shape.join('×')}`,
    });
  }
  return tensor.data;
}

/** Per-element mean and deviation, kept beside the shards in full precision of float32. */
export async function writeNormalisation(
  folder: string,
  { mean, std }: ElementStatistics,
  shape: readonly number[],
): Promise<void> {
  await writeSafetensors(join(folder, 'normalisation.safetensors'), [
    { name: 'mean', shape, data: Float32Array.from(mean) },
    { name: 'std', shape, data: Float32Array.from(std) },
  ]);
}

export interface Normalisation {
  readonly mean: Float32Array;
  readonly std: Float32Array;
}

export async function readNormalisation(folder: string): Promise<Normalisation> {
  const path = join(folder, 'normalisation.safetensors');
  const { tensors } = await readSafetensors(path);
  const [mean, std] = [tensors.get('mean'), tensors.get('std')];
  if (!mean || !std) throw studioError('storage.damaged', { path, reason: 'it has no mean or no std' });
  return { mean: mean.data, std: std.data };
}
