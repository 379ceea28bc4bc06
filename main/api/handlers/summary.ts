/** The open project at a glance, read from its files. */
import {
  countRows,
  datasetHash,
  readManifest,
  readSettings,
  summarise as summarisePictures,
} from '../../datasets/manifest.ts';
import { listPictures } from '../../gallery/store.ts';
import { latentsFolder, listLatents, readManifest as readLatents, readStatistics } from '../../latents/store.ts';
import { picturesIn } from '../../latents/schema.ts';
import type { LatentManifest, LatentStatistics } from '../../latents/schema.ts';
import type { OpenProject } from '../../projects/store.ts';
import { listRuns, listVaeRuns } from '../../runs/store.ts';
import type { ProjectSummary } from '../contract/contract.ts';

/** The latents of the pictures as they are now: complete ones before partial ones. */
export async function currentLatents(project: string): Promise<LatentManifest | undefined> {
  const settings = await readSettings(project);
  if (!settings) return undefined;
  const wanted = datasetHash(await readManifest(project), settings);
  const all = await Promise.all((await listLatents(project)).map((key) => readLatents(latentsFolder(project, key))));
  const matching = all.filter((manifest) => manifest?.datasetHash === wanted);
  return matching.find((manifest) => manifest?.complete) ?? matching[0];
}

export async function currentStatistics(project: string): Promise<LatentStatistics | undefined> {
  const manifest = await currentLatents(project);
  return manifest?.complete ? readStatistics(latentsFolder(project, manifest.key)) : undefined;
}

export async function summarise({ path, file }: OpenProject): Promise<ProjectSummary> {
  const settings = await readSettings(path);
  const rows = await readManifest(path);
  const latents = await currentLatents(path);
  return {
    path,
    name: file.name,
    pictures: countRows(rows),
    ...(settings ? { pictureSettings: settings, dataset: summarisePictures(rows, settings) } : {}),
    latents: {
      encoded: latents ? picturesIn(latents) : 0,
      complete: latents?.complete ?? false,
      ...(latents ? { vae: latents.vae.name } : {}),
    },
    runs: await listRuns(path),
    vaeRuns: await listVaeRuns(path),
    galleryPictures: (await listPictures(path)).length,
  };
}
