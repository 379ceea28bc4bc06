/**
 * Files that a browser sends before an import: each upload is a folder outside every project, under an id that can
 * not be guessed. Folders go when the host closes, when they have not been touched for a day, and when a host that
 * died left them behind.
 */
import { randomUUID } from 'node:crypto';
import { createWriteStream, mkdtempSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StudioError, studioError } from '../base/errors.ts';
import { fileError } from '../storage/files.ts';
import { storedName } from './stored-name.ts';

export interface UploadLimits {
  readonly fileBytes: number;
  readonly uploadBytes: number;
  readonly files: number;
  /** An upload that nothing was written to or read from for this long is removed. */
  readonly idleMs: number;
}

const GiB = 2 ** 30;
/** Far above any picture folder, and low enough to notice an endless stream before the disk is full. */
export const defaultLimits: UploadLimits = {
  fileBytes: 16 * GiB,
  uploadBytes: 64 * GiB,
  files: 1_000_000,
  idleMs: 24 * 60 * 60 * 1000,
};

interface Upload {
  readonly folder: string;
  bytes: number;
  touched: number;
  /** Names in use, as a file system that ignores case and composition sees them → the path that was asked for. */
  readonly names: Map<string, string>;
}

export interface Uploads {
  /** Makes an empty upload and returns its id. */
  create(): Promise<string>;
  /**
   * Writes one file of an upload; it appears under its name when it is complete.
   * @param announcedBytes the request's Content-Length, when it says one
   * @throws `upload.unknown`, `upload.badName`, `upload.tooLarge`, `upload.incomplete` and file errors
   */
  write(id: string, segments: readonly string[], body: Readable, announcedBytes?: number): Promise<void>;
  /** The folder of an upload. Throws `upload.unknown`. */
  folder(id: string): string;
  /** Removes uploads that have been idle for too long. */
  removeStale(): Promise<void>;
  close(): Promise<void>;
}

const prefix = 'cauchy-uploads-';

/** @param parent usually the system's folder for temporary files */
export function createUploads(
  parent: string,
  limits: UploadLimits = defaultLimits,
  now: () => number = Date.now,
): Uploads {
  const uploads = new Map<string, Upload>();
  const root = mkdtempSync(join(parent, `${prefix}${process.pid}-`));
  void removeLeftovers(parent);
  const stale = () => removeStale().catch(() => undefined);
  const timer = setInterval(() => void stale(), Math.min(limits.idleMs, 60 * 60 * 1000));
  timer.unref();

  function find(id: string): Upload {
    const upload = uploads.get(id);
    if (!upload) throw studioError('upload.unknown', { id });
    upload.touched = now();
    return upload;
  }

  async function removeStale(): Promise<void> {
    for (const [id, { folder, touched }] of uploads) {
      if (now() - touched < limits.idleMs) continue;
      uploads.delete(id);
      await rm(folder, { recursive: true, force: true });
    }
  }

  return {
    async create() {
      const id = randomUUID();
      const folder = join(root, id);
      await mkdir(folder, { recursive: true });
      uploads.set(id, { folder, bytes: 0, touched: now(), names: new Map() });
      return id;
    },
    async write(id, segments, body, announcedBytes = 0) {
      const upload = find(id);
      const path = join(upload.folder, ...storedName(segments, upload.names));
      const name = segments.join('/');
      const allowed = Math.min(limits.fileBytes, limits.uploadBytes - upload.bytes);
      if (upload.names.size > limits.files) throw tooLarge('This upload', `${limits.files} files`);
      if (announcedBytes > allowed) throw tooLarge(`“${name}”`, inWords(allowed));
      const partial = `${path}.${randomUUID().slice(0, 8)}.part`;
      let written = 0;
      const count = (bytes: number) => {
        written += bytes;
        upload.bytes += bytes;
        upload.touched = now();
        return written;
      };
      // A refused body is not destroyed, which would cut the connection before the refusal has been read: its rest
      // is read and dropped.
      const pieces = body.iterator({ destroyOnReturn: false });
      // It may break off while the folder is made, when nothing reads it yet; reading it then fails with the same error.
      body.on('error', () => undefined);
      try {
        await mkdir(dirname(path), { recursive: true });
        await pipeline(pieces, counted(allowed, name, count), createWriteStream(partial, { flags: 'wx' }));
        await rename(partial, path);
      } catch (thrown) {
        upload.bytes -= written;
        body.resume();
        await rm(partial, { force: true });
        throw writeError(path, name, thrown);
      }
    },
    folder: (id) => find(id).folder,
    removeStale,
    async close() {
      clearInterval(timer);
      uploads.clear();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Passes bytes on, counts them, and refuses what goes beyond `allowed`. */
function counted(allowed: number, name: string, count: (bytes: number) => number): Transform {
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      done(count(piece.length) > allowed ? tooLarge(`“${name}”`, inWords(allowed)) : null, piece);
    },
  });
}

function writeError(path: string, name: string, thrown: unknown): StudioError {
  if (thrown instanceof StudioError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ABORT_ERR') {
    return studioError('upload.incomplete', { name }, thrown);
  }
  return fileError(path, thrown);
}

const tooLarge = (what: string, limit: string) => studioError('upload.tooLarge', { what, limit });
const inWords = (bytes: number) => (bytes >= GiB ? `${(bytes / GiB).toFixed(1)} GiB` : `${Math.max(0, bytes)} bytes`);

/** Removes the folders of hosts whose process is gone. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
    if (Number.isInteger(pid) && !isAlive(pid)) {
      await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}
