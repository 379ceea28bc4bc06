/** Rows of chosen pictures of several sets, as they are measured. */
import { describe, expect, it } from 'vitest';
import { fillNormal } from '../../../main/base/random.ts';
import { Clipper } from '../../../main/latents/clip.ts';
import { measureChannels } from '../../../main/latents/measure/measure.ts';
import type { MeasureOptions } from '../../../main/latents/measure/measure.ts';
import { Blocks } from '../../../main/latents/measure/blocks.ts';
import { ChosenRows } from '../../../main/latents/preview/chosen-rows.ts';
import type { ChosenShard } from '../../../main/latents/preview/chosen-rows.ts';
import type { LatentClip, LatentManifest } from '../../../main/latents/schema.ts';
import { writeShard } from '../../../main/latents/store.ts';
import { makeFolder } from '../../../main/storage/files.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { emptyManifest, rowsInMemory } from '../../support/latents.ts';

const shape: LatentManifest['shape'] = [2, 2, 3];
const dimensions = 12;
const id = (i: number) => i.toString(16).padStart(16, '0');

/** Three shards of 7, 4 and 5 pictures with two latents each, and of these the pictures that `isChosen`. */
async function rig(isChosen: (picture: number) => boolean) {
  const folder = await temporaryFolder();
  await makeFolder(folder);
  const manifest = emptyManifest(shape, { flip: true });
  const latents = new Float32Array(16 * 2 * dimensions);
  fillNormal(latents, { seed: 4, stream: 'test', index: 0 });
  const shards: ChosenShard[] = [];
  let first = 0;
  for (const count of [7, 4, 5]) {
    const pictures = Array.from({ length: count }, (_, i) => first + i);
    const shard = { file: `${first}.safetensors`, pictures: pictures.map(id) };
    const rows = latents.subarray(first * 2 * dimensions, (first + count) * 2 * dimensions);
    await writeShard(folder, shard.file, rows, manifest);
    const chosen = pictures.flatMap((picture, i) => (isChosen(picture) ? [i] : []));
    if (chosen.length > 0) shards.push({ folder, manifest, shard, chosen });
    first += count;
  }
  const expected = Float32Array.from(
    Array.from({ length: 16 }, (_, picture) => picture)
      .filter(isChosen)
      .flatMap((picture) => [...latents.subarray(picture * 2 * dimensions, (picture + 1) * 2 * dimensions)]),
  );
  const read = async (clip?: LatentClip, rowsPerBlock = 3) => {
    const rows = new ChosenRows(shards, clip, undefined);
    const values: number[] = [];
    const blocks = new Blocks([new Float32Array(rowsPerBlock * dimensions)]);
    for await (const block of rows.pass(blocks)) {
      expect(block.firstRow).toBe(values.length / dimensions);
      values.push(...block.values);
      blocks.give(block.memory);
    }
    return { rows, values };
  };
  return { shards, expected, read };
}
const some = (picture: number) => picture % 4 !== 1 && picture !== 12;

describe('chosen rows', () => {
  it.each([
    ['one after another', 1],
    ['in pieces that end within a picture', 3],
    ['a shard at once', 100],
  ])('are read %s, in the order of the shards', async (_, rowsPerBlock) => {
    const { expected, read } = await rig(some);
    const { rows, values } = await read(undefined, rowsPerBlock);
    expect(values).toEqual([...expected]);
    expect([rows.pictures, rows.copies, rows.clipped]).toEqual([11, 2, undefined]);
    const gap = await rig((picture) => picture === 2 || picture === 15);
    expect((await gap.read(undefined, rowsPerBlock)).values).toEqual([...gap.expected]);
  });

  it('are clipped, and what that changed is counted once however often they are read', async () => {
    const { expected, read, shards } = await rig(some);
    const clip: LatentClip = {
      bounds: { all: 1, pictures: { [id(3)]: null } },
      channels: [
        { median: 0, deviation: 0.6 },
        { median: 0.1, deviation: 0.9 },
      ],
    };
    const clipper = new Clipper(clip, dimensions);
    const whole = expected.slice();
    const ids = shards.flatMap(({ shard, chosen }) => chosen.map((i) => shard.pictures[i]!));
    ids.forEach((picture, i) => clipper.clip(whole.subarray(i * 2 * dimensions, (i + 1) * 2 * dimensions), picture));
    // Blocks that end within a picture: it is one picture all the same.
    const { rows, values } = await read(clip);
    expect(values).toEqual([...whole]);
    expect(rows.clipped).toEqual(clipper.count);
    expect(clipper.count.pictures).toBe(10);
    for await (const { memory } of rows.pass(new Blocks([new Float32Array(400), new Float32Array(400), new Float32Array(400)]))) void memory; // prettier-ignore
    expect(rows.clipped).toEqual(clipper.count);
  });

  it('are measured as the same rows in memory are, exactly and by a sample', async () => {
    const { expected, shards } = await rig(some);
    const options: Omit<MeasureOptions, 'mostExact'> = { mostExtremes: 1 };
    for (const mostExact of [Infinity, 0]) {
      const rows = new ChosenRows(shards, undefined, undefined);
      const found = await measureChannels(rows, { ...options, mostExact });
      const known = await measureChannels(rowsInMemory(expected, shape, { copies: 2 }), { ...options, mostExact });
      expect(found.map(({ statistics }) => statistics)).toEqual(known.map(({ statistics }) => statistics));
    }
    const sample = await new ChosenRows(shards, undefined, undefined).sample(5, 3);
    const rowsOf = (values: Float32Array) =>
      Array.from({ length: values.length / dimensions }, (_, i) => values.slice(i * dimensions, (i + 1) * dimensions).join()); // prettier-ignore
    const all = rowsOf(expected);
    expect(sample).toHaveLength(5);
    for (const group of sample) {
      expect(group.length).toBeGreaterThan(0);
      for (const row of rowsOf(group)) expect(all).toContain(row);
    }
  });
});
