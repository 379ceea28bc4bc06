/** A real training step and the loader that feeds it, with a preset's configuration and made-up latents. */
import { z } from 'zod';
import { fillNormal } from '../../base/random.ts';
import { studioError } from '../../base/errors.ts';
import { initialise } from '../../models/parameters.ts';
import { networkSpecs } from '../../models/network.ts';
import type { LatentShape } from '../../models/network.ts';
import { DataOrder, prepareBatch } from '../../training/batch.ts';
import type { Batch } from '../../training/batch.ts';
import { networkOf } from '../../training/classes.ts';
import { loadPresets } from '../../training/presets.ts';
import type { RunConfig } from '../../training/schema.ts';
import { createTrainer, initialState } from '../../training/trainer.ts';
import { deviceKindSchema, openDevice } from '../device.ts';
import { timed } from './task.ts';
import type { Prepare } from './task.ts';

export const loaderSpecSchema = z.strictObject({ resources: z.string(), preset: z.string() });
export const trainingSpecSchema = loaderSpecSchema.extend({ device: deviceKindSchema });

/** Latents of 64 px pictures, as many as the demo has. */
export const latentShape: LatentShape = [4, 8, 8];
const pictures = 4096;
/** Length of the run whose steps are made: a step in the middle of it is an ordinary one. */
const totalSteps = 2000;
const firstStep = 1000;

/** A preset's configuration. */
export async function configOf({ resources, preset }: z.infer<typeof loaderSpecSchema>): Promise<RunConfig> {
  const presets = await loadPresets(resources);
  const found = presets.find(({ id }) => id === preset);
  if (!found) throw studioError('run.unknownPreset', { preset, known: presets.map(({ id }) => id) });
  return found.config;
}

/** Batches of the run, from `firstStep` on. */
function loader(config: RunConfig): () => Batch {
  const dimensions = latentShape[0] * latentShape[1] * latentShape[2];
  const latents = new Float32Array(pictures * dimensions);
  fillNormal(latents, { seed: 0, stream: 'test', index: 0 });
  const data = { latents: latents.map((value) => value / 2), count: pictures, dimensions };
  const order = new DataOrder(config.seed, pictures);
  let k = firstStep;
  return () => prepareBatch(data, config, totalSteps, k++, order);
}

/** A round prepares one batch. */
export const prepareLoader: Prepare = async (given) => {
  const config = await configOf(loaderSpecSchema.parse(given));
  const next = loader(config);
  return { facts: { batch: config.batchSize }, round: () => timed(() => [next().noise[0]!]) };
};

/** A round makes one step; its batch is there already. */
export const prepareTraining: Prepare = async (given) => {
  const { device: kind, ...rest } = trainingSpecSchema.parse(given);
  const config = await configOf(rest);
  const next = loader(config);
  const trainer = await createTrainer({ device: await openDevice(kind), name: 'run', config, shape: latentShape });
  await trainer.put(
    initialState(initialise(networkSpecs(networkOf(config), latentShape), config.seed), config.averages.length),
  );
  const emaRates = config.averages.map(() => 0.999);
  let update = 0;
  return {
    facts: { batch: config.batchSize },
    async round() {
      const steps = Array.from({ length: trainer.burst }, () => ({
        batch: next(),
        update: ++update,
        emaRates,
      }));
      const started = performance.now();
      const reports = await trainer.steps(steps);
      return { ms: (performance.now() - started) / steps.length, values: reports.map(({ loss }) => loss) };
    },
  };
};
