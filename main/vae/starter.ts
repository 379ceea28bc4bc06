/** The VAE that ships with the studio: its files, its state tensors, and its encoder and decoder as graphs. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { studioError } from '../base/errors.ts';
import type { ParameterValue } from '../models/parameters.ts';
import { decode, decoderSpecs, encode, encoderSpecs, latentChannels, reduction } from '../models/starter-vae.ts';
import { withFileErrors } from '../storage/files.ts';
import { readSafetensors } from '../storage/safetensors.ts';
import { vaeCatalogue } from './catalogue.ts';
import type { Graph } from '../tensor/ir/graph.ts';
import { trace } from '../tensor/trace/trace.ts';
import type { TensorTypes } from '../tensor/trace/trace.ts';

export interface Vae {
  readonly name: string;
  /** First 16 hex digits of the SHA-256 of the weights: part of the latents' cache key. */
  readonly hash: string;
  readonly parameters: readonly ParameterValue[];
  readonly latentChannels: number;
  readonly reduction: number;
}

/** Loads a VAE by name from the resources folder. Throws `vae.unknown` and `vae.badFile`. */
export async function loadVae(name: string, resources: string): Promise<Vae> {
  if (name !== 'starter') throw studioError('vae.unknown', { name, known: vaeCatalogue.map((vae) => vae.name) });
  return readVae(name, join(resources, 'vae', 'starter.safetensors'));
}

/** Reads a VAE of the starter's architecture from a file. Throws `vae.badFile`. */
export async function readVae(name: string, path: string): Promise<Vae> {
  const { tensors } = await readSafetensors(path);
  const parameters = [...encoderSpecs, ...decoderSpecs].map(({ name: parameter, shape }): ParameterValue => {
    const tensor = tensors.get(parameter);
    if (!tensor || tensor.shape.join() !== shape.join())
      throw studioError('vae.badFile', { path, reason: `it has no ${parameter} of shape ${shape.join('×')}` });
    return { name: parameter, shape, data: tensor.data };
  });
  const bytes = await withFileErrors(path, () => readFile(path));
  return {
    name,
    hash: createHash('sha256').update(bytes).digest('hex').slice(0, 16),
    parameters,
    latentChannels,
    reduction,
  };
}

const float = (shape: readonly number[]) => ({ dtype: 'float32', shape }) as const;
/** The VAE's parameters as inputs `vae/…`; a device feeds them from a state of these names. */
const parameterTypes = (specs: typeof encoderSpecs): TensorTypes =>
  Object.fromEntries(specs.map(({ name, shape }) => [`vae/${name}`, float(shape)]));
const withoutPrefix = <T>(inputs: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(
    Object.entries(inputs).flatMap(([name, value]) => (name.startsWith('vae/') ? [[name.slice(4), value]] : [])),
  );

/** Tensors for `createState`, under the names the two graphs ask for. */
export const vaeState = (vae: Vae): { name: string; shape: number[]; data: Float32Array }[] =>
  vae.parameters.map(({ name, shape, data }) => ({ name: `vae/${name}`, shape: [...shape], data }));

/** `x` [batch, 3, size, size] in [−1, 1] → `mean` [batch, 4, size/8, size/8]. */
export function encoderGraph(batch: number, size: number): Graph {
  return trace('VAE encoder', ({ x, ...inputs }) => ({ mean: encode(withoutPrefix(inputs), x!).mean }), {
    x: float([batch, 3, size, size]),
    ...parameterTypes(encoderSpecs),
  });
}

/** `z` [batch, 4, height, width] → `x` [batch, 3, 8·height, 8·width], about [−1, 1]. */
export function decoderGraph(batch: number, height: number, width: number): Graph {
  return trace('VAE decoder', ({ z, ...inputs }) => ({ x: decode(withoutPrefix(inputs), z!) }), {
    z: float([batch, latentChannels, height, width]),
    ...parameterTypes(decoderSpecs),
  });
}
