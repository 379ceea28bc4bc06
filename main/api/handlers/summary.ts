/** The open project at a glance, read from its files. */
import { countRows, readManifest, readSettings, summarise as summarisePictures } from '../../datasets/manifest.ts';
import { readOperations } from '../../datasets/operations/log.ts';
import { adjustmentsOf } from '../../datasets/operations/adjustments.ts';
import { countAdjusted } from '../../datasets/present.ts';
import { listPictures } from '../../gallery/store.ts';
import { countEncoded, currentLatents } from '../../latents/caches.ts';
import type { OpenProject } from '../../projects/store.ts';
import { listRuns, listVaeRuns } from '../../runs/store.ts';
import type { ProjectSummary } from '../contract/contract.ts';

export async function summarise({ path, file }: OpenProject): Promise<ProjectSummary> {
  const settings = await readSettings(path);
  const rows = await readManifest(path);
  const operations = await readOperations(path);
  const latents = await currentLatents(path);
  return {
    path,
    name: file.name,
    pictures: countRows(rows),
    ...(settings ? { pictureSettings: settings, dataset: summarisePictures(rows, settings) } : {}),
    ...(operations.length > 0 ? { adjusted: countAdjusted(rows, adjustmentsOf(operations)) } : {}),
    latents: {
      encoded: latents ? await countEncoded(path, latents) : 0,
      complete: latents?.complete ?? false,
      ...(latents ? { vae: latents.vae.name } : {}),
    },
    runs: await listRuns(path),
    vaeRuns: await listVaeRuns(path),
    galleryPictures: (await listPictures(path)).length,
  };
}
