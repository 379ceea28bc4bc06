/** Latents from seeds: the sampler of the method, on the averaged weights of a run. */
import { fillNormal } from '../base/random.ts';
import { throwIfCancelled } from '../base/rpc.ts';
import type { Device } from '../engine/contract.ts';
import type { Layout } from '../optim/layout.ts';
import { objectiveOf } from '../training/objectives/index.ts';
import type { SamplingStep } from '../training/objectives/objective.ts';
import type { RunConfig } from '../training/schema.ts';
import { samplingGraph } from '../training/step.ts';
import type { LatentShape } from '../models/network.ts';

export interface SamplerOptions {
  readonly device: Device;
  /** The state that holds `ema/…`. */
  readonly state: string;
  readonly layout: Layout;
  readonly config: RunConfig;
  readonly shape: LatentShape;
  /** Pictures at once; the graph is made for this number. */
  readonly batch: number;
}

/** A sampler made ready on the device. */
export interface Sampler {
  /** Normalised latents of the pictures with these seeds, one after another. The same seed gives the same latent in any company. */
  sample(seeds: readonly number[], nfe: 1 | 2, signal?: AbortSignal): Promise<Float32Array>;
  release(): Promise<void>;
}

export async function createSampler({ device, state, layout, config, shape, batch }: SamplerOptions): Promise<Sampler> {
  const program = `sample ${state}`;
  const objective = objectiveOf(config);
  const dimensions = shape[0] * shape[1] * shape[2];
  await device.load({ program, graph: samplingGraph(config.network, shape, batch, layout) });

  const tensor = (data: Float32Array, ...tensorShape: number[]) => ({
    dtype: 'float32' as const,
    shape: tensorShape,
    data,
  });
  const scalar = (value: number) => tensor(Float32Array.of(value));

  /** x ← keep·x + std·z for each row, where z belongs to the seed and the number of the step alone. */
  function mixNoise(x: Float32Array, seeds: readonly number[], { keep, noiseStd }: SamplingStep, step: number): void {
    if (noiseStd === 0 && keep === 1) return;
    const z = new Float32Array(dimensions);
    seeds.forEach((seed, row) => {
      fillNormal(z, { seed, stream: 'sample', index: step });
      const offset = row * dimensions;
      for (let d = 0; d < dimensions; d++) x[offset + d] = keep * x[offset + d]! + noiseStd * z[d]!;
    });
  }

  async function sampleBatch(seeds: readonly number[], nfe: 1 | 2): Promise<Float32Array> {
    let x: Float32Array = new Float32Array(batch * dimensions);
    for (const [i, step] of objective.sampling(nfe).entries()) {
      mixNoise(x, seeds, step, i);
      const inputs = {
        x: tensor(x, batch, ...shape),
        c_in: scalar(step.c_in),
        c_skip: scalar(step.c_skip),
        c_out: scalar(step.c_out),
        time: tensor(step.time, 1, step.time.length),
      };
      x = (await device.run({ program, state, inputs }))['x']!.data as Float32Array;
    }
    return x;
  }

  return {
    async sample(seeds, nfe, signal) {
      const latents = new Float32Array(seeds.length * dimensions);
      for (let start = 0; start < seeds.length; start += batch) {
        throwIfCancelled(signal);
        const part = seeds.slice(start, start + batch);
        const x = await sampleBatch(part, nfe);
        latents.set(x.subarray(0, part.length * dimensions), start * dimensions);
      }
      return latents;
    },
    release: async () => {
      await device.unload({ program });
    },
  };
}
