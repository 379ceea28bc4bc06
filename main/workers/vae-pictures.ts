/** The pictures that a VAE trains on and is tried with: loaded, shuffled and mirrored ahead of the device. */
import { fillNormal } from '../base/random.ts';
import { split } from '../datasets/splits.ts';
import type { UsedPicture } from '../datasets/schema.ts';
import { DataOrder } from '../training/batch.ts';
import { toPlanes } from '../vae/pixels.ts';
import type { VaeBatch } from '../vae/trainer.ts';
import type { VaeTrainingConfig } from '../vae/training-schema.ts';

/** Pictures are kept as bytes up to here; of a larger set the rest is loaded again for every visit. */
const mostKeptBytes = 256 * 2 ** 20;

export interface VaePicturesOptions {
  /** In use, in any order. */
  readonly pictures: readonly UsedPicture[];
  readonly heldOut: number;
  readonly size: number;
  /** RGB bytes of a picture's shaped copy, size × size × 3. */
  readonly load: (picture: UsedPicture) => Promise<Uint8Array>;
  readonly keptBytes?: number;
}

export class VaePictures {
  readonly size: number;
  readonly #options: VaePicturesOptions;
  readonly #training: readonly UsedPicture[];
  readonly #heldOut: readonly UsedPicture[];
  readonly #kept = new Map<string, Uint8Array>();
  #room: number;
  #order: { seed: number; order: DataOrder } | undefined;

  constructor(options: VaePicturesOptions) {
    const { pictures, heldOut, size, keptBytes = mostKeptBytes } = options;
    this.#options = options;
    this.size = size;
    this.#room = keptBytes;
    const byId = new Map(pictures.map((picture) => [picture.id, picture]));
    const parts = split({ ids: [...byId.keys()], heldOut });
    this.#training = parts.training.map((id) => byId.get(id)!);
    this.#heldOut = parts.heldOut.map((id) => byId.get(id)!);
  }

  get training(): number {
    return this.#training.length;
  }
  get heldOut(): number {
    return this.#heldOut.length;
  }

  /** The batch of step k (from 0): position k·batch … of one endless sequence of shuffled epochs, every other visit of a picture mirrored. */
  async batch({ seed, batchSize, flip, reduction, latentChannels }: VaeTrainingConfig, k: number): Promise<VaeBatch> {
    if (this.#order?.seed !== seed) this.#order = { seed, order: new DataOrder(seed, this.training) };
    const { order } = this.#order;
    const values = 3 * this.size ** 2;
    const chosen = Array.from({ length: batchSize }, (_, b) => {
      const position = k * batchSize + b;
      return { index: order.at(position), epoch: Math.floor(position / this.training) };
    });
    const x = new Float32Array(batchSize * values);
    await Promise.all(
      chosen.map(async ({ index, epoch }, b) => {
        const rgb = await this.#load(this.#training[index]!);
        toPlanes(flip && (epoch + index) % 2 === 1 ? mirrored(rgb, this.size) : rgb, x, b * values);
      }),
    );
    const eps = new Float32Array(batchSize * latentChannels * (this.size / reduction) ** 2);
    fillNormal(eps, { seed, stream: 'vae', index: k });
    return { x, eps };
  }

  /** The first `count` pictures that are kept aside, or of the training ones where none are. */
  tried(count: number): Promise<Uint8Array[]> {
    const from = this.heldOut > 0 ? this.#heldOut : this.#training;
    return Promise.all(from.slice(0, count).map((picture) => this.#load(picture)));
  }

  async #load(picture: UsedPicture): Promise<Uint8Array> {
    const kept = this.#kept.get(picture.id);
    if (kept) return kept;
    const rgb = await this.#options.load(picture);
    if (rgb.length <= this.#room && !this.#kept.has(picture.id)) {
      this.#kept.set(picture.id, rgb);
      this.#room -= rgb.length;
    }
    return rgb;
  }
}

/** Left and right exchanged. */
function mirrored(rgb: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(rgb.length);
  for (let i = 0; i < size * size; i++) {
    const from = 3 * (i - (i % size) + size - 1 - (i % size));
    out.set(rgb.subarray(from, from + 3), 3 * i);
  }
  return out;
}
