/** What was done about pictures, as a run that starts now minds it. */
import { readAdjustments } from '../datasets/operations/log.ts';
import { clipsAny, idsIn, latentAdjustments } from '../latents/adjusted.ts';
import { hasAllNumbers } from '../latents/schema.ts';
import type { LatentAdjustments, LatentManifest } from '../latents/schema.ts';
import { latentsFolder, readStatistics } from '../latents/store.ts';
import type { Threads } from './threads.ts';

/** Of the pictures of this set; undefined where nothing was done about them. */
export async function runAdjustments(
  { maths }: Threads,
  project: string,
  latents: LatentManifest,
): Promise<LatentAdjustments | undefined> {
  const adjustments = await readAdjustments(project);
  if (!clipsAny(adjustments.clip, idsIn(latents))) return latentAdjustments(adjustments, latents, []);
  const folder = latentsFolder(project, latents.key);
  const known = await readStatistics(folder);
  const statistics = known && hasAllNumbers(known) ? known : await maths.measureAgain({ folder });
  return latentAdjustments(adjustments, latents, statistics.channels);
}
