/** Likely causes put together, what only a picture's file tells, what blurring leaves, and what is concluded from it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../main/base/random.ts';
import { pictureId } from '../../../main/datasets/decode.ts';
import { withBlurred } from '../../../main/latents/causes/blurred.ts';
import { conclude } from '../../../main/latents/causes/check.ts';
import { areaAround, shareOfSteps, stepsIn, wholeOf } from '../../../main/latents/causes/picture.ts';
import type { SquarePicture } from '../../../main/latents/causes/picture.ts';
import { likelyCausesSchema } from '../../../main/latents/causes/schema.ts';
import type { CauseCheck, Judged } from '../../../main/latents/causes/schema.ts';
import { lookAtSource, shownSide } from '../../../main/latents/causes/source.ts';
import { likelyCauses } from '../../../main/latents/causes/tags.ts';
import type { CauseInputs } from '../../../main/latents/causes/tags.ts';
import { temporaryFolder } from '../../support/folders.ts';

const side = 64;
const draw = (grey: (x: number, y: number) => number): SquarePicture => ({
  rgb: Uint8Array.from({ length: 3 * side * side }, (_, i) => {
    return Math.round(grey(Math.floor(i / 3) % side, Math.floor(i / 3 / side)));
  }),
  side,
});
const random = new Random({ seed: 1, stream: 'test', index: 0 });
const soft = draw((x, y) => 110 + 0.4 * x + 0.3 * y + random.normal(0, 3));
/** A checkerboard of 8 px on it, 32 px wide, in the rows and columns 2 to 5 of its cells. */
const patched: SquarePicture = {
  rgb: soft.rgb.map((level, i) => {
    const [x, y] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side)];
    if (x < 16 || x >= 48 || y < 16 || y >= 48) return level;
    return (Math.floor(x / 8) + Math.floor(y / 8)) % 2 ? 255 : 0;
  }),
  side,
};
const middle = { row: 3, col: 3, cells: 8 };
const corner = { row: 0, col: 7, cells: 8 };
const inputs = (changes: Partial<CauseInputs>): CauseInputs => ({
  ...{ picture: soft, sourceSide: side, isWhole: true, source: {} },
  ...changes,
});
const kinds = (changes: Partial<CauseInputs>) =>
  likelyCauses(inputs(changes)).tags.map(({ kind, where }) => `${kind} ${where}`);

describe('likely causes', () => {
  it('are told of the place where they are there, else of the picture, which counts less', () => {
    expect(kinds({})).toEqual([]);
    expect(kinds({ picture: patched, place: middle })).toEqual(['flat place', 'lineArt place', 'contrast place']);
    // The far corner sees nothing of the pattern; of the whole picture it is a quarter.
    expect(kinds({ picture: patched, place: corner })).toEqual([]);
    const black = draw((x, y) => (x < 16 && y < 16 ? 120 : 0));
    expect(kinds({ picture: black })).toEqual(['flat picture']);
    const [at, elsewhere] = [middle, { row: 0, col: 0, cells: 8 }].map(
      (place) => likelyCauses(inputs({ picture: black, place })).tags[0]!,
    );
    expect([at!.where, elsewhere!.where]).toEqual(['place', 'picture']);
    expect(at!.strength).toBe(1);
    expect(elsewhere!.strength).toBeLessThan(0.5);
    expect(elsewhere!.words).toBe('93 % of this picture’s pixels are pure black, without any detail.');
    expect(elsewhere!.evidence).toBeCloseTo(1 - 16 ** 2 / side ** 2 - (2 * 16) / side ** 2, 2);
  });

  it('come the strongest first, as the contract has them', () => {
    const causes = likelyCauses(
      inputs({
        picture: patched,
        sourceSide: 40,
        place: { ...corner, habit: 0.93, ring: { share: 0.9, cells: 28 / 64 } },
      }),
    );
    expect(likelyCausesSchema.parse(causes)).toEqual(causes);
    expect(causes.tags.map(({ kind, evidence }) => [kind, evidence])).toEqual([
      ['habit', 0.93],
      ['edge', 0.9],
      ['upscaled', 1.6],
    ]);
    expect(causes.tags.map(({ words }) => words)).toEqual([
      '93 % of all pictures have a far value at this very place: a habit of the compressor (VAE), not of this picture.',
      'The place is at the edge of the picture, beyond which the compressor (VAE) sees nothing. Border cells are 44 % of all, and have 90 % of the far values of all pictures.',
      'The original is 40 px where the picture has 64 px: it was enlarged 1.6 times.',
    ]);
  });

  it('hardly smaller sources, border cells like others, and cells within are none', () => {
    expect(kinds({ sourceSide: 52 })).toEqual([]);
    expect(kinds({ sourceSide: 51 })).toEqual(['upscaled picture']);
    const ring = { share: 0.57, cells: 28 / 64 };
    expect(kinds({ place: { ...corner, ring } })).toEqual([]);
    expect(kinds({ place: { ...corner, ring: { ...ring, share: 0.58 } } })).toEqual(['edge place']);
    expect(kinds({ place: { ...middle, ring: { ...ring, share: 0.9 } } })).toEqual([]);
  });

  it('a border counts as near where its step is in sight of the place', () => {
    const picture = draw((x, y) => (y < 12 ? 0 : soft.rgb[3 * (y * side + x)]!));
    const border = (row: number) =>
      likelyCauses(inputs({ picture, place: { row, col: 4, cells: 8 } })).tags.find(({ kind }) => kind === 'border')!;
    expect([1, 2, 4].map((row) => border(row).where)).toEqual(['place', 'place', 'picture']);
    expect(border(2).words).toBe(
      'A border of one colour ends in a hard step: 12 px at the top. The step is near this place.',
    );
    expect(border(4).evidence).toBe(12);
  });

  it('see-through parts count from a tenth of what is around a place, and from a fiftieth of the picture', () => {
    const opacity = new Uint8Array(side * side).fill(255);
    opacity.fill(0, 0, 81);
    expect(kinds({ source: { opacity } })).toEqual([]);
    opacity.fill(0, 0, 82);
    expect(kinds({ source: { opacity } })).toEqual(['transparency picture']);
    opacity.fill(0, 0, 4 * side);
    expect(kinds({ source: { opacity }, place: middle })).toEqual(['transparency picture']);
    expect(kinds({ source: { opacity }, place: { row: 0, col: 3, cells: 8 } })).toEqual(['transparency place']);
    expect(kinds({ source: { opacity: opacity.fill(252) } })).toEqual([]);
  });

  it('what needs the file says that it was not tested, where that is gone', () => {
    expect(likelyCauses(inputs({})).untested).toEqual([]);
    // Blocks are looked for in the copy, which is the whole picture.
    expect(likelyCauses(inputs({ source: undefined })).untested).toEqual(['transparency']);
    expect(likelyCauses(inputs({ source: undefined, isWhole: false })).untested).toEqual(['transparency', 'blocky']);
    expect(kinds({ source: { blockiness: 2.9 } })).toEqual([]);
    expect(kinds({ source: { blockiness: 3.1 } })).toEqual(['blocky picture']);
  });
});

