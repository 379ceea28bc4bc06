/** What an operation on pictures would do to the latents; pictures that it frames anew are encoded for that, and for nothing else. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withFileErrors } from '../storage/files.ts';
import { adjusted, picturesNamed } from '../datasets/operations/adjustments.ts';
import { makeFramedCopies } from '../datasets/operations/framed-copies.ts';
import { framedName, framingKeys } from '../datasets/operations/framing.ts';
import type { Operation } from '../datasets/operations/schema.ts';
import { readPictures } from '../datasets/present.ts';
import type { PresentDataset } from '../datasets/present.ts';
import { nearestLatents } from '../latents/caches.ts';
import { encodePictures } from '../latents/encode.ts';
import { missingIn, setsLike } from '../latents/preview/preview.ts';
import type { PlacedSet } from '../latents/preview/preview.ts';
import type { LatentPreview } from '../latents/preview/schema.ts';
import type { LatentManifest } from '../latents/schema.ts';
import { latentsFolder } from '../latents/store.ts';
import { loadVaeOf } from '../vae/load.ts';
import type { Progress } from '../base/progress.ts';
import type { Threads } from './threads.ts';

export interface PreviewJob {
  readonly project: string;
  readonly resources: string;
  readonly library: string;
  readonly operation: Operation;
  readonly signal: AbortSignal;
  /** Of pictures that are encoded. */
  readonly onProgress: (progress: Progress) => void;
}

const namesOf = ({ pictures, adjustments }: PresentDataset): string[] =>
  pictures.map(({ id }) => framedName(id, adjustments.framings[id]));
const stateOf = (present: PresentDataset) => ({
  names: namesOf(present),
  clip: present.adjustments.clip,
});

/** Throws `latents.missing`, `dataset.allLeftOut`, `dataset.sourceGone`, and what encoding throws. */
export async function previewJob(threads: Threads, job: PreviewJob): Promise<LatentPreview> {
  const { project, operation, signal } = job;
  const before = await readPictures(project);
  const after = await readPictures(project, adjusted(before.adjustments, operation));
  const base = await nearestLatents(project);
  const folder = await withFileErrors(tmpdir(), () => mkdtemp(join(tmpdir(), 'cauchy-preview-')));
  try {
    const extra = await encodeMissing(threads, job, { after, base, folder });
    return await threads.maths.preview(
      { project, key: base.key, before: stateOf(before), after: stateOf(after), ...(extra ? { extra } : {}) },
      { signal },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Encodes the pictures of the operation that no set has as they would be shown, into a set of its own below `folder`. */
async function encodeMissing(
  { device, decoder, pictures }: Threads,
  { signal, onProgress, ...job }: PreviewJob,
  { after, base, folder }: { after: PresentDataset; base: LatentManifest; folder: string },
): Promise<PlacedSet | undefined> {
  const { project, operation } = job;
  if (operation.kind !== 'recrop' && operation.kind !== 'pad') return undefined;
  const missing = new Set(missingIn(await setsLike(project, base), namesOf(after)));
  const named = new Set(picturesNamed(operation));
  const { settings, adjustments } = after;
  const { framings } = adjustments;
  const asked = after.pictures.filter(({ id }) => named.has(id) && missing.has(framedName(id, framings[id])));
  if (asked.length === 0) return undefined;
  await makeFramedCopies({ project, pictures: asked, framings, settings, decoder, signal });
  const { posterior, flip, precision } = base;
  const { manifest } = await encodePictures({
    project: folder,
    pictures: asked,
    datasetHash: 'preview',
    framings: framingKeys(asked, adjustments),
    pictureSize: settings.size,
    vae: await loadVaeOf(base.vae, job),
    // An encoding may be under way on the same device.
    ...{ device, posterior, flip, precision, signal, program: 'preview' },
    onProgress: ({ counts: _counts, idleShare: _idle, ...progress }) => onProgress(progress),
    loadPixels: async (picture) => (await pictures().load({ project, picture })).rgb,
  });
  return { folder: latentsFolder(folder, manifest.key), manifest };
}
