/** Encodes a project's pictures and makes their statistics. */
import { studioError } from '../base/errors.ts';
import type { Progress } from '../base/progress.ts';
import { datasetHash, readManifest as readPictures, readSettings, usedPictures } from '../datasets/manifest.ts';
import { encodePictures } from '../latents/encode.ts';
import type { LatentStatistics } from '../latents/schema.ts';
import { latentsFolder, readStatistics } from '../latents/store.ts';
import { loadVae } from '../vae/load.ts';
import type { Threads } from './threads.ts';

export interface EncodeJob {
  readonly project: string;
  readonly resources: string;
  readonly library: string;
  readonly vae: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export async function encodeJob(
  { device, maths, pictures }: Threads,
  job: EncodeJob,
): Promise<{ key: string; statistics: LatentStatistics }> {
  const { project, signal, onProgress } = job;
  const rows = await readPictures(project);
  const settings = await readSettings(project);
  const used = usedPictures(rows);
  if (used.length === 0 || !settings) throw studioError('dataset.empty', {});
  // Per-element statistics need at least two pictures.
  if (used.length < 2) throw studioError('dataset.tooFew', { found: used.length, needed: 2 });
  const vae = await loadVae(job.vae, job);
  const manifest = await encodePictures({
    project,
    pictures: used,
    datasetHash: datasetHash(rows, settings),
    pictureSize: settings.size,
    vae,
    device,
    loadPixels: async (picture) => (await pictures().load({ project, picture })).rgb,
    signal,
    onProgress,
  });
  const folder = latentsFolder(project, manifest.key);
  const known = manifest.complete ? await readStatistics(folder) : undefined;
  return { key: manifest.key, statistics: known ?? (await maths.finishLatents({ folder, manifest })) };
}
