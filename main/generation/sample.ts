/** Latents from seeds: the sampler of the method, on the averaged weights of a run. */
import { fillNormal } from '../base/random.ts';
import { throwIfCancelled } from '../base/rpc.ts';
import { samplingPlan } from '../consistency/sampler.ts';
import type { Device } from '../engine/contract.ts';
import type { Layout } from '../optim/layout.ts';
import { noiseInputs } from '../training/batch.ts';
import type { RunConfig } from '../training/schema.ts';
import { samplingGraph } from '../training/step.ts';
import type { LatentShape } from '../models/network.ts';
import { noiseTensors } from '../training/step-inputs.ts';

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
  const dimensions = shape[0] * shape[1] * shape[2];
  await device.load({ program, graph: samplingGraph(config.network, shape, batch, layout) });

  /** Adds z·std to each row of x, where z belongs to the seed and the number of the step alone. */
  function addNoise(x: Float32Array, seeds: readonly number[], std: number, step: number): void {
    const z = new Float32Array(dimensions);
    seeds.forEach((seed, row) => {
      fillNormal(z, { seed, stream: 'sample', index: step });
      for (let d = 0; d < dimensions; d++) x[row * dimensions + d] = x[row * dimensions + d]! + std * z[d]!;
    });
  }

  async function sampleBatch(seeds: readonly number[], nfe: 1 | 2): Promise<Float32Array> {
    let x: Float32Array = new Float32Array(batch * dimensions);
    for (const [step, { sigma, noiseStd }] of samplingPlan(nfe, config.noise).entries()) {
      addNoise(x, seeds, noiseStd, step);
      const at = noiseInputs(
        Array.from({ length: batch }, () => sigma),
        config,
      );
      const inputs = { x: { dtype: 'float32' as const, shape: [batch, ...shape], data: x }, ...noiseTensors('at', at) };
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
