/** Pictures through a VAE in training and back: sheets to look at, and how well pictures that were kept aside come back. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ssim } from '../evaluation/ssim.ts';
import { fromPlanes, psnr, toPlanes } from '../vae/pixels.ts';
import type { VaeScore } from '../vae/training-schema.ts';
import type { VaeTrainer } from '../vae/trainer.ts';

/** Pictures that a score tries, of those that were kept aside: fewer of large ones, so that it takes no longer than a minute or so. */
export const scoredPictures = (size: number): number => Math.max(16, Math.min(256, Math.floor(2 ** 22 / size ** 2)));

/** Rows of a sheet, and pairs of a picture and its reconstruction in each. */
const sheetRows = 4;
const pairs = 4;
export const sheetPictures = sheetRows * pairs;
export const sheetShape = { rows: sheetRows, columns: 2 * pairs } as const;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export interface ReconstructionsOptions {
  readonly trainer: Pick<VaeTrainer, 'reconstruct'>;
  readonly size: number;
  /** Pictures that the trainer takes at once. */
  readonly batchSize: number;
  /** RGB bytes. */
  readonly originals: readonly Uint8Array[];
}

export class Reconstructions {
  readonly #options: ReconstructionsOptions;

  constructor(options: ReconstructionsOptions) {
    this.#options = options;
  }

  /** A picture, what became of it, the next picture and so on: tiles of a sheet, row by row. */
  async sheet(): Promise<Uint8Array[]> {
    const originals = this.#options.originals.slice(0, sheetPictures);
    const made = await this.#reconstruct(originals);
    return originals.flatMap((original, i) => [original, made[i]!]);
  }

  /** How well all pictures come back, as bytes. */
  async score(step: number): Promise<VaeScore> {
    const { originals, size } = this.#options;
    const made = await this.#reconstruct(originals);
    const similarities: number[] = [];
    for (const [i, original] of originals.entries()) {
      similarities.push(ssim(original, made[i]!, size));
      // Pause and stop are heard of in between.
      await nextTurn();
    }
    return {
      step,
      psnr: mean(originals.map((original, i) => psnr(original, made[i]!))),
      ssim: mean(similarities),
      pictures: originals.length,
    };
  }

  async #reconstruct(originals: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const { size, trainer } = this.#options;
    const made: Uint8Array[] = [];
    for (const part of this.#parts(originals)) {
      const planes = await trainer.reconstruct(this.#planes(part));
      made.push(...part.map((_, i) => fromPlanes(planes, i * 3 * size ** 2, size ** 2)));
    }
    return made;
  }

  #parts(pictures: readonly Uint8Array[]): Uint8Array[][] {
    const { batchSize } = this.#options;
    return Array.from({ length: Math.ceil(pictures.length / batchSize) }, (_, i) =>
      pictures.slice(i * batchSize, (i + 1) * batchSize),
    );
  }

  /** A batch; what is missing to it is grey. */
  #planes(part: readonly Uint8Array[]): Float32Array {
    const { size, batchSize } = this.#options;
    const planes = new Float32Array(batchSize * 3 * size ** 2);
    part.forEach((rgb, i) => toPlanes(rgb, planes, i * 3 * size ** 2));
    return planes;
  }
}
