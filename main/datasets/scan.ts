/** Looks through folders, files and archives for pictures, following links but never in a circle. */
import { open, readdir, realpath, stat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { studioError } from '../base/errors.ts';
import { scanArchive } from './archive.ts';
import { classPerFolder, holdsPictures, oneClass } from './classes.ts';
import type { FolderClass } from './classes.ts';
import { isHidden, judgeName } from './formats.ts';
import type { Found, FoundPicture } from './found.ts';
import { readFailure } from './reasons.ts';
import type { PictureSettings, PictureSource } from './schema.ts';

/** Files of a folder whose size and time are asked for side by side. */
const statsAtOnce = 64;

/** Something that was chosen to be imported. */
export interface Root {
  readonly kind: 'folder' | 'file' | 'archive';
  readonly path: string;
}

/** Looks at what was chosen. Throws `dataset.folderMissing` before anything else happens. */
export async function toRoots(paths: readonly string[]): Promise<Root[]> {
  const roots: Root[] = [];
  for (const given of paths) {
    const path = resolve(given);
    const info = await stat(path).catch((thrown: unknown) => {
      throw studioError('dataset.folderMissing', { path }, thrown);
    });
    roots.push({ path, kind: info.isDirectory() ? 'folder' : (await isArchive(path, info)) ? 'archive' : 'file' });
  }
  return roots;
}

async function isArchive(path: string, info: Stats): Promise<boolean> {
  if (extname(path).toLowerCase() === '.zip') return true;
  if (!info.isFile() || info.size < 22) return false;
  try {
    await using file = await open(path, 'r');
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.equals(Buffer.from('PK\x03\x04')) || buffer.equals(Buffer.from('PK\x05\x06'));
  } catch {
    // What can not be read now is reported with its reason when its turn comes.
    return false;
  }
}

/**
 * Everything below `roots`, in the order of the roots and of the names in each folder. `closed` folders stay shut.
 * The folders below a root are the classes; of several roots, one with pictures directly in it is a class itself.
 */
export async function* scanRoots(roots: readonly Root[], closed: readonly string[] = []): AsyncGenerator<Found> {
  const entered = new Set(await Promise.all(closed.map((folder) => realpath(folder).catch(() => folder))));
  const several = roots.filter(({ kind }) => kind !== 'file').length > 1;
  for (const { kind, path } of roots) {
    if (kind === 'archive') yield* scanArchive(path, several ? basename(path, extname(path)) : undefined);
    else if (kind === 'folder')
      yield* scanFolder(path, entered, several && (await isClass(path)) ? oneClass(basename(path)) : classPerFolder);
    // A file that was chosen by itself is tried whatever its name is.
    else yield await toPicture(path, true);
  }
}

async function isClass(folder: string): Promise<boolean> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return holdsPictures(entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name));
  } catch {
    // Why it can not be read is reported when it is looked through.
    return false;
  }
}

async function* scanFolder(folder: string, entered: Set<string>, classes: FolderClass): AsyncGenerator<Found> {
  let names: string[];
  try {
    const real = await realpath(folder);
    if (entered.has(real)) {
      yield ignored(folder, 'This folder was looked at already, or is the project itself.');
      return;
    }
    entered.add(real);
    names = await readdir(folder);
  } catch (thrown) {
    yield { kind: 'quarantined', source: folder, reason: readFailure(folder, thrown) };
    return;
  }
  // By code units: the same order in every language and on every system.
  names.sort();
  for (let start = 0; start < names.length; start += statsAtOnce) {
    const part = names.slice(start, start + statsAtOnce);
    const infos = await Promise.allSettled(part.map((name) => stat(join(folder, name))));
    for (const [i, name] of part.entries()) {
      yield* scanEntry(join(folder, name), name, infos[i]!, entered, classes);
    }
  }
}

async function* scanEntry(
  path: string,
  name: string,
  info: PromiseSettledResult<Stats>,
  entered: Set<string>,
  classes: FolderClass,
): AsyncGenerator<Found> {
  if (info.status === 'rejected') yield unreachable(path, name, info.reason);
  else if (!info.value.isDirectory()) yield* scanFile(path, name, info.value, classes);
  else if (isHidden(name)) yield ignored(path, 'A hidden folder.');
  else if (name.endsWith('.cauchy')) yield ignored(path, 'A project of the studio.');
  else yield* scanFolder(path, entered, classes.below(name));
}

const ignored = (source: string, reason: string): Found => ({ kind: 'ignored', source, reason });

function unreachable(path: string, name: string, thrown: unknown): Found {
  const verdict = judgeName(name, 'folder');
  if (verdict.kind === 'ignore') return ignored(path, verdict.reason);
  return { kind: 'quarantined', source: path, reason: readFailure(path, thrown) };
}

function* scanFile(path: string, name: string, info: Stats, { label }: FolderClass): Generator<Found> {
  const verdict = judgeName(name, 'folder');
  if (verdict.kind === 'ignore') yield ignored(path, verdict.reason);
  else if (!info.isFile()) yield { kind: 'quarantined', source: path, reason: 'It is a device or a pipe, not a file.' };
  else if (verdict.kind === 'quarantine') yield { kind: 'quarantined', source: path, reason: verdict.reason };
  else yield { ...fileOf(path, info, verdict.certain), container: dirname(path), label };
}

async function toPicture(path: string, certain: boolean): Promise<Found> {
  try {
    const info = await stat(path);
    if (info.isFile()) return fileOf(path, info, certain);
    return { kind: 'quarantined', source: path, reason: 'It is a device or a pipe, not a file.' };
  } catch (thrown) {
    return { kind: 'quarantined', source: path, reason: readFailure(path, thrown) };
  }
}

const fileOf = (path: string, info: Stats, certain: boolean): FoundPicture => ({
  kind: 'picture',
  source: path,
  stamp: `${info.size} bytes, ${info.mtime.toISOString()}`,
  bytes: info.size,
  certain,
  load: async () => ({ kind: 'file', path }),
});

/** The studio's own drawn faces, as many as asked for. */
export async function* scanSamples(
  { count, seed }: Extract<PictureSource, { kind: 'samples' }>,
  { size }: PictureSettings,
): AsyncGenerator<Found> {
  for (let index = 0; index < count; index++) {
    yield {
      kind: 'picture',
      source: `drawn:faces:${seed}:${index}`,
      bytes: 3 * size * size,
      certain: true,
      load: async () => ({ kind: 'drawn', seed, index }),
    };
  }
}
