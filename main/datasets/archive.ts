/**
 * ZIP archives: looked through before anything is unpacked, then read entry by entry into memory. Entries are never
 * written under their own names, so what these names say can do no harm.
 */
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { getFileNameLowLevel, openPromise } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { ArchiveClasses } from './classes.ts';
import { isHidden, judgeName } from './formats.ts';
import type { Found, FoundPicture, Loaded } from './found.ts';
import { mostEntries, mostFileBytes, mostRatio, mostUnpackedBytes, ratioMattersFrom } from './limits.ts';

/** Names are decoded here: yauzl would give up on the whole archive at the first odd one. */
const openArchive = (path: string): Promise<ZipFile> => openPromise(path, { autoClose: false, decodeStrings: false });

const nameOf = (entry: Entry): string =>
  getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);

/**
 * What is in the archive at `path`, in its own order. A bad archive is one `refusedArchive`, a bad entry one row.
 * `ownName` is what it is called as one of several.
 */
export async function* scanArchive(path: string, ownName?: string): AsyncGenerator<Found> {
  let archive: ZipFile | undefined;
  try {
    const classes = new ArchiveClasses();
    const problem = await archiveProblem(path, classes);
    if (problem !== undefined) {
      yield { kind: 'refusedArchive', source: path, reason: problem };
      return;
    }
    archive = await openArchive(path);
    const times = new Map<string, number>();
    for await (const entry of archive.eachEntry()) {
      const name = nameOf(entry);
      if (name.endsWith('/')) continue;
      // An archive may hold one name more than once; each is a file of its own.
      const time = (times.get(name) ?? 0) + 1;
      times.set(name, time);
      const source = `${path}!${name}${time === 1 ? '' : ` (${time})`}`;
      const found = toFound(archive, entry, source, name);
      yield found.kind === 'picture' ? { ...found, container: path, label: classes.labelOf(name, ownName) } : found;
    }
  } catch (thrown) {
    yield { kind: 'refusedArchive', source: path, reason: damage(thrown) };
  } finally {
    // Entries that are being read keep the file open until they are.
    archive?.close();
  }
}

/** Why the archive is refused as a whole, judged by its list of contents alone; undefined when it is fine. Hands on the names. */
async function archiveProblem(path: string, classes: ArchiveClasses): Promise<string | undefined> {
  const archive = await openArchive(path);
  try {
    let files = 0;
    let encrypted = 0;
    let unpacked = 0;
    if (archive.entryCount > mostEntries) return `it has ${archive.entryCount} entries, and ${mostEntries} is the most`;
    for await (const entry of archive.eachEntry()) {
      if (nameOf(entry).endsWith('/')) continue;
      files++;
      classes.add(nameOf(entry));
      unpacked += entry.uncompressedSize;
      if (entry.isEncrypted()) encrypted++;
    }
    if (files > 0 && encrypted === files) return 'it is protected by a password';
    if (unpacked > mostUnpackedBytes) {
      return `it would unpack to ${inGigabytes(unpacked)}, and ${inGigabytes(mostUnpackedBytes)} is the most`;
    }
    if (unpacked > ratioMattersFrom && unpacked > mostRatio * archive.fileSize) {
      const ratio = Math.round(unpacked / archive.fileSize);
      return `it would unpack to ${ratio} times its size, as only archives do that are made to fill a disk (zip bombs)`;
    }
    return undefined;
  } finally {
    archive.close();
  }
}

const inGigabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 30)} GB`;

/** yauzl's complaint about the archive, or the file system's. */
function damage(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (/^(EACCES|EPERM)/.test(message)) return 'the studio is not allowed to read it';
  if (message.startsWith('ENOENT')) return 'it is not there any more';
  if (message.includes('strong encryption')) return 'it is protected by a password';
  return `it is damaged or incomplete (${message})`;
}

function toFound(archive: ZipFile, entry: Entry, source: string, name: string): Found {
  const parts = name.split('/');
  if (parts.slice(0, -1).some((part) => part !== '.' && part !== '..' && isHidden(part))) {
    return { kind: 'ignored', source, reason: 'A file in a hidden folder.' };
  }
  const verdict = judgeName(parts.at(-1)!, 'archive');
  if (verdict.kind === 'ignore') return { kind: 'ignored', source, reason: verdict.reason };
  const problem = verdict.kind === 'quarantine' ? verdict.reason : entryProblem(entry);
  if (problem !== undefined) return { kind: 'quarantined', source, reason: problem };
  const load: FoundPicture['load'] = () => readEntry(archive, entry);
  const bytes = entry.uncompressedSize;
  const stamp = `${bytes} bytes, CRC-32 ${entry.crc32.toString(16).padStart(8, '0')}`;
  return { kind: 'picture', source, stamp, bytes, certain: verdict.kind === 'open' && verdict.certain, load };
}

function entryProblem(entry: Entry): string | undefined {
  if (entry.isEncrypted()) return 'It is protected by a password. Unpack it yourself and import the folder.';
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
    return `It is packed in a way that the studio can not unpack (ZIP method ${entry.compressionMethod}).`;
  }
  if (entry.uncompressedSize > mostFileBytes) {
    return `The file is too large: ${Math.ceil(entry.uncompressedSize / 2 ** 20)} MB, and ${mostFileBytes / 2 ** 20} MB is the most for one picture.`;
  }
  return undefined;
}

async function readEntry(archive: ZipFile, entry: Entry): Promise<Loaded> {
  try {
    // yauzl ends the stream with an error once it grows beyond the size that the list of contents gives.
    const bytes = await buffer(await archive.openReadStreamPromise(entry));
    return crc32(bytes) === entry.crc32 ? { kind: 'bytes', bytes } : damagedEntry('wrong checksum');
  } catch (thrown) {
    return damagedEntry(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

const damagedEntry = (detail: string): Loaded => ({
  kind: 'refused',
  reason: `It is damaged inside the archive (${detail}).`,
  recognised: true,
});
