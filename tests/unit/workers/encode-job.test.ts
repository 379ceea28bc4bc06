/** Encoding a project whose pictures something was done about. */
import { expect, it } from 'vitest';
import { importPictures } from '../../../main/datasets/import.ts';
import { localDecoder } from '../../../main/datasets/decoder.ts';
import { loadPicture } from '../../../main/datasets/manifest.ts';
import { addOperation, undoOperation } from '../../../main/datasets/operations/log.ts';
import { readPictures } from '../../../main/datasets/present.ts';
import { createLocalDevice } from '../../../main/engine/local-device.ts';
import { completeLatents, currentLatents } from '../../../main/latents/caches.ts';
import { finishLatents } from '../../../main/latents/finish.ts';
import { readAllLatents } from '../../../main/latents/reader.ts';
import { latentsFolder } from '../../../main/latents/store.ts';
import { encodeJob } from '../../../main/workers/encode-job.ts';
import type { Threads } from '../../../main/workers/threads.ts';
import { settings } from '../../support/datasets.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { resources, tinyFolder } from '../../support/vaes.ts';

const now = () => new Date(0);
const device = createLocalDevice(1);

/** A project with 16 drawn pictures, and the job as the engine process does it. */
async function rig() {
  const project = await temporaryFolder();
  const source = { kind: 'samples', count: 16, seed: 3 } as const;
  await importPictures({ project, source, settings, decoder: localDecoder(1) });
  type Finish = Parameters<Threads['maths']['finishLatents']>[0];
  type Load = { readonly picture: Parameters<typeof loadPicture>[1] };
  const threads = {
    device,
    maths: { finishLatents: ({ folder, manifest }: Finish) => finishLatents(folder, manifest, now) },
    pictures: () => ({ load: async ({ picture }: Load) => ({ rgb: await loadPicture(project, picture) }) }),
  } as unknown as Threads;
  const encode = () =>
    encodeJob(threads, {
      ...{ project, resources, library: '', vae: tinyFolder },
      ...{ signal: new AbortController().signal, onProgress: () => undefined },
    });
  /** The latents of every picture of the set that counts, by its id. */
  async function latents(): Promise<Record<string, number[]>> {
    const manifest = await completeLatents(project);
    const all = await readAllLatents(latentsFolder(project, manifest.key), manifest);
    const ids = manifest.shards.flatMap(({ pictures }) => pictures);
    const length = all.length / ids.length;
    return Object.fromEntries(ids.map((id, i) => [id, [...all.subarray(i * length, (i + 1) * length)]]));
  }
  const ids = (await readPictures(project)).pictures.map(({ id }) => id);
  return { project, encode, latents, ids };
}

it('a set without the pictures left out takes over all others; undoing makes the first set count again', async () => {
  const { project, encode, latents, ids } = await rig();
  const first = await encode();
  expect(first.report).toMatchObject({ pictures: 16, encoded: 16, reused: 0 });
  const before = await latents();
  const [a, b] = [ids[4]!, ids[5]!];
  await addOperation(project, { kind: 'leaveOut', pictures: [a, b] }, now);
  expect(await currentLatents(project)).toBeUndefined();
  const second = await encode();
  expect(second.key).not.toBe(first.key);
  expect(second.report).toMatchObject({ pictures: 14, encoded: 0, reused: 14 });
  expect(second.statistics.pictures).toBe(14);
  const { [a]: _a, [b]: _b, ...others } = before;
  expect(await latents()).toEqual(others);
  await undoOperation(project, 1, now);
  expect((await completeLatents(project)).key).toBe(first.key);
  await undoOperation(project, 2, now);
  expect((await completeLatents(project)).key).toBe(second.key);
});
