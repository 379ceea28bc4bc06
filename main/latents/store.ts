/** Where a project keeps latents, and how they are read: `latents/<key>/` with a manifest, shards and statistics. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { studioError } from '../base/errors.ts';
import { fileVersion } from '../storage/files.ts';
import { readJson, writeJson } from '../storage/json.ts';
import type { JsonFormat } from '../storage/json.ts';
import { openSafetensors, readSafetensors, writeSafetensors } from '../storage/safetensors.ts';
import type { OpenTensors } from '../storage/safetensors.ts';
import { chosenLatentsSchema, copiesIn, latentManifestSchema, storedStatisticsSchema } from './schema.ts';
import type { EncodingOptions, LatentManifest, LatentStatistics, StoredStatistics } from './schema.ts';
import type { ElementStatistics } from './statistics.ts';

const manifestFormat: JsonFormat<LatentManifest> = {
  version: 2,
  schema: latentManifestSchema,
  migrations: {
    // There was one way to encode.
    1: (old) => ({ ...old, posterior: 'mean', flip: false, precision: 'full', reused: 0, retried: 0, leftOut: [] }),
  },
};
const statisticsFormat: JsonFormat<StoredStatistics> = {
  version: 2,
  schema: storedStatisticsSchema,
  // There was no MAD: it is computed from the shards when it is asked for (`hasAllNumbers`).
  migrations: { 1: (old) => old },
};
const chosenFormat: JsonFormat<{ key: string }> = { version: 1, schema: chosenLatentsSchema };

const latentsOf = (project: string): string => join(project, 'latents');
export const latentsFolder = (project: string, key: string): string => join(latentsOf(project), key);
/** The project that a folder of latents belongs to. */
export const projectOf = (folder: string): string => dirname(dirname(folder));

export interface KeyInputs extends EncodingOptions {
  /** Of the pictures and their shaping. */
  readonly datasetHash: string;
  readonly vaeHash: string;
}

/** The cache key: pictures and their shaping, VAE, and how it was used. The same inputs always find the same latents. */
export function latentsKey({ datasetHash, vaeHash, posterior, flip, precision }: KeyInputs): string {
  const inputs = [
    datasetHash,
    vaeHash,
    precision === 'half' ? 'float16' : 'float32',
    1,
    ...(posterior === 'sample' ? ['sample'] : []),
    ...(flip ? ['flip'] : []),
  ];
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 16);
}

export const readManifest = (folder: string): Promise<LatentManifest | undefined> =>
  readJson(join(folder, 'manifest.json'), manifestFormat);
export const writeManifest = (folder: string, manifest: LatentManifest): Promise<void> =>
  writeJson(join(folder, 'manifest.json'), manifestFormat, manifest);
/** Those of version 1 lack numbers. */
export const readStatistics = (folder: string): Promise<StoredStatistics | undefined> =>
  readJson(join(folder, 'statistics.json'), statisticsFormat);
export const writeStatistics = (folder: string, value: LatentStatistics): Promise<void> =>
  writeJson(join(folder, 'statistics.json'), statisticsFormat, value);

/** The key of the set that was chosen last; it may be gone. */
export const readChosen = async (project: string): Promise<string | undefined> =>
  (await readJson(join(latentsOf(project), 'chosen.json'), chosenFormat))?.key;
export const writeChosen = (project: string, key: string): Promise<void> =>
  writeJson(join(latentsOf(project), 'chosen.json'), chosenFormat, { key });

/** Folders of a project's latents, sorted: those of sets, and what is left of others. */
export async function listLatents(project: string): Promise<string[]> {
  const entries = await readdir(latentsOf(project), { withFileTypes: true }).catch(() => []);
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

/** The manifests of a project's sets of latents, by key. */
export async function readManifests(project: string): Promise<LatentManifest[]> {
  const keys = await listLatents(project);
  const manifests = await Promise.all(keys.map((key) => readManifest(latentsFolder(project, key))));
  return manifests.filter((manifest) => manifest !== undefined);
}

/** Changes with the sets of a project, what is known about them, and which one was chosen. */
export async function versionOfLatents(project: string): Promise<string> {
  const describing = ['manifest.json', 'statistics.json', 'outliers.json', 'outliers.safetensors'];
  const sets = await listLatents(project);
  const files = sets.flatMap((key) => describing.map((name) => join(latentsFolder(project, key), name)));
  const versions = await Promise.all([join(latentsOf(project), 'chosen.json'), ...files].map(fileVersion));
  return [...sets, ...versions].join('|');
}

export const shardFile = (index: number): string => `shard-${String(index).padStart(5, '0')}.safetensors`;

/** Writes one shard: `latents` [rows, channels, height, width] as the VAE gave them. */
export async function writeShard(
  folder: string,
  file: string,
  latents: Float32Array,
  { shape, precision }: Pick<LatentManifest, 'shape' | 'precision'>,
): Promise<void> {
  const rows = latents.length / (shape[0] * shape[1] * shape[2]);
  const tensor = { name: 'latents', shape: [rows, ...shape], data: latents };
  await writeSafetensors(join(folder, file), [tensor], { dtype: precision === 'half' ? 'F16' : 'F32' });
}

type Shard = LatentManifest['shards'][number];

/** Opens one shard. Throws `storage.damaged` when it does not hold as many latents as its pictures have. */
export async function openShard(
  folder: string,
  shard: Shard,
  manifest: Pick<LatentManifest, 'shape' | 'flip'>,
): Promise<OpenTensors> {
  const path = join(folder, shard.file);
  const rows = shard.pictures.length * copiesIn(manifest);
  const file = await openSafetensors(path);
  if (file.entries.get('latents')?.shape.join() === [rows, ...manifest.shape].join()) return file;
  await file.close();
  throw studioError('storage.damaged', {
    path,
    reason: `it does not hold ${rows} latents of ${manifest.shape.join('×')}`,
  });
}

/** The rows of one shard. Throws as `openShard` does. */
export async function readShard(
  folder: string,
  shard: Shard,
  manifest: Pick<LatentManifest, 'shape' | 'flip'>,
): Promise<Float32Array> {
  const file = await openShard(folder, shard, manifest);
  try {
    return (await file.read('latents')).data;
  } finally {
    await file.close();
  }
}

/** The rows of all shards, one shard in memory at a time. */
export async function* latentBlocks(folder: string, manifest: LatentManifest): AsyncGenerator<Float32Array> {
  for (const shard of manifest.shards) yield await readShard(folder, shard, manifest);
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
