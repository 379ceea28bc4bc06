/** Makes pictures from the average of the run in training: the sampler and the decoder on one device. */
import { createDecoder } from '../generation/decode.ts';
import type { Decoder } from '../generation/decode.ts';
import { createSampler } from '../generation/sample.ts';
import type { Sampler } from '../generation/sample.ts';
import type { LatentManifest } from '../latents/schema.ts';
import { latentsFolder, readNormalisation } from '../latents/store.ts';
import type { RunConfig } from '../training/schema.ts';
import type { Trainer } from '../training/trainer.ts';
import { loadVae } from '../vae/starter.ts';
import type { Threads } from './threads.ts';

/** Latents that are made at once; what is missing to a batch is made and thrown away. */
const samplingBatch = 64;
const decodingBatch = 16;

export class Painter {
  readonly #sampler: Sampler;
  readonly #decoder: Decoder;
  readonly #withRoom: Trainer['withRoom'];

  private constructor(sampler: Sampler, decoder: Decoder, withRoom: Trainer['withRoom']) {
    this.#sampler = sampler;
    this.#decoder = decoder;
    this.#withRoom = withRoom;
  }

  /** From the run's state on the device. */
  static async create(
    { device }: Threads,
    place: { project: string; resources: string },
    latents: LatentManifest,
    config: RunConfig,
    { state, layout, withRoom }: Pick<Trainer, 'state' | 'layout' | 'withRoom'>,
  ): Promise<Painter> {
    const vae = await loadVae(latents.vae.name, place.resources);
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
    return new Painter(sampler, decoder, withRoom);
  }

  get size(): number {
    return this.#decoder.size;
  }
  latents(seeds: readonly number[], nfe: 1 | 2): Promise<Float32Array> {
    return this.#withRoom(() => this.#sampler.sample(seeds, nfe));
  }
  async pictures(seeds: readonly number[], nfe: 1 | 2): Promise<Uint8Array[]> {
    const latents = await this.latents(seeds, nfe);
    return this.#withRoom(() => this.#decoder.decode(latents));
  }
  async release(): Promise<void> {
    await this.#sampler.release();
    await this.#decoder.release();
  }
}
