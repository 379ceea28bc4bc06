import { describe, expect, it } from 'vitest';
import type { UsedPicture } from '../../../main/datasets/schema.ts';
import { VaePictures } from '../../../main/workers/vae-pictures.ts';
import { pictureId, tinyVaeConfig } from '../../support/vae-training.ts';

const size = 8;
const bytes = 3 * size ** 2;
/** A picture that is white but for its left column, whose red says which it is. */
const pictureOf = (index: number) =>
  Uint8Array.from({ length: bytes }, (_, i) => (Math.floor(i / 3) % size === 0 ? index : 255));

function rig(count: number, heldOut: number, keptBytes: number) {
  const loads: number[] = [];
  const pictures = new VaePictures({
    pictures: Array.from({ length: count }, (_, i) => ({ id: pictureId(i) }) as UsedPicture),
    heldOut,
    size,
    keptBytes,
    load: async ({ id }) => {
      loads.push(Number.parseInt(id, 16));
      return pictureOf(Number.parseInt(id, 16));
    },
  });
  return { pictures, loads };
}
/** Which pictures a batch has, and whether they are mirrored. */
const seen = ({ x }: { x: Float32Array }) =>
  Array.from({ length: x.length / bytes }, (_, b) => {
    const [left, right] = [x[b * bytes]!, x[b * bytes + size - 1]!].map((value) => Math.round((value + 1) * 127.5));
    return { picture: Math.min(left!, right!), mirrored: right! < left! };
  });
const config = tinyVaeConfig({ batchSize: 4 });

describe('batches of pictures', () => {
  it('show every training picture once an epoch, and mirror every other visit', async () => {
    const { pictures } = rig(10, 2, Infinity);
    const epoch = async (first: number) =>
      (await Promise.all([first, first + 1].map((k) => pictures.batch(config, k)))).flatMap(seen);
    const [one, two] = [await epoch(0), await epoch(2)];
    const held = (await pictures.tried(2)).map((rgb) => rgb[0]);
    const all = Array.from({ length: 10 }, (_, i) => i).filter((i) => !held.includes(i));
    for (const visit of [one, two]) expect(visit.map(({ picture }) => picture).sort((a, b) => a - b)).toEqual(all);
    expect(two).not.toEqual(one);
    for (const { picture, mirrored } of one)
      expect(two.find((visit) => visit.picture === picture)!.mirrored).toBe(!mirrored);
    const straight = await pictures.batch({ ...config, flip: false }, 0);
    expect(seen(straight).some(({ mirrored }) => mirrored)).toBe(false);
  });

  it('are a function of the step', async () => {
    const [a, b] = [rig(10, 0, Infinity), rig(10, 0, 0)];
    await a.pictures.batch(config, 0);
    expect(await b.pictures.batch(config, 7)).toEqual(await a.pictures.batch(config, 7));
    expect((await b.pictures.batch({ ...config, seed: 1 }, 7)).eps).not.toEqual(
      (await b.pictures.batch(config, 7)).eps,
    );
  });

  it('keep as many pictures in memory as there is room for', async () => {
    const { pictures, loads } = rig(8, 0, 3 * bytes);
    for (const k of [0, 1, 2, 3]) await pictures.batch(config, k);
    // Three of eight are loaded once, the others at both visits.
    expect(loads).toHaveLength(8 + 5);
  });
});
