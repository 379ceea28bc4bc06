/** Importing: every file is accounted for, and being cut off changes nothing. */
import { chmod, mkdir, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { studioError } from '../../../main/base/errors.ts';
import { localDecoder } from '../../../main/datasets/decoder.ts';
import { importPictures } from '../../../main/datasets/import.ts';
import { countRows, loadPicture, readManifest, readSettings, usedPictures } from '../../../main/datasets/manifest.ts';
import type { ImportProgress, ImportResult, PictureSource } from '../../../main/datasets/schema.ts';
import { zipOf } from '../../corpus/archives.ts';
import { flat, gradient } from '../../corpus/pictures.ts';
import { datasetOnDisk, settings, watchedDecoder, writeFiles } from '../../support/datasets.ts';
import { temporaryFolder } from '../../support/folders.ts';

const from = (...paths: string[]): PictureSource => ({ kind: 'paths', paths });
const png = (seed: number) => gradient(20, 20, seed).png().toBuffer();

/** `count` different pictures, a duplicate of every fifth, and a broken file after every seventh. */
async function pictureFolder(count: number): Promise<string> {
  const folder = await temporaryFolder();
  for (let i = 0; i < count; i++) {
    const name = `${i % 3}/${String(i).padStart(3, '0')}`;
    const bytes = await png(i);
    await writeFiles(folder, { [`${name}.png`]: bytes });
    if (i % 5 === 0) await writeFiles(folder, { [`${name}-again.png`]: bytes });
    if (i % 7 === 0) await writeFiles(folder, { [`${name}-broken.png`]: 'no picture', [`${name}.txt`]: 'a caption' });
  }
  return folder;
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0);

test('every file of a nested folder ends up as used, duplicate, quarantined or ignored', async () => {
  const folder = await temporaryFolder();
  const project = await temporaryFolder();
  await writeFiles(folder, {
    'a å漢字 100% #1/one.png': await png(1),
    'a å漢字 100% #1/deeper/two.JPG': await gradient(30, 40, 2).jpeg().toBuffer(),
    'again.png': await png(1),
    'text.png': 'this is a text',
    'empty.gif': '',
    'notes.txt': 'a caption',
    'no-extension': await png(3),
    LICENSE: 'free to use',
    '.DS_Store': 'x',
    'Thumbs.db': 'x',
    '.git/config.png': await png(4),
    'more.zip': 'x',
    'photo.cr2': 'II*\0',
  });
  const result = await importPictures({ project, source: from(folder), settings, decoder: localDecoder() });
  const rows = await readManifest(project);
  expect(rows.map(({ kind, source }) => [kind, source.slice(folder.length + 1)])).toEqual([
    ['ignored', '.DS_Store'],
    ['ignored', '.git'],
    ['ignored', 'LICENSE'],
    ['ignored', 'Thumbs.db'],
    ['used', join('a å漢字 100% #1', 'deeper', 'two.JPG')],
    ['used', join('a å漢字 100% #1', 'one.png')],
    ['duplicate', 'again.png'],
    ['quarantined', 'empty.gif'],
    ['ignored', 'more.zip'],
    ['used', 'no-extension'],
    ['ignored', 'notes.txt'],
    ['quarantined', 'photo.cr2'],
    ['quarantined', 'text.png'],
  ]);
  const counts = { used: 3, quarantined: 3, duplicates: 1, ignored: 6 };
  expect(result).toEqual({ counts, added: { ...counts, known: 0 } });
  expect(countRows(rows)).toEqual(counts);
  expect(await readSettings(project)).toEqual(settings);

  const [first] = usedPictures(rows);
  expect(first!.file).toBe(`dataset/images/${first!.id}.png`);
  expect((await loadPicture(project, first!)).length).toBe(3 * 32 * 32);
  const duplicate = rows.find((row) => row.kind === 'duplicate')!;
  expect(rows.find((row) => row.kind === 'used' && row.id === duplicate.of)?.source).toMatch(/one\.png$/);
});

test('the manifest has the order of the files, however long each one takes', async () => {
  const folder = await pictureFolder(25);
  const [one, other] = [await temporaryFolder(), await temporaryFolder()];
  await importPictures({ project: one, source: from(folder), settings, decoder: localDecoder(1) });
  const decoder = watchedDecoder((index) => (index * 7) % 13);
  await importPictures({ project: other, source: from(folder), settings, decoder });
  expect(await datasetOnDisk(other)).toEqual(await datasetOnDisk(one));
  expect(decoder.mostAtOnce()).toBeLessThanOrEqual(8);
});

test('importing again decodes nothing but what could not be used', async () => {
  const folder = await pictureFolder(15);
  const project = await temporaryFolder();
  const first = await importPictures({ project, source: from(folder), settings, decoder: localDecoder() });
  const before = await datasetOnDisk(project);
  const decoder = watchedDecoder();
  const again = await importPictures({ project, source: from(folder), settings, decoder });
  expect(decoder.requests.length).toBe(3);
  expect(again).toEqual({
    counts: first.counts,
    added: { used: 0, duplicates: 0, quarantined: 3, ignored: 3, known: 18 },
  } satisfies ImportResult);
  expect(await datasetOnDisk(project)).toEqual(before);
});

test('a file that changed is imported again, one that was only touched is known', async () => {
  const folder = await temporaryFolder();
  const project = await temporaryFolder();
  await writeFiles(folder, { 'a.png': await png(1), 'b.png': await png(2) });
  const run = () => importPictures({ project, source: from(folder), settings, decoder: localDecoder() });
  await run();
  await utimes(join(folder, 'a.png'), new Date(2001, 0, 1), new Date(2001, 0, 1));
  await writeFiles(folder, { 'b.png': await png(3) });
  expect((await run()).added).toMatchObject({ used: 1, known: 1, duplicates: 0 });
  // The touched file was looked at, so that it need not be a second time.
  const decoder = watchedDecoder();
  const third = await importPictures({ project, source: from(folder), settings, decoder });
  expect([third.counts.used, third.added.known, decoder.requests.length]).toEqual([3, 2, 0]);
});

test('a quarantined file that was mended is used, and its old row is gone', async () => {
  const folder = await temporaryFolder();
  const project = await temporaryFolder();
  await writeFiles(folder, { 'a.png': await png(1), 'b.png': 'not yet a picture' });
  const run = () => importPictures({ project, source: from(folder), settings, decoder: localDecoder() });
  expect((await run()).counts).toMatchObject({ used: 1, quarantined: 1 });
  await writeFiles(folder, { 'b.png': await png(2) });
  expect((await run()).counts).toMatchObject({ used: 2, quarantined: 0 });
});

test('an archive that was bad and is whole now is no concern any more', async () => {
  const folder = await temporaryFolder();
  const whole = await zipOf([{ name: 'a.png', bytes: await png(1) }]);
  await writeFiles(folder, { 'a.zip': whole.subarray(0, 100), 'b.png': await png(2) });
  const source = from(join(folder, 'a.zip'), join(folder, 'b.png'));
  const options = { project: await temporaryFolder(), source, settings, decoder: localDecoder() };
  expect((await importPictures(options)).counts).toMatchObject({ used: 1, quarantined: 1, ignored: 0 });
  await writeFiles(folder, { 'a.zip': whole });
  expect((await importPictures(options)).counts).toMatchObject({ used: 2, quarantined: 0, ignored: 1 });
});

test('the same file by two ways is counted once, a copy under another name as a duplicate', async () => {
  const folder = await temporaryFolder();
  const project = await temporaryFolder();
  await writeFiles(folder, { 'a.png': await png(1) });
  const other = join(await temporaryFolder(), 'b.png');
  await writeFile(other, await png(1));
  const source = from(folder, join(folder, 'a.png'), other);
  const { added } = await importPictures({ project, source, settings, decoder: localDecoder() });
  expect(added).toEqual({ used: 1, known: 1, duplicates: 1, quarantined: 0, ignored: 0 });
});

test('cancelling keeps what is finished, and going on gives what an undisturbed import gives', async () => {
  const folder = await pictureFolder(40);
  const [whole, project] = [await temporaryFolder(), await temporaryFolder()];
  await importPictures({ project: whole, source: from(folder), settings, decoder: localDecoder() });
  for (const stopAfter of [1, 9, 23]) {
    const controller = new AbortController();
    let asked = 0;
    const decoder = watchedDecoder(() => (++asked > stopAfter ? (controller.abort(), 5) : 0));
    const options = { project, source: from(folder), settings, decoder, signal: controller.signal };
    await expect(importPictures(options)).rejects.toMatchObject({ code: 'api.cancelled' });
    const rows = await readManifest(project);
    for (const { id } of usedPictures(rows))
      expect(await readdir(join(project, 'dataset/images'))).toContain(`${id}.png`);
  }
  const kept = usedPictures(await readManifest(project)).length;
  expect(kept).toBeGreaterThan(8);
  const decoder = watchedDecoder();
  const { counts } = await importPictures({ project, source: from(folder), settings, decoder });
  expect(counts).toEqual({ used: 40, duplicates: 8, quarantined: 6, ignored: 6 });
  expect(decoder.requests.length).toBeLessThan(54 - kept);
  expect(await datasetOnDisk(project)).toEqual(await datasetOnDisk(whole));
});

test('cancelling does not wait for a decoder that hangs', async () => {
  const folder = await pictureFolder(3);
  const controller = new AbortController();
  const decoder = { concurrency: 2, decode: () => (controller.abort(), new Promise<never>(() => undefined)) };
  const options = {
    project: await temporaryFolder(),
    source: from(folder),
    settings,
    decoder,
    signal: controller.signal,
  };
  await expect(importPictures(options)).rejects.toMatchObject({ code: 'api.cancelled' });
});

test('a decoder that dies ends the import with its reason, and what came before is kept', async () => {
  const folder = await pictureFolder(20);
  const project = await temporaryFolder();
  const { decode } = localDecoder();
  let asked = 0;
  const decoder = {
    concurrency: 2,
    decode: (request: Parameters<typeof decode>[0]) =>
      ++asked > 12 ? Promise.reject(studioError('engine.stopped', { reason: 'test' })) : decode(request),
  };
  const options = { project, source: from(folder), settings };
  await expect(importPictures({ ...options, decoder })).rejects.toMatchObject({ code: 'engine.stopped' });
  expect((await readManifest(project)).length).toBeGreaterThanOrEqual(12);
  const { counts } = await importPictures({ ...options, decoder: localDecoder() });
  expect(counts.used).toBe(20);
});

test('progress grows to the total and ends with the counts', async () => {
  const folder = await pictureFolder(12);
  const seen: ImportProgress[] = [];
  const { added } = await importPictures({
    project: await temporaryFolder(),
    source: from(folder),
    settings,
    decoder: watchedDecoder(() => 80),
    onProgress: (progress) => seen.push(progress),
  });
  expect(seen.length).toBeGreaterThan(2);
  for (const [i, { done, total, counts }] of seen.entries()) {
    expect(total).toBe(19);
    expect(sum(counts)).toBe(done);
    if (i > 0) expect(done).toBeGreaterThanOrEqual(seen[i - 1]!.done);
  }
  const last = seen.at(-1)!;
  expect(last.done).toBe(19);
  expect(last.remainingSeconds).toBe(0);
  expect(added).toEqual({ ...last.counts, known: 0 });
});

test('bad input is refused with a clear error, before anything is written', async () => {
  const project = await temporaryFolder();
  const folder = await temporaryFolder();
  const decoder = localDecoder();
  const run = (source: PictureSource, asked = settings) =>
    importPictures({ project, source, settings: asked, decoder });
  await expect(run(from(join(folder, 'nowhere')))).rejects.toMatchObject({ code: 'dataset.folderMissing' });
  await expect(run(from(folder), { ...settings, size: 33 })).rejects.toMatchObject({
    code: 'dataset.badSize',
    details: { size: 33 },
  });
  await expect(run(from(folder))).rejects.toMatchObject({ code: 'dataset.noPictures', details: { files: 0 } });
  expect(await readdir(project)).toEqual([]);
});

test('a folder without a readable picture is an error whose reasons stay in the list', async () => {
  const project = await temporaryFolder();
  const folder = await temporaryFolder();
  await writeFiles(folder, { 'a.png': 'text', 'b.txt': 'text' });
  const options = { project, source: from(folder), decoder: localDecoder() };
  await expect(importPictures({ ...options, settings })).rejects.toMatchObject({
    code: 'dataset.noPictures',
    message: `None of the 2 files in ${folder} is a picture that can be read.`,
  });
  expect((await readManifest(project)).map(({ kind }) => kind)).toEqual(['quarantined', 'ignored']);
  // Without pictures the settings are still free.
  await writeFiles(folder, { 'c.png': await png(1) });
  const other = { ...settings, size: 64 };
  expect((await importPictures({ ...options, settings: other })).counts.used).toBe(1);
  expect(await readSettings(project)).toEqual(other);
});

test('three pictures are enough for an import', async () => {
  const folder = await pictureFolder(3);
  const { counts } = await importPictures({
    project: await temporaryFolder(),
    source: from(folder),
    settings,
    decoder: localDecoder(),
  });
  expect(counts.used).toBe(3);
});

test('one project has one setting', async () => {
  const folder = await pictureFolder(2);
  const options = { project: await temporaryFolder(), source: from(folder), decoder: localDecoder() };
  await importPictures({ ...options, settings });
  await expect(importPictures({ ...options, settings: { ...settings, framing: 'fit' } })).rejects.toMatchObject({
    code: 'dataset.settingsDiffer',
    details: { has: '32 × 32 pixels, cropped, on #ffffff', asked: '32 × 32 pixels, fitted, on #ffffff' },
  });
  // The same colour in capitals is the same setting.
  await importPictures({ ...options, settings: { ...settings, background: '#FFFFFF' } });
  await rm(join(options.project, 'dataset/settings.json'));
  await expect(importPictures({ ...options, settings })).rejects.toMatchObject({ code: 'storage.damaged' });
});

test('a project in the folder that is imported does not feed on itself', async () => {
  const folder = await pictureFolder(2);
  const project = join(folder, 'Mine.cauchy');
  await mkdir(project);
  const options = { project, settings, decoder: localDecoder() };
  expect((await importPictures({ ...options, source: from(folder) })).added).toMatchObject({ used: 2, known: 0 });
  const inside = importPictures({ ...options, source: from(join(project, 'dataset')) });
  await expect(inside).rejects.toMatchObject({ code: 'dataset.noPictures' });
});

test('a file that vanishes during the import is quarantined, and the import goes on', async () => {
  const folder = await pictureFolder(8);
  const { concurrency, decode } = localDecoder();
  const decoder = {
    concurrency,
    decode: async (request: Parameters<typeof decode>[0]) => {
      if (request.source.kind === 'file' && request.source.path.endsWith('004.png')) await rm(request.source.path);
      return decode(request);
    },
  };
  const project = await temporaryFolder();
  const { counts } = await importPictures({ project, source: from(folder), settings, decoder });
  expect(counts.used).toBe(7);
  const row = (await readManifest(project)).find(({ source }) => source.endsWith('004.png'));
  expect(row).toMatchObject({ kind: 'quarantined', reason: 'It is not there any more.' });
});

test('drawn samples are imported like files, and more of them later', async () => {
  const project = await temporaryFolder();
  const run = (count: number) =>
    importPictures({ project, source: { kind: 'samples', count, seed: 7 }, settings, decoder: localDecoder() });
  expect((await run(16)).counts).toMatchObject({ used: 16 });
  expect((await run(20)).added).toMatchObject({ used: 4, known: 16 });
  expect((await readManifest(project))[19]).toMatchObject({ source: 'drawn:faces:7:19', format: 'drawn', width: 32 });
});

test('an archive is imported like a folder, and known entries are not unpacked again', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'pictures å漢字 100% #1.zip');
  const entries = await Promise.all([1, 2, 3].map(async (i) => ({ name: `in/${i}.png`, bytes: await png(i) })));
  const text = { name: 'in/readme.txt', bytes: Buffer.from('x') };
  await writeFile(path, await zipOf([...entries, text, { ...entries[0]!, name: 'copy.png' }]));
  const options = { project: await temporaryFolder(), source: from(path), settings };
  const first = await importPictures({ ...options, decoder: localDecoder() });
  expect(first.added).toEqual({ used: 3, duplicates: 1, ignored: 1, quarantined: 0, known: 0 });
  expect((await readManifest(options.project))[0]!.source).toBe(`${path}!in/1.png`);
  const decoder = watchedDecoder();
  expect((await importPictures({ ...options, decoder })).added).toMatchObject({ known: 4, used: 0 });
  expect(decoder.requests.length).toBe(0);
});

