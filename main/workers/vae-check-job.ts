/** Checks how well a VAE gives a project's pictures back, and keeps PNGs of the worst ones. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ProgressMeter } from '../base/progress.ts';
import type { Progress } from '../base/progress.ts';
import { readPictures } from '../datasets/present.ts';
import type { UsedPicture } from '../datasets/schema.ts';
import { ssim } from '../evaluation/ssim.ts';
import { beginCheck, checkFile, finishCheck, sumUp } from '../latents/checks.ts';
import { reconstruct } from '../latents/reconstruction.ts';
import type { Reconstructed } from '../latents/reconstruction.ts';
import { loadVae } from '../vae/load.ts';
import { psnr } from '../vae/pixels.ts';
import type { Reconstruction, ReconstructionCheck } from '../vae/schema.ts';
import type { Pictures, Threads } from './threads.ts';

export interface VaeCheckJob {
  readonly project: string;
  readonly resources: string;
  readonly library: string;
  readonly vae: string;
  /** So many pictures at most, spread over all. */
  readonly most?: number | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** So many of the worst pictures are kept to look at. */
const kept = 60;

/** Throws `dataset.empty`, `dataset.allLeftOut`, `vae.doesNotFit`, `latents.notFinite` and what `loadVae` throws; the last check is then still there. */
export async function vaeCheckJob(
  threads: Pick<Threads, 'device'> & { readonly pictures: () => Pick<Pictures, 'load' | 'writeGrid'> },
  job: VaeCheckJob,
): Promise<ReconstructionCheck> {
  const { project, signal } = job;
  const { settings, pictures: used } = await readPictures(project);
  const pictures = spread(used, job.most ?? used.length);
  const vae = await loadVae(job.vae, job);
  const { size } = settings;
  const through = (some: readonly UsedPicture[]) =>
    reconstruct({
      ...{ device: threads.device, vae, size, count: some.length, signal },
      load: async (index) => (await threads.pictures().load({ project, picture: some[index]! })).rgb,
      nameOf: (index) => some[index]!.source,
    });

  const meter = new ProgressMeter();
  job.onProgress(meter.update(0, pictures.length));
  const scored: Reconstruction[] = [];
  for await (const { index, original, reconstruction } of through(pictures)) {
    const { id, source, file } = pictures[index]!;
    const decibels = psnr(original, reconstruction);
    scored.push({
      ...{ id, source, original: file },
      psnr: Number.isFinite(decibels) ? decibels : null,
      ssim: ssim(original, reconstruction, size),
    });
    job.onProgress(meter.update(index + 1, pictures.length));
  }
  const about = {
    vae: { name: vae.name, hash: vae.hash },
    checkedAt: new Date().toISOString(),
    ofPictures: used.length,
  };
  const { check, rows } = sumUp(about, scored, 3 * size ** 2);

  const unfinished = await beginCheck(project, vae.hash);
  try {
    const shown = rows.slice(0, kept);
    const byId = new Map(pictures.map((picture) => [picture.id, picture]));
    for await (const one of through(shown.map(({ id }) => byId.get(id)!))) {
      const row = shown[one.index]!;
      const write = (name: string, rgb: Uint8Array) =>
        threads.pictures().writeGrid({ path: join(unfinished, name), pictures: [rgb], size, columns: 1, margin: 0 });
      const names = { reconstruction: `${row.id}-reconstruction.png`, difference: `${row.id}-difference.png` };
      await write(names.reconstruction, one.reconstruction);
      await write(names.difference, difference(one));
      shown[one.index] = {
        ...row,
        reconstruction: checkFile(vae.hash, names.reconstruction),
        difference: checkFile(vae.hash, names.difference),
      };
    }
    await finishCheck(project, unfinished, { check, rows: [...shown, ...rows.slice(kept)] });
    return check;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** `most` of the pictures, evenly spread: the same ones every time. */
const spread = (pictures: readonly UsedPicture[], most: number): UsedPicture[] => {
  const count = Math.min(most, pictures.length);
  return Array.from({ length: count }, (_, i) => pictures[Math.floor((i * pictures.length) / count)]!);
};

/** Grey (128) where nothing changed; differences of more than half the range are shown as half of it. */
const difference = ({ original, reconstruction }: Reconstructed): Uint8Array =>
  original.map((value, i) => Math.min(255, Math.max(0, 128 + reconstruction[i]! - value)));
