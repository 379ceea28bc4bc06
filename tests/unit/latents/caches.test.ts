/** Several sets of latents side by side: which one counts, and how they go away. */
import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Job } from '../../../main/api/contract/jobs.ts';
import { latentHandlers } from '../../../main/api/handlers/latents.ts';
import type { Session } from '../../../main/api/handlers/session.ts';
import { datasetHash } from '../../../main/datasets/manifest.ts';
import { settingsFormat, settingsPath } from '../../../main/datasets/layout.ts';
import { addOperation } from '../../../main/datasets/operations/log.ts';
import type { PictureSettings } from '../../../main/datasets/schema.ts';
import {
  chooseLatents,
  completeLatents,
  currentLatents,
  deleteLatents,
  listCaches,
  nearestLatents,
} from '../../../main/latents/caches.ts';
import { encodePictures } from '../../../main/latents/encode.ts';
import type { EncodeOptions } from '../../../main/latents/encode.ts';
import { finishLatents } from '../../../main/latents/finish.ts';
import { latentsFolder, listLatents } from '../../../main/latents/store.ts';
import { writeRun } from '../../../main/runs/store.ts';
import { writeJson } from '../../../main/storage/json.ts';
import { writeJsonl } from '../../../main/storage/jsonl.ts';
import { planRun } from '../../../main/training/plan.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { noisePictures, noisePixels, readingDevice, tinyVae } from '../../support/tiny-vae.ts';
import { tinyConfig, tinyShape } from '../../support/training.ts';

const settings: PictureSettings = { size: 32, framing: 'crop', background: '#ffffff' };
const all = noisePictures(24, settings.size);
const device = readingDevice();

/** A project with the first `count` pictures. */
async function importPictures(project: string, count: number): Promise<void> {
  await writeJson(settingsPath(project), settingsFormat, settings);
  await writeJsonl(join(project, 'dataset', 'manifest.jsonl'), all.slice(0, count));
}

/** Encodes the first `count` pictures and says when; without a time the set is not finished. Returns its key. */
async function encode(project: string, count: number, at?: number, changes: Partial<EncodeOptions> = {}) {
  const pictures = all.slice(0, count);
  const { manifest } = await encodePictures({
    ...{ project, pictures, datasetHash: datasetHash(pictures, settings), pictureSize: settings.size },
    ...{ vae: tinyVae(), device, loadPixels: async (picture) => noisePixels(picture, settings.size) },
    ...changes,
  });
  const { key } = manifest;
  if (at !== undefined) await finishLatents(latentsFolder(project, key), manifest, () => new Date(at));
  return key;
}

it('training starts from the chosen set of the pictures as they are now, else from the newest complete one', async () => {
  const project = await temporaryFolder();
  expect(await currentLatents(project)).toBeUndefined();
  await importPictures(project, 20);
  await expect(completeLatents(project)).rejects.toMatchObject({ code: 'latents.missing' });
  const partial = await encode(project, 20);
  expect((await currentLatents(project))?.key).toBe(partial);
  await expect(completeLatents(project)).rejects.toMatchObject({ code: 'latents.missing' });
  const newer = await encode(project, 20, 2000, { flip: true });
  const older = await encode(project, 20, 1000, { posterior: 'sample' });
  const otherPictures = await encode(project, 19, 3000);
  expect((await completeLatents(project)).key).toBe(newer);
  await chooseLatents(project, older);
  expect((await completeLatents(project)).key).toBe(older);
  for (const key of [partial, otherPictures, 'nothing'])
    await expect(chooseLatents(project, key)).rejects.toMatchObject({ code: 'latents.unknown' });
  // A picture is added: the choice was about other pictures.
  await importPictures(project, 24);
  expect(await currentLatents(project)).toBeUndefined();
  await importPictures(project, 20);
  expect((await completeLatents(project)).key).toBe(older);
});

it('nearest to pictures that something was done about is the set that was chosen, of the same pictures one that counts', async () => {
  const project = await temporaryFolder();
  await importPictures(project, 20);
  await expect(nearestLatents(project)).rejects.toMatchObject({ code: 'latents.missing' });
  await encode(project, 20);
  await expect(nearestLatents(project)).rejects.toMatchObject({ code: 'latents.missing' });
  const older = await encode(project, 20, 1000, { posterior: 'sample' });
  const newer = await encode(project, 20, 2000, { flip: true });
  const fewer = await encode(project, 19, 3000);
  const nearest = async () => (await nearestLatents(project)).key;
  expect(await nearest()).toBe(newer);
  await chooseLatents(project, older);
  expect(await nearest()).toBe(older);
  // The last picture is left out: there is a set without it.
  const leaveOut = (i: number) =>
    addOperation(project, { kind: 'leaveOut', pictures: [all[i]!.id] }, () => new Date(0));
  await leaveOut(19);
  expect(await nearest()).toBe(fewer);
  // And another one, without which there is none.
  await leaveOut(3);
  expect(await nearest()).toBe(older);
  await deleteLatents(project, [older]);
  expect(await nearest()).toBe(fewer);
});

