/** What a window is told of the latents: rows with their pictures, and numbers of older sets that are computed when they are asked for. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { studioContract } from '../../../main/api/contract/contract.ts';
import { LatentLab, latentLabHandlers } from '../../../main/api/handlers/latent-lab.ts';
import type { Session } from '../../../main/api/handlers/session.ts';
import type { Work } from '../../../main/api/handlers/work.ts';
import { settingsFormat, settingsPath } from '../../../main/datasets/layout.ts';
import { datasetHash } from '../../../main/datasets/manifest.ts';
import { addOperation, undoOperation } from '../../../main/datasets/operations/log.ts';
import type { PictureSettings } from '../../../main/datasets/schema.ts';
import { finishLatents, measureAgain } from '../../../main/latents/finish.ts';
import { countLevels, measurePixels, writePixels } from '../../../main/latents/pixels.ts';
import { encodingOptionsSchema } from '../../../main/latents/schema.ts';
import type { LatentManifest } from '../../../main/latents/schema.ts';
import { latentsFolder, writeChosen, writeManifest, writeShard } from '../../../main/latents/store.ts';
import { writeJson } from '../../../main/storage/json.ts';
import { writeJsonl } from '../../../main/storage/jsonl.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { noisePictures } from '../../support/tiny-vae.ts';

const settings: PictureSettings = { size: 32, framing: 'crop', background: '#ffffff' };
const pictures = noisePictures(20, settings.size);
const shape: LatentManifest['shape'] = [1, 2, 2];
const context = { signal: new AbortController().signal, progress: () => undefined as never };

/** Rising values without outliers, but for two planted ones: of picture 4 below, and of picture 15 above. */
const latents = (): Float32Array =>
  Float32Array.from({ length: 80 }, (_, i) => (i === 4 * 4 + 1 ? -900 : i === 15 * 4 + 2 ? 2000 : (i * 37) % 80));

/** A project with latents, and everything there is to ask about them; `measured` counts the jobs. */
async function rig({
  complete = true,
  measure = measureAgain,
}: { complete?: boolean; measure?: typeof measureAgain } = {}) {
  const project = await temporaryFolder();
  await writeJson(settingsPath(project), settingsFormat, settings);
  const manifestFile = join(project, 'dataset', 'manifest.jsonl');
  // In another order than the latents', which are in that of the ids.
  await writeJsonl(manifestFile, pictures.toReversed());
  const folder = latentsFolder(project, 'k');
  const manifest: LatentManifest = {
    ...{ key: 'k', vae: { name: 'none', hash: 'none' }, pictureSize: 32, shape, complete: false },
    ...encodingOptionsSchema.parse({}),
    ...{ datasetHash: datasetHash(pictures, settings), reused: 0, retried: 0, leftOut: [] },
    shards: [
      { file: 'a.safetensors', pictures: pictures.slice(0, 12).map(({ id }) => id) },
      { file: 'b.safetensors', pictures: pictures.slice(12).map(({ id }) => id) },
    ],
  };
  await writeShard(folder, 'a.safetensors', latents().subarray(0, 48), manifest);
  await writeShard(folder, 'b.safetensors', latents().subarray(48), manifest);
  await writeManifest(folder, manifest);
  if (complete) await finishLatents(folder, manifest, () => new Date(0));

  const jobs: { kind: string; unit: string }[] = [];
  const engine = {
    'latents.measure': () => measure(folder).then(() => ({})),
    'latents.pixels': async () => {
      const count = async () => countLevels(Uint8Array.of(0, 255, 51));
      await writePixels(folder, await measurePixels({ pictures, most: 4, count }));
      return {};
    },
  };
  const session = { project: { path: project }, engine: Promise.resolve(engine) } as unknown as Session;
  const work: Pick<Work, 'start'> = {
    start: (start, job) => {
      jobs.push({ kind: start.kind, unit: start.unit });
      return { id: jobs.length, finished: job(context.signal, () => undefined) };
    },
  };
  const handlers = latentLabHandlers(new LatentLab(session, work as Work));
  return { project, folder, manifestFile, handlers, jobs };
}
const page = { filter: {}, offset: 0, limit: 10 };

