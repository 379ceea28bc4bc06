/** Append-only tables, one JSON object a line. A torn last line (a kill in the middle of a write) is cut off on reading. */
import { mkdir, open, truncate } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { studioError } from '../base/errors.ts';
import { problemsOf } from '../base/rpc.ts';
import type { Schema } from '../base/rpc.ts';
import { readIfPresent, withFileErrors, writeFileAtomic } from './files.ts';

export interface JsonlTable<T> {
  readonly rows: readonly T[];
  /** Bytes of an incomplete last line; 0 when the file ends cleanly. */
  readonly tornBytes: number;
}

/** Reads a table; an absent file is an empty one. Throws `storage.damaged` for a bad line that is not the last. */
export async function readJsonl<T>(path: string, schema: Schema<T>): Promise<JsonlTable<T>> {
  const bytes = await readIfPresent(path);
  if (bytes === undefined) return { rows: [], tornBytes: 0 };
  const end = bytes.lastIndexOf(0x0a) + 1;
  const lines = bytes.subarray(0, end).toString('utf8').split('\n').slice(0, -1);
  const rows = lines.map((line, index) => {
    try {
      return schema.parse(JSON.parse(line));
    } catch (thrown) {
      throw studioError(
        'storage.damaged',
        { path, reason: `line ${index + 1}: ${problemsOf(thrown).join('; ')}` },
        thrown,
      );
    }
  });
  return { rows, tornBytes: bytes.length - end };
}

/** Replaces a table, atomically. */
export async function writeJsonl(path: string, rows: readonly object[]): Promise<void> {
  await writeFileAtomic(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

/** An open table that rows are appended to. Opening it cuts off a torn last line. */
export class JsonlWriter {
  readonly #path: string;
  readonly #file: FileHandle;
  #length: number;

  private constructor(path: string, file: FileHandle, length: number) {
    this.#path = path;
    this.#file = file;
    this.#length = length;
  }

  static async open(path: string): Promise<JsonlWriter> {
    return withFileErrors(path, async () => {
      await mkdir(dirname(path), { recursive: true });
      const bytes = await readIfPresent(path);
      if (bytes && bytes.length > 0 && bytes.at(-1) !== 0x0a) await truncate(path, bytes.lastIndexOf(0x0a) + 1);
      const file = await open(path, 'a');
      return new JsonlWriter(path, file, (await file.stat()).size);
    });
  }

  /** Appends rows, all or none: a kill tears at most the last line, and what a full disk took of them is cut off again. */
  async append(rows: readonly object[]): Promise<void> {
    if (rows.length === 0) return;
    const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    await withFileErrors(this.#path, async () => {
      try {
        await this.#file.appendFile(bytes);
        this.#length += bytes.length;
      } catch (thrown) {
        await this.#file.truncate(this.#length);
        throw thrown;
      }
    });
  }

  /** Waits until the rows are on the disk. */
  async sync(): Promise<void> {
    await withFileErrors(this.#path, () => this.#file.sync());
  }

  async close(): Promise<void> {
    await withFileErrors(this.#path, async () => {
      await this.#file.sync();
      await this.#file.close();
    });
  }
}
