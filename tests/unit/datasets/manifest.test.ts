/** Reading a dataset, and what rows about the same file come to. */
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { manifestPath } from '../../../main/datasets/layout.ts';
import { ManifestIndex } from '../../../main/datasets/manifest-index.ts';
import {
  countRows,
  datasetHash,
  isEnlarged,
  loadPicture,
  pageOf,
  readManifest,
  readSettings,
  summarise,
  usedPictures,
} from '../../../main/datasets/manifest.ts';
import type { ManifestRow, UsedPicture } from '../../../main/datasets/schema.ts';
import { encodePng } from '../../../main/datasets/sharp.ts';
import { writeJsonl } from '../../../main/storage/jsonl.ts';
import { gradient } from '../../corpus/pictures.ts';
import { settings, writeFiles } from '../../support/datasets.ts';
import { temporaryFolder } from '../../support/folders.ts';

const used = (n: number, more: Partial<UsedPicture> = {}): UsedPicture => {
  const id = n.toString(16).padStart(16, '0');
  const file = `dataset/images/${id}.png`;
  return {
    kind: 'used',
    id,
    source: `/p/${n}.png`,
    file,
    width: 10,
    height: 20,
    format: 'png',
    bytes: 5,
    stamp: 's',
    ...more,
  };
};
const quarantined = (source: string, reason = 'bad'): ManifestRow => ({ kind: 'quarantined', source, reason });
const ignored = (source: string): ManifestRow => ({ kind: 'ignored', source, reason: 'text' });
const duplicate = (source: string, of: UsedPicture): ManifestRow => ({
  kind: 'duplicate',
  source,
  of: of.id,
  stamp: 's',
});

test('no manifest is an empty one, and there are no settings', async () => {
  const project = await temporaryFolder();
  expect(await readManifest(project)).toEqual([]);
  expect(await readSettings(project)).toBeUndefined();
});

test('a torn last line is not read, a bad line in the middle is damage', async () => {
  const project = await temporaryFolder();
  await writeJsonl(manifestPath(project), [used(1), ignored('/p/a.txt')]);
  await appendFile(manifestPath(project), '{"kind":"used","id":"00');
  expect(await readManifest(project)).toEqual([used(1), ignored('/p/a.txt')]);
  await appendFile(manifestPath(project), '\n');
  await expect(readManifest(project)).rejects.toMatchObject({ code: 'storage.damaged' });
});

test('a manifest that is asked for again is read again only when it changed', async () => {
  const project = await temporaryFolder();
  expect(await readManifest(project)).toEqual([]);
  await writeJsonl(manifestPath(project), [used(1), used(2)]);
  const rows = await readManifest(project);
  expect(rows).toEqual([used(1), used(2)]);
  expect(await readManifest(project)).toBe(rows);
  await writeJsonl(manifestPath(project), [used(1), used(3)]);
  expect(await readManifest(project)).toEqual([used(1), used(3)]);
  await appendFile(manifestPath(project), `${JSON.stringify(used(4))}\n`);
  expect(await readManifest(project)).toEqual([used(1), used(3), used(4)]);
  expect(await readManifest(await temporaryFolder())).toEqual([]);
});

test('a later row about a file replaces an earlier one, but a used picture stays', () => {
  const rows = (...list: ManifestRow[]) => new ManifestIndex(list).rows();
  expect(rows(quarantined('/p/1.png'), quarantined('/p/1.png', 'worse'))).toEqual([quarantined('/p/1.png', 'worse')]);
  expect(rows(quarantined('/p/1.png'), used(1))).toEqual([used(1)]);
  expect(rows(used(1), quarantined('/p/1.png'))).toEqual([used(1), quarantined('/p/1.png')]);
  expect(rows(used(1), used(2), used(1, { stamp: 't' }))).toEqual([used(1, { stamp: 't' }), used(2)]);
  expect(rows(used(1), duplicate('/p/2.png', used(1)), used(2))).toEqual([used(1), used(2)]);
});

