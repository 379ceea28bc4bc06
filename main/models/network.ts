/** The network of a run, whichever kind it is: its parameters, the noise embedding it wants, and what it computes. */
import { studioError } from '../base/errors.ts';
import type { Tensor } from '../tensor/ops.ts';
import { dit, ditSpecs, timeEmbeddingSize } from './dit.ts';
import type { DitConfig } from './dit.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';
import { unet, unetSpecs } from './unet.ts';
import type { UnetConfig } from './unet.ts';

export type LatentShape = readonly [channels: number, height: number, width: number];

type DitChoice = { readonly kind: 'dit' } & Omit<DitConfig, 'channels' | 'side'>;
type UnetChoice = { readonly kind: 'unet' } & Omit<UnetConfig, 'channels' | 'side'>;
/** What can be chosen of a network before the shape of its latents is known. `classes` counts them without the null class. */
export type NetworkConfig = DitChoice | UnetChoice;

/** The side length of square latents that cells of `cell` divide. Throws `run.networkDoesNotFit`. */
function sideOf([, height, width]: LatentShape, cell: number): number {
  if (height !== width || height % cell !== 0) throw studioError('run.networkDoesNotFit', { width, height, cell });
  return height;
}
function refuse(problems: readonly (string | false)[]): void {
  const found = problems.filter((problem) => problem !== false);
  if (found.length > 0) throw studioError('run.badConfig', { source: 'the run', problems: found });
}

function ditFor(network: DitChoice, shape: LatentShape): DitConfig {
  const { width, heads, rope } = network;
  refuse([
    width % heads !== 0 && `a DiT's width, ${width}, must be a multiple of its heads, ${heads}`,
    // Sines and cosines of two coordinates; rotary positions turn pairs of numbers by two coordinates.
    width % 4 !== 0 && `a DiT's width, ${width}, must be a multiple of 4`,
    rope &&
      width % heads === 0 &&
      (width / heads) % 4 !== 0 &&
      `with rotary positions each head's share of the width, ${width / heads}, must be a multiple of 4`,
  ]);
  return { ...network, channels: shape[0], side: sideOf(shape, network.patch) };
}
function unetFor(network: UnetChoice, shape: LatentShape): UnetConfig {
  const { width, headChannels, multipliers, norm } = network;
  refuse([
    width % headChannels !== 0 && `a U-Net's width, ${width}, must be a multiple of headChannels, ${headChannels}`,
  ]);
  // Each level but the first has half the side of the one before.
  const cell = 2 ** (multipliers.length - 1);
  const side = sideOf(shape, cell);
  refuse([
    norm === 'instance' &&
      side === cell &&
      `instance norm needs more than one place in each channel, and the deepest of ${multipliers.length} levels has 1 × 1 (choose fewer levels or another norm)`,
  ]);
  return { ...network, channels: shape[0], side };
}

/** The parameters for latents of this shape. */
export const networkSpecs = (network: NetworkConfig, shape: LatentShape): ParameterSpec[] =>
  network.kind === 'dit' ? ditSpecs(ditFor(network, shape)) : unetSpecs(unetFor(network, shape));

/** Values of the noise level's embedding (embedNoise). */
export const noiseEmbeddingSize = (network: NetworkConfig): number =>
  network.kind === 'dit' ? timeEmbeddingSize : network.width;

/** The classes a network is to be told: none without classes, one-hot [batch, classes + 1] with them. */
function classInput({ classes: count = 0 }: NetworkConfig, classes: Tensor | undefined): Tensor | undefined {
  const columns = classes?.shape[1] ?? 0;
  if (columns === (count > 0 ? count + 1 : 0)) return classes;
  throw new RangeError(`internal: a network of ${count} classes was given ${columns} columns of them`);
}

/**
 * F(x, c_noise, class): x [batch, channels, side, side], `time` [batch, noiseEmbeddingSize], and for a network with classes
 * one-hot `classes` [batch, classes + 1], whose last column is the null class. Gives the shape of x.
 */
export function networkOutput(
  p: Parameters,
  x: Tensor,
  time: Tensor,
  network: NetworkConfig,
  classes?: Tensor,
): Tensor {
  const shape = x.shape.slice(1) as [number, number, number];
  const told = classInput(network, classes);
  return network.kind === 'dit'
    ? dit(p, x, time, ditFor(network, shape), told)
    : unet(p, x, time, unetFor(network, shape), told);
}
