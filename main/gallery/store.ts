/** The gallery on disk: `gallery/<id>.png`, and a table of what they are. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { withFileErrors } from '../storage/files.ts';
import { JsonlWriter, readJsonl, writeJsonl } from '../storage/jsonl.ts';
import { galleryPictureSchema } from './schema.ts';
import type { GalleryPicture } from './schema.ts';

const table = (project: string): string => join(project, 'gallery', 'pictures.jsonl');
export const newPictureId = (): string => randomUUID();
export const galleryFile = (id: string): string => `gallery/${id}.png`;

/** All pictures, oldest first. */
export async function listPictures(project: string): Promise<readonly GalleryPicture[]> {
  return (await readJsonl(table(project), galleryPictureSchema)).rows;
}

/** Adds pictures whose files are on disk already. */
export async function addPictures(project: string, pictures: readonly GalleryPicture[]): Promise<void> {
  const writer = await JsonlWriter.open(table(project));
  await writer.append(pictures);
  await writer.close();
}

/** Deletes pictures and their rows; unknown ids are left alone. */
export async function deletePictures(project: string, ids: readonly string[]): Promise<void> {
  const gone = new Set(ids);
  const pictures = await listPictures(project);
  await writeJsonl(
    table(project),
    pictures.filter(({ id }) => !gone.has(id)),
  );
  for (const { id, file } of pictures) {
    const path = join(project, file);
    if (gone.has(id)) await withFileErrors(path, () => rm(path, { force: true }));
  }
}
