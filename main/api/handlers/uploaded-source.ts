/** Pictures that a browser has sent. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { studioError } from '../../base/errors.ts';
import type { PictureSource } from '../../datasets/schema.ts';
import { withFileErrors } from '../../storage/files.ts';
import type { Session } from './session.ts';

/** What lies at the top of an upload is what the person chose: a folder, files, archives. */
export async function uploadedSource({ ports }: Session, id: string): Promise<PictureSource> {
  const base = ports.uploadFolder?.(id);
  const names = base === undefined ? [] : await withFileErrors(base, () => readdir(base));
  if (base === undefined || names.length === 0) throw studioError('dataset.folderMissing', { path: id });
  return { kind: 'paths', paths: names.toSorted().map((name) => join(base, name)), base };
}
