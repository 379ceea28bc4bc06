/**
 * Adds to a dataset so that a kill or a power cut at any moment leaves no row without its picture: a batch of pictures
 * is written and synced side by side, and only then do their rows follow. The next batch is decoded meanwhile.
 */
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, syncFolder, withFileErrors } from '../storage/files.ts';
import { JsonlWriter } from '../storage/jsonl.ts';
import { imageFile, imagesFolder, manifestPath } from './layout.ts';
import type { ManifestRow } from './schema.ts';

/** A batch ends at this many rows or bytes: at most this much is decoded again after a kill. */
const mostRows = 64;
const mostBytes = 8 * 2 ** 20;
/** Files written at once; disks sync several nearly as fast as one. */
const sideBySide = 8;

interface Picture {
  readonly id: string;
  readonly png: Uint8Array;
}

export class DatasetWriter {
  readonly #project: string;
  readonly #table: JsonlWriter;
  #rows: ManifestRow[] = [];
  #pictures: Picture[] = [];
  #bytes = 0;
  #writing: Promise<void> = Promise.resolve();

  private constructor(project: string, table: JsonlWriter) {
    this.#project = project;
    this.#table = table;
  }

  static async open(project: string): Promise<DatasetWriter> {
    await makeFolder(imagesFolder(project));
    return new DatasetWriter(project, await JsonlWriter.open(manifestPath(project)));
  }

  /** Takes a row, and the shaped copy of a used picture. A full batch is written while the next one is collected. */
  async add(row: ManifestRow, png?: Uint8Array): Promise<void> {
    this.#rows.push(row);
    if (row.kind === 'used' && png) {
      this.#pictures.push({ id: row.id, png });
      this.#bytes += png.length;
    }
    if (this.#rows.length >= mostRows || this.#bytes >= mostBytes) await this.#startBatch();
  }

  /** Waits for the batch before, so that at most two are in memory, and starts this one. */
  async #startBatch(): Promise<void> {
    const [rows, pictures] = [this.#rows, this.#pictures];
    [this.#rows, this.#pictures, this.#bytes] = [[], [], 0];
    await this.#writing;
    this.#writing = this.#write(rows, pictures);
    // Its failure is thrown by the next batch or by close.
    this.#writing.catch(() => undefined);
  }

  async #write(rows: readonly ManifestRow[], pictures: readonly Picture[]): Promise<void> {
    const waiting = pictures.values();
    const writeRest = async (): Promise<void> => {
      for (const { id, png } of waiting) await writePicture(join(this.#project, imageFile(id)), png);
    };
    await Promise.all(Array.from({ length: sideBySide }, writeRest));
    if (pictures.length > 0) {
      const folder = imagesFolder(this.#project);
      await withFileErrors(folder, () => syncFolder(folder));
    }
    await this.#table.append(rows);
    await this.#table.sync();
  }

  /** Writes what is left and closes the table. Throws what went wrong with the last batches. */
  async close(): Promise<void> {
    try {
      if (this.#rows.length > 0) await this.#startBatch();
      await this.#writing;
    } finally {
      await this.#table.close();
    }
  }
}

/** The temporary name is fixed: there is one writer, and what a kill leaves is found by its name. */
async function writePicture(path: string, png: Uint8Array): Promise<void> {
  const temporary = `${path}.tmp`;
  await withFileErrors(path, async () => {
    try {
      const file = await open(temporary, 'w');
      try {
        await file.writeFile(png);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (thrown) {
      await rm(temporary, { force: true });
      throw thrown;
    }
  });
}
