/** A tiny training run on made-up latents, in this process: everything but the threads. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Device } from '../../main/engine/contract.ts';
import { createLocalDevice } from '../../main/engine/local-device.ts';
import { networkSpecs } from '../../main/models/network.ts';
import { initialise } from '../../main/models/parameters.ts';
import { fillNormal } from '../../main/base/random.ts';
import type { Batch, TrainingData } from '../../main/training/batch.ts';
import { DataOrder, prepareBatch } from '../../main/training/batch.ts';
import { readCheckpoint } from '../../main/training/checkpoint.ts';
import { startPosition, trainingLoop } from '../../main/training/loop.ts';
import type { LoopEnd, LoopOptions } from '../../main/training/loop.ts';
import { runTask } from '../../main/training/task.ts';
import { truncateMetrics } from '../../main/training/metrics.ts';
import { planRun } from '../../main/training/plan.ts';
import { truncateResidualRows } from '../../main/training/residuals/rows.ts';
import { runConfigSchema } from '../../main/training/schema.ts';
import type { MetricsRow, RunConfig, RunConfigInput } from '../../main/training/schema.ts';
import { createTrainer, initialState } from '../../main/training/trainer.ts';
import type { StepReport, TrainerOptions } from '../../main/training/trainer.ts';

export const tinyShape = [2, 4, 4] as const;
const pictures = 48;

export function tinyConfig(changes: Partial<RunConfigInput> = {}): RunConfig {
  return runConfigSchema.parse({
    network: { kind: 'dit', patch: 2, width: 16, depth: 1, heads: 2 },
    objective: { kind: 'consistency', curriculum: { s0: 4, s1: 16 } },
    optimiser: { learningRate: 1e-3 },
    batchSize: 8,
    length: { kind: 'steps', steps: 12 },
    sampleSheets: 0,
    ...changes,
  });
}

type ConsistencyInput = Extract<RunConfigInput['objective'], { kind: 'consistency' }>;
/** `tinyConfig` with changes to its objective. */
export const consistencyConfig = (changes: Partial<ConsistencyInput>): RunConfig =>
  tinyConfig({ objective: { kind: 'consistency', curriculum: { s0: 4, s1: 16 }, ...changes } });

function tinyData(): TrainingData {
  const dimensions = tinyShape.reduce((a, b) => a * b, 1);
  // Four pictures, each many times: something that even a tiny network can learn.
  const patterns = new Float32Array(4 * dimensions);
  fillNormal(patterns, { seed: 1, stream: 'test', index: 0 });
  return {
    latents: Float32Array.from({ length: pictures * dimensions }, (_, i) => 0.5 * patterns[i % patterns.length]!),
    count: pictures,
    dimensions,
    labels: Int32Array.from({ length: pictures }, (_, i) => i % 4),
  };
}

export interface RigOptions {
  readonly config?: RunConfig;
  readonly folder?: string;
  /** Stops after this many steps, at the end of the burst that makes them. */
  readonly stopAfter?: number;
  /** Spoils batches, to see what NaN does. */
  readonly spoil?: (batch: Batch, k: number) => Batch;
  readonly loop?: Partial<LoopOptions<Batch, StepReport, MetricsRow>>;
  readonly device?: Device;
  readonly microBatch?: number;
  readonly onSmaller?: TrainerOptions['onSmaller'];
}

export const newRunFolder = (): string => mkdtempSync(join(tmpdir(), 'cauchy-run-'));

/** Trains from the folder's newest checkpoint, or from the start. */
export async function runTiny({
  config = tinyConfig(),
  folder = newRunFolder(),
  stopAfter,
  spoil,
  loop,
  device = createLocalDevice(1),
  microBatch,
  onSmaller,
}: RigOptions = {}): Promise<{ folder: string; end: LoopEnd }> {
  const data = tinyData();
  const steps = config.length.kind === 'steps' ? config.length.steps : 100;
  const plan = planRun(config, tinyShape, pictures, steps);
  const trainer = await createTrainer({ device, name: 'train', config, shape: tinyShape, microBatch, onSmaller });
  const checkpoint = await readCheckpoint(folder);
  await trainer.put(
    checkpoint?.state ??
      initialState(initialise(networkSpecs(config.network, tinyShape), config.seed), config.averages.length),
  );
  const from = checkpoint?.info ?? startPosition;
  await truncateMetrics(folder, from.step);
  await truncateResidualRows(folder, from.step);
  const order = new DataOrder(config.seed, data.count);
  const stop = new AbortController();
  const end = await trainingLoop({
    folder,
    task: runTask(config, plan, trainer),
    from,
    batch: async (k) => {
      const batch = prepareBatch(data, config, steps, k, order);
      return spoil ? spoil(batch, k) : batch;
    },
    sampleSheet: async () => undefined,
    onRows: () => undefined,
    onStep: ({ step }) => {
      if (stopAfter !== undefined && step >= stopAfter) stop.abort();
    },
    onTrouble: async () => undefined,
    onCheckpoint: async () => undefined,
    signal: stop.signal,
    whilePaused: async () => undefined,
    isPaused: () => false,
    whileRefused: async (error) => {
      throw error;
    },
    now: () => performance.now(),
    ...loop,
  });
  return { folder, end };
}
