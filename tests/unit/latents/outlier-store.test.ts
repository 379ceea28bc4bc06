/** The index of outliers on disk: it can always be made again from the shards. */
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { finishLatents, measureAgain, measureLatents, readMeasured } from '../../../main/latents/finish.ts';
import type { OutlierIndexData } from '../../../main/latents/outliers/assemble.ts';
import { readOutliers, writeOutliers } from '../../../main/latents/outliers/store.ts';
import { encodingOptionsSchema } from '../../../main/latents/schema.ts';
import type { LatentManifest } from '../../../main/latents/schema.ts';
import { writeManifest, writeShard } from '../../../main/latents/store.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { rowsInMemory } from '../../support/latents.ts';

const shape: [number, number, number] = [2, 3, 4];
const dimensions = 24;

/** A complete set of two shards. */
async function complete(): Promise<{ folder: string; manifest: LatentManifest; values: Float32Array }> {
  const folder = join(await temporaryFolder(), 'latents', 'k');
  const values = Float32Array.from({ length: 20 * dimensions }, (_, i) => (i * 37) % 80);
  values[13 * dimensions + 17] = 2000;
  const ids = Array.from({ length: 20 }, (_, i) => i.toString(16).padStart(16, '0'));
  const manifest: LatentManifest = {
    ...{ key: 'k', vae: { name: 'none', hash: 'none' }, datasetHash: 'none', pictureSize: 8, shape },
    ...encodingOptionsSchema.parse({}),
    ...{ reused: 0, retried: 0, leftOut: [], complete: false },
    shards: [
      { file: 'a.safetensors', pictures: ids.slice(0, 12) },
      { file: 'b.safetensors', pictures: ids.slice(12) },
    ],
  };
  await writeShard(folder, 'a.safetensors', values.subarray(0, 12 * dimensions), manifest);
  await writeShard(folder, 'b.safetensors', values.subarray(12 * dimensions), manifest);
  await writeManifest(folder, manifest);
  await finishLatents(folder, manifest, () => new Date(0));
  return { folder, manifest, values };
}
const json = async (path: string) => JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;

it('the index is written before the set is complete, and read as it was', async () => {
  const { folder, values } = await complete();
  const { outliers } = await measureLatents(rowsInMemory(values, shape));
  expect(await readOutliers(folder)).toEqual(outliers);
  expect((await readMeasured(folder))!.outliers.facts.outer).toBe(1);
});

const damages: readonly (readonly [string, (folder: string) => Promise<void>])[] = [
  ['gone', (folder) => rm(join(folder, 'outliers.json'))],
  ['without its numbers', (folder) => rm(join(folder, 'outliers.safetensors'))],
  ['cut short', (folder) => truncate(join(folder, 'outliers.safetensors'), 300)],
  ['no JSON', (folder) => writeFile(join(folder, 'outliers.json'), '{')],
  ['of a newer version', (folder) => writeFile(join(folder, 'outliers.json'), '{"schemaVersion":99}')],
  ['of another set', (folder) => overwrite(folder, ({ facts }) => (facts.pictures = 19))],
  ['with a picture that there is not', (folder) => overwrite(folder, ({ numbers }) => (numbers.pictures[0] = 20))],
  ['with a value that is none', (folder) => overwrite(folder, ({ numbers }) => (numbers.values[0] = NaN))],
];
async function overwrite(
  folder: string,
  change: (data: { facts: { pictures: number }; numbers: OutlierIndexData['numbers'] }) => void,
) {
  const data = (await readOutliers(folder))!;
  change(data);
  if (data.facts.pictures === 20) return writeOutliers(folder, data);
  await writeFile(join(folder, 'outliers.json'), JSON.stringify({ schemaVersion: 1, ...data.facts }));
}

it.each(damages)('an index is made again when it is %s', async (_, damage) => {
  const { folder } = await complete();
  const before = await readMeasured(folder);
  await damage(folder);
  expect(await readMeasured(folder)).toBeUndefined();
  await measureAgain(folder);
  expect(await readMeasured(folder)).toEqual(before);
});

it('an index is added to a set of before there was one, whose normalisation stays as it is', async () => {
  const { folder } = await complete();
  const before = await readMeasured(folder);
  const normalisation = await readFile(join(folder, 'normalisation.safetensors'));
  const statistics = join(folder, 'statistics.json');
  const { schemaVersion, channels, ...rest } = await json(statistics);
  expect(schemaVersion).toBe(2);
  const old = (channels as Record<string, unknown>[]).map(({ mad: _, orderError: _e, ...channel }) => channel);
  await writeFile(statistics, JSON.stringify({ schemaVersion: 1, ...rest, channels: old }));
  await rm(join(folder, 'outliers.json'));
  await rm(join(folder, 'outliers.safetensors'));
  expect(await readMeasured(folder)).toBeUndefined();
  expect(await measureAgain(folder)).toEqual(before!.statistics);
  expect(await readMeasured(folder)).toEqual(before);
  expect(await readFile(join(folder, 'normalisation.safetensors'))).toEqual(normalisation);
});

it('an index is not made of a set that is not complete, nor of shards that are damaged', async () => {
  const { folder, manifest } = await complete();
  await truncate(join(folder, 'b.safetensors'), 200);
  await expect(measureAgain(folder)).rejects.toMatchObject({ code: 'storage.damaged' });
  await writeManifest(folder, { ...manifest, complete: false });
  await expect(measureAgain(folder)).rejects.toMatchObject({ code: 'latents.missing' });
});
