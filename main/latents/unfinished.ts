/**
 * The shard that is being encoded: `unfinished.part`, its rows so far as raw float32, and `unfinished.jsonl`, its journal. A batch is
 * appended to the rows first and then to the journal with its checksum, so that a kill tears at most one batch: what the journal
 * vouches for is kept. Nothing is synced until the shard is whole; what a power cut took is found by the checksums.
 */
import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { isStudioError } from '../base/errors.ts';
import { makeFolder, readIfPresent, withFileErrors } from '../storage/files.ts';
import { JsonlWriter, readJsonl, writeJsonl } from '../storage/jsonl.ts';
import { unencodedPictureSchema } from './schema.ts';

const batchSchema = z.strictObject({
  kind: z.literal('batch'),
  /** Pictures whose rows were appended. */
  pictures: z.array(z.string()),
  retried: z.int().nonnegative(),
  leftOut: z.array(unencodedPictureSchema),
  bytes: z.int().nonnegative(),
  crc32: z.int().nonnegative(),
});
const rowSchema = z.discriminatedUnion('kind', [
  /** The first row: all pictures that the shard is to hold. */
  z.strictObject({ kind: z.literal('shard'), pictures: z.array(z.string()) }),
  batchSchema,
]);
type BatchRow = z.infer<typeof batchSchema>;

/** What became of the pictures of one batch. */
export type BatchOutcome = Pick<BatchRow, 'pictures' | 'retried' | 'leftOut'>;

const partFile = (folder: string): string => join(folder, 'unfinished.part');
const journalFile = (folder: string): string => join(folder, 'unfinished.jsonl');

/** What is there of an unfinished shard. */
export interface Unfinished {
  /** All pictures that it is to hold, in order. */
  readonly planned: readonly string[];
  readonly batches: readonly BatchRow[];
  /** The rows of these batches. */
  readonly rows: Float32Array;
}

/** Reads an unfinished shard up to the first batch that is not whole; undefined when there is none. */
export async function readUnfinished(folder: string): Promise<Unfinished | undefined> {
  const journal = await readJsonl(journalFile(folder), rowSchema).catch((thrown: unknown) => {
    // What a power cut spoilt is encoded again.
    if (isStudioError(thrown, 'storage.damaged')) return undefined;
    throw thrown;
  });
  const [first, ...rest] = journal?.rows ?? [];
  if (first?.kind !== 'shard') return undefined;
  const part = (await readIfPresent(partFile(folder))) ?? Buffer.alloc(0);
  const batches: BatchRow[] = [];
  let end = 0;
  for (const row of rest) {
    if (row.kind !== 'batch' || end + row.bytes > part.length) break;
    if (crc32(part.subarray(end, end + row.bytes)) !== row.crc32) break;
    batches.push(row);
    end += row.bytes;
  }
  return { planned: first.pictures, batches, rows: new Float32Array(new Uint8Array(part.subarray(0, end)).buffer) };
}

/** Pictures whose rows an unfinished shard holds, in the order of its rows. */
export const picturesOf = ({ batches }: Unfinished): string[] => batches.flatMap(({ pictures }) => pictures);

/** Removes the unfinished shard of a folder, if there is one. */
export async function removeUnfinishedShard(folder: string): Promise<void> {
  await withFileErrors(folder, async () => {
    // Without its journal the part means nothing.
    await rm(journalFile(folder), { force: true });
    await rm(partFile(folder), { force: true });
  });
}

/** Appends to an unfinished shard. One at a time for a folder. */
export class UnfinishedShard {
  readonly #path: string;
  readonly #part: FileHandle;
  readonly #journal: JsonlWriter;
  #end: number;

  private constructor(path: string, part: FileHandle, journal: JsonlWriter, end: number) {
    this.#path = path;
    this.#part = part;
    this.#journal = journal;
    this.#end = end;
  }

  /** Begins a shard, or goes on after `known`. */
  static async open(folder: string, planned: readonly string[], known?: Unfinished): Promise<UnfinishedShard> {
    await makeFolder(folder);
    const path = partFile(folder);
    const end = known?.rows.byteLength ?? 0;
    await writeJsonl(journalFile(folder), [{ kind: 'shard', pictures: planned }, ...(known?.batches ?? [])]);
    const part = await withFileErrors(path, async () => {
      const file = await open(path, known ? 'r+' : 'w+');
      await file.truncate(end);
      return file;
    });
    return new UnfinishedShard(path, part, await JsonlWriter.open(journalFile(folder)), end);
  }

  /** Appends the rows of one batch. What a full disk took of them does not count: going on cuts it off. */
  async append(outcome: BatchOutcome, rows: Float32Array): Promise<void> {
    const bytes = Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength);
    await withFileErrors(this.#path, async () => {
      for (let written = 0; written < bytes.length;)
        written += (await this.#part.write(bytes, written, bytes.length - written, this.#end + written)).bytesWritten;
    });
    await this.#journal.append([{ kind: 'batch', ...outcome, bytes: bytes.length, crc32: crc32(bytes) }]);
    this.#end += bytes.length;
  }

  async close(): Promise<void> {
    await withFileErrors(this.#path, () => this.#part.close());
    await this.#journal.close();
  }
}