describe('the file of a picture', () => {
  const settings = { size: 32, framing: 'crop' as const };
  const write = async (bytes: Uint8Array) => {
    const path = join(await temporaryFolder(), 'picture');
    await writeFile(path, bytes);
    return { id: pictureId(bytes), source: { kind: 'file' as const, path } };
  };
  /** The left quarter of 80 × 40 pixels is see-through. */
  const seeThrough = () =>
    sharp(
      Uint8Array.from({ length: 4 * 80 * 40 }, (_, i) => (i % 4 === 3 && Math.floor(i / 4) % 80 < 20 ? 0 : 200)),
      { raw: { width: 80, height: 40, channels: 4 } },
    )
      .composite([])
      .png()
      .toBuffer();

  it('tells which pixels of the framed picture are see-through, whatever is shown of it', async () => {
    const { id, source } = await write(await seeThrough());
    const picture = { id, width: 80, height: 40 };
    const clear = async (shown: Parameters<typeof lookAtSource>[2]) => {
      const { opacity } = (await lookAtSource(picture, source, shown))!;
      return opacity && [...opacity.keys()].filter((i) => opacity[i]! < 100).map((i) => [i % 32, Math.floor(i / 32)]);
    };
    // The centre square has nothing of the left quarter: the rest is 200 of 255 opaque.
    expect(await clear({ settings })).toEqual([]);
    // Whole, 32 × 16 pixels in the middle of the square: columns 0 to 7 of the rows 8 to 23.
    const whole = (await clear({ settings: { ...settings, framing: 'fit' } }))!;
    expect(whole.every(([x, y]) => x! <= 8 && y! >= 8 && y! < 24)).toBe(true);
    expect(whole.length).toBeGreaterThanOrEqual(7 * 16);
    const square = { x: 0, y: 0, side: 40 };
    const left = (await clear({ settings, square }))!;
    expect(left.filter(([x]) => x! < 15)).toHaveLength(15 * 32);
    expect(
      [settings, { ...settings, framing: 'fit' as const }].map((each) => shownSide(picture, { settings: each })),
    ).toEqual([40, 80]);
    expect(shownSide(picture, { settings, square })).toBe(40);
  });

  it('tells of blocks unless it is made much smaller, and has no opacity where all is opaque', async () => {
    const noise = new Random({ seed: 6, stream: 'test', index: 0 });
    const rgb = Uint8Array.from(
      { length: 3 * 64 * 64 },
      (_, i) => 60 + (Math.floor(i / 3) % 64) + noise.uniform(0, 30),
    );
    const file = await sharp(rgb, { raw: { width: 64, height: 64, channels: 3 } })
      .jpeg({ quality: 8 })
      .toBuffer();
    const { id, source } = await write(file);
    const picture = { id, width: 64, height: 64 };
    const { blockiness, opacity } = (await lookAtSource(picture, source, { settings }))!;
    expect(blockiness).toBeGreaterThan(4);
    expect(opacity).toBeUndefined();
    expect((await lookAtSource(picture, source, { settings: { ...settings, size: 24 } }))!.blockiness).toBeUndefined();
    const bytes = { kind: 'bytes' as const, bytes: new Uint8Array(file) };
    expect((await lookAtSource(picture, bytes, { settings }))!.blockiness).toBe(blockiness);
  });

  it('tells nothing where it is gone or another one by now; drawn pictures have none', async () => {
    const { source } = await write(await seeThrough());
    const picture = { id: '0123456789abcdef', width: 80, height: 40 };
    expect(await lookAtSource(picture, source, { settings })).toBeUndefined();
    expect(await lookAtSource(picture, { kind: 'file', path: '/nowhere' }, { settings })).toBeUndefined();
    const refused = { kind: 'refused' as const, reason: 'It is not there any more.', recognised: true };
    expect(await lookAtSource(picture, refused, { settings })).toBeUndefined();
    expect(await lookAtSource(picture, { kind: 'drawn', seed: 1, index: 1 }, { settings })).toEqual({});
  });
});

