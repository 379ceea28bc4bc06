/**
 * AutoencoderTiny as diffusers has it, with its parameter names: TAESD and its kin, which imitate a large VAE's latents with
 * convolutions and ReLU alone. Inside, pixels are in [0, 1].
 *
 * Source     Ollin Boer Bohan, https://github.com/madebyollin/taesd
 * Reference  diffusers, models/autoencoders/autoencoder_tiny.py and vae.py (EncoderTiny, DecoderTiny); tests/golden/reference/vaes.py
 */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';
import type { Autoencoder } from './autoencoder.ts';
import { convolution, convolutionSpecs, plainConvolutionSpecs } from './layers.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';

export interface TinyConfig {
  readonly latentChannels: number;
  /** Channels of all convolutions inside. */
  readonly encoderWidth: number;
  readonly decoderWidth: number;
  /** Residual blocks of each level, from the picture to the latents; every level but the first is at half the side of the one before. */
  readonly encoderBlocks: readonly number[];
  /** From the latents to the picture; every level but the last ends by doubling the side. */
  readonly decoderBlocks: readonly number[];
}

/** A module of a sequence; modules without parameters count in the names, too. */
interface Module {
  readonly specs?: (name: string) => readonly ParameterSpec[];
  readonly apply: (p: Parameters, name: string, x: Tensor) => Tensor;
}

const withBias = (into: number, out: number): Module => ({
  specs: (name) => convolutionSpecs(name, into, out),
  apply: (p, name, x) => convolution(p, name, x),
});
const withoutBias = (width: number, stride: 1 | 2): Module => ({
  specs: (name) => plainConvolutionSpecs(name, width, width),
  apply: (p, name, x) => convolution(p, name, x, { stride }),
});
const relu: Module = { apply: (_p, _name, x) => ops.relu(x) };
const upsample: Module = { apply: (_p, _name, x) => ops.upsample(x) };

/** relu(x + conv(relu(conv(relu(conv(x)))))) */
const block = (width: number): Module => ({
  specs: (name) => [0, 2, 4].flatMap((i) => convolutionSpecs(`${name}.conv.${i}`, width, width)),
  apply: (p, name, x) => {
    const part = (i: number, y: Tensor) => convolution(p, `${name}.conv.${i}`, y);
    return ops.relu(ops.add(x, part(4, ops.relu(part(2, ops.relu(part(0, x)))))));
  },
});
const blocks = (count: number, width: number): Module[] => Array.from({ length: count }, () => block(width));

function encoder({ latentChannels, encoderWidth: width, encoderBlocks }: TinyConfig): Module[] {
  return [
    ...encoderBlocks.flatMap((count, i) => [i === 0 ? withBias(3, width) : withoutBias(width, 2), ...blocks(count, width)]), // prettier-ignore
    withBias(width, latentChannels),
  ];
}

function decoder({ latentChannels, decoderWidth: width, decoderBlocks }: TinyConfig): Module[] {
  return [
    withBias(latentChannels, width),
    relu,
    ...decoderBlocks.flatMap((count, i) => [
      ...blocks(count, width),
      ...(i === decoderBlocks.length - 1 ? [withBias(width, 3)] : [upsample, withoutBias(width, 1)]),
    ]),
  ];
}

const specsOf = (name: string, modules: readonly Module[]): ParameterSpec[] =>
  modules.flatMap(({ specs }, i) => specs?.(`${name}.layers.${i}`) ?? []);
const applied = (p: Parameters, name: string, modules: readonly Module[], x: Tensor): Tensor =>
  modules.reduce((y, { apply }, i) => apply(p, `${name}.layers.${i}`, y), x);

/** The autoencoder of this configuration. Its encoder is deterministic; latents beyond ±3 are bent back by the decoder. */
export function tinyAutoencoder(config: TinyConfig): Autoencoder {
  const [encoding, decoding] = [encoder(config), decoder(config)];
  return {
    latentChannels: config.latentChannels,
    reduction: 2 ** (config.encoderBlocks.length - 1),
    encoderSpecs: specsOf('encoder', encoding),
    decoderSpecs: specsOf('decoder', decoding),
    encode: (p, x) => ({ mean: applied(p, 'encoder', encoding, ops.mul(ops.add(x, 1), 0.5)) }),
    decode(p, z) {
      const bent = ops.mul(ops.tanh(ops.mul(z, 1 / 3)), 3);
      return ops.sub(ops.mul(applied(p, 'decoder', decoding, bent), 2), 1);
    },
  };
}