it('outliers and pictures come with what a grid shows of them', async () => {
  const { handlers, jobs } = await rig();
  const outliers = await handlers['latents.outliers'](page, context);
  expect(studioContract.methods['latents.outliers'].output.parse(outliers)).toEqual(outliers);
  const [high, low] = [pictures[15]!, pictures[4]!];
  expect(outliers).toMatchObject({ total: 2, indexed: 2, matching: 2 });
  expect(outliers.rows.map(({ z: _, ...row }) => row)).toEqual([
    { picture: high.id, source: high.source, file: high.file, channel: 0, row: 1, col: 0, value: 2000 },
    { picture: low.id, source: low.source, file: low.file, channel: 0, row: 0, col: 1, value: -900 },
  ]);
  const worst = await handlers['latents.outlierPictures']({ ...page, limit: 3 }, context);
  expect(studioContract.methods['latents.outlierPictures'].output.parse(worst)).toEqual(worst);
  expect(worst.total).toBe(20);
  expect(worst.rows.map(({ id, width, outerCount, share }) => [id, width, outerCount, share])).toEqual([
    [high.id, 32, 1, 0.25],
    [low.id, 32, 1, 0.25],
    [pictures[0]!.id, 32, 0, 0],
  ]);
  expect(worst.rows[2]!.worst).toBeNull();
  const filtered = await handlers['latents.outliers']({ ...page, filter: { picture: low.id } }, context);
  expect(filtered).toMatchObject({ total: 2, matching: 1, rows: [{ value: -900 }] });
  expect((await handlers['latents.outliers']({ ...page, filter: { picture: 'none' } }, context)).rows).toEqual([]);
  const positions = await handlers['latents.positions']({}, context);
  expect(positions).toEqual({ shape, pictures: 20, shares: [0, 1 / 20, 1 / 20, 0], habits: [] });
  expect(jobs).toEqual([]);
});

it('all values of a picture, as the VAE gave them and as robust z', async () => {
  const { handlers } = await rig();
  for (const i of [0, 11, 12, 15, 19]) {
    const { values, z } = await handlers['latents.ofPicture']({ picture: pictures[i]!.id }, context);
    expect(values).toEqual([...latents().subarray(4 * i, 4 * i + 4)]);
    expect(z).toHaveLength(4);
  }
  const [worst] = (await handlers['latents.outliers'](page, context)).rows;
  expect((await handlers['latents.ofPicture']({ picture: pictures[15]!.id }, context)).z[2]).toBe(worst!.z);
  await expect(handlers['latents.ofPicture']({ picture: 'none' }, context)).rejects.toMatchObject({
    code: 'storage.notFound',
  });
});

it('a set of before there was a MAD is measured when it is asked about: one job, whoever asks, and not again', async () => {
  const { handlers, folder, jobs } = await rig();
  const fresh = await handlers['latents.statistics']({}, context);
  const path = join(folder, 'statistics.json');
  const stored = JSON.parse(await readFile(path, 'utf8')) as { channels: Record<string, unknown>[] };
  const channels = stored.channels.map(({ mad: _, orderError: _e, ...channel }) => channel);
  await writeFile(path, JSON.stringify({ ...stored, schemaVersion: 1, channels }));
  await rm(join(folder, 'outliers.json'));
  await rm(join(folder, 'outliers.safetensors'));
  const [statistics, outliers, again] = await Promise.all([
    handlers['latents.statistics']({}, context),
    handlers['latents.outliers'](page, context),
    handlers['latents.statistics']({}, context),
  ]);
  expect(jobs).toEqual([{ kind: 'measure', unit: 'pictures' }]);
  expect([statistics, again]).toEqual([fresh, fresh]);
  expect(outliers.total).toBe(2);
  await handlers['latents.outlierPictures'](page, context);
  expect(jobs).toHaveLength(1);
});

