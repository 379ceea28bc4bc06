/** A folder of awkward files, imported for real: each one's outcome, and nothing lost among them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { localDecoder } from '../../main/datasets/decoder.ts';
import { importPictures } from '../../main/datasets/import.ts';
import { loadPicture, readManifest, summarise } from '../../main/datasets/manifest.ts';
import type { ManifestRow } from '../../main/datasets/schema.ts';
import { temporaryFolder } from '../support/folders.ts';
import { encrypted, zipOf } from './archives.ts';
import { animation, bmp, flat, gradient, paint, pngBomb, turned } from './pictures.ts';

interface Case {
  readonly file: string;
  readonly bytes: Uint8Array;
  /** The kind of its row, or the beginning of its reason. */
  readonly outcome: string;
}

async function corpus(): Promise<Case[]> {
  const photo = gradient(300, 200, 1);
  const jpeg = await photo.clone().jpeg().toBuffer();
  const png = await photo.clone().png().toBuffer();
  const damagedHalf = (bytes: Uint8Array) => bytes.subarray(0, bytes.length / 2);
  const cases: Case[] = [
    { file: 'formats/photo.jpg', bytes: jpeg, outcome: 'used' },
    { file: 'formats/photo.png', bytes: png, outcome: 'used' },
    { file: 'formats/photo.webp', bytes: await photo.clone().webp().toBuffer(), outcome: 'used' },
    { file: 'formats/photo.avif', bytes: await photo.clone().avif().toBuffer(), outcome: 'used' },
    { file: 'formats/photo.gif', bytes: await photo.clone().gif().toBuffer(), outcome: 'used' },
    { file: 'formats/photo.tiff', bytes: await photo.clone().tiff().toBuffer(), outcome: 'used' },
    {
      file: 'formats/progressive.jpg',
      bytes: await photo.clone().jpeg({ progressive: true }).toBuffer(),
      outcome: 'used',
    },
    {
      file: 'formats/interlaced.png',
      bytes: await photo.clone().png({ progressive: true }).toBuffer(),
      outcome: 'used',
    },
    { file: 'colours/cmyk.jpg', bytes: await photo.clone().toColourspace('cmyk').jpeg().toBuffer(), outcome: 'used' },
    { file: 'colours/16 bit.png', bytes: await photo.clone().toColourspace('rgb16').png().toBuffer(), outcome: 'used' },
    { file: 'colours/grey.png', bytes: await photo.clone().toColourspace('b-w').png().toBuffer(), outcome: 'used' },
    { file: 'colours/one bit.png', bytes: await photo.clone().png({ colours: 2 }).toBuffer(), outcome: 'used' },
    {
      file: 'colours/see-through.png',
      bytes: await paint(64, 64, (x, y) => [x, y, 9, 4 * x])
        .png()
        .toBuffer(),
      outcome: 'used',
    },
    {
      file: 'moving/a.gif',
      bytes: await (await animation([photo.clone(), flat(300, 200, [1, 1, 1])])).gif().toBuffer(),
      outcome: 'used',
    },
    {
      file: 'moving/a.webp',
      bytes: await (await animation([photo.clone(), flat(300, 200, [1, 1, 1])])).webp().toBuffer(),
      outcome: 'used',
    },
    { file: 'sizes/8 × 8.png', bytes: await flat(8, 8, [1, 2, 3]).png().toBuffer(), outcome: 'used' },
    {
      file: 'sizes/1 × 1.png',
      bytes: await flat(1, 1, [1, 2, 3]).png().toBuffer(),
      outcome: 'The picture is too small: 1 × 1',
    },
    {
      file: 'sizes/strip.png',
      bytes: await flat(900, 20, [1, 2, 3]).png().toBuffer(),
      outcome: 'The picture is a strip of 900 × 20',
    },
    { file: 'sizes/bomb.png', bytes: pngBomb(20_000, 20_000), outcome: 'The picture is too large: 20000 × 20000' },
    { file: 'names/å漢字 100% #1/?&=;\'"$(x).png', bytes: await gradient(40, 40, 7).png().toBuffer(), outcome: 'used' },
    { file: 'names/UPPER.JPEG', bytes: await gradient(40, 40, 8).jpeg().toBuffer(), outcome: 'used' },
    { file: 'names/no extension', bytes: await gradient(40, 40, 9).webp().toBuffer(), outcome: 'used' },
    { file: 'names/wrong extension.png', bytes: await gradient(40, 40, 10).jpeg().toBuffer(), outcome: 'used' },
    { file: `names/${'long '.repeat(48)}.png`, bytes: await gradient(40, 40, 11).png().toBuffer(), outcome: 'used' },
    { file: 'copies/photo again.jpg', bytes: jpeg, outcome: 'used' },
    { file: 'damaged/cut.jpg', bytes: damagedHalf(jpeg), outcome: 'The file is damaged or incomplete: its JPEG' },
    { file: 'damaged/cut.png', bytes: damagedHalf(png), outcome: 'The file is damaged or incomplete: its PNG' },
    { file: 'damaged/empty.jpg', bytes: new Uint8Array(), outcome: 'The file is empty (0 bytes).' },
    {
      file: 'damaged/text.png',
      bytes: Buffer.from('a text, only its name is a picture’s'),
      outcome: 'This is not a picture',
    },
    { file: 'damaged/zeros.jpg', bytes: new Uint8Array(5000), outcome: 'This is not a picture' },
    {
      file: 'damaged/signature only.png',
      bytes: png.subarray(0, 8),
      outcome: 'The file is damaged or incomplete: its PNG',
    },
    { file: 'others/picture.bmp', bytes: bmp(40), outcome: 'This is a picture of the kind BMP' },
    {
      file: 'others/picture.svg',
      bytes: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      outcome: 'This is a picture of the kind SVG',
    },
    {
      file: 'others/camera.NEF',
      bytes: await photo.clone().tiff().toBuffer(),
      outcome: 'This is a camera raw file (.nef)',
    },
    { file: 'others/caption.txt', bytes: Buffer.from('a cat'), outcome: 'Not a picture: its name ends in .txt.' },
    { file: 'others/.DS_Store', bytes: Buffer.from('x'), outcome: 'A hidden file.' },
    { file: 'others/._photo.jpg', bytes: Buffer.from('x'), outcome: 'A hidden file.' },
    {
      file: 'others/Makefile',
      bytes: Buffer.from('all:'),
      outcome: 'Not a picture: neither its name nor its contents',
    },
    {
      file: 'others/pictures.zip',
      bytes: await zipOf([{ name: 'a.png', bytes: png }]),
      outcome: 'An archive inside a folder is not opened.',
    },
    {
      file: 'others/clip.mp4',
      bytes: Buffer.from('\0\0\0\x18ftypmp42'),
      outcome: 'Not a picture: its name ends in .mp4.',
    },
  ];
  for (let o = 1; o <= 8; o++) {
    const picture = turned(o, 90, 60, (x, y) => [2 * x, 3 * y, 20 * o]);
    cases.push({ file: `turned/${o}.jpg`, bytes: await picture.jpeg().toBuffer(), outcome: 'used' });
  }
  return cases;
}

