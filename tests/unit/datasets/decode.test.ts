/** Decoding: what comes out as pixels, and what is refused with which words. */
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { decodePicture, pictureId } from '../../../main/datasets/decode.ts';
import { mostFileBytes } from '../../../main/datasets/limits.ts';
import type { DecodedPicture } from '../../../main/datasets/protocol.ts';
import { decodeOutcomeSchema, decodeRequestSchema } from '../../../main/datasets/protocol.ts';
import type { PictureSettings } from '../../../main/datasets/schema.ts';
import { decodeRgb } from '../../../main/datasets/sharp.ts';
import { drawFace } from '../../../main/datasets/drawn/faces.ts';
import { animation, bmp, flat, gradient, paint, pngBomb, turned } from '../../corpus/pictures.ts';
import { temporaryFolder } from '../../support/folders.ts';

const crop: PictureSettings = { size: 32, framing: 'crop', background: '#ffffff' };

async function decode(bytes: Uint8Array, settings = crop): Promise<DecodedPicture & { rgb: Uint8Array }> {
  const outcome = await decodePicture({ source: { kind: 'bytes', bytes }, settings });
  if (outcome.kind === 'refused') throw new Error(outcome.reason);
  const { data, width, height } = await decodeRgb(outcome.png);
  expect([width, height]).toEqual([settings.size, settings.size]);
  return { ...outcome, rgb: data };
}

async function refusal(bytes: Uint8Array): Promise<string> {
  const outcome = await decodePicture({ source: { kind: 'bytes', bytes }, settings: crop });
  return outcome.kind === 'refused' ? outcome.reason : 'not refused';
}

const pixel = (rgb: Uint8Array, x: number, y: number, size = 32): number[] => [
  ...rgb.subarray(3 * (y * size + x), 3 * (y * size + x) + 3),
];

/** Largest difference of two pictures in any channel. */
const distance = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!)), 0);

const encoders: readonly [string, (picture: Sharp) => Sharp, number][] = [
  ['png', (picture) => picture.png(), 0],
  ['tiff', (picture) => picture.tiff({ compression: 'lzw' }), 0],
  ['webp', (picture) => picture.webp({ lossless: true }), 0],
  // Lossy formats at their best quality: rounding of colour differences, a few levels.
  ['jpeg', (picture) => picture.jpeg({ quality: 100, chromaSubsampling: '4:4:4' }), 3],
  ['avif', (picture) => picture.avif({ quality: 100, chromaSubsampling: '4:4:4' }), 3],
  // 256 colours for a smooth picture: neighbours share one.
  ['gif', (picture) => picture.gif({ dither: 0 }), 14],
];

test.each(encoders)('%s comes out as the same pixels', async (format, encode, tolerance) => {
  const bytes = await encode(gradient(32, 32)).toBuffer();
  const original = await gradient(32, 32).raw().toBuffer();
  const decoded = await decode(bytes);
  expect(distance(decoded.rgb, original)).toBeLessThanOrEqual(tolerance);
  expect(decoded).toMatchObject({ format, width: 32, height: 32, bytes: bytes.length, id: pictureId(bytes) });
  expect(decoded.frames).toBeUndefined();
});

test('the id is the beginning of the SHA-256 of the bytes', () => {
  // NIST's example: SHA-256 of "abc" is ba7816bf 8f01cfea 4141…
  expect(pictureId(Buffer.from('abc'))).toBe('ba7816bf8f01cfea');
});

test('grey, 16-bit, palette and CMYK pictures come out as 8-bit RGB', async () => {
  const grey = await decode(await flat(40, 40, [90]).toColourspace('b-w').png().toBuffer());
  expect(pixel(grey.rgb, 5, 5)).toEqual([90, 90, 90]);
  const deep = await decode(await gradient(32, 32).toColourspace('rgb16').png().toBuffer());
  expect(distance(deep.rgb, await gradient(32, 32).raw().toBuffer())).toBeLessThanOrEqual(1);
  const deepGrey = await decode(await flat(40, 40, [90]).toColourspace('grey16').png().toBuffer());
  expect(distance(deepGrey.rgb, new Uint8Array(32 * 32 * 3).fill(90))).toBeLessThanOrEqual(1);
  const palette = await decode(await flat(40, 40, [10, 200, 30]).png({ palette: true }).toBuffer());
  expect(pixel(palette.rgb, 0, 0)).toEqual([10, 200, 30]);
  for (const encode of [(p: Sharp) => p.jpeg({ quality: 100 }), (p: Sharp) => p.tiff({ compression: 'lzw' })]) {
    const cmyk = await decode(await encode(flat(40, 40, [150, 120, 90]).toColourspace('cmyk')).toBuffer());
    // There and back through a profile of printing inks: up to 10 levels are lost; inverted inks would lose 100.
    expect(distance(cmyk.rgb, await flat(32, 32, [150, 120, 90]).raw().toBuffer())).toBeLessThanOrEqual(12);
  }
});

