/** ZIP archives: what is read from them, and which are refused before anything is unpacked. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scanArchive } from '../../../main/datasets/archive.ts';
import { mostEntries, mostFileBytes } from '../../../main/datasets/limits.ts';
import { encrypted, renamed, withRecord, zipOf } from '../../corpus/archives.ts';
import { temporaryFolder } from '../../support/folders.ts';

const bytes = Buffer.from('not looked into here');

/** What is found, with names relative to the archive, and the loaded bytes or the reason. */
async function scan(zip: Uint8Array): Promise<string[][]> {
  const path = join(await temporaryFolder(), 'a.zip');
  await writeFile(path, zip);
  const found: string[][] = [];
  for await (const item of scanArchive(path)) {
    const name = item.source.slice(path.length);
    if (item.kind !== 'picture') found.push([item.kind, name, item.reason]);
    else {
      const loaded = await item.load();
      found.push([
        loaded.kind,
        name,
        loaded.kind === 'bytes' ? Buffer.from(loaded.bytes).toString() : 'reason' in loaded ? loaded.reason : '',
      ]);
    }
  }
  return found;
}

test('entries are read in the order of the archive, packed or not, and folders are no files', async () => {
  const zip = await zipOf([
    { name: 'b/', bytes: Buffer.alloc(0) },
    { name: 'b/å漢字 100% #1.png', bytes: Buffer.from('one') },
    { name: 'a.jpg', bytes: Buffer.from('two'), compress: false },
    { name: 'plain', bytes: Buffer.from('three') },
  ]);
  expect(await scan(zip)).toEqual([
    ['bytes', '!b/å漢字 100% #1.png', 'one'],
    ['bytes', '!a.jpg', 'two'],
    ['bytes', '!plain', 'three'],
  ]);
});

test('what is no picture is ignored, archives inside are not opened', async () => {
  const names = ['notes.txt', '__MACOSX/._a.png', '.hidden/a.png', '.DS_Store', 'inner.zip'];
  const found = await scan(await zipOf(names.map((name) => ({ name, bytes }))));
  expect(found).toEqual([
    ['ignored', '!notes.txt', 'Not a picture: its name ends in .txt.'],
    ['ignored', '!__MACOSX/._a.png', 'A file in a hidden folder.'],
    ['ignored', '!.hidden/a.png', 'A file in a hidden folder.'],
    ['ignored', '!.DS_Store', 'A hidden file.'],
    ['ignored', '!inner.zip', 'An archive inside an archive is not opened.'],
  ]);
});

test('names that lead out of the archive are only names', async () => {
  const zip = renamed(
    await zipOf([
      { name: 'aa/aa/aa/x.png', bytes },
      { name: 'abs/y.png', bytes },
    ]),
    'aa/aa/aa/',
    '../../../',
  );
  expect(await scan(renamed(zip, 'abs/', '/../'))).toEqual([
    ['bytes', '!../../../x.png', bytes.toString()],
    ['bytes', '!/../y.png', bytes.toString()],
  ]);
});

test('one name twice is two files', async () => {
  const zip = await zipOf([
    { name: 'aa.png', bytes },
    { name: 'bb.png', bytes: Buffer.from('other') },
  ]);
  expect(await scan(renamed(zip, 'bb.png', 'aa.png'))).toEqual([
    ['bytes', '!aa.png', bytes.toString()],
    ['bytes', '!aa.png (2)', 'other'],
  ]);
});

test('an archive with a password is refused, one with a few locked entries is not', async () => {
  const zip = await zipOf([
    { name: 'a.png', bytes },
    { name: 'b.png', bytes, compress: false },
  ]);
  expect(await scan(encrypted(zip))).toEqual([['refusedArchive', '', 'it is protected by a password']]);
  expect(await scan(encrypted(zip, (index) => index === 1))).toEqual([
    ['bytes', '!a.png', bytes.toString()],
    ['quarantined', '!b.png', 'It is protected by a password. Unpack it yourself and import the folder.'],
  ]);
});

