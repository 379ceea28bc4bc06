/** The studio's own work in small, the same on every device: what it gives is compared with the CPU's. */
import { fillNormal } from '../base/random.ts';
import type { Device } from '../engine/contract.ts';
import type { CheckedPart } from '../engine/schema.ts';
import { createSampler, inSteps } from '../generation/sample.ts';
import { networkSpecs } from '../models/network.ts';
import type { LatentShape } from '../models/network.ts';
import { initialise } from '../models/parameters.ts';
import type { ParameterValue } from '../models/parameters.ts';
import { DataOrder, prepareBatch } from '../training/batch.ts';
import type { Batch, TrainingData } from '../training/batch.ts';
import { classCount } from '../training/classes.ts';
import { runConfigSchema } from '../training/schema.ts';
import type { RunConfig } from '../training/schema.ts';
import { createTrainer, initialState } from '../training/trainer.ts';
import { encoderGraph } from '../vae/vae.ts';
import type { Vae } from '../vae/vae.ts';

/** Latents of pictures of 64 pixels, as the starter VAE makes them. */
export const probeShape: LatentShape = [4, 8, 8];

const config = runConfigSchema.parse({
  network: { kind: 'dit', patch: 2, width: 64, depth: 2, heads: 2, frequencyFilter: true },
  optimiser: { learningRate: 1e-3 },
  batchSize: 8,
  length: { kind: 'steps', steps: 4 },
});
const steps = 4;
const pictureSize = 32;
const pictures = 2;

/** Values of each part, in groups of numbers of one kind, which have their own scale. */
export type Numbers = Readonly<Record<CheckedPart, readonly Float32Array[]>>;

/** Gaussian numbers; another `index` gives others. */
export function probeNoise(length: number, index: number, scale: number): Float32Array {
  const values = new Float32Array(length);
  fillNormal(values, { seed: 1, stream: 'probe', index });
  return values.map((value) => scale * value);
}

/** Batches of noise that is distributed as latents are. */
export function probeBatches(run: RunConfig, shape: LatentShape, count: number): Batch[] {
  const dimensions = shape[0] * shape[1] * shape[2];
  const size = 2 * run.batchSize;
  const classes = Math.max(1, classCount(run));
  const data: TrainingData = {
    latents: probeNoise(size * dimensions, 0, 0.5),
    count: size,
    dimensions,
    labels: Int32Array.from({ length: size }, (_, i) => i % classes),
  };
  const order = new DataOrder(run.seed, size);
  return Array.from({ length: count }, (_, k) => prepareBatch(data, run, 1000, k, order));
}

/** Encodes two pictures of noise. */
async function encoded(device: Device, vae: Vae): Promise<Float32Array[]> {
  const program = 'check encode';
  await device.load({ program, graph: encoderGraph(vae, pictures, pictureSize) });
  const shape = [pictures, 3, pictureSize, pictureSize];
  const data = probeNoise(pictures * 3 * pictureSize ** 2, 1, 0.4);
  const { mean } = await device.run({ program, inputs: { x: { dtype: 'float32', shape, data } } });
  await device.unload({ program });
  return [mean!.data as Float32Array];
}

/** Weights as after some training: a new network has zeros at its end, which would hide what is wrong before them. */
function probeWeights(): ParameterValue[] {
  return initialise(networkSpecs(config.network, probeShape), config.seed).map((parameter, i) => {
    const noise = probeNoise(parameter.data.length, 2 + i, 0.02);
    return { ...parameter, data: parameter.data.map((value, j) => value + noise[j]!) };
  });
}

/** A few training steps: losses, and what the steps changed in the weights; then latents of four seeds from the weights. */
async function trained(device: Device): Promise<Pick<Numbers, 'train' | 'sample'>> {
  const trainer = await createTrainer({ device, name: 'check train', config, shape: probeShape });
  const before = probeWeights();
  await trainer.put(initialState(before));
  const batches = probeBatches(config, probeShape, steps);
  const reports = await trainer.steps(batches.map((batch, k) => ({ batch, update: k + 1, emaRates: [0.9] })));
  const after = new Map((await trainer.read()).map(({ name, data }) => [name, data]));
  const { state, layout } = trainer;
  const sampler = await createSampler({ device, state, layout, config, shape: probeShape, batch: 4 });
  const sample = await sampler.sample([0, 1, 2, 3], inSteps(1));
  await sampler.release();
  await trainer.release();
  const losses = Float32Array.from(reports, ({ loss }) => loss);
  const changes = before.flatMap(({ name, data }) => {
    const values = after.get(`parameters/${name}`)!;
    return Array.from(data, (value, i) => values[i]! - value);
  });
  return { train: [losses, Float32Array.from(changes)], sample: [sample] };
}

export async function deviceNumbers(
  device: Device,
  vae: Vae,
  onPart: (part: CheckedPart) => void = () => undefined,
): Promise<Numbers> {
  onPart('encode');
  const encode = await encoded(device, vae);
  onPart('train');
  return { encode, ...(await trained(device)) };
}

/** The largest difference in any group as a share of the group's largest reference; undefined when a number is not finite. */
export function deviation(values: readonly Float32Array[], references: readonly Float32Array[]): number | undefined {
  const shares = references.map((reference, i) => share(values[i]!, reference));
  return shares.some((value) => value === undefined) ? undefined : Math.max(...shares.map((value) => value!));
}

function share(values: Float32Array, reference: Float32Array): number | undefined {
  let [difference, scale] = [0, 0];
  for (let i = 0; i < reference.length; i++) {
    difference = Math.max(difference, Math.abs(values[i]! - reference[i]!));
    scale = Math.max(scale, Math.abs(reference[i]!));
  }
  return values.every(Number.isFinite) && Number.isFinite(scale) ? difference / scale : undefined;
}