test('a wide-gamut profile is converted to sRGB, not ignored', async () => {
  const tagged = await flat(32, 32, [200, 100, 50]).withIccProfile('p3').png().toBuffer();
  // What the file holds are the numbers of Display P3, which look pale when they are taken for sRGB.
  const stored = await sharp(tagged, { ignoreIcc: true }).raw().toBuffer();
  expect(pixel(stored, 0, 0)).toEqual([187, 105, 62]);
  expect(distance((await decode(tagged)).rgb, await flat(32, 32, [200, 100, 50]).raw().toBuffer())).toBeLessThanOrEqual(
    1,
  );
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %i is undone', async (orientation) => {
  const at = (x: number, y: number) => [4 * x + 20, 6 * y + 10, x > 20 && y < 10 ? 220 : 40];
  const upright = await decode(await paint(48, 32, at).png().toBuffer());
  for (const picture of [
    turned(orientation, 48, 32, at).png(),
    turned(orientation, 48, 32, at).tiff({ compression: 'lzw' }),
  ]) {
    const decoded = await decode(await picture.toBuffer());
    expect([decoded.width, decoded.height]).toEqual([48, 32]);
    expect(distance(decoded.rgb, upright.rgb)).toBe(0);
  }
  const jpeg = await decode(
    await turned(orientation, 48, 32, at).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer(),
  );
  // JPEG at its best quality around one hard edge.
  expect(distance(jpeg.rgb, upright.rgb)).toBeLessThanOrEqual(8);
});

test('cropping takes the centre square', async () => {
  const wide = paint(96, 32, (x) => (x < 32 ? [255, 0, 0] : x < 64 ? [0, 255, 0] : [0, 0, 255]));
  const { rgb } = await decode(await wide.png().toBuffer());
  expect(pixel(rgb, 0, 16)).toEqual([0, 255, 0]);
  expect(pixel(rgb, 31, 16)).toEqual([0, 255, 0]);
});

test('fitting shows the whole picture in the middle, on the background, grey pictures too', async () => {
  const settings: PictureSettings = { size: 32, framing: 'fit', background: '#ff8000' };
  for (const picture of [flat(64, 32, [90, 90, 90]).png(), flat(64, 32, [90]).toColourspace('b-w').png()]) {
    const { rgb } = await decode(await picture.toBuffer(), settings);
    expect([0, 7, 8, 23, 24, 31].map((y) => pixel(rgb, 16, y)[1])).toEqual([128, 128, 90, 90, 128, 128]);
    expect(pixel(rgb, 0, 0)).toEqual([255, 128, 0]);
  }
});

test('see-through parts show the background, grey pictures too', async () => {
  const settings: PictureSettings = { ...crop, background: '#ff0000' };
  const clear = await decode(await flat(32, 32, [0, 255, 0, 0]).png().toBuffer(), settings);
  expect(pixel(clear.rgb, 9, 9)).toEqual([255, 0, 0]);
  // 128 of 255 opaque: (v·128 + background·127) / 255, rounded.
  const half = await decode(await flat(32, 32, [0, 200, 0, 128]).png().toBuffer(), settings);
  expect(pixel(half.rgb, 9, 9)).toEqual([127, 100, 0]);
  const halfGrey = await decode(await flat(32, 32, [100, 128]).toColourspace('b-w').png().toBuffer(), settings);
  expect(pixel(halfGrey.rgb, 9, 9)).toEqual([177, 50, 50]);
});

test('of an animation the first frame is taken, and the number of frames noted', async () => {
  for (const encode of [(p: Sharp) => p.gif(), (p: Sharp) => p.webp({ lossless: true })]) {
    const frames = await animation([flat(32, 32, [250, 0, 0]), flat(32, 32, [0, 250, 0]), flat(32, 32, [0, 0, 250])]);
    const decoded = await decode(await encode(frames).toBuffer());
    expect(pixel(decoded.rgb, 3, 3)).toEqual([250, 0, 0]);
    expect([decoded.width, decoded.height, decoded.frames]).toEqual([32, 32, 3]);
  }
});

test('small pictures are enlarged, and their own size is kept as known', async () => {
  const decoded = await decode(await flat(8, 160, [1, 2, 3]).png().toBuffer());
  expect([decoded.width, decoded.height]).toEqual([8, 160]);
  expect(pixel(decoded.rgb, 31, 31)).toEqual([1, 2, 3]);
});

test('the same bytes give the same PNG every time', async () => {
  const bytes = await gradient(100, 80).jpeg().toBuffer();
  expect((await decode(bytes)).png).toEqual((await decode(bytes)).png);
});