const told = (row: ManifestRow): string => ('reason' in row ? row.reason : row.kind);

test('every awkward file has its outcome, in a folder and in an archive', { timeout: 60_000 }, async () => {
  const cases = await corpus();
  const folder = await temporaryFolder();
  for (const { file, bytes } of cases) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), bytes);
  }
  const project = await temporaryFolder();
  const settings = { size: 48, framing: 'fit', background: '#336699' } as const;
  const run = (path: string) =>
    importPictures({ project, source: { kind: 'paths', paths: [path] }, settings, decoder: localDecoder() });

  const { counts, added } = await run(folder);
  const rows = await readManifest(project);
  const byName = new Map(rows.map((row) => [row.source.slice(folder.length + 1).replaceAll('\\', '/'), row]));
  expect(byName.size).toBe(cases.length);
  for (const { file, outcome } of cases) {
    // The copy comes first in the order of names, so that the original is the duplicate.
    const expected = file === 'formats/photo.jpg' ? 'duplicate' : outcome;
    expect(told(byName.get(file)!).slice(0, expected.length), file).toBe(expected);
  }
  expect(counts.used + counts.duplicates + counts.quarantined + counts.ignored).toBe(cases.length);
  expect(added).toEqual({ ...counts, known: 0 });

  for (const row of rows) if (row.kind === 'used') expect((await loadPicture(project, row)).length).toBe(48 * 48 * 3);
  const summary = summarise(rows, settings);
  expect(summary.firstFrames).toBe(2);
  expect(summary.formats).toEqual({ jpeg: 13, png: 9, webp: 3, avif: 1, gif: 2, tiff: 1 });

  // The same files in an archive have the same contents, so the pictures among them are duplicates.
  const archive = join(await temporaryFolder(), 'all.zip');
  await writeFile(archive, await zipOf(cases.map(({ file, bytes }) => ({ name: file, bytes }))));
  const again = await run(archive);
  const { used, duplicates, ...others } = counts;
  expect(again.added).toEqual({ ...others, used: 0, duplicates: used + duplicates, known: 0 });
});

test('archives that can not be trusted are refused, and the project is none the worse', async () => {
  const good = await zipOf([{ name: 'a.png', bytes: await gradient(20, 20).png().toBuffer() }]);
  const zeros = Array.from({ length: 10 }, (_, i) => ({ name: `${i}.png`, bytes: Buffer.alloc(10 * 2 ** 20) }));
  const bad: Record<string, [Uint8Array, RegExp]> = {
    'cut.zip': [good.subarray(0, good.length - 10), /damaged or incomplete/],
    'locked.zip': [encrypted(good), /protected by a password/],
    'bomb.zip': [await zipOf(zeros), /zip bombs/],
    'text.zip': [Buffer.from('not a ZIP'), /damaged or incomplete/],
  };
  const folder = await temporaryFolder();
  const project = await temporaryFolder();
  const settings = { size: 32, framing: 'crop', background: '#ffffff' } as const;
  const run = (path: string) =>
    importPictures({ project, source: { kind: 'paths', paths: [path] }, settings, decoder: localDecoder() });
  for (const [name, [bytes, reason]] of Object.entries(bad)) {
    const path = join(folder, name);
    await writeFile(path, bytes);
    await expect(run(path), name).rejects.toMatchObject({
      code: 'dataset.archiveRefused',
      details: { path, reason: expect.stringMatching(reason) as string },
    });
  }
  await writeFile(join(folder, 'good.zip'), good);
  expect((await run(join(folder, 'good.zip'))).counts).toEqual({ used: 1, quarantined: 4, duplicates: 0, ignored: 0 });
});
