/** Makes pictures from the average of the run in training: the sampler and the decoder on one device. */
import { createDecoder } from '../generation/decode.ts';
import type { Decoder } from '../generation/decode.ts';
import { createSampler, inSteps } from '../generation/sample.ts';
import type { Sampler } from '../generation/sample.ts';
import type { LatentManifest } from '../latents/schema.ts';
import { latentsFolder, readNormalisation } from '../latents/store.ts';
import type { RunRecord } from '../runs/schema.ts';
import { classesInShares } from '../training/classes.ts';
import type { RunPlan } from '../training/schema.ts';
import type { Trainer } from '../training/trainer.ts';
import { loadVaeOf } from '../vae/load.ts';
import type { VaePlaces } from '../vae/load.ts';
import type { Threads } from './threads.ts';

/** Latents that are made at once; what is missing to a batch is made and thrown away. */
const samplingBatch = 64;
const decodingBatch = 16;

export class Painter {
  readonly #sampler: Sampler;
  readonly #decoder: Decoder;
  readonly #plan: RunPlan;
  readonly #withRoom: Trainer['withRoom'];

  private constructor(sampler: Sampler, decoder: Decoder, plan: RunPlan, withRoom: Trainer['withRoom']) {
    this.#sampler = sampler;
    this.#plan = plan;
    this.#decoder = decoder;
    this.#withRoom = withRoom;
  }

  /** From the run's state on the device. */
  static async create(
    { device }: Threads,
    place: VaePlaces & { project: string },
    latents: LatentManifest,
    { config, plan }: Pick<RunRecord, 'config' | 'plan'>,
    { state, layout, withRoom }: Pick<Trainer, 'state' | 'layout' | 'withRoom'>,
  ): Promise<Painter> {
    const vae = await loadVaeOf(latents.vae, place);
    const normalisation = await readNormalisation(latentsFolder(place.project, latents.key));
    const sampler = await createSampler({
      device,
      state,
      layout,
      config,
      shape: latents.shape,
      batch: samplingBatch,
    });
    const decoder = await createDecoder(device, vae, latents.shape, normalisation, decodingBatch, state);
    return new Painter(sampler, decoder, plan, withRoom);
  }

  get size(): number {
    return this.#decoder.size;
  }
  /** Latents to compare with others: classes in the shares of the training pictures. */
  latents(seeds: readonly number[], nfe: number): Promise<Float32Array> {
    const { classes = [], trainingPictures } = this.#plan;
    return this.#latents(seeds, nfe, classesInShares(seeds.length, classes, trainingPictures));
  }
  /** Pictures to look at: one class after another, from the first again. */
  async pictures(seeds: readonly number[], nfe: number): Promise<Uint8Array[]> {
    const { classes = [] } = this.#plan;
    const inTurn = classes.length === 0 ? undefined : seeds.map((_, i) => i % classes.length);
    const latents = await this.#latents(seeds, nfe, inTurn);
    return this.#withRoom(() => this.#decoder.decode(latents));
  }
  #latents(seeds: readonly number[], nfe: number, classes?: readonly (number | null)[]): Promise<Float32Array> {
    return this.#withRoom(() => this.#sampler.sample(seeds, { ...inSteps(nfe), classes }));
  }
  async release(): Promise<void> {
    await this.#sampler.release();
    await this.#decoder.release();
  }
}
