/** Looking through folders: what was chosen by itself, what is no file, and a fixed order. */
import { createServer } from 'node:net';
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scanRoots, toRoots } from '../../../main/datasets/scan.ts';
import { zipOf } from '../../corpus/archives.ts';
import { writeFiles } from '../../support/datasets.ts';
import { temporaryFolder } from '../../support/folders.ts';

async function scan(paths: readonly string[], closed: readonly string[] = []): Promise<string[][]> {
  const found: string[][] = [];
  for await (const item of scanRoots(await toRoots(paths), closed)) {
    found.push([item.kind, item.source, 'reason' in item ? item.reason : (item.stamp ?? '')]);
  }
  return found;
}

test('a path that leads nowhere is an error before anything is looked at', async () => {
  const folder = await temporaryFolder();
  const nowhere = join(folder, 'nowhere');
  await expect(toRoots([folder, nowhere])).rejects.toMatchObject({
    code: 'dataset.folderMissing',
    details: { path: nowhere },
  });
});

test('what was chosen is a folder, a file, or an archive by its name or its contents', async () => {
  const folder = await temporaryFolder();
  const zip = await zipOf([{ name: 'a.png', bytes: Buffer.from('x') }]);
  await writeFiles(folder, { 'a.zip': 'by its name', 'b.backup': zip, 'c.jpg': 'x', 'd.zip/e.png': 'x' });
  const paths = ['a.zip', 'b.backup', 'c.jpg', 'd.zip', '.'].map((name) => join(folder, name));
  expect((await toRoots(paths)).map(({ kind }) => kind)).toEqual(['archive', 'archive', 'file', 'folder', 'folder']);
});

test('files come in the order of their names by code units, in every folder, in the order of the choice', async () => {
  const folder = await temporaryFolder();
  const names = ['B.png', 'a.png', 'b/2.png', 'b/10.png', 'ä.png', 'z.png', '漢.png', '😀.png', '．.png'];
  await writeFiles(folder, Object.fromEntries(names.map((name) => [name, 'x'])));
  const expected = ['B.png', 'a.png', 'b/10.png', 'b/2.png', 'z.png', 'ä.png', '漢.png', '😀.png', '．.png'];
  const sources = async (...paths: string[]) =>
    (await scan(paths)).map(([, source]) => source!.slice(folder.length + 1));
  expect(await sources(folder)).toEqual(expected.map((name) => join(name)));
  const [first, second] = [join(folder, 'z.png'), join(folder, 'a.png')];
  expect(await sources(first, second)).toEqual(['z.png', 'a.png']);
});

test('folders with more files than are asked for at once are complete', async () => {
  const folder = await temporaryFolder();
  const names = Array.from({ length: 150 }, (_, i) => `${String(i).padStart(3, '0')}.png`);
  await writeFiles(folder, Object.fromEntries(names.map((name) => [name, 'x'])));
  expect((await scan([folder])).map(([, source]) => source)).toEqual(names.map((name) => join(folder, name)));
});

test('a file that was chosen by itself is tried whatever its name is', async () => {
  const folder = await temporaryFolder();
  await writeFiles(folder, { 'notes.txt': 'x' });
  const path = join(folder, 'notes.txt');
  expect((await scan([path]))[0]!.slice(0, 2)).toEqual(['picture', path]);
  expect((await scan([folder]))[0]!.slice(0, 2)).toEqual(['ignored', path]);
});

test('what is no file is never opened: reading from a pipe would wait for ever', async () => {
  const folder = await temporaryFolder('cauchy-');
  const path = join(folder, 'a.png');
  const server = createServer().listen(path);
  await once(server, 'listening');
  try {
    const row = ['quarantined', path, 'It is a device or a pipe, not a file.'];
    expect(await scan([folder])).toEqual([row]);
    expect(await scan([path])).toEqual([row]);
  } finally {
    server.close();
  }
});

test('a folder is entered once, whichever ways lead to it, and closed ones never', async () => {
  const folder = await temporaryFolder();
  await writeFiles(folder, { 'a/1.png': 'x', 'own/2.png': 'x', 'Other.cauchy/3.png': 'x' });
  await symlink(join(folder, 'a'), join(folder, 'b'));
  await symlink(folder, join(folder, 'a', 'up'));
  expect(
    (await scan([folder], [join(folder, 'own')])).map(([kind, source]) => [kind, source!.slice(folder.length + 1)]),
  ).toEqual([
    ['ignored', 'Other.cauchy'],
    ['picture', join('a', '1.png')],
    ['ignored', join('a', 'up')],
    ['ignored', 'b'],
    ['ignored', 'own'],
  ]);
});

test('the stamp of a file is its size and its time of change', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'empty'));
  await writeFile(join(folder, 'a.png'), '12345');
  const found = await scan([folder]);
  expect(found.length).toBe(1);
  expect(found[0]![2]).toMatch(/^5 bytes, \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});
