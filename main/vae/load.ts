/** Finds VAEs by name: what ships with the studio. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { studioError } from '../base/errors.ts';
import { autoencoderOf } from '../models/autoencoder.ts';
import type { ParameterValue } from '../models/parameters.ts';
import { withFileErrors } from '../storage/files.ts';
import { readSafetensors } from '../storage/safetensors.ts';
import { vaeCatalogue } from './catalogue.ts';
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

/** Loads a VAE by name. Throws `vae.unknown` and `vae.badFile`. */
export async function loadVae(name: string, { resources }: VaePlaces): Promise<Vae> {
  if (name !== 'starter') throw studioError('vae.unknown', { name, known: vaeCatalogue.map((vae) => vae.name) });
  return readStarter(join(resources, 'vae', 'starter.safetensors'));
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
