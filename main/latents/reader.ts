/** Reads a complete set of latents into memory, normalised, with the split into training and held-out pictures. */
import { studioError } from '../base/errors.ts';
import { classesOf } from '../datasets/classes.ts';
import { readManifest as readPictures } from '../datasets/manifest.ts';
import { split } from '../datasets/splits.ts';
import { assertNormalised, normalise } from './normalise.ts';
import { picturesIn } from './schema.ts';
import type { LatentManifest, LatentStatistics } from './schema.ts';
import type { Normalisation } from './store.ts';
import { projectOf, readManifest, readNormalisation, readShard, readStatistics } from './store.ts';

export interface LatentSet {
  readonly manifest: LatentManifest;
  readonly statistics: LatentStatistics;
  readonly normalisation: Normalisation;
  /** channels · height · width */
  readonly dimensions: number;
  /** Normalised, one after another. */
  readonly training: Float32Array;
  readonly heldOut: Float32Array;
  /** Class of each training picture, in the order of `training`: an index into `classes`, −1 for none. */
  readonly labels: Int32Array;
  /** Names of the classes of all pictures, held out or not, sorted. */
  readonly classes: readonly string[];
}

/** Raw latents of all pictures, one after another, in the order of the manifest. */
export async function readAllLatents(folder: string, manifest: LatentManifest): Promise<Float32Array> {
  const dimensions = manifest.shape[0] * manifest.shape[1] * manifest.shape[2];
  const total = picturesIn(manifest);
  const all = new Float32Array(total * dimensions);
  let offset = 0;
  for (const shard of manifest.shards) {
    const latents = await readShard(folder, shard, manifest.shape);
    all.set(latents, offset);
    offset += latents.length;
  }
  return all;
}

/**
 * The class of each of these pictures, looked up in the dataset's manifest: latents don't know it, so that sorting
 * pictures anew costs no encoding.
 */
async function readClasses(project: string, ids: readonly string[]): Promise<{ labels: Int32Array; names: string[] }> {
  const encoded = new Set(ids);
  const rows = (await readPictures(project)).filter((row) => row.kind === 'used').filter(({ id }) => encoded.has(id));
  const names = classesOf(rows).map(({ name }) => name);
  const indexOf = new Map(names.map((name, i) => [name, i]));
  const labelOf = new Map(rows.map(({ id, label }) => [id, label]));
  return { names, labels: Int32Array.from(ids, (id) => indexOf.get(labelOf.get(id) ?? '') ?? -1) };
}

/** The classes of a set's pictures, and how many of its training pictures have each. */
export async function trainingClasses(
  folder: string,
  manifest: LatentManifest,
  heldOut: number,
): Promise<{ name: string; pictures: number }[]> {
  const ids = manifest.shards.flatMap((shard) => shard.pictures);
  const chosen = new Set(split({ ids, heldOut }).heldOut);
  const { names, labels } = await readClasses(projectOf(folder), ids);
  const pictures = names.map(() => 0);
  labels.forEach((label, i) => {
    if (label >= 0 && !chosen.has(ids[i]!)) pictures[label]!++;
  });
  return names.map((name, i) => ({ name, pictures: pictures[i]! }));
}

/** Loads and checks latents. `heldOut` pictures are kept out of training; which ones depends only on their ids. */
export async function readLatentSet(folder: string, heldOut: number): Promise<LatentSet> {
  const manifest = await readManifest(folder);
  const statistics = await readStatistics(folder);
  if (!manifest?.complete || !statistics) throw studioError('latents.missing', {});
  const normalisation = await readNormalisation(folder);
  const latents = normalise(await readAllLatents(folder, manifest), normalisation);
  const ids = manifest.shards.flatMap((shard) => shard.pictures);
  assertNormalised(latents, ids.length, statistics.constantElements);
  const dimensions = latents.length / ids.length;
  const chosen = new Set(split({ ids, heldOut }).heldOut);
  const gather = (keep: (id: string) => boolean): Float32Array => {
    const rows = ids.flatMap((id, i) => (keep(id) ? [i] : []));
    const out = new Float32Array(rows.length * dimensions);
    rows.forEach((row, i) => out.set(latents.subarray(row * dimensions, (row + 1) * dimensions), i * dimensions));
    return out;
  };
  const classes = await readClasses(projectOf(folder), ids);
  return {
    manifest,
    statistics,
    normalisation,
    dimensions,
    training: gather((id) => !chosen.has(id)),
    heldOut: gather((id) => chosen.has(id)),
    labels: classes.labels.filter((_, i) => !chosen.has(ids[i]!)),
    classes: classes.names,
  };
}
