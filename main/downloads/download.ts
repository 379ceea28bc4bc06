/**
 * One file from the network, whose size and SHA-256 are known beforehand. What arrived of a broken download is kept and
 * gone on from; the file appears under its name only when it is whole and right.
 */
import { open, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StudioError, studioError } from '../base/errors.ts';
import { throwIfCancelled } from '../base/rpc.ts';
import { makeFolder, sha256OfFile, syncFolder, withFileErrors } from '../storage/files.ts';

export interface RemoteFile {
  readonly url: string;
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number) => void) | undefined;
  /** Without a byte for so long a connection counts as broken. */
  readonly patienceMs?: number | undefined;
}

const unfinished = (path: string): string => `${path}.part`;

/** Bytes that an earlier try has left. */
export const arrived = (path: string): Promise<number> =>
  stat(unfinished(path)).then(
    ({ size }) => size,
    () => 0,
  );

/** `247 MB` */
export const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`;

/** Throws `download.noSpace` when the disk of `folder` has less than `needed` bytes free. Makes the folder that it lies in. */
export async function checkSpace(folder: string, needed: number): Promise<void> {
  await makeFolder(dirname(folder));
  const { bavail, bsize } = await withFileErrors(folder, () => statfs(dirname(folder)));
  const free = bavail * bsize;
  if (free < needed)
    throw studioError('download.noSpace', { path: folder, needed: megabytes(needed), free: megabytes(free) });
}

/** Throws `download.failed`, `download.wrongFile`, `api.cancelled` and errors of the disk. */
export async function download(file: RemoteFile, path: string, options: DownloadOptions = {}): Promise<void> {
  await makeFolder(dirname(path));
  const part = unfinished(path);
  await withFileErrors(path, async () => {
    await fetchRest(file, part, options);
    const found = await sha256OfFile(part);
    if (found !== file.sha256) {
      await rm(part);
      throw studioError('download.wrongFile', { url: file.url, expected: file.sha256, found });
    }
    await rename(part, path);
    await syncFolder(dirname(path));
  });
}

/** Appends to `part` what it lacks. A server that sends the whole file instead starts it anew. */
async function fetchRest({ url, bytes }: RemoteFile, part: string, options: DownloadOptions): Promise<void> {
  const { signal, onProgress, patienceMs = 60_000 } = options;
  const handle = await open(part, 'a');
  try {
    let done = (await handle.stat()).size;
    if (done > bytes) {
      await handle.truncate();
      done = 0;
    }
    if (done === bytes) return;
    for await (const chunk of body(url, done, signal, patienceMs)) {
      if (chunk === 'from the start') {
        await handle.truncate();
        done = 0;
        continue;
      }
      await handle.writeFile(chunk);
      done += chunk.length;
      if (done > bytes) throw failed(url, `more than the expected ${bytes} bytes came`);
      onProgress?.(done);
    }
    if (done < bytes) throw failed(url, `the connection ended after ${done} of ${bytes} bytes`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const failed = (url: string, reason: string, cause?: unknown) => studioError('download.failed', { url, reason }, cause);

/** The bytes from `from` on; first of all 'from the start' where the server does not serve parts. */
async function* body(
  url: string,
  from: number,
  cancelled: AbortSignal | undefined,
  patienceMs: number,
): AsyncGenerator<Uint8Array | 'from the start'> {
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(), patienceMs);
  try {
    const signal = AbortSignal.any([stalled.signal, ...(cancelled ? [cancelled] : [])]);
    const response = await fetch(url, { signal, headers: from > 0 ? { range: `bytes=${from}-` } : {} });
    if (!response.ok || !response.body) throw failed(url, `the server answered ${response.status}`);
    if (from > 0 && response.status !== 206) yield 'from the start';
    for await (const chunk of response.body) {
      timer.refresh();
      yield chunk;
    }
  } catch (thrown) {
    throwIfCancelled(cancelled);
    if (thrown instanceof StudioError) throw thrown;
    if (stalled.signal.aborted) throw failed(url, `nothing came for ${patienceMs / 1000} seconds`, thrown);
    // Node says “fetch failed” and hides what happened in the cause.
    const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
    throw failed(url, cause instanceof Error ? cause.message : String(cause), thrown);
  } finally {
    clearTimeout(timer);
  }
}
