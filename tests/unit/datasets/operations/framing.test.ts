/** Pictures framed in another way than the import did: what they show then, and where it comes from. */
import { readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { localDecoder } from '../../../../main/datasets/decoder.ts';
import { importPictures } from '../../../../main/datasets/import.ts';
import { imagesFolder } from '../../../../main/datasets/layout.ts';
import { loadPicture } from '../../../../main/datasets/manifest.ts';
import { adjusted, unadjusted } from '../../../../main/datasets/operations/adjustments.ts';
import { makeFramedCopies } from '../../../../main/datasets/operations/framed-copies.ts';
import { framedName } from '../../../../main/datasets/operations/framing.ts';
import { addOperation, readOperations, undoOperation } from '../../../../main/datasets/operations/log.ts';
import type { Operation } from '../../../../main/datasets/operations/schema.ts';
import { readWhole } from '../../../../main/datasets/operations/whole.ts';
import { readPictures } from '../../../../main/datasets/present.ts';
import { repairDataset } from '../../../../main/datasets/repair.ts';
import type { PictureSource } from '../../../../main/datasets/schema.ts';
import { zipOf } from '../../../corpus/archives.ts';
import { gradient, paint, turned } from '../../../corpus/pictures.ts';
import { settings, writeFiles } from '../../../support/datasets.ts';
import { temporaryFolder } from '../../../support/folders.ts';

const { size } = settings;
const now = () => new Date(0);
const decoder = localDecoder(2);

async function rig(source: PictureSource) {
  const project = await temporaryFolder();
  await importPictures({ project, source, settings, decoder });
  const { pictures } = await readPictures(project);
  const idOf = (name: string) => pictures.find((picture) => picture.source.endsWith(name))!.id;
  /** Does the operation as the studio does it. */
  async function operate(operation: Operation): Promise<void> {
    const { framings } = adjusted(unadjusted, operation);
    await makeFramedCopies({ project, pictures, framings, settings, decoder });
    await addOperation(project, operation, now);
  }
  /** What a picture shows now. */
  async function shown(name: string): Promise<Uint8Array> {
    const picture = (await readPictures(project)).pictures.find(({ id }) => id === idOf(name))!;
    return new Uint8Array(await loadPicture(project, picture));
  }
  const recrop = (name: string, x: number, y: number, side: number) =>
    operate({ kind: 'recrop', pictures: [idOf(name)], square: { x, y, side } });
  const pad = (background: string, ...names: string[]) =>
    operate({ kind: 'pad', pictures: names.map(idOf), background });
  return { project, idOf, shown, recrop, pad, images: () => readdir(imagesFolder(project)) };
}

async function fromFiles(files: Parameters<typeof writeFiles>[1]) {
  const folder = await temporaryFolder();
  await writeFiles(folder, files);
  return { folder, ...(await rig({ kind: 'paths', paths: [folder] })) };
}

const at = (x: number, y: number) => [2 * x, 3 * y, (x + y) % 256];
/** The pixels of `paint(…, at)` from (x, y). */
const square = (x: number, y: number): Uint8Array =>
  Uint8Array.from({ length: 3 * size * size }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return at(x + (pixel % size), y + Math.floor(pixel / size))[i % 3]!;
  });

describe('a square of a picture', () => {
  it('is shown pixel for pixel, also of one that lies turned in its file, until that is undone', async () => {
    const { project, shown, recrop } = await fromFiles({
      'upright.png': await paint(100, 60, at).png().toBuffer(),
      'turned.png': await turned(6, 100, 60, at).png({ compressionLevel: 1 }).toBuffer(),
    });
    const before = await shown('upright.png');
    expect(before).not.toEqual(square(41, 7));
    for (const [i, name] of ['upright.png', 'turned.png'].entries()) {
      await recrop(name, 41, 7, size);
      expect(await shown(name), name).toEqual(square(41, 7));
      await recrop(name, 68, 28, size);
      expect(await shown(name), name).toEqual(square(68, 28));
      await undoOperation(project, 3 * i + 2, now);
      expect(await shown(name), name).toEqual(square(41, 7));
    }
    await undoOperation(project, 1, now);
    expect(await shown('upright.png')).toEqual(before);
  });

  it('that does not lie within every picture it is for is refused, and nothing is recorded', async () => {
    const { project, recrop, images, idOf } = await fromFiles({
      'small.png': await gradient(50, 40).png().toBuffer(),
      'large.png': await gradient(90, 90).png().toBuffer(),
    });
    const before = await images();
    const operation: Operation = {
      kind: 'recrop',
      pictures: [idOf('large.png'), idOf('small.png')],
      square: { x: 10, y: 9, side: 32 },
    };
    await expect(addOperation(project, operation, now)).rejects.toMatchObject({
      code: 'dataset.badSquare',
      details: { width: 50, height: 40, square: '32 × 32 pixels from (10, 9)' },
    });
    const beneathLeast = { ...operation, square: { x: 0, y: 0, side: 7 } };
    await expect(addOperation(project, beneathLeast, now)).rejects.toThrow();
    expect([await readOperations(project), await images()]).toEqual([[], before]);
    await recrop('small.png', 18, 8, 32);
    expect(await readOperations(project)).toHaveLength(1);
  });
});

