/** Builds ZIP archives, good and bad. */
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import yazl from 'yazl';

export interface Entry {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly compress?: boolean;
}

export async function zipOf(entries: readonly Entry[]): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const { name, bytes, compress = true } of entries) {
    if (name.endsWith('/')) zip.addEmptyDirectory(name);
    else zip.addBuffer(Buffer.from(bytes), name, { compress, mtime: new Date(2024, 0, 1) });
  }
  zip.end();
  return buffer(zip.outputStream as Readable);
}

/** Each record of the archive's list of contents, as a view that can be written to. */
function* directoryRecords(zip: Buffer): Generator<Buffer> {
  const signature = Buffer.from('PK\x01\x02', 'latin1');
  for (let at = zip.indexOf(signature); at >= 0; at = zip.indexOf(signature, at + 4)) yield zip.subarray(at);
}

/** The archive with another name in place of `name`, of the same length: writers refuse names like `../../x.png`. */
export function renamed(zip: Buffer, name: string, other: string): Buffer {
  return Buffer.from(zip.toString('latin1').replaceAll(name, other), 'latin1');
}

/** The archive with the flag set that says an entry is encrypted; on the entries whose index `which` picks. */
export function encrypted(zip: Buffer, which: (index: number) => boolean = () => true): Buffer {
  const out = Buffer.from(zip);
  let index = 0;
  for (const record of directoryRecords(out)) {
    if (which(index++)) {
      record.writeUInt16LE(record.readUInt16LE(8) | 1, 8);
      // A stored entry that is encrypted has a header of 12 bytes more.
      if (record.readUInt16LE(10) === 0) record.writeUInt32LE(record.readUInt32LE(24) + 12, 20);
    }
  }
  return out;
}

/** The archive with another packing method or size in its list of contents. */
export function withRecord(zip: Buffer, change: (record: Buffer, index: number) => void): Buffer {
  const out = Buffer.from(zip);
  let index = 0;
  for (const record of directoryRecords(out)) change(record, index++);
  return out;
}
