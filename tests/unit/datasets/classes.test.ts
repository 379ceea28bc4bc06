/** Classes: which folder a picture is taken to be sorted into, and that importing again sorts it anew. */
import { appendFile, cp, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { localDecoder } from '../../../main/datasets/decoder.ts';
import { importPictures } from '../../../main/datasets/import.ts';
import { datasetHash, readManifest, summarise, usedPictures } from '../../../main/datasets/manifest.ts';
import type { PictureSource } from '../../../main/datasets/schema.ts';
import { scanRoots, toRoots } from '../../../main/datasets/scan.ts';
import { zipOf } from '../../corpus/archives.ts';
import { gradient } from '../../corpus/pictures.ts';
import { datasetOnDisk, settings, watchedDecoder, writeFiles } from '../../support/datasets.ts';
import { temporaryFolder } from '../../support/folders.ts';

const png = (seed: number) => gradient(16, 16, seed).png().toBuffer();

/** The class of every picture found below `paths`, by its path below `folder`. */
async function classes(folder: string, ...names: string[]): Promise<Record<string, string | undefined>> {
  const found: Record<string, string | undefined> = {};
  for await (const item of scanRoots(await toRoots(names.map((name) => join(folder, name)))))
    if (item.kind === 'picture') found[item.source.slice(folder.length + 1).replaceAll('\\', '/')] = item.label;
  return found;
}

async function folderOf(...names: string[]): Promise<string> {
  const folder = await temporaryFolder();
  await writeFiles(folder, Object.fromEntries(names.map((name) => [name, 'x'])));
  return folder;
}

describe('folders', () => {
  test('the folders directly below the chosen one are the classes, however deep a picture lies', async () => {
    const folder = await folderOf('pets/cats/a.png', 'pets/cats/old/b.png', 'pets/dogs/c.png', 'pets/cover.png');
    expect(await classes(folder, 'pets')).toEqual({
      'pets/cats/a.png': 'cats',
      'pets/cats/old/b.png': 'cats',
      'pets/dogs/c.png': 'dogs',
      'pets/cover.png': undefined,
    });
  });

  test('a folder without folders has no classes, nor have files chosen by themselves', async () => {
    const folder = await folderOf('cats/a.png', 'b.png');
    expect(await classes(folder, 'cats')).toEqual({ 'cats/a.png': undefined });
    expect(await classes(folder, 'cats/a.png', 'b.png')).toEqual({ 'cats/a.png': undefined, 'b.png': undefined });
  });

  test('of several chosen folders, one with pictures in it is a class, one without is looked into', async () => {
    const folder = await folderOf('cats/a.png', 'cats/old/b.png', 'dogs/c.png', 'zoo/notes.txt', 'zoo/owls/d.png');
    expect(await classes(folder, 'cats', 'dogs', 'zoo')).toEqual({
      'cats/a.png': 'cats',
      'cats/old/b.png': 'cats',
      'dogs/c.png': 'dogs',
      'zoo/owls/d.png': 'owls',
    });
    // A single file beside it does not make a folder one of several.
    expect(await classes(folder, 'cats', 'dogs/c.png')).toEqual({
      'cats/a.png': undefined,
      'cats/old/b.png': 'old',
      'dogs/c.png': undefined,
    });
  });

  test('one name is one class, whether its letters are composed or not', async () => {
    const folder = await folderOf('x/caf\u00e9/a.png', 'y/cafe\u0301/b.png');
    expect(Object.values(await classes(folder, 'x', 'y'))).toEqual(['caf\u00e9', 'caf\u00e9']);
  });
});

describe('archives', () => {
  async function zipped(names: readonly string[], several = false): Promise<(string | undefined)[]> {
    const folder = await temporaryFolder();
    const bytes = Buffer.from('x');
    await writeFile(join(folder, 'owls.zip'), await zipOf(names.map((name) => ({ name, bytes }))));
    await writeFile(join(folder, 'other.zip'), await zipOf([{ name: 'other.txt', bytes }]));
    return Object.values(await classes(folder, 'owls.zip', ...(several ? ['other.zip'] : [])));
  }

  test('the folders at the top are the classes', async () => {
    expect(await zipped(['cats/a.png', 'cats/old/b.png', 'dogs/c.png', 'd.png'])).toEqual([
      'cats',
      'cats',
      'dogs',
      undefined,
    ]);
  });

  test('a folder that wraps everything is looked through, unless it is a class itself', async () => {
    const noise = ['__MACOSX/pets/._a.png', 'readme.txt'];
    expect(await zipped(['pets/cats/a.png', 'pets/dogs/b.png', ...noise])).toEqual(['cats', 'dogs']);
    expect(await zipped(['cats/a.png', 'cats/old/b.png', ...noise])).toEqual(['cats', 'cats']);
  });

  test('one of several archives, with pictures at its top, is a class itself', async () => {
    expect(await zipped(['a.png', 'b.png'], true)).toEqual(['owls', 'owls']);
    expect(await zipped(['cats/a.png', 'dogs/b.png'], true)).toEqual(['cats', 'dogs']);
    expect(await zipped(['a.png'])).toEqual([undefined]);
  });
});

describe('importing', () => {
  const decoder = localDecoder();
  const bring = (project: string, ...paths: string[]) =>
    importPictures({ project, source: { kind: 'paths', paths }, settings, decoder });
  const labels = async (project: string): Promise<Record<string, string | undefined>> =>
    Object.fromEntries(
      usedPictures(await readManifest(project)).map(({ source, label }) => [source.split(/[\\/]/).at(-1)!, label]),
    );

  async function pets(): Promise<{ project: string; folder: string; rows: () => ReturnType<typeof readManifest> }> {
    const [project, folder] = [await temporaryFolder(), await temporaryFolder()];
    const [one, two, three] = [await png(1), await png(2), await png(3)];
    await writeFiles(folder, { 'pets/cats/1.png': one, 'pets/cats/2.png': two, 'pets/dogs/3.png': three });
    return { project, folder, rows: () => readManifest(project) };
  }

  test('rows and the summary tell the classes; drawn pictures have none', async () => {
    const { project, folder, rows } = await pets();
    await writeFiles(folder, { 'pets/0.png': await png(4) });
    await bring(project, join(folder, 'pets'));
    expect(await labels(project)).toEqual({ '0.png': undefined, '1.png': 'cats', '2.png': 'cats', '3.png': 'dogs' });
    expect(summarise(await rows(), settings).classes).toEqual([
      { name: 'cats', pictures: 2 },
      { name: 'dogs', pictures: 1 },
    ]);
    const drawn: PictureSource = { kind: 'samples', count: 16, seed: 1 };
    await importPictures({ project, source: drawn, settings, decoder });
    expect(Object.values(await labels(project)).filter((label) => label === undefined).length).toBe(17);
  });

  test('a manifest of before there were classes is read, and importing again sorts its pictures without decoding', async () => {
    const { project, folder, rows } = await pets();
    // As it was written then: chosen one folder at a time, no row has a class.
    await bring(project, join(folder, 'pets', 'cats'));
    await bring(project, join(folder, 'pets', 'dogs'));
    expect((await datasetOnDisk(project)).manifest).not.toContain('label');
    const before = datasetHash(await rows(), settings);
    const watched = watchedDecoder();
    const source: PictureSource = { kind: 'paths', paths: [join(folder, 'pets')] };
    const again = { project, source, settings };
    const { added } = await importPictures({ ...again, decoder: watched });
    expect(added.known).toBe(3);
    expect(watched.requests).toEqual([]);
    expect(await labels(project)).toEqual({ '1.png': 'cats', '2.png': 'cats', '3.png': 'dogs' });
    expect(datasetHash(await rows(), settings)).toBe(before);
    // Once more, and nothing is left to say.
    const written = (await datasetOnDisk(project)).manifest;
    await importPictures({ ...again, decoder: watched });
    await bring(project, join(folder, 'pets', 'cats'));
    expect((await datasetOnDisk(project)).manifest).toBe(written);
  });

  test('of two copies in two folders the first decides; a copy names a class where there was none', async () => {
    const { project, folder } = await pets();
    await cp(join(folder, 'pets', 'cats', '1.png'), join(folder, 'pets', 'dogs', '1.png'));
    await writeFiles(folder, { 'loose/2.png': await png(2) });
    await bring(project, join(folder, 'loose'));
    await bring(project, join(folder, 'pets'));
    expect(await labels(project)).toEqual({ '1.png': 'cats', '2.png': 'cats', '3.png': 'dogs' });
  });

  test('being cut off between the rows of one file changes nothing', async () => {
    const { project, folder } = await pets();
    await writeFiles(folder, { 'loose/2.png': await png(2) });
    await bring(project, join(folder, 'loose'));
    const half = await temporaryFolder();
    await cp(project, half, { recursive: true });
    await bring(project, join(folder, 'pets'));
    const { manifest } = await datasetOnDisk(project);
    const lines = manifest.split('\n').slice(0, -1);
    const relabelled = lines.findIndex((line) => line.includes('loose') && line.includes('"label":"cats"'));
    expect(relabelled).toBeGreaterThan(0);
    const path = join(half, 'dataset', 'manifest.jsonl');
    const kept = (await readFile(path, 'utf8')).split('\n').length - 1;
    await appendFile(
      path,
      lines
        .slice(kept, relabelled)
        .map((line) => `${line}\n`)
        .join(''),
    );
    await cp(join(project, 'dataset', 'images'), join(half, 'dataset', 'images'), { recursive: true });
    await bring(half, join(folder, 'pets'));
    expect((await datasetOnDisk(half)).manifest).toBe(manifest);
  });

  test('a picture whose file changed its time keeps its class when it is imported alone', async () => {
    const { project, folder } = await pets();
    await bring(project, join(folder, 'pets'));
    const path = join(folder, 'pets', 'dogs', '3.png');
    await writeFile(`${path}.new`, await png(3));
    await rename(`${path}.new`, path);
    await bring(project, path);
    expect((await labels(project))['3.png']).toBe('dogs');
  });
});
