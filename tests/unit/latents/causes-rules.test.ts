/** Each rule about likely causes with a made picture in which it holds, and with near misses. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../main/base/random.ts';
import { drawFace } from '../../../main/datasets/drawn/faces.ts';
import { areaAround, brightnessOf, wholeOf } from '../../../main/latents/causes/picture.ts';
import type { SquarePicture } from '../../../main/latents/causes/picture.ts';
import { blockiness, fineDetail, leastBlocky, mostDetailOfEnlarged } from '../../../main/latents/causes/resolution.ts';
import { ringOf } from '../../../main/latents/causes/ring.ts';
import {
  bordersOf,
  contrastIn,
  flatIn,
  leastContrast,
  leastFlat,
  lineArtIn,
} from '../../../main/latents/causes/rules.ts';
import sharp from 'sharp';

const side = 64;
type Level = number | readonly [number, number, number];
function draw(level: (x: number, y: number) => Level): SquarePicture {
  const rgb = new Uint8Array(3 * side * side);
  for (let i = 0; i < side * side; i++) {
    const found = level(i % side, Math.floor(i / side));
    rgb.set(typeof found === 'number' ? [found, found, found] : found, 3 * i);
  }
  return { rgb, side };
}
const face = (index: number): SquarePicture => ({ rgb: drawFace({ seed: 4, index, size: side }), side });
const whole = wholeOf({ side });
/** Grey with the noise of a camera. */
const soft = (seed: number) => {
  const random = new Random({ seed, stream: 'test', index: 0 });
  return (x: number, y: number) => Math.round(110 + 0.5 * x + 0.3 * y + random.normal(0, 3));
};
/** A white square of 16 px on black, in the middle. */
const square = draw((x, y) => (x >= 24 && x < 40 && y >= 24 && y < 40 ? 255 : 0));
const checkerboard = (pixels: number) =>
  draw((x, y) => ((Math.floor(x / pixels) + Math.floor(y / pixels)) % 2 ? 255 : 0));
/** Thin black strokes on white with soft sides. */
const letters = draw((x, y) => (y % 16 < 2 || x % 20 < 2 ? 0 : y % 16 === 2 ? 128 : 255));

describe('flat clipped areas', () => {
  it('are white, black, or any colour at the ends of the range; JPEG may move it by two levels', () => {
    // Beside the square's edges nothing is flat: 4 · 16 pixels on each side of them.
    expect(flatIn(square, whole)).toEqual({ share: 1 - (4 * 16 + 4 * 16 - 4) / side ** 2, colour: 'black' });
    expect(
      flatIn(
        draw(() => 253),
        whole,
      ),
    ).toEqual({ share: 1, colour: 'white' });
    expect(
      flatIn(
        draw(() => [255, 0, 2]),
        whole,
      ),
    ).toEqual({ share: 1, colour: 'full' });
    const half = draw((x) => (x < 32 ? 0 : 255));
    expect(flatIn(half, whole)).toEqual({ share: 62 / 64, colour: 'mixed' });
    // Around a place only what is there counts.
    const corner = areaAround({ row: 0, col: 0 }, 8, side, 1);
    expect(corner).toEqual({ left: 0, top: 0, right: 16, bottom: 16 });
    expect(flatIn(half, corner)).toEqual({ share: 1, colour: 'black' });
  });

  it('are neither almost white, nor white noise, nor a checkerboard, nor faces', () => {
    expect(
      flatIn(
        draw(() => 250),
        whole,
      ).share,
    ).toBe(0);
    expect(
      flatIn(
        draw(() => [255, 128, 0]),
        whole,
      ).share,
    ).toBe(0);
    const random = new Random({ seed: 1, stream: 'test', index: 0 });
    expect(
      flatIn(
        draw(() => (random.chance(0.5) ? 255 : 0)),
        whole,
      ).share,
    ).toBeLessThan(0.1);
    expect(flatIn(checkerboard(1), whole).share).toBe(0);
    for (let i = 0; i < 10; i++) expect(flatIn(face(i), whole).share).toBeLessThan(leastFlat.picture);
  });
});

