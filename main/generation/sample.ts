/** Latents from seeds: the sampler of a run's objective, on the averaged weights of the run. */
import { fillNormal } from '../base/random.ts';
import { throwIfCancelled } from '../base/rpc.ts';
import { noGuidance } from '../consistency/guidance.ts';
import type { SamplingSteps } from '../consistency/sampler.ts';
import type { Device } from '../engine/contract.ts';
import type { Layout } from '../optim/layout.ts';
import { classCount, networkOf, oneHot } from '../training/classes.ts';
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

export interface SampleRequest {
  readonly steps: SamplingSteps;
  /** The class of each picture, null for none; absent: none has any. */
  readonly classes?: readonly (number | null)[] | undefined;
  /** 1 when absent: the network is asked once, for the class. */
  readonly guidance?: number | undefined;
}

/** So many sampling steps, and nothing else. */
export const inSteps = (nfe: number): SampleRequest => ({ steps: { kind: 'nfe', nfe } });

/** A sampler made ready on the device. */
export interface Sampler {
  /**
   * Normalised latents of the pictures with these seeds, one after another. The same seed gives the same latent in any company.
   * Throws `sample.badSteps`.
   */
  sample(seeds: readonly number[], request: SampleRequest, signal?: AbortSignal): Promise<Float32Array>;
  release(): Promise<void>;
}

export async function createSampler({ device, state, layout, config, shape, batch }: SamplerOptions): Promise<Sampler> {
  const program = `sample ${state}`;
  const guidedProgram = `sample guided ${state}`;
  const objective = objectiveOf(config);
  const network = networkOf(config);
  const count = classCount(config);
  const dimensions = shape[0] * shape[1] * shape[2];
  await device.load({ program, graph: samplingGraph(network, shape, batch, layout) });
  let isGuidedLoaded = false;

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

  /** What the network is told besides noise: the rows' classes, the rest of the batch having none. */
  function conditioning(classes: readonly (number | null)[], guidance: number) {
    if (count === 0) return {};
    const rows = Array.from({ length: batch }, (_, row) => classes[row] ?? null);
    return {
      classes: tensor(oneHot(rows, count), batch, count + 1),
      ...(guidance === noGuidance ? {} : { guidance: scalar(guidance) }),
    };
  }

  async function programFor(guidance: number): Promise<string> {
    if (guidance === noGuidance || count === 0) return program;
    if (!isGuidedLoaded)
      await device.load({ program: guidedProgram, graph: samplingGraph(network, shape, batch, layout, true) });
    isGuidedLoaded = true;
    return guidedProgram;
  }

  async function sampleBatch(
    steps: readonly SamplingStep[],
    seeds: readonly number[],
    classes: readonly (number | null)[],
    guidance: number,
  ): Promise<Float32Array> {
    const asked = await programFor(guidance);
    const told = conditioning(classes, guidance);
    let x: Float32Array = new Float32Array(batch * dimensions);
    for (const [i, step] of steps.entries()) {
      mixNoise(x, seeds, step, i);
      const inputs = {
        x: tensor(x, batch, ...shape),
        c_in: scalar(step.c_in),
        c_skip: scalar(step.c_skip),
        c_out: scalar(step.c_out),
        time: tensor(step.time, 1, step.time.length),
        ...told,
      };
      x = (await device.run({ program: asked, state, inputs }))['x']!.data as Float32Array;
    }
    return x;
  }

  return {
    async sample(seeds, { steps, classes = [], guidance = noGuidance }, signal) {
      const plan = objective.sampling(steps);
      const latents = new Float32Array(seeds.length * dimensions);
      for (let start = 0; start < seeds.length; start += batch) {
        throwIfCancelled(signal);
        const part = seeds.slice(start, start + batch);
        const x = await sampleBatch(plan, part, classes.slice(start, start + batch), guidance);
        latents.set(x.subarray(0, part.length * dimensions), start * dimensions);
      }
      return latents;
    },
    release: async () => {
      await device.unload({ program });
      if (isGuidedLoaded) await device.unload({ program: guidedProgram });
    },
  };
}
