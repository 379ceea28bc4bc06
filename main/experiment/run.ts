/** One run of an experiment, in this process: trains, samples, scores, and draws a sheet of pictures. */
import { localDevice } from '../engine/local-device.ts';
import { createCpuDevice } from '../engine/cpu-device.ts';
import { fitGaussian, frechetDistance, project } from '../evaluation/frechet.ts';
import { precisionRecall } from '../evaluation/recall.ts';
import { encodePng } from '../datasets/sharp.ts';
import { drawGrid, gridLayout } from '../gallery/grid.ts';
import { createDecoder } from '../generation/decode.ts';
import { createSampler, inSteps } from '../generation/sample.ts';
import { readLatentSet } from '../latents/reader.ts';
import { readNormalisation } from '../latents/store.ts';
import { networkSpecs } from '../models/network.ts';
import { initialise } from '../models/parameters.ts';
import { writeFileAtomic } from '../storage/files.ts';
import { emaRatesOf } from '../training/averages.ts';
import { DataOrder, prepareBatch } from '../training/batch.ts';
import { networkOf } from '../training/classes.ts';
import { createTrainer, initialState } from '../training/trainer.ts';
import type { Trainer } from '../training/trainer.ts';
import { loadVae } from '../vae/load.ts';
import type { Device } from '../engine/contract.ts';
import type { RunRequest, RunResult } from './schema.ts';

const pictures = { rows: 4, columns: 8 } as const;
const samplingBatch = 64;
/** Steps between two reports of progress. */
const reportEvery = 10;

/** The CPU with one thread: several runs side by side make more of the cores than one run on all of them. */
function oneThread(): Device {
  const device = localDevice(createCpuDevice(1));
  // Many small parameters: joining them saves more in the optimiser than it costs in copies.
  return { ...device, traits: async (input) => ({ ...(await device.traits(input)), layout: 'joined' }) };
}

/** Scores of `samples` against the held-out latents, all normalised, `dimensions` numbers each. */
export function scoreOf(samples: Float32Array, heldOut: Float32Array, dimensions: number): RunResult['scores']['1'] {
  const gaussian = (vectors: Float32Array) => {
    const mapped = project(vectors, dimensions);
    return fitGaussian(mapped.vectors, mapped.dimensions);
  };
  return {
    frechet: frechetDistance(gaussian(samples), gaussian(heldOut)),
    // As many of each: balls shrink with the number of points.
    ...precisionRecall(heldOut, samples.subarray(0, heldOut.length), dimensions),
  };
}

/** Trains and measures what `request` asks for. `onProgress` hears of steps. */
export async function runExperiment(
  request: RunRequest,
  onProgress: (step: number, loss: number) => void,
): Promise<RunResult> {
  const { config, latents: folder } = request;
  const set = await readLatentSet(folder, request.heldOut);
  const { dimensions } = set;
  const { shape } = set.manifest;
  const data = { latents: set.training, count: set.training.length / dimensions, dimensions };
  const steps = config.length.kind === 'steps' ? config.length.steps : 1;
  const device = oneThread();
  const trainer = await createTrainer({ device, name: 'run', config, shape });
  const weights = initialise(networkSpecs(networkOf(config), shape), config.seed);
  await trainer.put(initialState(weights, config.averages.length));
  const order = new DataOrder(config.seed, data.count);
  const emaRates = emaRatesOf(config, steps);
  const began = performance.now();
  let skipped = 0;
  let lastLoss = NaN;
  for (let k = 0; k < steps; k++) {
    const batch = prepareBatch(data, config, steps, k, order);
    const [report] = await trainer.steps([{ batch, update: k + 1, emaRates }]);
    lastLoss = report!.loss;
    if (!report!.committed) skipped++;
    if ((k + 1) % reportEvery === 0 || k + 1 === steps) onProgress(k + 1, lastLoss);
  }
  const seconds = (performance.now() - began) / 1000;
  const scores = await measure(request, device, trainer, set.heldOut, shape);
  return { variant: request.variant, seed: config.seed, config, steps, skipped, seconds, lastLoss, scores };
}

async function measure(
  request: RunRequest,
  device: Device,
  { state, layout }: Trainer,
  heldOut: Float32Array,
  shape: readonly [number, number, number],
): Promise<RunResult['scores']> {
  const { config } = request;
  const dimensions = shape[0] * shape[1] * shape[2];
  const sampler = await createSampler({ device, state, layout, config, shape, batch: samplingBatch });
  const vae = await loadVae(request.vae, { resources: request.resources });
  const normalisation = await readNormalisation(request.latents);
  const decoder = await createDecoder(device, vae, shape, normalisation, samplingBatch, 'sheet');
  // Every run is asked for the same pictures.
  const seeds = Array.from({ length: request.samples }, (_, i) => i);
  const at = async (nfe: 1 | 2) => {
    const samples = await sampler.sample(seeds, inSteps(nfe));
    const shown = samples.subarray(0, pictures.rows * pictures.columns * dimensions);
    const tiles = await decoder.decode(shown);
    const { width, height } = gridLayout(tiles.length, decoder.size, pictures.columns, 0);
    const png = await encodePng(drawGrid(tiles, decoder.size, pictures.columns, 0), width, height);
    await writeFileAtomic(request.sheets[nfe], Buffer.from(png));
    return scoreOf(samples, heldOut, dimensions);
  };
  return { '1': await at(1), '2': await at(2) };
}
