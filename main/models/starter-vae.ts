/**
 * The starter VAE: a small convolutional autoencoder, 8× spatial reduction, 4 latent channels.
 *
 * Rejected: full-resolution convolutions (four times the cost for the same picture quality at 64 px on a CPU), norms and
 * attention (with ReLU residual blocks, as in TAESD, none is needed at this depth). Pixels enter and leave through
 * pixel shuffles, so that all work happens at 1/2, 1/4 and 1/8 of the resolution; any multiple of 8 works.
 */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';
import { convolution, pixelShuffle, pixelUnshuffle } from './layers.ts';
import { heUniform } from './parameters.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';

export const latentChannels = 4;
/** Pixels a latent cell covers in each direction. */
export const reduction = 8;

const fine = 64;
const coarse = 128;
const finest = 32;
const encoderBlocks = { fine: 2, coarse: 2 } as const;
const decoderBlocks = { coarse: 3, fine: 3 } as const;

const conv = (name: string, into: number, out: number, k: number, gain = 1): ParameterSpec[] => {
  const shape = [out, into, k, k];
  const start = heUniform(shape);
  return [
    {
      name: `${name}.weight`,
      shape,
      start: start.kind === 'uniform' ? { kind: 'uniform', bound: start.bound * gain } : start,
    },
    { name: `${name}.bias`, shape: [out], start: { kind: 'zeros' } },
  ];
};

/** The second convolution starts small, so that every block starts near the identity. */
const blockSpecs = (name: string, channels: number): ParameterSpec[] => [
  ...conv(`${name}.conv1`, channels, channels, 3),
  ...conv(`${name}.conv2`, channels, channels, 3, 0.3),
];

function block(p: Parameters, name: string, x: Tensor): Tensor {
  return ops.add(x, convolution(p, `${name}.conv2`, ops.relu(convolution(p, `${name}.conv1`, ops.relu(x)))));
}

const numbered = (count: number, name: string): string[] => Array.from({ length: count }, (_, i) => `${name}.${i}`);
const blocks = (p: Parameters, names: readonly string[], x: Tensor): Tensor =>
  names.reduce((y, name) => block(p, name, y), x);

const encoderFine = numbered(encoderBlocks.fine, 'encoder.fine');
const encoderCoarse = numbered(encoderBlocks.coarse, 'encoder.coarse');
const decoderCoarse = numbered(decoderBlocks.coarse, 'decoder.coarse');
const decoderFine = numbered(decoderBlocks.fine, 'decoder.fine');

export const encoderSpecs: readonly ParameterSpec[] = [
  ...conv('encoder.in', 3 * 16, fine, 3),
  ...encoderFine.flatMap((name) => blockSpecs(name, fine)),
  ...conv('encoder.down', 4 * fine, coarse, 1),
  ...encoderCoarse.flatMap((name) => blockSpecs(name, coarse)),
  ...conv('encoder.out', coarse, 2 * latentChannels, 3, 0.5),
];

export const decoderSpecs: readonly ParameterSpec[] = [
  ...conv('decoder.in', latentChannels, coarse, 3),
  ...decoderCoarse.flatMap((name) => blockSpecs(name, coarse)),
  ...conv('decoder.up', coarse, 4 * fine, 1),
  ...decoderFine.flatMap((name) => blockSpecs(name, fine)),
  ...conv('decoder.finer', fine, 4 * finest, 3),
  ...blockSpecs('decoder.finest', finest),
  ...conv('decoder.out', finest, 3 * 4, 3, 0.3),
];

/** x [batch, 3, h, w] in [−1, 1] → mean and log-variance of the posterior, each [batch, 4, h/8, w/8]. */
export function encode(p: Parameters, x: Tensor): { mean: Tensor; logVariance: Tensor } {
  const h = blocks(p, encoderFine, convolution(p, 'encoder.in', pixelUnshuffle(x, 4)));
  const g = blocks(p, encoderCoarse, convolution(p, 'encoder.down', pixelUnshuffle(h, 2)));
  const [mean, logVariance] = ops.split(convolution(p, 'encoder.out', ops.relu(g)), 2, 1);
  return { mean: mean!, logVariance: logVariance! };
}

/** z [batch, 4, h, w] → pixels [batch, 3, 8h, 8w], about [−1, 1] but not clamped. */
export function decode(p: Parameters, z: Tensor): Tensor {
  const h = blocks(p, decoderCoarse, convolution(p, 'decoder.in', z));
  const g = blocks(p, decoderFine, pixelShuffle(convolution(p, 'decoder.up', ops.relu(h)), 2));
  const f = block(p, 'decoder.finest', pixelShuffle(convolution(p, 'decoder.finer', ops.relu(g)), 2));
  return pixelShuffle(convolution(p, 'decoder.out', ops.relu(f)), 2);
}