test('a refused archive alone is an error, among others a quarantined file', async () => {
  const folder = await temporaryFolder();
  await writeFiles(folder, { 'bad.zip': 'PK but not a ZIP at all, only its name says so', 'good.png': await png(1) });
  const options = { project: await temporaryFolder(), settings, decoder: localDecoder() };
  const bad = join(folder, 'bad.zip');
  await expect(importPictures({ ...options, source: from(bad) })).rejects.toMatchObject({
    code: 'dataset.archiveRefused',
    details: { path: bad },
  });
  const { counts } = await importPictures({ ...options, source: from(bad, join(folder, 'good.png')) });
  expect(counts).toMatchObject({ used: 1, quarantined: 1 });
});

test('when the disk refuses pictures, their rows are not written', async () => {
  const folder = await pictureFolder(4);
  const project = await temporaryFolder();
  const options = { project, source: from(folder), settings, decoder: localDecoder() };
  // A file where the folder of pictures should be stands for any disk that can not be written to.
  await writeFiles(project, { 'dataset/images': 'in the way' });
  await expect(importPictures(options)).rejects.toMatchObject({ code: expect.stringMatching(/^storage\./) as string });
  await rm(join(project, 'dataset/images'));
  // And one where the third picture should go.
  await importPictures(options);
  const rows = usedPictures(await readManifest(project));
  await rm(join(project, 'dataset'), { recursive: true });
  await mkdir(join(project, rows[2]!.file, 'in the way'), { recursive: true });
  await expect(importPictures(options)).rejects.toMatchObject({ code: expect.stringMatching(/^storage\./) as string });
  expect(await readManifest(project)).toEqual([]);
  await rm(join(project, rows[2]!.file), { recursive: true });
  expect((await importPictures(options)).counts.used).toBe(4);
});

