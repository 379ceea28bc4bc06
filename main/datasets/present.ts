/** A dataset as it is now: its pictures with everything that was done about them. */
import { studioError } from '../base/errors.ts';
import { datasetHash, readManifest, readSettings, usedPictures } from './manifest.ts';
import { boundOf } from './operations/adjustments.ts';
import { withFraming } from './operations/framing.ts';
import { readAdjustments } from './operations/log.ts';
import type { AdjustedCounts, Adjustments } from './operations/schema.ts';
import type { ManifestRow, PictureSettings, UsedPicture } from './schema.ts';

export interface PresentDataset {
  readonly settings: PictureSettings;
  readonly adjustments: Adjustments;
  /** Those that are encoded and trained on, ordered by id. */
  readonly pictures: readonly UsedPicture[];
  /** Identifies these pictures and their shaping. */
  readonly hash: string;
}

/** With `adjustments` as it would be with these instead of today's. Undefined before the first import. */
export async function readPresent(project: string, adjustments?: Adjustments): Promise<PresentDataset | undefined> {
  const settings = await readSettings(project);
  if (!settings) return undefined;
  const rows = await readManifest(project);
  const given = adjustments ?? (await readAdjustments(project));
  return {
    settings,
    adjustments: given,
    pictures: adjustedPictures(rows, given),
    hash: datasetHash(rows, settings, given),
  };
}

/** Like `readPresent`. Throws `dataset.empty` without any picture in use, and `dataset.allLeftOut`. */
export async function readPictures(project: string, adjustments?: Adjustments): Promise<PresentDataset> {
  const present = await readPresent(project, adjustments);
  if (present && present.pictures.length > 0) return present;
  const pictures = usedPictures(await readManifest(project)).length;
  throw pictures > 0 ? studioError('dataset.allLeftOut', { pictures }) : studioError('dataset.empty', {});
}

/** The pictures in use without those that are left out, each with the shaped copy that counts, ordered by id. */
function adjustedPictures(rows: readonly ManifestRow[], adjustments: Adjustments): UsedPicture[] {
  const gone = new Set(adjustments.leftOut);
  return usedPictures(rows)
    .filter(({ id }) => !gone.has(id))
    .map((picture) => withFraming(picture, adjustments));
}

/** How many of the pictures in use something was done about. */
export function countAdjusted(
  rows: readonly ManifestRow[],
  { leftOut, weights, framings, clip }: Adjustments,
): AdjustedCounts {
  const used = new Set(usedPictures(rows).map(({ id }) => id));
  const inUse = (ids: readonly string[]) => ids.filter((id) => used.has(id)).length;
  return {
    leftOut: inUse(leftOut),
    weighed: inUse(Object.keys(weights)),
    reframed: inUse(Object.keys(framings)),
    clipped: [...used].filter((id) => boundOf(clip, id) !== null).length,
  };
}
