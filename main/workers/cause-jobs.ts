/** Why a value of a latent is extreme: likely causes in its picture, and what blurring its place does. */
import { studioError } from '../base/errors.ts';
import type { Progress } from '../base/progress.ts';
import { readManifest, readSettings } from '../datasets/manifest.ts';
import { makeFramedCopies } from '../datasets/operations/framed-copies.ts';
import { decodingOf, withFraming } from '../datasets/operations/framing.ts';
import { readAdjustments } from '../datasets/operations/log.ts';
import { loadSources } from '../datasets/sources.ts';
import { checkCause } from '../latents/causes/check.ts';
import type { CauseCheck, CausePlace, LikelyCauses, LookedAtPlace } from '../latents/causes/schema.ts';
import { readMeasured } from '../latents/finish.ts';
import { readLatent } from '../latents/reader.ts';
import { latentsFolder, readManifest as readSet } from '../latents/store.ts';
import { loadVaeOf } from '../vae/load.ts';
import type { Pictures, Threads } from './threads.ts';

/** One picture as it is framed now, without a look at all others. Throws `storage.notFound` for one that is not in use. */
async function readPicture(project: string, id: string) {
  const settings = await readSettings(project);
  const row = (await readManifest(project)).find((one) => one.kind === 'used' && one.id === id);
  if (!settings || row?.kind !== 'used') throw studioError('storage.notFound', { path: `picture ${id}` });
  const { framings } = await readAdjustments(project);
  return { settings, framings, picture: withFraming(row, { framings }) };
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
  const { settings, framings, picture } = await readPicture(project, id);
  const framing = framings[id];
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
  const manifest = await readSet(folder);
  const measured = manifest?.complete ? await readMeasured(folder) : undefined;
  if (!manifest || !measured) throw studioError('latents.missing', {});
  const index = manifest.shards.flatMap((shard) => shard.pictures).indexOf(id);
  const [channels, height, width] = manifest.shape;
  if (index < 0 || channel >= channels || row >= height || col >= width)
    throw studioError('storage.notFound', { path: `latents of picture ${id}, channel ${channel}, ${row}, ${col}` });
  const { settings, framings, picture } = await readPicture(project, id);
  const vae = await loadVaeOf(manifest.vae, job);
  // A copy that was lost since it was encoded is made again.
  await makeFramedCopies({ project, pictures: [picture], framings, settings, decoder, signal });
  const { rgb } = await pictures().load({ project, picture });
  return checkCause({
    ...{ device, vae, manifest, signal, onProgress, rgb, picture: id, place: { channel, row, col } },
    channels: measured.outliers.facts.channels,
    latent: await readLatent(folder, manifest, index),
  });
}