test('links are followed, but not in a circle', async () => {
  const folder = await pictureFolder(3);
  const elsewhere = await pictureFolder(1);
  await symlink(folder, join(folder, '0', 'up'));
  await symlink(elsewhere, join(folder, '9'));
  await symlink('self.png', join(folder, 'self.png'));
  await symlink(join(folder, 'nothing'), join(folder, 'dangling.png'));
  const project = await temporaryFolder();
  await importPictures({ project, source: from(folder), settings, decoder: localDecoder() });
  const rows = (await readManifest(project)).map((row) => [
    row.source.slice(folder.length + 1),
    'reason' in row ? row.reason : row.kind,
  ]);
  expect(rows).toContainEqual([join('0', 'up'), 'This folder was looked at already, or is the project itself.']);
  expect(rows).toContainEqual(['self.png', 'It is a link that leads in a circle.']);
  expect(rows).toContainEqual(['dangling.png', 'It is not there any more.']);
  expect(rows).toContainEqual([join('9', '0', '000.png'), 'duplicate']);
});

test('a folder that moved is found again by its contents', async () => {
  const folder = await pictureFolder(6);
  const project = await temporaryFolder();
  const options = { project, settings, decoder: localDecoder() };
  await importPictures({ ...options, source: from(folder) });
  await rename(folder, `${folder}moved`);
  const { added, counts } = await importPictures({ ...options, source: from(`${folder}moved`) });
  await rename(`${folder}moved`, folder);
  expect(added).toMatchObject({ used: 0, duplicates: 8 });
  expect(counts.used).toBe(6);
});