it('each set is listed with its size, what it is of and what it is used for, and deleted without a trace', async () => {
  const project = await temporaryFolder();
  await importPictures(project, 20);
  const full = await encode(project, 20, 1000);
  const before = await encode(project, 18, 2000, { precision: 'half', flip: true });
  const plan = planRun(tinyConfig(), tinyShape, 48, 12);
  await writeRun(project, {
    ...{ id: 'run-001', name: 'First', createdAt: new Date(0).toISOString(), latentsKey: full, vae: 'tiny' },
    ...{ config: tinyConfig(), plan, status: 'stopped', step: 3, seconds: 1, skipped: 0, halvings: 0, scores: [] },
  });
  let jobs: Pick<Job, 'kind' | 'status' | 'title' | 'run'>[] = [];
  const session = { project: { path: project }, jobs: { list: () => jobs }, projectChanged: () => undefined };
  const handlers = latentHandlers(session as unknown as Session);
  const context = { signal: new AbortController().signal, progress: () => undefined as never };
  const caches = await handlers['latents.caches']({}, context);
  expect(caches.map(({ bytes: _, encodedAt: _at, ...cache }) => cache)).toEqual([
    {
      ...{ key: before, vae: { name: 'tiny', hash: 'tiny' }, posterior: 'mean', flip: true, precision: 'half' },
      ...{ pictureSize: 32, pictures: 18, complete: true, upToDate: false, chosen: false, usedBy: [] },
      ...{ retried: 0, leftOut: [] },
    },
    {
      ...{ key: full, vae: { name: 'tiny', hash: 'tiny' }, posterior: 'mean', flip: false, precision: 'full' },
      ...{ pictureSize: 32, pictures: 20, complete: true, upToDate: true, chosen: true, usedBy: ['First'] },
      ...{ retried: 0, leftOut: [] },
    },
  ]);
  // 20 latents of 2 × 8 × 8 float32, and 36 of float16, with mean and deviation of float32 and what describes them.
  for (const [i, bytes] of [36 * 128 * 2, 20 * 128 * 4].entries()) {
    expect(caches[i]!.bytes).toBeGreaterThan(bytes + 2 * 128 * 4);
    expect(caches[i]!.bytes).toBeLessThan(bytes + 2 * 128 * 4 + 20_000);
  }

  jobs = [{ kind: 'train', status: 'running', title: 'Training', run: 'run-001' }];
  const remove = (...keys: string[]) => handlers['latents.delete']({ keys }, context);
  await expect(remove(full)).rejects.toMatchObject({ code: 'latents.inUse', details: { key: full } });
  jobs = [{ kind: 'encode', status: 'running', title: 'Encoding pictures' }];
  await expect(remove(before)).rejects.toMatchObject({ code: 'latents.inUse' });
  jobs = [{ kind: 'train', status: 'done', title: 'Training', run: 'run-001' }];
  await expect(remove(full, 'nothing')).rejects.toMatchObject({ code: 'latents.unknown' });
  expect(await listCaches(project)).toHaveLength(2);
  // What a kill has left of a deletion goes with the next one.
  const left = latentsFolder(project, 'left');
  await mkdir(left);
  await writeFile(join(left, 'shard-00000.safetensors'), 'x');
  await remove(full);
  expect(await listLatents(project)).toEqual([before]);
  await expect(access(left)).rejects.toThrow();
  expect((await currentLatents(project))?.key).toBeUndefined();
});

it('deleting an old set leaves the shards that a newer one has taken over', async () => {
  const project = await temporaryFolder();
  await importPictures(project, 24);
  const old = await encode(project, 20, 1000, { shaping: 'cropped' });
  const present = await encode(project, 24, undefined, { shaping: 'cropped' });
  await deleteLatents(project, [old]);
  const { manifest } = await encodePictures({
    ...{ project, pictures: all, datasetHash: datasetHash(all, settings), pictureSize: settings.size },
    ...{
      vae: tinyVae(),
      device,
      shaping: 'cropped',
      loadPixels: () => Promise.reject(new Error('nothing is missing')),
    },
  });
  expect(manifest).toMatchObject({ key: present, reused: 20 });
  const statistics = await finishLatents(latentsFolder(project, present), manifest, () => new Date(0));
  expect(statistics.pictures).toBe(24);
});