describe('extreme contrast', () => {
  it('is the share of steps of almost the whole range: all of a fine checkerboard, an eighth of one of 8 px', () => {
    expect(contrastIn(checkerboard(1), whole)).toBe(1);
    expect(contrastIn(checkerboard(8), whole)).toBeCloseTo(7 / 63, 12);
    expect(
      contrastIn(
        draw((x, y) => ((x + y) % 2 ? 32 : 224)),
        whole,
      ),
    ).toBe(1);
  });

  it('is neither a coarse pattern in grey, nor one edge, nor a face', () => {
    expect(
      contrastIn(
        draw((x, y) => ((x + y) % 2 ? 40 : 230)),
        whole,
      ),
    ).toBe(0);
    expect(
      contrastIn(
        draw((x) => (x < 32 ? 0 : 255)),
        whole,
      ),
    ).toBeLessThan(leastContrast);
    for (let i = 0; i < 10; i++) expect(contrastIn(face(i), whole)).toBeLessThan(leastContrast);
  });
});

describe('text and line art', () => {
  it('is few colours with many hard edges', () => {
    expect(lineArtIn(letters, whole)!.edges).toBeGreaterThan(0.1);
    expect(lineArtIn(checkerboard(8), whole)!.edges).toBeCloseTo(7 / 63, 12);
  });

  it('is neither a square, nor a pattern of pixels, nor a mosaic, nor strokes over a photograph, nor a face', () => {
    expect(lineArtIn(square, whole)).toBeUndefined();
    expect(lineArtIn(checkerboard(1), whole)).toBeUndefined();
    expect(
      lineArtIn(
        draw((x) => (x % 2 ? 255 : 0)),
        whole,
      ),
    ).toBeUndefined();
    const colours = new Random({ seed: 8, stream: 'test', index: 0 });
    const level = () => (colours.chance(0.5) ? 240 : 16);
    const tiles = Array.from({ length: 64 }, (): Level => [level(), level(), level()]);
    const mosaic = draw((x, y) => tiles[8 * Math.floor(y / 8) + Math.floor(x / 8)]!);
    expect(lineArtIn(mosaic, whole)).toBeUndefined();
    const grain = new Random({ seed: 2, stream: 'test', index: 0 });
    const strokes = draw((x, y) => (x % 20 < 2 ? 0 : Math.round(40 + 3 * y + grain.normal(0, 8))));
    expect(lineArtIn(strokes, whole)).toBeUndefined();
    for (let i = 0; i < 10; i++) expect(lineArtIn(face(i), whole)).toBeUndefined();
  });
});

describe('hard borders', () => {
  const noise = soft(3);
  it('are found with their depth, on each side that has one', () => {
    const letterbox = draw((x, y) => (y < 9 || y >= 58 ? 0 : noise(x, y)));
    expect(bordersOf(letterbox)).toEqual({ top: 9, bottom: 6 });
    // A frame of JPEG's white: a few levels off.
    const near = new Random({ seed: 5, stream: 'test', index: 0 });
    const frame = draw((x, y) =>
      Math.min(x, y, 63 - x, 63 - y) < 4 ? Math.round(near.uniform(246, 255)) : noise(x, y),
    );
    expect(bordersOf(frame)).toEqual({ top: 4, bottom: 4, left: 4, right: 4 });
    // Made smaller: one line between is a mixture.
    expect(bordersOf(draw((x, y) => (x < 5 ? 0 : x === 5 ? 20 : noise(x, y))))).toEqual({ left: 5 });
  });

  it('are neither soft, nor one pixel, nor around a thing, nor the whole picture', () => {
    expect(bordersOf(draw((x, y) => noise(x, y)))).toEqual({});
    expect(bordersOf(draw((_, y) => Math.min(255, 4 * Math.max(0, y - 8))))).toEqual({});
    expect(bordersOf(draw((x, y) => (y < 1 ? 0 : noise(x, y))))).toEqual({});
    expect(bordersOf(square)).toEqual({});
    expect(bordersOf(draw(() => 17))).toEqual({});
    // A border in the colour of what is beside it ends in no step.
    expect(bordersOf(draw((x, y) => (y < 9 ? 120 : noise(x, y))))).toEqual({});
  });
});

