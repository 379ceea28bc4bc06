/** The VAEs that encoding and decoding are measured with, by the names of `--vae`. */
import { join } from 'node:path';
import { z } from 'zod';
import { autoencoderOf } from '../models/autoencoder.ts';
import type { AutoencoderConfig } from '../models/autoencoder.ts';
import { loadVae } from '../vae/load.ts';
import type { Vae } from '../vae/vae.ts';
import { sizeOf, startsOf, startValues } from './fill.ts';

/** Architectures with weights made up: how fast they are does not depend on what they learned. */
const architectures = {
  /** Stable Diffusion's. */
  sd: {
    kind: 'kl',
    latentChannels: 4,
    blockOutChannels: [128, 256, 512, 512],
    layersPerBlock: 2,
    normGroups: 32,
    midBlockAttention: true,
    quantConv: true,
    postQuantConv: true,
  },
  taesd: {
    kind: 'tiny',
    latentChannels: 4,
    encoderWidth: 64,
    decoderWidth: 64,
    encoderBlocks: [1, 3, 3, 3],
    decoderBlocks: [3, 3, 3, 1],
  },
} as const satisfies Readonly<Record<string, AutoencoderConfig>>;

export const vaeNameSchema = z.enum(['starter', 'sd', 'taesd']);
export type VaeName = z.infer<typeof vaeNameSchema>;

const startsOfVae = (config: AutoencoderConfig) => {
  const { encoderSpecs, decoderSpecs } = autoencoderOf(config);
  return startsOf([...encoderSpecs, ...decoderSpecs]);
};

export async function benchVae(name: VaeName, resources: string): Promise<Vae> {
  if (name === 'starter') return loadVae('starter', { resources });
  const config = architectures[name];
  const parameters = startsOfVae(config).map((start, i) => ({ ...start, data: startValues(start, i) }));
  return {
    name,
    title: name,
    hash: name.padEnd(16, '0'),
    config,
    parameters,
    latentChannels: config.latentChannels,
    reduction: autoencoderOf(config).reduction,
    hasPosterior: config.kind === 'kl',
    needsFullPrecision: true,
  };
}

/** What a peer must know to make the same VAE. */
export const peerVae = (name: VaeName, resources: string): Readonly<Record<string, unknown>> =>
  name === 'starter'
    ? { kind: 'starter', path: join(resources, 'vae', 'starter.safetensors') }
    : { ...architectures[name], starts: startsOfVae(architectures[name]) };

/** How many pictures of this side make a round of some seconds, and how many of them are decoded at once. */
export function workload(vae: VaeName, size: number): { pictures: number; batch: number } {
  const pixels = { starter: 2_048_000, taesd: 524_288, sd: 131_072 }[vae];
  const pictures = Math.max(1, Math.round(pixels / sizeOf([size, size])));
  return { pictures, batch: Math.max(1, Math.min(32, pictures, Math.floor(131_072 / (size * size)))) };
}
