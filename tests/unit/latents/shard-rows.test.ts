/** Rows of the shards of a set, as they are measured. */
import { describe, expect, it } from 'vitest';
import { Blocks } from '../../../main/latents/measure/blocks.ts';
import { ShardRows } from '../../../main/latents/measure/rows.ts';
import type { LatentManifest } from '../../../main/latents/schema.ts';
import { writeShard } from '../../../main/latents/store.ts';
import { makeFolder } from '../../../main/storage/files.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { emptyManifest } from '../../support/latents.ts';

const shape: LatentManifest['shape'] = [1, 2, 2];
const dimensions = 4;

/** A set with shards of these many rows, in each of which all values are the number of the row. */
async function rowsOf(counts: readonly number[]): Promise<ShardRows> {
  const folder = await temporaryFolder();
  await makeFolder(folder);
  const manifest = emptyManifest(shape);
  let first = 0;
  for (const [i, count] of counts.entries()) {
    const rows = Array.from({ length: count }, (_, row) => first + row);
    const values = rows.flatMap((row) => new Array<number>(dimensions).fill(row));
    const shard = { file: `${i}.safetensors`, pictures: rows.map((row) => row.toString(16).padStart(16, '0')) };
    await writeShard(folder, shard.file, Float32Array.from(values), manifest);
    manifest.shards.push(shard);
    first += count;
  }
  return new ShardRows(folder, manifest);
}

/** The numbers of the rows that these values are of. */
const numbers = (values: Float32Array): number[] => {
  const rows = Array.from({ length: values.length / dimensions }, (_, row) => values[row * dimensions]!);
  expect([...values]).toEqual(rows.flatMap((row) => new Array<number>(dimensions).fill(row)));
  return rows;
};

describe('a pass', () => {
  it.each([1, 3, 50])('gives all rows in order, in blocks of at most %i rows of one shard', async (rowsPerBlock) => {
    const rows = await rowsOf([7, 1, 5]);
    const blocks = new Blocks(Array.from({ length: 3 }, () => new Float32Array(rowsPerBlock * dimensions)));
    const found: number[] = [];
    for await (const { values, firstRow, memory } of rows.pass(blocks)) {
      expect(firstRow).toBe(found.length);
      expect(values.length).toBeLessThanOrEqual(rowsPerBlock * dimensions);
      found.push(...numbers(values));
      blocks.give(memory);
    }
    expect(found).toEqual([...Array(13).keys()]);
  });
});

describe('a sample', () => {
  it('has groups of rows that lie together, evenly spread over each shard', async () => {
    const groups = (await (await rowsOf([40, 40])).sample(4, 2)).map(numbers);
    expect(groups).toEqual([
      [9, 10],
      [28, 29],
      [49, 50],
      [68, 69],
    ]);
  });

  it('has fewer rows of shards that are shorter than a group', async () => {
    const groups = (await (await rowsOf([1, 3])).sample(4, 2)).map(numbers);
    expect(groups).toEqual([[0], [1, 2], [1, 2], [1, 2]]);
  });

  it('has of each shard as many groups as its rows call for', async () => {
    const groups = (await (await rowsOf([1, 1, 1, 97])).sample(10, 1)).map(numbers);
    expect(groups.flat().filter((row) => row < 3)).toEqual([]);
    expect(groups.length).toBe(10);
  });

  it('has as many groups as were asked for, of 64 shards at most, evenly spread', async () => {
    const groups = (await (await rowsOf(new Array<number>(256).fill(1))).sample(128, 1)).map(numbers);
    expect(groups.length).toBe(128);
    expect(new Set(groups.flat())).toEqual(new Set(Array.from({ length: 64 }, (_, i) => 4 * i + 2)));
    // No more groups than shards: one shard for each would be enough, and some have none.
    expect((await (await rowsOf([5, 5, 5, 5])).sample(2, 1)).map(numbers).flat()).toEqual([7, 17]);
  });
});
