/** What of a project could not be used without a VAE. */
import { picturesIn } from '../../latents/schema.ts';
import { latentsFolder, listLatents, readManifest } from '../../latents/store.ts';
import { listRuns } from '../../runs/store.ts';
import type { VaeInfo } from '../../vae/schema.ts';

/** In words, one entry for each. */
export async function usersOfVae(project: string, { name, hash }: Pick<VaeInfo, 'name' | 'hash'>): Promise<string[]> {
  const keys = await listLatents(project);
  const manifests = await Promise.all(keys.map((key) => readManifest(latentsFolder(project, key))));
  const latents = manifests.filter((manifest) => manifest?.vae.hash === hash);
  const made = new Set(latents.map((manifest) => manifest?.key));
  const runs = (await listRuns(project)).filter((run) => run.vae === name || made.has(run.latentsKey));
  return [
    ...latents.map((manifest) => `the latents of ${picturesIn(manifest!)} pictures`),
    ...runs.map((run) => `the run “${run.name}”`),
  ];
}
