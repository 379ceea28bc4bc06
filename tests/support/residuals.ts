/** A project with a run on made-up latents, and its residuals measured in this process. */
import type { Device } from '../../main/engine/contract.ts';
import { createLocalDevice } from '../../main/engine/local-device.ts';
import { distributionOf } from '../../main/latents/distribution.ts';
import { readLatentSet } from '../../main/latents/reader.ts';
import type { LatentSet } from '../../main/latents/reader.ts';
import { latentsFolder } from '../../main/latents/store.ts';
import { createRunFolder, readRun, runFolder, writeRun } from '../../main/runs/store.ts';
import type { RunRecord } from '../../main/runs/schema.ts';
import { DataOrder, prepareBatch } from '../../main/training/batch.ts';
import type { TrainingData } from '../../main/training/batch.ts';
import { writeCheckpoint } from '../../main/training/checkpoint.ts';
import { startPosition } from '../../main/training/loop.ts';
import { planRun } from '../../main/training/plan.ts';
import type { ResidualMeasurement, ResidualRequest } from '../../main/training/residuals/schema.ts';
import type { RunConfig } from '../../main/training/schema.ts';
import { residualsJob } from '../../main/workers/residuals-job.ts';
import type { MeasuringThreads, ResidualsJob } from '../../main/workers/residuals-job.ts';
import { temporaryFolder } from './folders.ts';
import { madeUpLatents } from './latents.ts';
import { livelyState } from './teaching.ts';
import { tinyConfig, tinyShape } from './training.ts';

export const pictures = 48;
export const totalSteps = 100;

/** A project with the run `run-001` and checkpoints of these steps. */
export async function projectWithRun(
  config: RunConfig = tinyConfig(),
  steps: readonly number[] = [60],
): Promise<string> {
  const project = await temporaryFolder();
  await madeUpLatents(latentsFolder(project, 'made-up'), pictures, tinyShape);
  await addRun(project, config, steps);
  return project;
}

/** Another run of the project. Returns its id. */
export async function addRun(project: string, config: RunConfig, steps: readonly number[]): Promise<string> {
  const id = await createRunFolder(project);
  const record: RunRecord = {
    ...{ id, name: 'A run', createdAt: new Date(0).toISOString(), latentsKey: 'made-up', vae: 'starter', config },
    plan: planRun(config, tinyShape, pictures, totalSteps),
    ...{ status: 'stopped', step: steps.at(-1) ?? 0, seconds: 1, skipped: 0, halvings: 0, scores: [] },
  };
  await writeRun(project, record);
  for (const step of steps) {
    // The average is told from the weights by its values.
    const state = livelyState(config, step).map((value) =>
      value.name.startsWith('ema/') ? { ...value, data: value.data.map((x) => x + 0.25) } : value,
    );
    await writeCheckpoint(runFolder(project, id), { ...startPosition, step, seconds: 1 }, state);
  }
  return id;
}

/** The part of the maths thread that measuring needs, in this one. */
export function localMaths(): MeasuringThreads['maths'] & {
  readonly opened: ReadonlyMap<string, LatentSet>;
} {
  const opened = new Map<string, LatentSet>();
  return {
    opened,
    open: async ({ data, folder, heldOut, adjusted }) => {
      opened.set(data, await readLatentSet(folder, heldOut, adjusted));
      return trainingCounts(opened.get(data)!);
    },
    close: async ({ data }) => {
      opened.delete(data);
      return {};
    },
    batch: async ({ data, config, steps, k }) =>
      prepareBatch(trainingData(opened.get(data)!), config, steps, k, new DataOrder(config.seed, pictures)),
    distribution: async ({ values }) => distributionOf(values),
  };
}
const trainingCounts = ({ training, heldOut, dimensions }: LatentSet) => ({
  training: training.length / dimensions,
  heldOut: heldOut.length / dimensions,
});
export const trainingData = ({ training, dimensions, labels, weights }: LatentSet): TrainingData => ({
  ...{ latents: training, count: training.length / dimensions, dimensions, labels, weights },
});

export interface Measuring {
  readonly device?: Device;
  readonly maths?: ReturnType<typeof localMaths>;
  readonly job?: Partial<ResidualsJob>;
}

/** Measures `run-001`, unless another run is asked for. */
export function measure(
  project: string,
  request: Partial<ResidualRequest> = {},
  { device = createLocalDevice(1), maths = localMaths(), job }: Measuring = {},
): Promise<ResidualMeasurement> {
  return residualsJob(
    { device, maths },
    {
      ...{ project, run: 'run-001', signal: new AbortController().signal, onProgress: () => undefined },
      ...request,
      ...job,
    },
  );
}

/** The folder of `run-001`, its configuration and plan. */
export async function placeOf(project: string, id = 'run-001') {
  const { config, plan } = await readRun(project, id);
  return { folder: runFolder(project, id), config, plan };
}
