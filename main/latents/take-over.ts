/**
 * Pictures that another set of latents has already, made by the same VAE in the same way: whole shards are linked, rows of others are
 * gathered into new shards. What other sets hold is never changed.
 */
import { join } from 'node:path';
import { isStudioError } from '../base/errors.ts';
import { throwIfCancelled } from '../base/rpc.ts';
import { linkOrCopy } from '../storage/files.ts';
import { openSafetensors } from '../storage/safetensors.ts';
import { chunks } from './plan.ts';
import { copiesIn, picturesIn } from './schema.ts';
import type { LatentManifest } from './schema.ts';
import { latentsFolder, readManifests, readShard, shardFile, writeManifest, writeShard } from './store.ts';
import { picturesOf, readUnfinished } from './unfinished.ts';

type Shard = LatentManifest['shards'][number];

/** Rows of another set: of one of its shards, or of the one that it has not finished. */
interface Source {
  readonly folder: string;
  readonly pictures: readonly string[];
  /** The pictures with what they show: a picture that is framed anew is another one here. */
  readonly names: readonly string[];
  /** Absent for an unfinished one, which can not be linked. */
  readonly file?: string;
  read(): Promise<Float32Array>;
}

/** Sets whose latents are the same as this one's, the newest first. */
export async function siblingsOf(project: string, wanted: LatentManifest): Promise<LatentManifest[]> {
  const alike = ({ vae, pictureSize, shaping, shape, posterior, flip, precision }: LatentManifest): string =>
    JSON.stringify([vae.hash, pictureSize, shaping, shape, posterior, flip, precision]);
  if (wanted.shaping === undefined) return [];
  return (await readManifests(project))
    .filter((manifest) => manifest.key !== wanted.key && alike(manifest) === alike(wanted))
    .sort((a, b) => (b.encodedAt ?? '').localeCompare(a.encodedAt ?? '') || (a.key < b.key ? -1 : 1));
}

/** A picture of a set and what it shows in one name, as main/datasets/operations has it. */
export const nameIn =
  ({ framings }: Pick<LatentManifest, 'framings'>) =>
  (id: string): string =>
    framings?.[id] === undefined ? id : `${id}-${framings[id]}`;

async function sourcesOf(project: string, siblings: readonly LatentManifest[]): Promise<Source[]> {
  const sources: Source[] = [];
  for (const manifest of siblings) {
    const folder = latentsFolder(project, manifest.key);
    const names = (pictures: readonly string[]) => pictures.map(nameIn(manifest));
    for (const shard of manifest.shards) {
      const read = () => readShard(folder, shard, manifest);
      sources.push({ folder, ...shard, names: names(shard.pictures), read });
    }
    const unfinished = await readUnfinished(folder);
    if (!unfinished) continue;
    const pictures = picturesOf(unfinished);
    sources.push({ folder, pictures, names: names(pictures), read: async () => unfinished.rows });
  }
  return sources;
}

/** What can not be read is not taken over: the pictures are encoded again, and the other set is as it was. */
async function unlessDamaged<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (thrown) {
    if (isStudioError(thrown, 'storage.damaged') || isStudioError(thrown, 'storage.notFound')) return undefined;
    throw thrown;
  }
}

/** Whether the header of a shard has as many rows as these pictures; its numbers are read when statistics are made. */
async function vouchesFor(path: string, pictures: number, manifest: LatentManifest): Promise<boolean> {
  const file = await openSafetensors(path);
  await file.close();
  const shape = [pictures * copiesIn(manifest), ...manifest.shape];
  return file.entries.get('latents')?.shape.join() === shape.join();
}

/** Gathers the rows of pictures by `wanted` names, source after source, each read once. */
async function* gathered(
  sources: readonly Source[],
  wanted: Set<string>,
  rowLength: number,
): AsyncGenerator<{ id: string; row: Float32Array }> {
  for (const source of sources) {
    if (!source.names.some((name) => wanted.has(name))) continue;
    const rows = await unlessDamaged(() => source.read());
    if (!rows) continue;
    for (const [i, id] of source.pictures.entries())
      if (wanted.delete(source.names[i]!)) yield { id, row: rows.subarray(i * rowLength, (i + 1) * rowLength) };
  }
}

/** Adds to the set what others have of the `missing` pictures. The manifest on disk grows with each shard. */
export async function takeOver(
  project: string,
  start: LatentManifest,
  missing: readonly string[],
  picturesPerShard: number,
  signal?: AbortSignal,
): Promise<LatentManifest> {
  const wanted = new Set(missing.map(nameIn(start)));
  const folder = latentsFolder(project, start.key);
  let manifest = start;
  const add = (shards: readonly Shard[]): void => {
    manifest = {
      ...manifest,
      shards: [...manifest.shards, ...shards],
      reused: manifest.reused + picturesIn({ shards: [...shards] }),
    };
  };
  const sources = await sourcesOf(project, await siblingsOf(project, start));

  for (const source of sources) {
    throwIfCancelled(signal);
    const { pictures, names, file } = source;
    if (file === undefined || pictures.length === 0 || !names.every((name) => wanted.has(name))) continue;
    const from = join(source.folder, file);
    if (!(await unlessDamaged(() => vouchesFor(from, pictures.length, start)))) continue;
    const name = shardFile(manifest.shards.length);
    await linkOrCopy(from, join(folder, name));
    for (const taken of names) wanted.delete(taken);
    add([{ file: name, pictures: [...pictures] }]);
  }
  if (manifest !== start) await writeManifest(folder, manifest);

  const rowLength = copiesIn(start) * start.shape[0] * start.shape[1] * start.shape[2];
  let found: { id: string; row: Float32Array }[] = [];
  const write = async () => {
    for (const chunk of chunks(found, picturesPerShard)) {
      throwIfCancelled(signal);
      const rows = new Float32Array(chunk.length * rowLength);
      chunk.forEach(({ row }, i) => rows.set(row, i * rowLength));
      const file = shardFile(manifest.shards.length);
      await writeShard(folder, file, rows, start);
      add([{ file, pictures: chunk.map(({ id }) => id) }]);
      await writeManifest(folder, manifest);
    }
    found = [];
  };
  for await (const entry of gathered(sources, wanted, rowLength)) {
    // A copy: a view would keep its whole shard in memory.
    found.push({ ...entry, row: entry.row.slice() });
    if (found.length === picturesPerShard) await write();
  }
  await write();
  return manifest;
}