test('a file is known while the picture with its contents is in use', () => {
  const index = new ManifestIndex([used(1), duplicate('/p/copy.png', used(1)), duplicate('/p/lost.png', used(9))]);
  expect(index.isKnown('/p/1.png', 's')).toBe(true);
  expect(index.isKnown('/p/1.png', 'other')).toBe(false);
  expect(index.isKnown('/p/copy.png', 's')).toBe(true);
  expect(index.isKnown('/p/lost.png', 's')).toBe(false);
  expect(index.isKnown('/p/new.png', 's')).toBe(false);
});

const all = [used(3), quarantined('/p/x.png'), used(1), duplicate('/p/y.png', used(1)), ignored('/p/z.txt'), used(2)];

test('counts, pages and the order of used pictures', () => {
  expect(countRows(all)).toEqual({ used: 3, quarantined: 1, duplicates: 1, ignored: 1 });
  expect(usedPictures(all).map(({ id }) => id.at(-1))).toEqual(['1', '2', '3']);
  expect(pageOf(all, { filter: 'used', offset: 1, limit: 1 })).toEqual({ rows: [used(1)], total: 3 });
  expect(pageOf(all, { filter: 'all', offset: 4, limit: 9 })).toEqual({ rows: [all[4], all[5]], total: 6 });
  expect(pageOf(all, { filter: 'duplicate', offset: 0, limit: 9 }).rows).toEqual([all[3]]);
  expect(pageOf(all, { filter: 'ignored', offset: 5, limit: 9 })).toEqual({ rows: [], total: 1 });
});

test('the hash depends on the pictures and their settings, and on nothing else', () => {
  const hash = datasetHash(all, settings);
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(datasetHash([used(2, { source: 'elsewhere' }), used(3), used(1)], settings)).toBe(hash);
  expect(datasetHash(all, { ...settings, background: '#FFFFFF' })).toBe(hash);
  expect(datasetHash(all.slice(1), settings)).not.toBe(hash);
  for (const other of [{ size: 64 }, { framing: 'fit' as const }, { background: '#000000' }]) {
    expect(datasetHash(all, { ...settings, ...other })).not.toBe(hash);
  }
  // SHA-256 of [32,"crop","#ffffff"] and the three ids, by another program. It names folders on disk: a change would
  // orphan every latent cache there is.
  expect(hash.slice(0, 16)).toBe('edaa6a6cf401d524');
});

test('the summary counts formats, enlarged pictures and first frames, and names the extremes', () => {
  const rows = [
    used(1, { width: 31, height: 500 }),
    used(2, { width: 32, height: 33, format: 'gif', frames: 4 }),
    used(3, { width: 1000, height: 900 }),
    quarantined('/p/x.png'),
  ];
  expect(summarise(rows, settings)).toEqual({
    counts: { used: 3, quarantined: 1, duplicates: 0, ignored: 0 },
    formats: { png: 2, gif: 1 },
    enlarged: 1,
    firstFrames: 1,
    classes: [],
    smallest: { source: '/p/2.png', width: 32, height: 33 },
    largest: { source: '/p/3.png', width: 1000, height: 900 },
  });
  expect(isEnlarged({ width: 31, height: 500 }, { ...settings, framing: 'fit' })).toBe(false);
  expect(summarise([], settings)).not.toHaveProperty('smallest');
});

test('the pixels of a picture are read back; a missing or damaged copy is an error that names it', async () => {
  const project = await temporaryFolder();
  const rgb = await gradient(32, 32).raw().toBuffer();
  const row = used(1);
  await writeFiles(project, { [row.file]: await encodePng(rgb, 32, 32) });
  expect(Buffer.from(await loadPicture(project, row)).equals(rgb)).toBe(true);
  const path = join(project, row.file);
  await writeFile(path, (await encodePng(rgb, 32, 32)).subarray(0, 200));
  await expect(loadPicture(project, row)).rejects.toMatchObject({ code: 'storage.damaged', details: { path } });
  await rm(path);
  await expect(loadPicture(project, row)).rejects.toMatchObject({ code: 'storage.notFound', details: { path } });
});
