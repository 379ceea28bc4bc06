/** Measures the pixels of the pictures that a set of latents is of, and keeps what it found beside the set. */
import { studioError } from '../base/errors.ts';
import type { Progress } from '../base/progress.ts';
import { readPresent } from '../datasets/present.ts';
import { measurePixels, writePixels } from '../latents/pixels.ts';
import { latentsFolder, readManifest } from '../latents/store.ts';
import type { Pictures } from './threads.ts';

export interface PixelsJob {
  readonly project: string;
  readonly key: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** Throws `latents.missing` for a set that is not complete, or whose pictures are not those of the project any more. */
export async function pixelsJob(
  threads: {
    readonly decoder: { readonly concurrency: number };
    readonly pictures: () => Pick<Pictures, 'countLevels'>;
  },
  { project, key, signal, onProgress }: PixelsJob,
): Promise<void> {
  const folder = latentsFolder(project, key);
  const manifest = await readManifest(folder);
  const present = await readPresent(project);
  const byId = new Map(present?.pictures.map((picture) => [picture.id, picture]));
  const ids = manifest?.shards.flatMap((shard) => shard.pictures) ?? [];
  const pictures = ids.flatMap((id) => byId.get(id) ?? []);
  if (!manifest?.complete || pictures.length !== ids.length) throw studioError('latents.missing', {});
  const statistics = await measurePixels({
    ...{ pictures, most: threads.decoder.concurrency, signal, onProgress },
    count: async (picture) => (await threads.pictures().countLevels({ project, picture })).counts,
  });
  await writePixels(folder, statistics);
}
