/**
 * Files that are complete or absent: every write goes to a temporary file, is synced, and is renamed into place.
 * Failures of the machine (full disk, no permission, missing folder) become catalogue errors that name the path.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StudioError, studioError } from '../base/errors.ts';

/** The code of a Node error (“ENOENT”); undefined for anything else. */
export function nodeCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined;
}

const isMkdir = (thrown: unknown): thrown is { readonly path: string } =>
  thrown instanceof Error && 'syscall' in thrown && thrown.syscall === 'mkdir' && 'path' in thrown;

/** Turns a Node file error into a catalogue error; passes our own errors through. */
export function fileError(path: string, thrown: unknown): StudioError {
  if (thrown instanceof StudioError) return thrown;
  const code = nodeCode(thrown);
  if (code === 'ENOSPC' || code === 'EDQUOT') return studioError('storage.diskFull', { path }, thrown);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return studioError('storage.readOnly', { path }, thrown);
  if (code === 'ENOENT' || code === 'ENOTDIR') return studioError('storage.notFound', { path }, thrown);
  // What stands in the way of a folder is not always the path that was asked for.
  if (code === 'EEXIST' && isMkdir(thrown)) return studioError('storage.isFile', { path: thrown.path }, thrown);
  if (code === 'EISDIR') return studioError('storage.isFolder', { path }, thrown);
  return studioError(
    'storage.failed',
    { path, reason: thrown instanceof Error ? thrown.message : String(thrown) },
    thrown,
  );
}

/** Runs a file operation; its failure is thrown as a catalogue error about `path`. */
export async function withFileErrors<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (thrown) {
    throw fileError(path, thrown);
  }
}

/** Makes a folder and its parents. */
export async function makeFolder(path: string): Promise<void> {
  await withFileErrors(path, () => mkdir(path, { recursive: true }));
}

/** Writes pieces one after another as the whole file, or leaves what was there. Parent folders are made. */
export async function writeFileAtomic(
  path: string,
  pieces: string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  await withFileErrors(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    try {
      const file = await open(temporary, 'wx');
      try {
        const list =
          typeof pieces === 'string' ? [Buffer.from(pieces)] : pieces instanceof Uint8Array ? [pieces] : pieces;
        for await (const piece of list) await file.writeFile(piece);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
      await syncFolder(dirname(path));
    } catch (thrown) {
      await rm(temporary, { force: true });
      throw thrown;
    }
  });
}

/** What file systems without hard links (FAT, some network drives), or with two of them in play, answer. */
export const noLinks: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EMLINK',
  'EXDEV',
]);

/** A file that is never written to again, under a second name: the same bytes on the disk where that is possible, else a copy. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  const temporary = `${to}.${randomUUID().slice(0, 8)}.tmp`;
  await withFileErrors(to, async () => {
    try {
      await link(from, temporary).catch(async (thrown: unknown) => {
        if (!noLinks.has(nodeCode(thrown))) throw thrown;
        await copyFile(from, temporary);
      });
      await rename(temporary, to);
      await syncFolder(dirname(to));
    } finally {
      // Renaming one name of a file to another of its names leaves both.
      await rm(temporary, { force: true });
    }
  });
}

/** Removes what a dead process was writing below a folder that no other writes to: all that is called `….tmp`. */
export async function removeUnfinished(folder: string): Promise<void> {
  await withFileErrors(folder, async () => {
    const names = await readdir(folder, { recursive: true });
    const unfinished = names.filter((name) => name.endsWith('.tmp'));
    for (const name of unfinished) await rm(join(folder, name), { recursive: true, force: true });
  });
}

/** Makes a rename durable. Windows can not open folders; there the rename itself is journalled. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Changes whenever a file does: what was read of it can be kept as long as this stays the same. */
export async function fileVersion(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch {
    // That there is none, or none that may be read, is found out by reading it.
    return 'none';
  }
}

/** The bytes of a file, or undefined when there is none. */
export async function readIfPresent(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (thrown) {
    const error = fileError(path, thrown);
    if (error.code === 'storage.notFound') return undefined;
    throw error;
  }
}

/** In hexadecimal. */
export async function sha256OfFile(path: string): Promise<string> {
  return withFileErrors(path, async () => {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    return hash.digest('hex');
  });
}
