/**
 * Raw VAE latents ↔ normalised ones with standard deviation 0.5 in every element:
 * x₀ = (r − mean)/std · 0.5, and back r = x·std/0.5 + mean (method §1.1).
 */
import { studioError } from '../base/errors.ts';
import { sigmaData } from './sigma-data.ts';
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
 * Standard deviation over all elements that vary. Throws `latents.notNormalised` when it is not 0.5, because training on such
 * latents fails slowly (method §1.1, pitfall). With n rows the unbiased per-element deviations make it 0.5·√(1 − 1/n).
 */
export function assertNormalised(latents: Float32Array, rows: number, constantElements: number): number {
  const dimensions = latents.length / rows;
  const varying = latents.length - constantElements * rows;
  if (varying === 0 || rows < 2) throw studioError('latents.notNormalised', { std: 0 });
  const variance = latents.reduce((sum, x) => sum + x * x, 0) / (varying * (1 - 1 / rows));
  const std = Math.sqrt(variance);
  if (!(Math.abs(std - sigmaData) < 0.005) || dimensions === 0) throw studioError('latents.notNormalised', { std });
  return std;
}
