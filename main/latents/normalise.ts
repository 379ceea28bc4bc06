/**
 * Raw VAE latents ↔ normalised ones with standard deviation 0.5 in every element:
 * x₀ = (r − mean)/std · 0.5, and back r = x·std/0.5 + mean (method §1.1).
 */
import { studioError } from '../base/errors.ts';
import { sigmaData } from './sigma-data.ts';
import type { ElementStatistics } from './statistics.ts';
import type { Normalisation } from './store.ts';

/** Normalises rows of latents in place. An element that never varies is only centred: it has no deviation to divide by. */
export function normalise(latents: Float32Array, { mean, std }: Normalisation): Float32Array {
  const dimensions = mean.length;
  for (let i = 0; i < latents.length; i++) {
    const d = i % dimensions;
    latents[i] = ((latents[i]! - mean[d]!) / (std[d]! === 0 ? 1 : std[d]!)) * sigmaData;
  }
  return latents;
}

/** The inverse, into a new array. */
export function denormalise(latents: Float32Array, { mean, std }: Normalisation): Float32Array {
  const dimensions = mean.length;
  return latents.map((x, i) => (x * std[i % dimensions]!) / sigmaData + mean[i % dimensions]!);
}

/**
 * The standard deviation of normalised latents over all elements that vary, row by row. It must be 0.5, because training on others fails
 * slowly (method §1.1, pitfall). With n rows the unbiased per-element deviations make it 0.5·√(1 − 1/n).
 */
export class NormalisedDeviation {
  readonly #dimensions: number;
  readonly #constantElements: number;
  #rows = 0;
  #squares = 0;

  constructor(dimensions: number, constantElements: number) {
    this.#dimensions = dimensions;
    this.#constantElements = constantElements;
  }

  /** Adds normalised rows. */
  add(rows: Float32Array): void {
    this.#rows += rows.length / this.#dimensions;
    for (const x of rows) this.#squares += x * x;
  }

  /** The deviation. Throws `latents.notNormalised` when it is not 0.5. */
  assert(): number {
    return assertDeviation(this.#squares, this.#dimensions - this.#constantElements, this.#rows);
  }
}

/**
 * The same deviation, from the means and deviations of the elements of n rows: what is left of them when they are stored as float32.
 * Throws `latents.notNormalised` when it is not 0.5.
 */
export function assertNormalised({ mean, std }: ElementStatistics, rows: number): number {
  let [squares, varying] = [0, 0];
  for (let d = 0; d < mean.length; d++) {
    if (std[d] === 0) continue;
    varying++;
    const about = (rows - 1) * std[d]! ** 2 + rows * (mean[d]! - Math.fround(mean[d]!)) ** 2;
    squares += about * (sigmaData / Math.fround(std[d]!)) ** 2;
  }
  return assertDeviation(squares, varying, rows);
}

/** @param squares sum over all rows and elements @param varying elements that vary */
function assertDeviation(squares: number, varying: number, rows: number): number {
  if (varying === 0 || rows < 2) throw studioError('latents.notNormalised', { std: 0 });
  const std = Math.sqrt(squares / (varying * (rows - 1)));
  if (!(Math.abs(std - sigmaData) < 0.005)) throw studioError('latents.notNormalised', { std });
  return std;
}
