/**
 * Everything random or scheduled about a training step, computed on the host as a function of (data, config, step):
 * which latents, which noise and how it is paired, which noise levels. A resumed run computes the same.
 */
import { fillNormal, fillUniform, Random } from '../base/random.ts';
import { assign, pairCosts } from '../consistency/coupling.ts';
import {
  diffusionWeight,
  firstDiffusionIndex,
  indexFor,
  indexProbabilities,
  levelsAt,
  pairWeight,
  sigmas,
} from '../consistency/noise-levels.ts';
import { embedNoise, preconditioning, sigmaData } from '../consistency/preconditioning.ts';
import { adaptiveC } from '../consistency/scaling-c.ts';
import { noiseEmbeddingSize } from '../models/network.ts';
import type { RunConfig } from './schema.ts';

/** Normalised latents of the training pictures, one after another. */
export interface TrainingData {
  readonly latents: Float32Array;
  readonly count: number;
  /** channels · height · width */
  readonly dimensions: number;
}

/** The host's share of a step's inputs; `batch` rows each. */
export interface Batch {
  /** batch × dimensions */
  readonly x_0: Float32Array;
  readonly noise: Float32Array;
  /** Noise levels t > r, and for each the coefficients c_skip, c_out, c_in, then the embedding of c_noise. */
  readonly t: NoiseInputs;
  readonly r: NoiseInputs;
  /** λ = 1/(t − r) */
  readonly pairWeights: Float32Array;
  /** w(t)/n for the n samples the diffusion loss selects, else 0. */
  readonly diffusionWeights: Float32Array;
  readonly levels: number;
  readonly c: number;
}

export interface NoiseInputs {
  readonly sigma: Float32Array;
  readonly c_skip: Float32Array;
  readonly c_out: Float32Array;
  readonly c_in: Float32Array;
  /** batch × the network's embedding size */
  readonly time: Float32Array;
}

/** c at N levels, by the run's schedule. */
export function scaleC(levels: number, config: RunConfig, dimensions: number): number {
  return config.loss.schedule === 'constant' ? config.loss.c : adaptiveC(levels, config.curriculum.s0, dimensions);
}

/** Coefficients and embeddings of noise levels, as the run's graphs want them. */
export function noiseInputs(levels: readonly number[], { network, noise }: RunConfig): NoiseInputs {
  const size = noiseEmbeddingSize(network);
  const coefficients = levels.map((sigma) => preconditioning(sigma, noise.sigmaMin));
  const time = new Float32Array(levels.length * size);
  coefficients.forEach(({ c_noise }, b) => embedNoise(c_noise, size, time, b * size));
  return {
    sigma: Float32Array.from(levels),
    c_skip: Float32Array.from(coefficients, ({ c_skip }) => c_skip),
    c_out: Float32Array.from(coefficients, ({ c_out }) => c_out),
    c_in: Float32Array.from(coefficients, ({ c_in }) => c_in),
    time,
  };
}

/** Which pictures step k sees: position k·batch … of one endless sequence of shuffled epochs. */
export class DataOrder {
  readonly #seed: number;
  readonly #count: number;
  #epoch = -1;
  #order: Int32Array = new Int32Array(0);

  constructor(seed: number, count: number) {
    this.#seed = seed;
    this.#count = count;
  }

  at(position: number): number {
    const epoch = Math.floor(position / this.#count);
    if (epoch !== this.#epoch) {
      this.#order = new Random({ seed: this.#seed, stream: 'order', index: epoch }).permutation(this.#count);
      this.#epoch = epoch;
    }
    return this.#order[position % this.#count]!;
  }
}

/** Re-orders noise so that row i goes with latent i at the smallest total squared distance. */
function couple(x_0: Float32Array, noise: Float32Array, batch: number): Float32Array {
  const dimensions = x_0.length / batch;
  const assignment = assign(pairCosts(x_0, noise, batch), batch);
  const paired = new Float32Array(noise.length);
  assignment.forEach((column, row) =>
    paired.set(noise.subarray(column * dimensions, (column + 1) * dimensions), row * dimensions),
  );
  return paired;
}

/** The batch of step k (from 0) of a run of `totalSteps`. `order` must belong to the same seed and data. */
export function prepareBatch(
  data: TrainingData,
  config: RunConfig,
  totalSteps: number,
  k: number,
  order: DataOrder,
): Batch {
  const { batchSize: batch, noise: range, seed } = config;
  const { dimensions, latents } = data;
  const x_0 = new Float32Array(batch * dimensions);
  for (let b = 0; b < batch; b++) {
    const picture = order.at(k * batch + b);
    x_0.set(latents.subarray(picture * dimensions, (picture + 1) * dimensions), b * dimensions);
  }
  const noise = new Float32Array(batch * dimensions);
  fillNormal(noise, { seed, stream: 'noise', index: k });

  const levels = levelsAt(k, totalSteps, config.curriculum);
  const grid = sigmas(levels, range);
  const probabilities = indexProbabilities(grid, range);
  const draws = new Float64Array(batch);
  fillUniform(draws, { seed, stream: 'sigma', index: k });
  const indices = Array.from(draws, (u) => indexFor(u, probabilities));
  const [t, r] = [indices.map((i) => grid[i]!), indices.map((i) => grid[i + 1]!)];
  const first = firstDiffusionIndex(levels, config.diffusionLoss.threshold);
  const selected = indices.filter((i) => i >= first).length;
  return {
    x_0,
    noise: config.coupling === 'optimalTransport' ? couple(x_0, noise, batch) : noise,
    t: noiseInputs(t, config),
    r: noiseInputs(r, config),
    pairWeights: Float32Array.from(t, (sigma, b) => pairWeight(sigma, r[b]!)),
    diffusionWeights: Float32Array.from(t, (sigma, b) =>
      indices[b]! >= first ? diffusionWeight(sigma, sigmaData) / selected : 0,
    ),
    levels,
    c: scaleC(levels, config, dimensions),
  };
}
