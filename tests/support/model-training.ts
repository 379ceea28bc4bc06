/** A tiny training run of a model on made-up latents, as the engine process makes it: everything but the threads. */
import { manifestPath, settingsFormat, settingsPath } from '../../main/datasets/layout.ts';
import type { UsedPicture } from '../../main/datasets/schema.ts';
import { createLocalDevice } from '../../main/engine/local-device.ts';
import { measureAgain } from '../../main/latents/finish.ts';
import { readLatentSet } from '../../main/latents/reader.ts';
import type { LatentSet } from '../../main/latents/reader.ts';
import { latentsFolder, readManifest } from '../../main/latents/store.ts';
import { createRunFolder } from '../../main/runs/store.ts';
import type { RunRecord } from '../../main/runs/schema.ts';
import { writeJson } from '../../main/storage/json.ts';
import { writeJsonl } from '../../main/storage/jsonl.ts';
import { DataOrder, prepareBatch } from '../../main/training/batch.ts';
import type { RunConfig } from '../../main/training/schema.ts';
import { loadVae } from '../../main/vae/load.ts';
import type { Threads } from '../../main/workers/threads.ts';
import { TrainingJob } from '../../main/workers/training-job.ts';
import { temporaryFolder } from './folders.ts';
import { madeUpLatents } from './latents.ts';
import { resources } from './vaes.ts';

const size = 32;
const key = 'made-up';

/** A project with `count` pictures, of which there are only rows and latents. */
export async function latentProject(
  count: number,
): Promise<{ project: string; folder: string; ids: readonly string[] }> {
  const project = await temporaryFolder();
  const { name, hash } = await loadVae('starter', { resources });
  const folder = latentsFolder(project, key);
  await madeUpLatents(folder, count, [4, size / 8, size / 8], { vae: { name, hash } });
  const ids = (await readManifest(folder))!.shards.flatMap(({ pictures }) => pictures);
  const row = (id: string): UsedPicture => {
    const file = `dataset/images/${id}.png`;
    return { kind: 'used', id, source: id, file, width: size, height: size, format: 'png', bytes: 1 };
  };
  await writeJsonl(manifestPath(project), ids.map(row));
  await writeJson(settingsPath(project), settingsFormat, { size, framing: 'crop', background: '#ffffff' });
  return { project, folder, ids };
}

type Maths = Pick<Threads['maths'], 'open' | 'close' | 'batch' | 'measureAgain'>;

/** What the host-maths thread does of training. */
function mathsHere(): Maths {
  const open = new Map<string, LatentSet>();
  return {
    open: async ({ data, folder, heldOut, adjusted }) => {
      const set = await readLatentSet(folder, heldOut, adjusted);
      open.set(data, set);
      const { training, heldOut: aside, dimensions, clipped } = set;
      return { training: training.length / dimensions, heldOut: aside.length / dimensions, clipped };
    },
    measureAgain: ({ folder }) => measureAgain(folder),
    close: async ({ data }) => {
      open.delete(data);
      return {};
    },
    batch: async ({ data, config, steps, k }) => {
      const { training: latents, dimensions, labels, weights } = open.get(data)!;
      const count = latents.length / dimensions;
      const training = { latents, count, dimensions, labels, weights };
      return prepareBatch(training, config, steps, k, new DataOrder(config.seed, count));
    },
  };
}

/** The job of a run; it stops after `stopAfter` steps. */
export function modelJob(project: string, stopAfter = Infinity): TrainingJob {
  const stop = new AbortController();
  const pictures = { writeGrid: async () => ({ width: 1, height: 1, bytes: 1 }) };
  const threads = {
    device: createLocalDevice(1),
    maths: mathsHere(),
    pictures: () => pictures,
  } as unknown as Threads;
  return new TrainingJob(
    threads,
    { project, resources },
    {
      progress: ({ done, phase }) => {
        if (phase === 'training' && done >= stopAfter) stop.abort();
      },
      metrics: () => undefined,
      samples: () => undefined,
      record: () => undefined,
    },
    {
      signal: stop.signal,
      isPaused: () => false,
      sleep: async () => undefined,
      whilePaused: async () => undefined,
    },
  );
}

/** Trains a new run on the project's latents. */
export async function trainTinyModel(project: string, config: RunConfig, stopAfter?: number): Promise<RunRecord> {
  const run = await createRunFolder(project);
  const latents = (await readManifest(latentsFolder(project, key)))!;
  return modelJob(project, stopAfter).start({ run, name: 'Tiny', config, latents });
}
