/** Clipping latents at so many robust deviations, as training does. */
import { describe, expect, it } from 'vitest';
import { Clipper, robustDeviation } from '../../../main/latents/clip.ts';
import { latentsFolder, readManifest } from '../../../main/latents/store.ts';
import { denormalise } from '../../../main/latents/normalise.ts';
import { readAllLatents, readLatentSet } from '../../../main/latents/reader.ts';
import type { LatentClip } from '../../../main/latents/schema.ts';
import { split } from '../../../main/datasets/splits.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { madeUpLatents } from '../../support/latents.ts';

it('a robust deviation is 1.4826 MAD, and the standard one where more than half of the values are the same', () => {
  expect(robustDeviation({ median: 3, mad: 2, std: 9 })).toBeCloseTo(2.9652, 12);
  expect(robustDeviation({ median: 3, mad: 0, std: 9 })).toBe(9);
});

describe('clipping', () => {
  const channels = [
    { median: 0, deviation: 1 },
    { median: 10, deviation: 0.5 },
  ];

  it('sets what is beyond a border to it, channel by channel, and counts it', () => {
    const bounds = { all: 2, pictures: { b: 4, c: null } };
    const clipper = new Clipper({ bounds, channels }, 4);
    const rows = () => Float32Array.of(-2.5, 2, 9, 12, 1, 3, 8.5, 11);
    const clipped = (picture: string) => {
      const latents = rows();
      clipper.clip(latents, picture);
      return [...latents];
    };
    expect(clipped('a')).toEqual([-2, 2, 9, 11, 1, 2, 9, 11]);
    expect(clipper.count).toEqual({ values: 4, pictures: 1 });
    expect(clipped('b')).toEqual([...rows()]);
    expect(clipped('c')).toEqual([...rows()]);
    expect(clipper.count).toEqual({ values: 4, pictures: 1 });
  });

  it('twice is clipping once, wherever the border is rounded to', () => {
    const clipper = new Clipper(
      { bounds: { all: 1, pictures: {} }, channels: [{ median: 0.1, deviation: 0.7 / 3 }] },
      3,
    );
    const latents = Float32Array.of(-9, 0.2, 9);
    clipper.clip(latents, 'a');
    const once = [...latents];
    clipper.clip(latents, 'a');
    expect([...latents]).toEqual(once);
    expect(clipper.count).toEqual({ values: 2, pictures: 1 });
  });
});

it('training reads its latents clipped as the VAE gave them, and the held-out ones as they are', async () => {
  const folder = latentsFolder(await temporaryFolder(), 'set');
  const shape = [2, 4, 4] as const;
  const dimensions = 32;
  await madeUpLatents(folder, 40, shape);
  const manifest = (await readManifest(folder))!;
  const ids = manifest.shards.flatMap(({ pictures }) => pictures);
  const raw = await readAllLatents(folder, manifest);
  const { training, heldOut } = split({ ids, heldOut: 8 });
  const clip: LatentClip = {
    bounds: { all: 1, pictures: { [training[0]!]: null, [heldOut[0]!]: 0.5 } },
    channels: [
      { median: 0.25, deviation: 1.25 },
      { median: 0.75, deviation: 1 },
    ],
  };
  const plain = await readLatentSet(folder, 8);
  const set = await readLatentSet(folder, 8, { weights: {}, clip });
  expect(plain.clipped).toBeUndefined();
  expect(set.heldOut).toEqual(plain.heldOut);
  let values = 0;
  const touched = new Set<string>();
  const expected = ids.flatMap((id, i) => {
    if (!training.includes(id)) return [];
    return [...raw.subarray(i * dimensions, (i + 1) * dimensions)].map((value, d) => {
      const [low, high] = d < 16 ? [-1, 1.5] : [-0.25, 1.75];
      if (id === training[0] || (value >= low && value <= high)) return value;
      values++;
      touched.add(id);
      return value < low ? low : high;
    });
  });
  // Normalised and back in float32: two roundings of numbers up to 4.
  expect(denormalise(set.training, set.normalisation)).toBeAllClose(Float32Array.from(expected), {
    rtol: 0,
    atol: 2e-6,
    because: 'float32 rounds twice on the way',
  });
  expect(set.clipped).toEqual({ values, pictures: touched.size });
  expect(values).toBeGreaterThan(100);
  expect(touched.size).toBe(31);
});