test('what may not be read is quarantined with that reason', async () => {
  const folder = await temporaryFolder('cauchy-');
  await writeFiles(folder, { 'open.png': await png(1), 'shut.png': await png(2), 'shut/inside.png': await png(3) });
  await chmod(join(folder, 'shut.png'), 0);
  await chmod(join(folder, 'shut'), 0);
  await chmod(folder, 0o755);
  const project = await temporaryFolder();
  // The superuser may read anything, so as such the test gives its rights away while it imports.
  const isSuperuser = process.getuid?.() === 0;
  await chmod(project, 0o777);
  if (isSuperuser) process.seteuid!(65534);
  try {
    await importPictures({ project, source: from(folder), settings, decoder: localDecoder() });
  } finally {
    if (isSuperuser) process.seteuid!(0);
    await chmod(join(folder, 'shut'), 0o755);
  }
  const reasons = (await readManifest(project)).map((row) => ('reason' in row ? row.reason : row.kind));
  const shut = 'The studio is not allowed to read it. Change its permissions and import again.';
  expect(reasons).toEqual(['used', shut, shut]);
});

test('a flat picture is not mistaken for another of the same colour', async () => {
  const folder = await temporaryFolder();
  await writeFiles(folder, {
    'a.png': await flat(16, 16, [1, 2, 3]).png().toBuffer(),
    'b.png': await flat(24, 24, [1, 2, 3]).png().toBuffer(),
  });
  const options = { project: await temporaryFolder(), source: from(folder), settings, decoder: localDecoder() };
  // Duplicates are files with the same bytes; pictures that merely look alike are both used.
  expect((await importPictures(options)).counts).toMatchObject({ used: 2, duplicates: 0 });
});

test('sources of an upload are named as the person chose them, and a second upload of the same is known', async () => {
  const project = await temporaryFolder();
  for (const added of [
    { used: 3, known: 0 },
    { used: 0, known: 3 },
  ]) {
    const base = await temporaryFolder();
    await writeFiles(base, {
      'My pictures/deep/one.png': await png(1),
      'My pictures/text.png': 'this is a text',
      'two.png': await png(2),
      'more.zip': await zipOf([{ name: 'in/three.png', bytes: await png(3) }]),
    });
    const paths = ['My pictures', 'more.zip', 'two.png'].map((name) => join(base, name));
    const source: PictureSource = { kind: 'paths', paths, base };
    const result = await importPictures({ project, source, settings, decoder: localDecoder() });
    expect(result.added).toMatchObject(added);
    expect((await readManifest(project)).map(({ kind, source: named }) => [kind, named])).toEqual([
      ['used', 'My pictures/deep/one.png'],
      ['quarantined', 'My pictures/text.png'],
      ['used', 'more.zip!in/three.png'],
      ['used', 'two.png'],
    ]);
  }
});
