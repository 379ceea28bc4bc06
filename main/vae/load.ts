/** Finds VAEs by name: what ships with the studio, and what the project has trained. */
import { join } from 'node:path';
import { studioError } from '../base/errors.ts';
import { vaeCatalogue } from './catalogue.ts';
import { starterConfig } from './starter.ts';
import { listTrained, readCells, readTrained } from './trained.ts';
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

/** Loads a VAE by name. Throws `vae.unknown`, `vae.badFile` and `storage.damaged`. */
export async function loadVae(name: string, { resources, project }: VaePlaces): Promise<Vae> {
  if (name === 'starter') return readStarter(join(resources, 'vae', 'starter.safetensors'));
  const trained = project === undefined ? undefined : await readTrained(project, name);
  if (trained) return trained;
  const known = [...vaeCatalogue, ...(project === undefined ? [] : await listTrained(project))];
  throw studioError('vae.unknown', { name, known: known.map((vae) => vae.name) });
}

/** Reads a VAE of the starter's sizes from a file. Throws `vae.badFile`. */
export async function readStarter(path: string): Promise<Vae> {
  return { ...(await readCells(path, starterConfig)), name: 'starter', title: 'Starter VAE' };
}