describe('how fine a picture is', () => {
  const planeOf = ({ rgb }: SquarePicture) => ({ data: brightnessOf(rgb), width: side, height: side });
  const image = ({ rgb }: SquarePicture) => sharp(rgb, { raw: { width: side, height: side, channels: 3 } });
  const jpeg = async (picture: SquarePicture, quality: number): Promise<SquarePicture> => {
    const file = await image(picture).jpeg({ quality }).toBuffer();
    return { rgb: new Uint8Array(await sharp(file).raw().toBuffer()), side };
  };
  const textured = (seed: number): SquarePicture => {
    const random = new Random({ seed, stream: 'test', index: 0 });
    const { rgb } = face(seed);
    return { rgb: rgb.map((level) => Math.max(0, Math.min(255, Math.round(level + random.normal(0, 6))))), side };
  };

  it('blocks of a bad JPEG are found, and none in a good one, in noise, or in a pattern of 8 px', async () => {
    for (let i = 0; i < 6; i++) {
      expect(blockiness(planeOf(await jpeg(textured(i), 10)))).toBeGreaterThan(leastBlocky);
      expect(blockiness(planeOf(await jpeg(textured(i), 95)))).toBeLessThan(leastBlocky);
      expect(blockiness(planeOf(textured(i)))).toBeLessThan(leastBlocky);
    }
    expect(blockiness(planeOf(draw(soft(9))))).toBeLessThan(1.5);
    expect(blockiness(planeOf(checkerboard(8)))).toBe(0);
    expect(blockiness(planeOf(draw(() => 128)))).toBe(0);
    expect(blockiness({ data: new Uint8Array(100), width: 10, height: 10 })).toBe(0);
  });

  it('detail is missing in what was enlarged, not in faces, edges or noise; without any detail there is no answer', async () => {
    for (let i = 0; i < 6; i++) {
      const small = await image(face(i)).resize(32, 32).png().toBuffer();
      const large: SquarePicture = {
        rgb: new Uint8Array(await sharp(small).resize(side, side).raw().toBuffer()),
        side,
      };
      expect(fineDetail(planeOf(large))).toBeLessThan(mostDetailOfEnlarged);
      expect(fineDetail(planeOf(face(i)))).toBeGreaterThan(mostDetailOfEnlarged);
    }
    // Independent noise: both differences have six times its variance.
    expect(fineDetail(planeOf(draw(soft(7))))).toBeCloseTo(1, 1);
    expect(fineDetail(planeOf(square))).toBeGreaterThan(0.4);
    expect(fineDetail(planeOf(draw((x) => 2 * x)))).toBeUndefined();
  });
});

it('border cells have their share of far values, of all channels', () => {
  // 2 channels of 4 × 4: 12 of 16 cells are outermost.
  const shares = (outer: number, inner: number) =>
    Array.from({ length: 32 }, (_, i) => ([5, 6, 9, 10].includes(i % 16) ? inner : outer));
  expect(ringOf({ shape: [2, 4, 4], shares: shares(0.1, 0.1) })!.share).toBeCloseTo(0.75, 12);
  expect(ringOf({ shape: [2, 4, 4], shares: shares(0.2, 0.1) })).toEqual({
    share: expect.closeTo(6 / 7, 12) as number,
    cells: 0.75,
  });
  expect(ringOf({ shape: [2, 4, 4], shares: shares(0.2, 0) })).toEqual({ share: 1, cells: 0.75 });
  expect(ringOf({ shape: [2, 4, 4], shares: shares(0, 0) })).toBeUndefined();
});
