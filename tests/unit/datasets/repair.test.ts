/** Putting a dataset right: visibly, and without touching what is well. */
import { appendFile, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { localDecoder } from '../../../main/datasets/decoder.ts';
import { importPictures } from '../../../main/datasets/import.ts';
import { imagesFolder, manifestPath } from '../../../main/datasets/layout.ts';
import { countRows, readManifest, usedPictures } from '../../../main/datasets/manifest.ts';
import { repairDataset } from '../../../main/datasets/repair.ts';
import { gradient } from '../../corpus/pictures.ts';
import { datasetOnDisk, settings, writeFiles } from '../../support/datasets.ts';
import { temporaryFolder } from '../../support/folders.ts';

async function dataset() {
  const folder = await temporaryFolder();
  const project = await temporaryFolder();
  for (let i = 0; i < 5; i++) await writeFiles(folder, { [`${i}.png`]: await gradient(20, 20, i).png().toBuffer() });
  await writeFiles(folder, { 'copy.png': await gradient(20, 20, 2).png().toBuffer() });
  const run = () =>
    importPictures({ project, source: { kind: 'paths', paths: [folder] }, settings, decoder: localDecoder() });
  await run();
  return { project, run };
}

test('a whole dataset, and one that is not there, are left alone', async () => {
  const { project } = await dataset();
  const { mtimeMs } = await stat(manifestPath(project));
  expect(await repairDataset(project)).toEqual({ missing: [], leftovers: 0, tornBytes: 0 });
  expect((await stat(manifestPath(project))).mtimeMs).toBe(mtimeMs);
  expect(await repairDataset(await temporaryFolder())).toEqual({ missing: [], leftovers: 0, tornBytes: 0 });
});

test('a picture whose copy is gone is quarantined with the reason, and importing again brings it back', async () => {
  const { project, run } = await dataset();
  const before = await datasetOnDisk(project);
  const lost = usedPictures(await readManifest(project)).find(({ source }) => source.endsWith('2.png'))!;
  await rm(join(project, lost.file));
  const report = await repairDataset(project);
  expect(report.missing).toEqual([lost]);
  const rows = await readManifest(project);
  expect(countRows(rows)).toEqual({ used: 4, quarantined: 1, duplicates: 1, ignored: 0 });
  expect(rows.find(({ source }) => source === lost.source)).toEqual({
    kind: 'quarantined',
    source: lost.source,
    reason: `Its shaped copy ${lost.file} is gone from the project. Import it again to bring it back.`,
  });
  const { added, counts } = await run();
  expect(added).toEqual({ used: 1, known: 5, quarantined: 0, duplicates: 0, ignored: 0 });
  expect(counts).toEqual({ used: 5, quarantined: 0, duplicates: 1, ignored: 0 });
  expect((await datasetOnDisk(project)).images).toEqual(before.images);
});

test('a folder of pictures that is gone as a whole is repaired the same way', async () => {
  const { project, run } = await dataset();
  await rm(imagesFolder(project), { recursive: true });
  expect((await repairDataset(project)).missing.length).toBe(5);
  expect((await run()).counts.used).toBe(5);
});

test('what a killed import left is removed, what someone else put there is not', async () => {
  const { project } = await dataset();
  const leftovers = ['0123456789abcdef.png', '0123456789abcdef.png.tmp', 'ffffffffffffffff.png.tmp'];
  for (const name of [...leftovers, 'notes.txt', 'mine.png']) await writeFile(join(imagesFolder(project), name), 'x');
  await appendFile(manifestPath(project), '{"kind":"us');
  expect(await repairDataset(project)).toEqual({ missing: [], leftovers: 3, tornBytes: 11 });
  const names = await readdir(imagesFolder(project));
  expect(names).toEqual(expect.arrayContaining(['notes.txt', 'mine.png']));
  expect(names.length).toBe(7);
});

test('an import cuts off the torn line', async () => {
  const { project, run } = await dataset();
  const before = await readFile(manifestPath(project), 'utf8');
  await appendFile(manifestPath(project), '{"kind":"us');
  await run();
  expect(await readFile(manifestPath(project), 'utf8')).toBe(before);
});