describe('blurring a place', () => {
  it('leaves nothing of the pattern there, makes no edge, and changes nothing half a cell away', () => {
    const around = withBlurred(patched, middle, 5, 8);
    const square = areaAround(middle, 8, side, 2);
    expect(square).toEqual({ left: 8, top: 8, right: 48, bottom: 48 });
    const edges = (rgb: Uint8Array, area = wholeOf({ side })) => shareOfSteps(stepsIn({ rgb, side }, area), 60);
    expect(edges(patched.rgb)).toBeGreaterThan(0.03);
    expect(edges(around)).toBe(0);
    const changed = [...around.keys()].filter((i) => around[i] !== patched.rgb[i]).map((i) => Math.floor(i / 3));
    expect(Math.min(...changed.map((i) => i % side))).toBe(4);
    expect(Math.max(...changed.map((i) => i % side))).toBe(51);
    expect(Math.max(...changed.map((i) => Math.floor(i / side)))).toBe(51);
    // The cell alone.
    const cell = withBlurred(patched, middle, 1, 8);
    expect(edges(cell, areaAround(middle, 8, side, 0))).toBe(0);
    expect(edges(cell)).toBeGreaterThan(0.02);
  });

  it('goes as far as the picture does, and keeps what is of one colour', () => {
    const grey = draw(() => 117);
    expect(withBlurred(grey, corner, 5, 8)).toEqual(grey.rgb);
    expect(withBlurred(soft, corner, 3, 8)).toHaveLength(soft.rgb.length);
  });
});

describe('what is concluded', () => {
  const at = (z: number): Judged => ({
    ...{ value: z, z },
    within: Math.abs(z) <= 2.7 ? 'inner' : Math.abs(z) <= 4.7 ? 'outer' : 'neither',
  });
  const verdict = (z: number, after: readonly number[], stored = z): CauseCheck =>
    conclude(
      8,
      at(stored),
      at(z),
      after.map((each, i) => ({ cells: 2 * i + 1, ...at(each) })),
    );

  it('is that the cause is there, and how large, where blurring takes the value within the fences', () => {
    expect(verdict(20, [12, 2.5, 0.1])).toMatchObject({
      verdict: 'local',
      isSame: true,
      words: 'Blurring 3 × 3 cells takes the value within the fences: the cause is there.',
    });
    expect(verdict(-20, [1, 0, 0]).words).toBe(
      'Blurring the cell alone takes the value within the fences: the cause is there.',
    );
  });

  it('is a part where z falls by more than half, the other side included, and elsewhere where it stays', () => {
    expect(verdict(20, [15, 11, 9.9])).toMatchObject({
      verdict: 'partly',
      words: expect.stringContaining('z from 20.0 to 9.9') as string,
    });
    expect(verdict(20, [15, 11, -6])).toMatchObject({
      verdict: 'partly',
      words: expect.stringContaining('5 × 5 cells') as string,
    });
    expect(verdict(20, [19, 21, 10.1])).toMatchObject({
      verdict: 'elsewhere',
      words: expect.stringContaining('at best 10.1') as string,
    });
    // A value that was hardly beyond is not explained by a small change.
    expect(verdict(3, [2.6, 2.5, 2.1]).verdict).toBe('elsewhere');
    expect(verdict(3, [2.6, 2.5, 1.9]).verdict).toBe('local');
    expect(verdict(2.5, [0, 0, 0]).verdict).toBe('ordinary');
  });

  it('says where the set has another value than the picture gives now', () => {
    expect(verdict(20, [15, 15, 15], 20.9).isSame).toBe(true);
    expect(verdict(20, [15, 15, 15], 21.2)).toMatchObject({
      isSame: false,
      words: expect.stringContaining('(z 21.2, now 20.0)') as string,
    });
    expect(verdict(1, [1, 1, 1], 1.2)).toMatchObject({ isSame: false, verdict: 'ordinary' });
  });
});