describe('a picture that is shown whole', () => {
  it('has the colour beside it', async () => {
    const { shown, pad } = await fromFiles({
      'wide.png': await paint(64, 32, () => [10, 200, 30])
        .png()
        .toBuffer(),
      'tall.png': await paint(32, 64, () => [90, 80, 30])
        .png()
        .toBuffer(),
    });
    await pad('#FF8000', 'wide.png', 'tall.png');
    const [wide, tall] = [await shown('wide.png'), await shown('tall.png')];
    const pixel = (rgb: Uint8Array, x: number, y: number) => [...rgb.subarray(3 * (y * size + x), 3 * (y * size + x) + 3)]; // prettier-ignore
    expect([pixel(wide, 16, 2), pixel(wide, 2, 16), pixel(wide, 16, 29)]).toEqual([[255, 128, 0], [10, 200, 30], [255, 128, 0]]); // prettier-ignore
    expect([pixel(tall, 2, 16), pixel(tall, 16, 2), pixel(tall, 29, 16)]).toEqual([[255, 128, 0], [90, 80, 30], [255, 128, 0]]); // prettier-ignore
  });
});

describe('the file a picture came from', () => {
  it('may lie in an archive, whatever else is called like it', async () => {
    const folder = await temporaryFolder();
    const png = async (seed: number) => gradient(40, 40, seed).png().toBuffer();
    const entries = [
      { name: 'a/1.png', bytes: await png(1) },
      { name: 'a/2!.png', bytes: await paint(64, 48, at).png().toBuffer() },
      { name: 'a/3.png', bytes: await png(3) },
    ];
    await writeFiles(folder, { 'good!.zip': await zipOf(entries) });
    const { shown, recrop } = await rig({ kind: 'paths', paths: [join(folder, 'good!.zip')] });
    await recrop('a/2!.png', 5, 11, size);
    expect(await shown('a/2!.png')).toEqual(square(5, 11));
  });

  it('may have been drawn by the studio', async () => {
    const { shown, recrop } = await rig({ kind: 'samples', count: 16, seed: 5 });
    const before = await shown(':5:3');
    await recrop(':5:3', 0, 0, size);
    expect(await shown(':5:3')).toEqual(before);
    await recrop(':5:3', 8, 8, 16);
    const enlarged = await sharp(before, { raw: { width: size, height: size, channels: 3 } })
      .extract({ left: 8, top: 8, width: 16, height: 16 })
      .resize(size, size)
      .raw()
      .toBuffer();
    expect(await shown(':5:3')).toEqual(new Uint8Array(enlarged));
  });

  it('that is gone, or another one by now, is named, and everything stays as it is', async () => {
    const { folder, project, pad, images, shown, idOf } = await fromFiles({
      'a.png': await gradient(60, 40, 1).png().toBuffer(),
      'b.png': await gradient(60, 40, 2).png().toBuffer(),
      'c.png': await gradient(60, 40, 3).png().toBuffer(),
    });
    const names = ['a.png', 'b.png', 'c.png'];
    // The last one: the others are made by then.
    const name = names.toSorted((x, y) => (idOf(x) < idOf(y) ? 1 : -1))[0]!;
    const seed = 1 + names.indexOf(name);
    const before = { images: await images(), shown: await shown(name) };
    const unchanged = async () => {
      expect(await readOperations(project)).toEqual([]);
      expect({ images: await images(), shown: await shown(name) }).toEqual(before);
    };
    const source = join(folder, name);
    await rm(source);
    const gone = { code: 'dataset.sourceGone', details: { source, reason: 'It is not there any more.' } };
    await expect(pad('#000000', ...names)).rejects.toMatchObject(gone);
    await unchanged();
    await writeFile(source, await gradient(60, 40, 9).png().toBuffer());
    await expect(pad('#000000', ...names)).rejects.toMatchObject({
      code: 'dataset.sourceGone',
      details: { source, reason: 'It is another picture by now.' },
    });
    await unchanged();
    await writeFile(source, await gradient(60, 40, seed).png().toBuffer());
    await utimes(source, 1, 1);
    await pad('#000000', ...names);
    expect(await shown(name)).not.toEqual(before.shown);
  });

  it('is not looked for where an upload was', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'up/a.png': await gradient(60, 40, 1).png().toBuffer() });
    const { pad } = await rig({ kind: 'paths', paths: [join(folder, 'up')], base: folder });
    await expect(pad('#000000', 'up/a.png')).rejects.toMatchObject({
      code: 'dataset.sourceGone',
      details: { source: 'up/a.png', reason: 'It was uploaded, and the upload was not kept.' },
    });
  });
});

