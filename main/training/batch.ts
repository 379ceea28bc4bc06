/**
 * Everything random or scheduled about a training step, computed on the host as a function of (data, config, step):
 * which latents, which noise and how it is paired, and what the objective adds. A resumed run computes the same.
 */
import { assertThat } from '../base/errors.ts';
import { fillNormal, Random } from '../base/random.ts';
import { assign, pairCosts } from '../consistency/coupling.ts';
import { classCount, dropLabels, oneHot } from './classes.ts';
import { objectiveOf } from './objectives/index.ts';
import type { Prepared } from './objectives/objective.ts';
import type { RunConfig } from './schema.ts';

/** Normalised latents of the training pictures, one after another. */
export interface TrainingData {
  readonly latents: Float32Array;
  readonly count: number;
  /** channels · height · width */
  readonly dimensions: number;
  /** Class of each picture, −1 for none; needed where the network is told classes. */
  readonly labels?: Int32Array | undefined;
  /** What each picture counts in the loss, with a mean of 1; absent where all count the same. */
  readonly weights?: Float64Array | undefined;
}

/** The host's share of a step's inputs. */
export interface Batch extends Prepared {
  /** batch × dimensions */
  readonly x_0: Float32Array;
  readonly noise: Float32Array;
  /** What the picture of each row counts in the loss; its weights are multiplied by it already. Absent where all count the same. */
  readonly counts?: Float32Array | undefined;
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

/** One-hot `classes` [rows, classes + 1] of these pictures, where the network is told any. */
function classInputs(
  pictures: Int32Array,
  { labels }: TrainingData,
  config: RunConfig,
  k: number,
): Record<string, Float32Array> {
  const count = classCount(config);
  if (config.classes.kind === 'none' || count === 0) return {};
  assertThat(labels !== undefined, 'pictures with their classes');
  const own = pictures.map((picture) => labels[picture]!);
  dropLabels(own, config.classes.dropout, config.seed, k);
  return { classes: oneHot(own, count) };
}

/**
 * The inputs with the loss of each row multiplied by what its picture counts. These weights have a mean of 1 over the data and not over
 * the batch: a picture pulls by its share whatever it happens to meet, and the loss stays a mean over the data.
 */
function weighedInputs(
  inputs: Prepared['inputs'],
  counts: Float64Array | undefined,
  rowWeights: readonly string[],
): Prepared['inputs'] {
  if (counts === undefined) return inputs;
  const weighed = rowWeights.map((name) => [name, inputs[name]!.map((w, b) => w * counts[b]!)] as const);
  return { ...inputs, ...Object.fromEntries(weighed) };
}

/** The batch of step k (from 0) of a run of `totalSteps`. `order` must belong to the same seed and data. */
export function prepareBatch(
  data: TrainingData,
  config: RunConfig,
  totalSteps: number,
  k: number,
  order: DataOrder,
): Batch {
  const { batchSize: rows, seed } = config;
  const { dimensions, latents } = data;
  const pictures = Int32Array.from({ length: rows }, (_, b) => order.at(k * rows + b));
  const x_0 = new Float32Array(rows * dimensions);
  pictures.forEach((picture, b) =>
    x_0.set(latents.subarray(picture * dimensions, (picture + 1) * dimensions), b * dimensions),
  );
  const noise = new Float32Array(rows * dimensions);
  fillNormal(noise, { seed, stream: 'noise', index: k });
  const { weights } = data;
  const counts = weights && Float64Array.from(pictures, (picture) => weights[picture]!);
  const objective = objectiveOf(config);
  const prepared = objective.prepare({ k, totalSteps, rows, dimensions });
  return {
    ...prepared,
    inputs: {
      ...weighedInputs(prepared.inputs, counts, objective.rowWeights),
      ...classInputs(pictures, data, config, k),
    },
    x_0,
    // The noise is re-ordered, not the latents: their classes stay beside them.
    noise: config.coupling === 'optimalTransport' ? couple(x_0, noise, rows) : noise,
    ...(counts ? { counts: Float32Array.from(counts) } : {}),
  };
}
