/** Why a value of a latent is extreme: likely causes in its picture, and what blurring its place does. */
import { studioError } from '../base/errors.ts';
import type { Progress } from '../base/progress.ts';
import { makeFramedCopies } from '../datasets/operations/framed-copies.ts';
import { decodingOf } from '../datasets/operations/framing.ts';
import { readPictures } from '../datasets/present.ts';
import type { PresentDataset } from '../datasets/present.ts';
import type { UsedPicture } from '../datasets/schema.ts';
import { loadSources } from '../datasets/sources.ts';
import { checkCause } from '../latents/causes/check.ts';
import type { CauseCheck, CausePlace, LikelyCauses, LookedAtPlace } from '../latents/causes/schema.ts';
import { readMeasured } from '../latents/finish.ts';
import { readLatent } from '../latents/reader.ts';
import { latentsFolder, readManifest } from '../latents/store.ts';
import { loadVaeOf } from '../vae/load.ts';
import type { Pictures, Threads } from './threads.ts';

/** Throws `storage.notFound` for a picture that is not in use. */
async function readPicture(project: string, id: string): Promise<{ present: PresentDataset; picture: UsedPicture }> {
  const present = await readPictures(project);
  const picture = present.pictures.find((one) => one.id === id);
  if (!picture) throw studioError('storage.notFound', { path: `picture ${id}` });
  return { present, picture };
}

export interface CausesJob {
  readonly project: string;
  readonly picture: string;
  readonly place?: LookedAtPlace | undefined;
}

/** Tries the rules; the file that the picture came from is read again for those that need it. */
export async function causesJob(
  threads: { readonly pictures: () => Pick<Pictures, 'causes'> },
  { project, picture: id, place }: CausesJob,
): Promise<LikelyCauses> {
  const { present, picture } = await readPicture(project, id);
  const { settings, adjustments } = present;
  const framing = adjustments.framings[id];
  const shown = framing ? decodingOf(framing, settings) : { settings };
  for await (const [, source] of loadSources([picture]))
    return threads.pictures().causes({ project, picture, source, shown, ...(place ? { place } : {}) });
  throw studioError('internal.assertion', { expected: 'the source of one picture', got: 'none' });
}

export interface CheckCauseJob extends CausePlace {
  readonly project: string;
  readonly resources: string;
  readonly library: string;
  /** The set. */
  readonly key: string;
  readonly picture: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Throws `latents.missing` without the set, `storage.notFound` for a picture or a place that it has not, `vae.changed` and what loading
 * the VAE throws, `latents.notFinite`.
 */
export async function checkCauseJob(
  { device, pictures, decoder }: Pick<Threads, 'device' | 'pictures' | 'decoder'>,
  job: CheckCauseJob,
): Promise<CauseCheck> {
  const { project, key, picture: id, channel, row, col, signal, onProgress } = job;
  const folder = latentsFolder(project, key);
  const manifest = await readManifest(folder);
  const measured = manifest?.complete ? await readMeasured(folder) : undefined;
  if (!manifest || !measured) throw studioError('latents.missing', {});
  const index = manifest.shards.flatMap((shard) => shard.pictures).indexOf(id);
  const [channels, height, width] = manifest.shape;
  if (index < 0 || channel >= channels || row >= height || col >= width)
    throw studioError('storage.notFound', { path: `latents of picture ${id}, channel ${channel}, ${row}, ${col}` });
  const { present, picture } = await readPicture(project, id);
  const vae = await loadVaeOf(manifest.vae, job);
  const { settings, adjustments } = present;
  const { framings } = adjustments;
  // A copy that was lost since it was encoded is made again.
  await makeFramedCopies({ project, pictures: [picture], framings, settings, decoder, signal });
  const { rgb } = await pictures().load({ project, picture });
  return checkCause({
    ...{ device, vae, manifest, signal, onProgress, rgb, picture: id, place: { channel, row, col } },
    channels: measured.outliers.facts.channels,
    latent: await readLatent(folder, manifest, index),
  });
}
