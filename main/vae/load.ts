/** Finds VAEs by name, what ships with the studio and what its library holds, or by path, and reads them. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { studioError } from '../base/errors.ts';
import { autoencoderOf } from '../models/autoencoder.ts';
import type { ParameterValue } from '../models/parameters.ts';
import { withFileErrors } from '../storage/files.ts';
import { readSafetensors } from '../storage/safetensors.ts';
import { vaeCatalogue } from './catalogue.ts';
import { libraryNames, readVaeFile, weightsNames, weightsPath } from './library.ts';
import { refusePickle } from './pickle.ts';
import { starterPath } from './shipped.ts';
import { starterConfig } from './starter.ts';
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
export async function loadVae(name: string, { resources, library }: VaePlaces): Promise<Vae> {
  if (name === 'starter') return readStarter(starterPath(resources));
  if (isAbsolute(name)) {
    await refusePickle(name);
    return readVae(name);
  }
  const file = library === undefined ? undefined : await readVaeFile(library, name);
  if (library === undefined || !file) {
    const known = [
      ...vaeCatalogue.map((vae) => vae.name),
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

/** Reads a VAE from a file or from a folder as diffusers writes it. Throws `vae.badFile`. */
export async function readVae(path: string): Promise<Vae> {
  const isFolder = (await withFileErrors(path, () => stat(path))).isDirectory();
  return readStarter(isFolder ? join(path, weightsNames[0]) : path);
}

/** Reads a VAE of the starter's sizes from a file. Throws `vae.badFile`. */
export async function readStarter(path: string): Promise<Vae> {
  const { tensors } = await readSafetensors(path);
  const { encoderSpecs, decoderSpecs } = autoencoderOf(starterConfig);
  const parameters = [...encoderSpecs, ...decoderSpecs].map(({ name: parameter, shape }): ParameterValue => {
    const tensor = tensors.get(parameter);
    if (!tensor || tensor.shape.join() !== shape.join())
      throw studioError('vae.badFile', { path, reason: `it has no ${parameter} of shape ${shape.join('×')}` });
    return { name: parameter, shape, data: tensor.data };
  });
  const bytes = await withFileErrors(path, () => readFile(path));
  const { latentChannels, reduction } = starterConfig;
  return {
    name: 'starter',
    title: 'Starter VAE',
    hash: createHash('sha256').update(bytes).digest('hex').slice(0, 16),
    config: starterConfig,
    parameters,
    latentChannels,
    reduction,
    hasPosterior: true,
    needsFullPrecision: false,
  };
}
