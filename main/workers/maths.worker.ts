/** The host-maths thread. */
import { studioError } from '../base/errors.ts';
import type { Handlers } from '../base/rpc.ts';
import { serve, transferring } from '../base/rpc.ts';
import { fitGaussian, frechetDistance, project } from '../evaluation/frechet.ts';
import type { Gaussian } from '../evaluation/frechet.ts';
import { distributionOf } from '../latents/distribution.ts';
import { finishLatents, measureAgain } from '../latents/finish.ts';
import { previewLatents } from '../latents/preview/preview.ts';
import { readLatentSet } from '../latents/reader.ts';
import type { LatentSet } from '../latents/reader.ts';
import { latentsFolder, readManifest } from '../latents/store.ts';
import { DataOrder, prepareBatch } from '../training/batch.ts';
import type { Batch, TrainingData } from '../training/batch.ts';
import { channelThreads } from './channel-threads.ts';
import { mathsContract } from './maths.contract.ts';
import { ownThreadPort } from './ports.ts';

interface OpenData {
  readonly set: LatentSet;
  readonly training: TrainingData;
  /** One order for each seed in use. */
  readonly orders: Map<number, DataOrder>;
  /** What was asked for: whoever asks the same may share it. */
  readonly asked: string;
  reference?: { readonly heldOut: Gaussian; readonly floor: number };
}
const heldOutIn = ({ heldOut, dimensions }: LatentSet): number => heldOut.length / dimensions;
const open = new Map<string, OpenData>();

function dataOf(name: string): OpenData {
  const found = open.get(name);
  if (!found)
    throw studioError('internal.assertion', {
      expected: `latents opened as ${name}`,
      got: [...open.keys()].join(', '),
    });
  return found;
}

const buffersOf = (values: readonly Float32Array[]): ArrayBuffer[] => values.map(({ buffer }) => buffer as ArrayBuffer);
const batchBuffers = ({ x_0, noise, inputs }: Batch): ArrayBuffer[] =>
  buffersOf([x_0, noise, ...Object.values(inputs)]);

/** The held-out Gaussian, and its distance to the training pictures: no model can be expected below that. */
function referenceOf(data: OpenData): { heldOut: Gaussian; floor: number } {
  data.reference ??= (() => {
    const gaussian = (vectors: Float32Array) => {
      const mapped = project(vectors, data.set.dimensions);
      return fitGaussian(mapped.vectors, mapped.dimensions);
    };
    const heldOut = gaussian(data.set.heldOut);
    return { heldOut, floor: frechetDistance(gaussian(data.set.training), heldOut) };
  })();
  return data.reference;
}

const handlers: Handlers<typeof mathsContract> = {
  open: async ({ data, folder, heldOut, adjusted }) => {
    const asked = JSON.stringify([folder, heldOut, adjusted]);
    // Whoever looks at a run while another one trains on the same latents needs no memory of its own for them.
    const same = [...open.values()].find((other) => other.asked === asked);
    const set = same?.set ?? (await readLatentSet(folder, heldOut, adjusted));
    const count = set.training.length / set.dimensions;
    open.set(data, {
      asked,
      set,
      training: { latents: set.training, count, dimensions: set.dimensions, labels: set.labels, weights: set.weights },
      orders: new Map(),
    });
    return { training: count, heldOut: heldOutIn(set), clipped: set.clipped };
  },
  close: ({ data }) => {
    open.delete(data);
    return {};
  },
  batch: ({ data, config, steps, k }) => {
    const { training, orders } = dataOf(data);
    const order = orders.get(config.seed) ?? new DataOrder(config.seed, training.count);
    orders.set(config.seed, order);
    const batch = prepareBatch(training, config, steps, k, order);
    return transferring(batch, batchBuffers(batch));
  },
  score: ({ data, samples }) => {
    const opened = dataOf(data);
    const { heldOut, floor } = referenceOf(opened);
    const mapped = project(samples, opened.set.dimensions);
    return { frechet: frechetDistance(fitGaussian(mapped.vectors, mapped.dimensions), heldOut), floor };
  },
  distribution: ({ values }) => distributionOf(values),
  finishLatents: ({ folder, manifest, known }, { signal, progress }) =>
    finishLatents(folder, manifest, () => new Date(), known, { open: channelThreads, signal, onProgress: progress }),
  measureAgain: ({ folder }, { signal, progress }) =>
    measureAgain(folder, { open: channelThreads, signal, onProgress: progress }),
  preview: async ({ project, key, ...states }, { signal }) => {
    const base = await readManifest(latentsFolder(project, key));
    if (!base) throw studioError('latents.missing', {});
    return previewLatents({ project, base, ...states, open: channelThreads, signal });
  },
};

serve(mathsContract, handlers, ownThreadPort());
