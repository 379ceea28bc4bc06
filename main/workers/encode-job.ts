/** Encodes a project's pictures and makes their statistics. */
import { studioError } from '../base/errors.ts';
import { makeFramedCopies } from '../datasets/operations/framed-copies.ts';
import { framingKeys } from '../datasets/operations/framing.ts';
import { readPictures } from '../datasets/present.ts';
import type { PictureSettings } from '../datasets/schema.ts';
import { encodePictures } from '../latents/encode.ts';
import type { EncodeProgress } from '../latents/encode.ts';
import { readMeasured } from '../latents/finish.ts';
import { knownLatentsOf } from '../latents/sanity.ts';
import type { EncodingReport, EncodingWishes, LatentStatistics } from '../latents/schema.ts';
import { latentsFolder, writeChosen } from '../latents/store.ts';
import { loadVae } from '../vae/load.ts';
import type { Threads } from './threads.ts';

export interface EncodeJob extends EncodingWishes {
  readonly project: string;
  readonly resources: string;
  readonly library: string;
  readonly vae: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: EncodeProgress) => void;
}

/** Names how pictures are brought to one size: other framings of the same picture have other latents. */
export const shapingOf = ({ size, framing, background }: PictureSettings): string =>
  JSON.stringify([size, framing, background.toLowerCase()]);

/** The encoded set is the one that training starts from then. */
export async function encodeJob(
  { device, maths, pictures, decoder }: Threads,
  job: EncodeJob,
): Promise<{ key: string; statistics: LatentStatistics; report: EncodingReport }> {
  const { project } = job;
  const { settings, adjustments, pictures: used, hash } = await readPictures(project);
  // Per-element statistics need at least two pictures.
  if (used.length < 2) throw studioError('dataset.tooFew', { found: used.length, needed: 2 });
  const vae = await loadVae(job.vae, job);
  // They were made when they were asked for; a copy that was lost since is made again.
  const { framings } = adjustments;
  await makeFramedCopies({ project, pictures: used, framings, settings, decoder, signal: job.signal });
  const { manifest, report } = await encodePictures({
    ...job,
    pictures: used,
    datasetHash: hash,
    pictureSize: settings.size,
    shaping: shapingOf(settings),
    framings: framingKeys(used, adjustments),
    vae,
    device,
    loadPixels: async (picture) => (await pictures().load({ project, picture })).rgb,
  });
  const { key } = manifest;
  if (report.pictures < 2) throw studioError('dataset.tooFew', { found: report.pictures, needed: 2 });
  const folder = latentsFolder(project, key);
  const known = knownLatentsOf(vae);
  const { signal } = job;
  const statistics = manifest.complete
    ? ((await readMeasured(folder))?.statistics ?? (await maths.measureAgain({ folder }, { signal })))
    : await maths.finishLatents({ folder, manifest, ...(known ? { known } : {}) }, { signal });
  await writeChosen(project, key);
  return { key, statistics, report };
}