test('a damaged archive is refused, a damaged entry quarantined', async () => {
  const zip = await zipOf([
    { name: 'a.png', bytes, compress: false },
    { name: 'b.png', bytes, compress: false },
  ]);
  for (const bad of [
    zip.subarray(0, zip.length - 30),
    Buffer.alloc(0),
    Buffer.from('no archive at all, but long enough'),
  ]) {
    expect(await scan(bad)).toEqual([['refusedArchive', '', expect.stringMatching(/^it is damaged or incomplete \(/)]]);
  }
  const flipped = Buffer.from(zip);
  flipped[zip.indexOf(bytes)]! ^= 1;
  expect(await scan(flipped)).toEqual([
    ['refused', '!a.png', 'It is damaged inside the archive (wrong checksum).'],
    ['bytes', '!b.png', bytes.toString()],
  ]);
});

test('entries that are packed oddly, too large, or lie about their size are quarantined', async () => {
  const entries = ['a.png', 'b.png', 'c.png', 'd.png'].map((name) => ({ name, bytes: Buffer.alloc(5000, 'pixels') }));
  // A long text that is not packed, so that the archive as a whole does not look like a bomb.
  const zip = await zipOf([...entries, { name: 'long.txt', bytes: Buffer.alloc(3_000_000), compress: false }]);
  const odd = withRecord(zip, (record, index) => {
    if (index === 0) record.writeUInt16LE(12, 10);
    if (index === 1) record.writeUInt32LE(mostFileBytes + 1, 24);
    if (index === 2) record.writeUInt32LE(4999, 24);
    if (index === 3) record.writeUInt32LE(5001, 24);
  });
  expect((await scan(odd)).map(([kind, , reason]) => [kind, reason])).toEqual([
    ['quarantined', 'It is packed in a way that the studio can not unpack (ZIP method 12).'],
    ['quarantined', 'The file is too large: 257 MB, and 256 MB is the most for one picture.'],
    ['refused', expect.stringMatching(/^It is damaged inside the archive \(too many bytes/)],
    ['refused', expect.stringMatching(/^It is damaged inside the archive \(not enough bytes/)],
    ['ignored', 'Not a picture: its name ends in .txt.'],
  ]);
});

test('a zip bomb is refused by its list of contents', async () => {
  const zip = await zipOf(
    Array.from({ length: 8 }, (_, i) => ({ name: `${i}.png`, bytes: Buffer.alloc(10 * 2 ** 20) })),
  );
  expect(zip.length).toBeLessThan(100_000);
  expect(await scan(zip)).toEqual([
    ['refusedArchive', '', expect.stringMatching(/^it would unpack to 1\d\d\d times its size/)],
  ]);
  const huge = withRecord(await zipOf([{ name: 'a.png', bytes: Buffer.alloc(99_999, 'x') }]), (record) =>
    record.writeUInt32LE(0xfffffffe, 24),
  );
  expect((await scan(huge))[0]![2]).toMatch(/times its size/);
});

test('an archive of very many entries is refused at once', async () => {
  const zip = await zipOf([{ name: 'a.png', bytes }]);
  // The number of entries of a ZIP64 archive, written by hand into a record of its own.
  const end = zip.length - 22;
  const record = Buffer.alloc(56);
  record.write('PK\x06\x06', 'latin1');
  record.writeUInt32LE(44, 4);
  record.writeUInt32LE(mostEntries + 1, 24);
  record.writeUInt32LE(mostEntries + 1, 32);
  record.writeUInt32LE(end - zip.readUInt32LE(end + 16), 40);
  record.writeUInt32LE(zip.readUInt32LE(end + 16), 48);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 'latin1');
  locator.writeUInt32LE(end, 8);
  locator.writeUInt32LE(1, 16);
  const tail = Buffer.from(zip.subarray(end));
  tail.writeUInt16LE(0xffff, 8);
  tail.writeUInt16LE(0xffff, 10);
  tail.writeUInt32LE(0xffffffff, 16);
  expect(await scan(Buffer.concat([zip.subarray(0, end), record, locator, tail]))).toEqual([
    ['refusedArchive', '', 'it has 200001 entries, and 200000 is the most'],
  ]);
});

test('an archive that is left half way stays open until what was asked for is read', async () => {
  const path = join(await temporaryFolder(), 'a.zip');
  const long = Buffer.alloc(2 ** 20, 'long enough to be read in parts');
  const names = Array.from({ length: 12 }, (_, i) => `${i}.png`);
  await writeFile(path, await zipOf(names.map((name) => ({ name, bytes: long, compress: false }))));
  const loads: Promise<{ kind: string }>[] = [];
  for await (const item of scanArchive(path)) {
    if (item.kind === 'picture' && loads.push(item.load()) === 10) break;
  }
  expect((await Promise.all(loads)).map(({ kind }) => kind)).toEqual(Array(10).fill('bytes'));
});
