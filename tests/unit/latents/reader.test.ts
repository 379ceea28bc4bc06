/** Reading latents for training: the split, and the class of each picture. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { split } from '../../../main/datasets/splits.ts';
import { finishLatents } from '../../../main/latents/finish.ts';
import { denormalise } from '../../../main/latents/normalise.ts';
import { readLatentSet, trainingClasses } from '../../../main/latents/reader.ts';
import { encodingOptionsSchema } from '../../../main/latents/schema.ts';
import type { LatentManifest } from '../../../main/latents/schema.ts';
import { latentsFolder, writeManifest, writeShard } from '../../../main/latents/store.ts';
import { writeJsonl } from '../../../main/storage/jsonl.ts';
import { temporaryFolder } from '../../support/folders.ts';

const key = 'k';
const ids = Array.from({ length: 12 }, (_, i) => (i * 7919).toString(16).padStart(16, '0'));

/** A complete set whose latents hold the number of their picture, in one element that varies. */
async function latentsOf(project: string): Promise<string> {
  const folder = latentsFolder(project, key);
  await latentManifestOf(project);
  return folder;
}

async function latentManifestOf(project: string): Promise<LatentManifest> {
  const folder = latentsFolder(project, key);
  const shards = [ids.slice(0, 7), ids.slice(7)].map((pictures, i) => ({ file: `shard-${i}.safetensors`, pictures }));
  const shape: LatentManifest['shape'] = [1, 1, 1];
  const manifest: LatentManifest = {
    key,
    vae: { name: 'none', hash: 'none' },
    datasetHash: 'none',
    pictureSize: 8,
    shape,
    ...encodingOptionsSchema.parse({}),
    ...{ reused: 0, retried: 0, leftOut: [] },
    shards,
    complete: false,
  };
  for (const { file, pictures } of shards)
    await writeShard(
      folder,
      file,
      Float32Array.from(pictures, (id) => ids.indexOf(id)),
      manifest,
    );
  await writeManifest(folder, manifest);
  await finishLatents(folder, manifest, () => new Date(0));
  return manifest;
}

/** The latent of picture i is i, that of its mirror image i + 100. */
async function finishWithMirrorImages(project: string) {
  const folder = latentsFolder(project, key);
  const file = 'both.safetensors';
  const base = await latentManifestOf(project);
  const manifest: LatentManifest = { ...base, flip: true, shards: [{ file, pictures: ids }], complete: false };
  const rows = ids.flatMap((_, i) => [i, i + 100]);
  await writeShard(folder, file, Float32Array.from(rows), manifest);
  return { manifest, statistics: await finishLatents(folder, manifest, () => new Date(0)) };
}

const writeLabels = (project: string, labels: readonly (string | undefined)[]) =>
  writeJsonl(
    join(project, 'dataset', 'manifest.jsonl'),
    // In another order than the latents', and with a picture that is not encoded.
    [...ids.entries(), [99, 'f'.repeat(16)] as const].toReversed().map(([i, id]) => ({
      kind: 'used',
      id,
      source: `${i}.png`,
      file: `dataset/images/${id}.png`,
      width: 8,
      height: 8,
      format: 'png',
      bytes: 1,
      ...(i === 99 ? { label: 'not encoded' } : labels[i] === undefined ? {} : { label: labels[i] }),
    })),
  );

it('each training picture has its class, an index into the sorted names, and −1 for none', async () => {
  const project = await temporaryFolder();
  const folder = await latentsOf(project);
  const labels = ids.map((_, i) => ['owls', 'cats', undefined][i % 3]);
  await writeLabels(project, labels);
  const set = await readLatentSet(folder, 4);
  expect(set.classes).toEqual(['cats', 'owls']);
  // The latents of the training pictures rise with the number of the picture, whatever normalisation does to them.
  const training = ids.flatMap((id, i) => (split({ ids, heldOut: 4 }).training.includes(id) ? [i] : []));
  expect([...set.training].map((x) => Math.round(2 * x * 3.605551 + 5.5))).toEqual(training);
  expect([...set.labels]).toEqual(training.map((i) => [1, 0, -1][i % 3]));
});

it('sorting the pictures anew changes the classes and needs no new latents', async () => {
  const project = await temporaryFolder();
  const folder = await latentsOf(project);
  const none = await readLatentSet(folder, 0);
  expect([none.classes, [...none.labels]]).toEqual([[], ids.map(() => -1)]);
  await writeLabels(
    project,
    ids.map((_, i) => (i < 6 ? 'a' : 'b')),
  );
  const { classes, labels } = await readLatentSet(folder, 0);
  expect([classes, [...labels]]).toEqual([['a', 'b'], ids.map((_, i) => (i < 6 ? 0 : 1))]);
});

it('weights have a mean of 1 over the training latents, a picture and its mirror image alike', async () => {
  const project = await temporaryFolder();
  const folder = latentsFolder(project, key);
  await finishWithMirrorImages(project);
  const { training } = split({ ids, heldOut: 4 });
  const light = training.slice(0, 2);
  const weights = Object.fromEntries(light.map((id) => [id, 0.2]));
  // Two of eight count a fifth: the mean is 0.8.
  const expected = ids.filter((id) => training.includes(id)).flatMap((id) => (light.includes(id) ? [0.25, 0.25] : [1.25, 1.25])); // prettier-ignore
  const set = await readLatentSet(folder, 4, { weights });
  expect([...set.weights!].map((weight) => Number(weight.toFixed(12)))).toEqual(expected);
  expect((await readLatentSet(folder, 4)).weights).toBeUndefined();
  const heldOutOnly = Object.fromEntries(split({ ids, heldOut: 4 }).heldOut.map((id) => [id, 0.5]));
  expect((await readLatentSet(folder, 4, { weights: heldOutOnly })).weights).toBeUndefined();
});

it('of a set with mirror images, those of held-out pictures are trained on as little as the pictures', async () => {
  const project = await temporaryFolder();
  const folder = latentsFolder(project, key);
  const { manifest, statistics } = await finishWithMirrorImages(project);
  expect(statistics).toMatchObject({ pictures: 12, copies: 2 });
  expect(statistics.channels[0]!.n).toBe(24);
  await writeLabels(
    project,
    ids.map((_, i) => (i % 2 === 0 ? 'even' : 'odd')),
  );
  const set = await readLatentSet(folder, 4);
  const raw = (values: Float32Array) => [...denormalise(values, set.normalisation)].map(Math.round);
  const { heldOut, training } = split({ ids, heldOut: 4 });
  const numbers = (of: readonly string[]) => of.map((id) => ids.indexOf(id)).sort((a, b) => a - b);
  expect(raw(set.heldOut)).toEqual(numbers(heldOut));
  expect(raw(set.training)).toEqual(numbers(training).flatMap((i) => [i, i + 100]));
  expect([...set.labels]).toEqual(numbers(training).flatMap((i) => [i % 2, i % 2]));
  // Pictures are counted once: a class of four pictures stays one of four.
  const counted = await trainingClasses(folder, manifest, 4);
  expect(counted.reduce((sum, { pictures }) => sum + pictures, 0)).toBe(8);
});