it('copies that no operation speaks of are cleared away, those of undone operations are not', async () => {
  const { folder, project, recrop, idOf, images } = await fromFiles({
    'a.png': await gradient(60, 40, 1).png().toBuffer(),
  });
  await recrop('a.png', 0, 0, 32);
  await undoOperation(project, 1, now);
  const kept = await images();
  expect(kept).toHaveLength(2);
  const id = idOf('a.png');
  const tried = framedName(id, { kind: 'whole', background: '#000000' });
  for (const name of [`${tried}.png`, `${kept.find((file) => file.includes('-'))}.0123abcd.tmp`])
    await writeFile(join(imagesFolder(project), name), 'x');
  await writeFile(join(imagesFolder(project), 'notes.txt'), 'x');
  expect(await repairDataset(project)).toMatchObject({ missing: [], leftovers: 2 });
  expect((await images()).sort()).toEqual([...kept, 'notes.txt'].sort());
  // The file it came from is not needed for what was made already.
  await rm(join(folder, 'a.png'));
  await recrop('a.png', 0, 0, 32);
});

describe('a picture as its source is', () => {
  it('lies whole in the middle of a square of 512 pixels, also when it is cropped or left out', async () => {
    const { project, idOf, recrop } = await fromFiles({ 'wide.png': await paint(128, 64, at).png().toBuffer() });
    await recrop('wide.png', 3, 4, 20);
    await addOperation(project, { kind: 'leaveOut', pictures: [idOf('wide.png')] }, now);
    const png = await readWhole(project, idOf('wide.png'), decoder);
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([512, 512, 3]);
    const pixel = (x: number, y: number) => [...data.subarray(3 * (y * 512 + x), 3 * (y * 512 + x) + 3)];
    // 128 × 64 becomes 512 × 256: a quarter of the square above and below is background.
    expect(pixel(256, 126)).toEqual([255, 255, 255]);
    expect(pixel(256, 386)).toEqual([255, 255, 255]);
    const [red, green] = pixel(4 * 100 + 2, 128 + 4 * 20 + 2);
    // Enlarging four times interpolates between neighbours, which differ by 2 and 3.
    expect(Math.abs(red! - 2 * 100)).toBeLessThanOrEqual(2);
    expect(Math.abs(green! - 3 * 20)).toBeLessThanOrEqual(3);
  });

  it('is refused by name when its file is gone or another one, and when it is not in use', async () => {
    const { project, folder, idOf } = await fromFiles({
      'gone.png': await gradient(40, 40, 1).png().toBuffer(),
      'other.png': await gradient(40, 40, 2).png().toBuffer(),
    });
    const [gone, other] = [idOf('gone.png'), idOf('other.png')];
    await rm(join(folder, 'gone.png'));
    await writeFile(join(folder, 'other.png'), await gradient(40, 40, 3).png().toBuffer());
    for (const id of [gone, other])
      await expect(readWhole(project, id, decoder)).rejects.toMatchObject({ code: 'dataset.sourceGone' });
    await expect(readWhole(project, 'f'.repeat(16), decoder)).rejects.toMatchObject({
      code: 'dataset.unknownPictures',
    });
  });
});