it('who asks while files are changing waits for the same job', async () => {
  let begun = () => {};
  const beginning = new Promise<void>((resolve) => (begun = resolve));
  let goOn = () => {};
  const going = new Promise<void>((resolve) => (goOn = resolve));
  const { project, folder, handlers, jobs } = await rig({
    measure: async (...given) => {
      begun();
      await going;
      return measureAgain(...given);
    },
  });
  await rm(join(folder, 'outliers.json'));
  const first = handlers['latents.outliers'](page, context);
  await beginning;
  await writeChosen(project, 'k');
  const second = handlers['latents.outliers'](page, context);
  // By then the second has seen that there is no index.
  setTimeout(goOn, 100);
  expect(await second).toEqual(await first);
  expect(jobs).toHaveLength(1);
});

it('an index that was damaged meanwhile is made again', async () => {
  const { handlers, folder, jobs } = await rig();
  const before = await handlers['latents.outliers'](page, context);
  await writeFile(join(folder, 'outliers.safetensors'), 'damaged');
  expect(await handlers['latents.outliers'](page, context)).toEqual(before);
  expect(jobs).toHaveLength(1);
});

it('what can not be measured is said, and tried again by the next who asks', async () => {
  const { handlers, folder, jobs } = await rig();
  await rm(join(folder, 'outliers.json'));
  const shard = await readFile(join(folder, 'b.safetensors'));
  await writeFile(join(folder, 'b.safetensors'), 'damaged');
  await expect(handlers['latents.statistics']({}, context)).rejects.toMatchObject({ code: 'storage.damaged' });
  await writeFile(join(folder, 'b.safetensors'), shard);
  expect((await handlers['latents.outliers'](page, context)).total).toBe(2);
  expect(jobs).toHaveLength(2);
});

it('pixels are measured when that is wished, and kept beside the set', async () => {
  const { handlers, jobs } = await rig();
  expect(await handlers['latents.pixelStatistics']({}, context)).toBeNull();
  await handlers['latents.measurePixels']({}, context);
  expect(jobs).toEqual([{ kind: 'pixels', unit: 'pictures' }]);
  await expect
    .poll(() => handlers['latents.pixelStatistics']({}, context))
    .toMatchObject({ pictures: 20, channels: [{ mean: -1 }, { mean: 1 }, { mean: Math.fround(-0.6) }] });
});

it('without a complete set of the pictures as they are now there is nothing', async () => {
  const { handlers } = await rig({ complete: false });
  expect(await handlers['latents.statistics']({}, context)).toBeNull();
  for (const ask of [
    () => handlers['latents.outliers'](page, context),
    () => handlers['latents.outlierPictures'](page, context),
    () => handlers['latents.positions']({}, context),
    () => handlers['latents.ofPicture']({ picture: pictures[0]!.id }, context),
  ])
    await expect(ask()).rejects.toMatchObject({ code: 'latents.missing' });

  const whole = await rig();
  expect(await whole.handlers['latents.statistics']({}, context)).not.toBeNull();
  // A picture goes: the set is of other pictures.
  await writeJsonl(whole.manifestFile, pictures.slice(1));
  expect(await whole.handlers['latents.statistics']({}, context)).toBeNull();
});

it('follows what is done about pictures, which decides what set counts', async () => {
  const { project, handlers } = await rig();
  expect(await handlers['latents.statistics']({}, context)).not.toBeNull();
  await addOperation(project, { kind: 'leaveOut', pictures: [pictures[4]!.id] }, () => new Date(0));
  expect(await handlers['latents.statistics']({}, context)).toBeNull();
  await undoOperation(project, 1, () => new Date(0));
  expect((await handlers['latents.outliers'](page, context)).total).toBe(2);
});
