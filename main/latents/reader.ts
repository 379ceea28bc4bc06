/** Reads a complete set of latents into memory, normalised, with the split into training and held-out pictures. */
import { studioError } from '../base/errors.ts';
import { classesOf } from '../datasets/classes.ts';
import { readManifest as readPictures } from '../datasets/manifest.ts';
import { split } from '../datasets/splits.ts';
import { weightsOf } from './adjusted.ts';
import { Clipper } from './clip.ts';
import { NormalisedDeviation, normalise } from './normalise.ts';
import { copiesIn, picturesIn } from './schema.ts';
import type { ClippedCount, LatentAdjustments, LatentManifest, StoredStatistics } from './schema.ts';
import type { Normalisation } from './store.ts';
import { latentBlocks, openShard, projectOf, readManifest, readNormalisation, readStatistics } from './store.ts';

export interface LatentSet {
  readonly manifest: LatentManifest;
  readonly statistics: StoredStatistics;
  readonly normalisation: Normalisation;
  /** channels · height · width */
  readonly dimensions: number;
  /** Normalised, one after another: pictures, each followed by its mirror image where the set has such. */
  readonly training: Float32Array;
  /** Without mirror images. */
  readonly heldOut: Float32Array;
  /** Class of each training latent, in the order of `training`: an index into `classes`, −1 for none. */
  readonly labels: Int32Array;
  /** Names of the classes of all pictures, held out or not, sorted. */
  readonly classes: readonly string[];
  /** What each training latent counts in the loss, with a mean of 1; absent where all count the same. */
  readonly weights?: Float64Array | undefined;
  /** What was clipped of the training latents; absent where nothing was to be. */
  readonly clipped?: ClippedCount | undefined;
}

/** Raw latents of all pictures, one after another, in the order of the manifest. */
export async function readAllLatents(folder: string, manifest: LatentManifest): Promise<Float32Array> {
  const all = new Float32Array(picturesIn(manifest) * copiesIn(manifest) * dimensionsOf(manifest));
  let offset = 0;
  for await (const block of latentBlocks(folder, manifest)) {
    all.set(block, offset);
    offset += block.length;
  }
  return all;
}

/** The latent of one picture of a set, by its index, as the VAE gave it; not that of its mirror image. */
export async function readLatent(folder: string, manifest: LatentManifest, picture: number): Promise<Float32Array> {
  let row = picture;
  for (const shard of manifest.shards) {
    if (row >= shard.pictures.length) {
      row -= shard.pictures.length;
      continue;
    }
    const file = await openShard(folder, shard, manifest);
    try {
      return (await file.readRows('latents', row * copiesIn(manifest), 1)).data;
    } finally {
      await file.close();
    }
  }
  throw studioError('internal.assertion', {
    expected: `one of ${picturesIn(manifest)} pictures`,
    got: String(picture),
  });
}

const dimensionsOf = ({ shape }: LatentManifest): number => shape[0] * shape[1] * shape[2];

/**
 * The class of each of these pictures, looked up in the dataset's manifest: latents don't know it, so that sorting
 * pictures anew costs no encoding.
 */
async function readClasses(project: string, ids: readonly string[]): Promise<{ labels: Int32Array; names: string[] }> {
  const encoded = new Set(ids);
  const rows = (await readPictures(project)).filter((row) => row.kind === 'used').filter(({ id }) => encoded.has(id));
  const names = classesOf(rows).map(({ name }) => name);
  const indexOf = new Map(names.map((name, i) => [name, i]));
  const labelOf = new Map(rows.map(({ id, label }) => [id, label]));
  return { names, labels: Int32Array.from(ids, (id) => indexOf.get(labelOf.get(id) ?? '') ?? -1) };
}

/** The classes of a set's pictures, and how many of its training pictures have each. */
export async function trainingClasses(
  folder: string,
  manifest: LatentManifest,
  heldOut: number,
): Promise<{ name: string; pictures: number }[]> {
  const ids = manifest.shards.flatMap((shard) => shard.pictures);
  const chosen = new Set(split({ ids, heldOut }).heldOut);
  const { names, labels } = await readClasses(projectOf(folder), ids);
  const pictures = names.map(() => 0);
  labels.forEach((label, i) => {
    if (label >= 0 && !chosen.has(ids[i]!)) pictures[label]!++;
  });
  return names.map((name, i) => ({ name, pictures: pictures[i]! }));
}

/**
 * Loads and checks latents, a shard at a time. `heldOut` pictures are kept out of training, with their mirror images; which ones depends
 * only on their ids. `adjusted` is what was done about the pictures that training minds. That normalisation gives a deviation of 0.5 is
 * asserted before clipping, which lowers it; held-out latents are not clipped, because they are what samples are compared with.
 */
export async function readLatentSet(folder: string, heldOut: number, adjusted?: LatentAdjustments): Promise<LatentSet> {
  const manifest = await readManifest(folder);
  const statistics = await readStatistics(folder);
  if (!manifest?.complete || !statistics) throw studioError('latents.missing', {});
  const normalisation = await readNormalisation(folder);
  const ids = manifest.shards.flatMap((shard) => shard.pictures);
  const chosen = new Set(split({ ids, heldOut }).heldOut);
  const [dimensions, copies] = [dimensionsOf(manifest), copiesIn(manifest)];
  const training = new Float32Array((ids.length - heldOut) * copies * dimensions);
  const aside = new Float32Array(heldOut * dimensions);
  const deviation = new NormalisedDeviation(dimensions, statistics.constantElements);
  const next = { picture: 0, training: 0, aside: 0 };
  const clipper = adjusted?.clip && new Clipper(adjusted.clip, dimensions);
  for await (const raw of latentBlocks(folder, manifest)) {
    const block = clipper ? raw.slice() : raw;
    deviation.add(normalise(block, normalisation));
    const length = copies * dimensions;
    for (let at = 0; at < block.length; at += length) {
      const id = ids[next.picture++]!;
      if (chosen.has(id)) {
        // What training is compared with are the pictures themselves.
        aside.set(block.subarray(at, at + dimensions), next.aside);
        next.aside += dimensions;
      } else {
        const latents = raw.subarray(at, at + length);
        if (clipper) {
          clipper.clip(latents, id);
          normalise(latents, normalisation);
        }
        training.set(latents, next.training);
        next.training += length;
      }
    }
  }
  deviation.assert();
  const { labels, names } = await readClasses(projectOf(folder), ids);
  const kept = [...ids.keys()].filter((i) => !chosen.has(ids[i]!));
  return {
    manifest,
    statistics,
    normalisation,
    dimensions,
    training,
    heldOut: aside,
    labels: Int32Array.from(kept.flatMap((i) => new Array<number>(copies).fill(labels[i]!))),
    classes: names,
    weights: weightsOf(
      kept.map((i) => ids[i]!),
      copies,
      adjusted,
    ),
    clipped: clipper?.count,
  };
}
