/** The sets of latents of a project side by side: which one counts, how large each is, and how they go away. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { studioError } from '../base/errors.ts';
import { readPresent } from '../datasets/present.ts';
import { withFileErrors } from '../storage/files.ts';
import { picturesIn } from './schema.ts';
import type { LatentManifest } from './schema.ts';
import { latentsFolder, listLatents, readChosen, readManifest, readManifests, writeChosen } from './store.ts';
import { picturesOf, readUnfinished } from './unfinished.ts';

/** What identifies the pictures as they are now; undefined before the first import. */
const presentDataset = async (project: string): Promise<string | undefined> => (await readPresent(project))?.hash;

/** The newest complete one first. */
const newestFirst = (a: LatentManifest, b: LatentManifest): number =>
  Number(b.complete) - Number(a.complete) ||
  (b.encodedAt ?? '').localeCompare(a.encodedAt ?? '') ||
  picturesIn(b) - picturesIn(a);

function pick(manifests: readonly LatentManifest[], dataset: string | undefined, chosen: string | undefined) {
  const present = manifests.filter(({ datasetHash: of }) => of === dataset).sort(newestFirst);
  return present.find(({ key, complete }) => complete && key === chosen) ?? present[0];
}

/**
 * The latents that count: of the pictures as they are now, the chosen set if it is complete, else the newest complete one, else the one
 * that has got furthest.
 */
export async function currentLatents(project: string): Promise<LatentManifest | undefined> {
  const dataset = await presentDataset(project);
  return dataset === undefined ? undefined : pick(await readManifests(project), dataset, await readChosen(project));
}

/** The latents that training starts from. Throws `latents.missing`. */
export async function completeLatents(project: string): Promise<LatentManifest> {
  const latents = await currentLatents(project);
  if (!latents?.complete) throw studioError('latents.missing', {});
  return latents;
}

/**
 * The latents that are nearest to those of the pictures as they are now, which something was done about since: what `currentLatents`
 * says if it is complete, else the set that was chosen, else the newest complete one. Throws `latents.missing`.
 */
export async function nearestLatents(project: string): Promise<LatentManifest> {
  const present = await readPresent(project);
  const chosen = await readChosen(project);
  const complete = (await readManifests(project))
    .filter((manifest) => manifest.complete && manifest.pictureSize === present?.settings.size)
    .sort(newestFirst);
  const nearest = pick(complete, present?.hash, chosen) ?? complete.find(({ key }) => key === chosen) ?? complete[0];
  if (!nearest) throw studioError('latents.missing', {});
  return nearest;
}

/** Pictures whose latents are on disk, those of an unfinished shard among them. */
export async function countEncoded(project: string, manifest: LatentManifest): Promise<number> {
  const unfinished = manifest.complete ? undefined : await readUnfinished(latentsFolder(project, manifest.key));
  return picturesIn(manifest) + (unfinished ? picturesOf(unfinished).length : 0);
}

/** One set among the others. */
export interface Cache {
  readonly manifest: LatentManifest;
  readonly pictures: number;
  /** Of its files; a shard that two sets share counts for both. */
  readonly bytes: number;
  readonly isUpToDate: boolean;
  readonly isChosen: boolean;
}

/** All sets, the newest complete one first. */
export async function listCaches(project: string): Promise<Cache[]> {
  const dataset = await presentDataset(project);
  const manifests = (await readManifests(project)).sort(newestFirst);
  const current = pick(manifests, dataset, await readChosen(project));
  return Promise.all(
    manifests.map(async (manifest) => ({
      manifest,
      pictures: await countEncoded(project, manifest),
      bytes: await sizeOf(latentsFolder(project, manifest.key)),
      isUpToDate: manifest.datasetHash === dataset,
      isChosen: manifest.complete && manifest.key === current?.key,
    })),
  );
}

async function sizeOf(folder: string): Promise<number> {
  const names = await withFileErrors(folder, () => readdir(folder));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Chooses the set that training starts from. Throws `latents.unknown` for one that is not complete or of other pictures. */
export async function chooseLatents(project: string, key: string): Promise<void> {
  const dataset = await presentDataset(project);
  const usable = (await readManifests(project)).filter(
    (manifest) => manifest.complete && manifest.datasetHash === dataset,
  );
  if (!usable.some((manifest) => manifest.key === key))
    throw studioError('latents.unknown', { key, known: usable.map((manifest) => manifest.key) });
  await writeChosen(project, key);
}

/**
 * Deletes sets, and what is left of others: folders without a manifest. Nobody may be writing there. A set without its manifest
 * is none, so a kill in the middle leaves no half of one. Throws `latents.unknown` before anything is deleted.
 */
export async function deleteLatents(project: string, keys: readonly string[]): Promise<void> {
  const known = (await readManifests(project)).map(({ key }) => key);
  for (const key of keys) if (!known.includes(key)) throw studioError('latents.unknown', { key, known });
  for (const name of await listLatents(project)) {
    const folder = latentsFolder(project, name);
    if (!keys.includes(name) && (await readManifest(folder))) continue;
    await withFileErrors(folder, async () => {
      await rm(join(folder, 'manifest.json'), { force: true });
      await rm(folder, { recursive: true, force: true });
    });
  }
}