test('what is no usable picture is refused with a plain reason', async () => {
  const jpeg = await gradient(640, 480).jpeg().toBuffer();
  const png = await gradient(640, 480).png().toBuffer();
  expect(await refusal(new Uint8Array())).toBe('The file is empty (0 bytes).');
  expect(await refusal(Buffer.from('Dear diary, this is a text.'))).toMatch(/^This is not a picture/);
  expect(await refusal(jpeg.subarray(0, jpeg.length / 2))).toBe(
    'The file is damaged or incomplete: its JPEG data ends early or is wrong.',
  );
  expect(await refusal(png.subarray(0, png.length / 2))).toMatch(/^The file is damaged or incomplete/);
  const flipped = Buffer.from(png);
  flipped[png.length >> 1]! ^= 0xff;
  expect(await refusal(flipped)).toMatch(/^The file is damaged or incomplete/);
  for (const encode of [
    (p: Sharp) => p.webp(),
    (p: Sharp) => p.avif(),
    (p: Sharp) => p.gif(),
    (p: Sharp) => p.tiff(),
  ]) {
    const whole = await encode(gradient(320, 240)).toBuffer();
    expect(await refusal(whole.subarray(0, whole.length / 2))).toMatch(
      /^The file is damaged or incomplete: its [A-Z]+ data ends early or is wrong\.$/,
    );
  }
  expect(await refusal(bmp(16))).toBe(
    'This is a picture of the kind BMP; the studio reads JPEG, PNG, WebP, AVIF, GIF and TIFF.',
  );
  expect(await refusal(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>'))).toMatch(
    /kind SVG/,
  );
  expect(await refusal(await flat(1, 1, [5, 5, 5]).png().toBuffer())).toBe(
    'The picture is too small: 1 × 1 pixels, and each side needs at least 8.',
  );
  expect(await refusal(await flat(400, 10, [5, 5, 5]).png().toBuffer())).toBe(
    'The picture is a strip of 400 × 10 pixels: one side may be at most 20 times the other.',
  );
});

test('the reason is the same every time, however many bad pictures are decoded at once', async () => {
  const jpeg = (await gradient(200, 160).jpeg().toBuffer()).subarray(0, 900);
  const png = (await gradient(200, 160).png().toBuffer()).subarray(0, 900);
  for (let round = 0; round < 10; round++) {
    const reasons = await Promise.all([jpeg, png, jpeg, png].map(refusal));
    expect(reasons.map((reason) => /its (\w+) data/.exec(reason)?.[1])).toEqual(['JPEG', 'PNG', 'JPEG', 'PNG']);
  }
});

test('a picture of 400 megapixels is refused by its header, without the memory to hold it', async () => {
  const before = process.memoryUsage().rss;
  expect(await refusal(pngBomb(20_000, 20_000))).toBe(
    'The picture is too large: 20000 × 20000 pixels, and 100 megapixels is the most.',
  );
  // Decoded it would take 1200 MB.
  expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
});

test('files are read by path, whatever their name, and unreadable ones are refused with the reason', async () => {
  const folder = await temporaryFolder();
  const at = async (name: string) => {
    const outcome = await decodePicture({ source: { kind: 'file', path: join(folder, name) }, settings: crop });
    return outcome.kind === 'refused' ? outcome.reason : outcome.format;
  };
  await writeFile(join(folder, 'å漢字 100% #1.png'), await gradient(20, 20).webp().toBuffer());
  expect(await at('å漢字 100% #1.png')).toBe('webp');
  expect(await at('gone.png')).toBe('It is not there any more.');
  await mkdir(join(folder, 'folder.png'));
  expect(await at('folder.png')).toBe('It is a folder, not a file.');
  // A sparse file: it takes no room on the disk.
  await writeFile(join(folder, 'huge.tif'), '');
  await truncate(join(folder, 'huge.tif'), mostFileBytes + 1);
  expect(await at('huge.tif')).toBe('The file is too large: 257 MB, and 256 MB is the most for one picture.');
});

test('drawn faces come out as they were drawn', async () => {
  const outcome = await decodePicture({ source: { kind: 'drawn', seed: 3, index: 5 }, settings: crop });
  if (outcome.kind === 'refused') throw new Error(outcome.reason);
  const rgb = drawFace({ seed: 3, index: 5, size: 32 });
  expect((await decodeRgb(outcome.png)).data).toEqual(Buffer.from(rgb));
  expect(outcome).toMatchObject({ format: 'drawn', width: 32, height: 32, bytes: 3072, id: pictureId(rgb) });
});

test('requests and outcomes survive the crossing to another thread', async () => {
  const bytes = await gradient(20, 20).gif().toBuffer();
  const request = decodeRequestSchema.parse(structuredClone({ source: { kind: 'bytes', bytes }, settings: crop }));
  const outcome = await decodePicture(request);
  expect(decodeOutcomeSchema.parse(structuredClone(outcome))).toEqual({
    ...outcome,
    png: new Uint8Array((outcome as DecodedPicture).png),
  });
});
