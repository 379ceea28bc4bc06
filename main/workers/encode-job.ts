/** Encodes a project's pictures and makes their statistics. */
import { studioError } from '../base/errors.ts';
import { datasetHash, readManifest as readPictures, readSettings, usedPictures } from '../datasets/manifest.ts';
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
  { device, maths, pictures }: Threads,
  job: EncodeJob,
): Promise<{ key: string; statistics: LatentStatistics; report: EncodingReport }> {
  const { project } = job;
  const rows = await readPictures(project);
  const settings = await readSettings(project);
  const used = usedPictures(rows);
  if (used.length === 0 || !settings) throw studioError('dataset.empty', {});
  // Per-element statistics need at least two pictures.
  if (used.length < 2) throw studioError('dataset.tooFew', { found: used.length, needed: 2 });
  const vae = await loadVae(job.vae, job);
  const { manifest, report } = await encodePictures({
    ...job,
    pictures: used,
    datasetHash: datasetHash(rows, settings),
    pictureSize: settings.size,
    shaping: shapingOf(settings),
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
