/** Finds VAEs by name: what ships with the studio, what its library holds and what the project has trained; or by path. */
import { isAbsolute } from 'node:path';
import { studioError } from '../base/errors.ts';
import { vaeCatalogue } from './catalogue.ts';
import { readVae } from './formats/read.ts';
import { libraryNames, readVaeFile, weightsPath } from './library.ts';
import { refusePickles } from './pickle.ts';
import { starterPath } from './shipped.ts';
import { listTrained, readTrained } from './trained.ts';
import type { Vae } from './vae.ts';

/** Where VAEs are: absolute folders. */
export interface VaePlaces {
  /** What ships with the studio. */
  readonly resources: string;
  /** Those that a person added or downloaded; shared by all projects. */
  readonly library?: string | undefined;
  /** The project that may have trained some of its own. */
  readonly project?: string | undefined;
}

/**
 * Loads a VAE by name, or from an absolute path. Throws `vae.unknown`, `vae.badFile`, and `storage.damaged` when the weights in
 * the library are not those that were added.
 */
export async function loadVae(name: string, { resources, library, project }: VaePlaces): Promise<Vae> {
  if (name === 'starter') return readStarter(starterPath(resources));
  if (isAbsolute(name)) {
    await refusePickles(name);
    return readVae(name);
  }
  const trained = project === undefined ? undefined : await readTrained(project, name);
  if (trained) return trained;
  const file = library === undefined ? undefined : await readVaeFile(library, name);
  if (library === undefined || !file) {
    const known = [
      ...vaeCatalogue.map((vae) => vae.name),
      ...(project === undefined ? [] : (await listTrained(project)).map((vae) => vae.name)),
      ...(library === undefined ? [] : await libraryNames(library)),
    ];
    throw studioError('vae.unknown', { name, known });
  }
  const path = weightsPath(library, name, file);
  const vae = await readVae(path);
  if (!file.sha256.startsWith(vae.hash))
    throw studioError('storage.damaged', { path, reason: 'its weights are not the ones that were added' });
  return { ...vae, name, title: file.title };
}

/** The VAE that latents were made with, to decode what is like them. Throws `vae.changed` when its weights are others by now, and what loadVae throws. */
export async function loadVaeOf({ name, hash }: Pick<Vae, 'name' | 'hash'>, places: VaePlaces): Promise<Vae> {
  const vae = await loadVae(name, places);
  if (vae.hash !== hash) throw studioError('vae.changed', { name });
  return vae;
}

/** Reads a VAE of the starter's kind from a file, by the starter's name. Throws `vae.badFile`. */
export const readStarter = async (path: string): Promise<Vae> => ({
  ...(await readVae(path)),
  name: 'starter',
  title: vaeCatalogue[0].title,
});
