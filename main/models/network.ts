/** The network of a run, whichever kind it is: its parameters, the noise embedding it wants, and what it computes. */
import { studioError } from '../base/errors.ts';
import type { Tensor } from '../tensor/ops.ts';
import { dit, ditSpecs, timeEmbeddingSize } from './dit.ts';
import type { DitConfig } from './dit.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';
import { unet, unetSpecs } from './unet.ts';
import type { UnetConfig } from './unet.ts';

export type LatentShape = readonly [channels: number, height: number, width: number];

type DitChoice = { readonly kind: 'dit' } & Omit<DitConfig, 'channels' | 'side' | 'classes' | 'condMixing'>;
type UnetChoice = { readonly kind: 'unet' } & Omit<UnetConfig, 'channels' | 'side'>;
/** What can be chosen of a network before the shape of its latents is known. */
export type NetworkConfig = DitChoice | UnetChoice;

/** The side length of square latents that cells of `cell` divide. Throws `run.networkDoesNotFit`. */
function sideOf([, height, width]: LatentShape, cell: number): number {
  if (height !== width || height % cell !== 0) throw studioError('run.networkDoesNotFit', { width, height, cell });
  return height;
}
const ditFor = (network: DitChoice, shape: LatentShape): DitConfig => ({
  ...network,
  channels: shape[0],
  side: sideOf(shape, network.patch),
  classes: 0,
  condMixing: false,
});
function unetFor(network: UnetChoice, shape: LatentShape): UnetConfig {
  const { width, headChannels, multipliers } = network;
  if (width % headChannels !== 0) {
    const problem = `a U-Net's width, ${width}, must be a multiple of headChannels, ${headChannels}`;
    throw studioError('run.badConfig', { source: 'the run', problems: [problem] });
  }
  // Each level but the first has half the side of the one before.
  return { ...network, channels: shape[0], side: sideOf(shape, 2 ** (multipliers.length - 1)) };
}

/** The parameters for latents of this shape. */
export const networkSpecs = (network: NetworkConfig, shape: LatentShape): ParameterSpec[] =>
  network.kind === 'dit' ? ditSpecs(ditFor(network, shape)) : unetSpecs(unetFor(network, shape));

/** Values of the noise level's embedding (embedNoise). */
export const noiseEmbeddingSize = (network: NetworkConfig): number =>
  network.kind === 'dit' ? timeEmbeddingSize : network.width;

/** F(x, c_noise): x [batch, channels, side, side], `time` [batch, noiseEmbeddingSize]. Gives the shape of x. */
export function networkOutput(p: Parameters, x: Tensor, time: Tensor, network: NetworkConfig): Tensor {
  const shape = x.shape.slice(1) as [number, number, number];
  return network.kind === 'dit' ? dit(p, x, time, ditFor(network, shape)) : unet(p, x, time, unetFor(network, shape));
}
