/** A tiny training run of a VAE on drawn stripes, in this process: everything but the threads. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { writeJsonl } from '../../main/storage/jsonl.ts';
import { writeJson } from '../../main/storage/json.ts';
import { manifestPath, settingsFormat, settingsPath } from '../../main/datasets/layout.ts';
import { loadPicture } from '../../main/datasets/manifest.ts';
import type { UsedPicture } from '../../main/datasets/schema.ts';
import { createLocalDevice } from '../../main/engine/local-device.ts';
import { createRunFolder } from '../../main/runs/store.ts';
import { vaeTrainingConfigSchema } from '../../main/vae/training-schema.ts';
import type {
  VaeMetricsRow,
  VaeRunRecord,
  VaeTrainingConfig,
  VaeTrainingConfigInput,
} from '../../main/vae/training-schema.ts';
import { VaeTrainingJob } from '../../main/workers/vae-training-job.ts';
import type { TrainingControl, TrainingEvents } from '../../main/workers/run-watch.ts';
import type { Threads } from '../../main/workers/threads.ts';
import { temporaryFolder } from './folders.ts';

export const tinySize = 32;
export const resources = join(import.meta.dirname, '..', '..', 'resources');

export const tinyVaeConfig = (changes: Partial<VaeTrainingConfigInput> = {}): VaeTrainingConfig =>
  vaeTrainingConfigSchema.parse({
    width: 32,
    encoderBlocks: 1,
    decoderBlocks: 1,
    batchSize: 4,
    length: { kind: 'steps', steps: 6 },
    sampleSheets: 2,
    ...changes,
  });

export const pictureId = (index: number): string => index.toString(16).padStart(16, '0');

/** Stripes of a colour and an angle of its own, RGB bytes. */
export const stripes = (index: number, size = tinySize): Uint8Array =>
  Uint8Array.from({ length: 3 * size ** 2 }, (_, i) => {
    const [pixel, channel] = [Math.floor(i / 3), i % 3];
    const along = (pixel % size) * Math.cos(index) + Math.floor(pixel / size) * Math.sin(index);
    return Math.round(127.5 + 100 * Math.sin(0.4 * along + channel * index));
  });

/** A project with `count` such pictures. */
export async function stripedProject(count: number): Promise<string> {
  const project = await temporaryFolder();
  await mkdir(join(project, 'dataset', 'images'), { recursive: true });
  const rows: UsedPicture[] = [];
  for (let index = 0; index < count; index++) {
    const id = pictureId(index);
    const file = `dataset/images/${id}.png`;
    const raw = { width: tinySize, height: tinySize, channels: 3 } as const;
    await writeFile(join(project, file), await sharp(stripes(index), { raw }).png().toBuffer());
    rows.push({ kind: 'used', id, source: id, file, width: tinySize, height: tinySize, format: 'png', bytes: 1 });
  }
  await writeJsonl(manifestPath(project), rows);
  await writeJson(settingsPath(project), settingsFormat, { size: tinySize, framing: 'crop', background: '#ffffff' });
  return project;
}

export interface VaeRigOptions {
  /** Stops after this many steps. */
  readonly stopAfter?: number;
  readonly events?: Partial<TrainingEvents<VaeRunRecord, VaeMetricsRow>>;
  readonly control?: Partial<TrainingControl>;
  readonly device?: Threads['device'];
  /** Hears of sheets to be written; nothing is written. */
  readonly writeGrid?: (path: string) => Promise<void>;
}

/** The job of a run, as the engine process makes it. */
export function vaeJob(project: string, options: VaeRigOptions = {}): VaeTrainingJob {
  const stop = new AbortController();
  const device = options.device ?? createLocalDevice(1);
  const pictures = {
    load: async ({ picture }: { picture: UsedPicture }) => ({ rgb: await loadPicture(project, picture) }),
    writeGrid: async ({ path }: { path: string }) => {
      await options.writeGrid?.(path);
      return { width: 1, height: 1, bytes: 1 };
    },
  };
  const threads = { device, pictures: () => pictures } as unknown as Threads;
  const events: TrainingEvents<VaeRunRecord, VaeMetricsRow> = {
    progress: ({ done, phase }) => {
      if (phase === 'training' && options.stopAfter !== undefined && done >= options.stopAfter) stop.abort();
    },
    metrics: () => undefined,
    samples: () => undefined,
    record: () => undefined,
    ...options.events,
  };
  return new VaeTrainingJob(threads, { project, resources }, events, {
    signal: stop.signal,
    isPaused: () => false,
    sleep: async () => undefined,
    whilePaused: async () => undefined,
    ...options.control,
  });
}

/** Trains a new run. */
export async function trainTinyVae(
  project: string,
  config = tinyVaeConfig(),
  options: VaeRigOptions = {},
): Promise<VaeRunRecord> {
  const run = await createRunFolder(project, 'vae');
  return vaeJob(project, options).start({ run, name: 'Stripes', config });
}
