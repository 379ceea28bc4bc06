/**
 * AutoencoderKL as diffusers has it, with its parameter names: the VAE of Stable Diffusion and of its descendants.
 *
 * Source     Rombach et al., 2022, High-Resolution Image Synthesis with Latent Diffusion Models, §3.1 and App. G, arXiv:2112.10752
 * Reference  diffusers, models/autoencoders/autoencoder_kl.py and vae.py (Encoder, Decoder); tests/golden/reference/vaes.py
 */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';
import type { Autoencoder } from './autoencoder.ts';
import { convolution, convolutionSpecs, linear, layerSpecs, parameter, perChannel } from './layers.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';

export interface KlConfig {
  readonly latentChannels: number;
  /** Channels of each level; every level but the first is at half the side of the one before. */
  readonly blockOutChannels: readonly number[];
  /** Residual blocks of a level of the encoder; the decoder has one more. */
  readonly layersPerBlock: number;
  readonly normGroups: number;
  /** The middle block attends, between its two residual blocks. */
  readonly midBlockAttention: boolean;
  /** 1 × 1 convolutions after the encoder and before the decoder. */
  readonly quantConv: boolean;
  readonly postQuantConv: boolean;
}

const numbered = (count: number, name: string): string[] => Array.from({ length: count }, (_, i) => `${name}.${i}`);

const normSpecs = (name: string, channels: number): ParameterSpec[] => [
  { name: `${name}.weight`, shape: [channels], start: { kind: 'ones' } },
  { name: `${name}.bias`, shape: [channels], start: { kind: 'zeros' } },
];

const normalise = ops.layerNormalise([2], 1e-6);

/** Group norm with a gain and a bias for each channel: x [batch, channels, h, w] → the same shape. */
function groupNorm(p: Parameters, name: string, x: Tensor, groups: number): Tensor {
  const grouped = ops.reshape(x, [x.shape[0], groups, -1]);
  const normed = ops.reshape(normalise(grouped), x.shape);
  return ops.add(ops.mul(normed, perChannel(parameter(p, `${name}.weight`))), perChannel(parameter(p, `${name}.bias`)));
}

/** A part of the network: its parameters, and what it makes of [batch, into, h, w]. */
interface Part {
  readonly specs: readonly ParameterSpec[];
  apply(p: Parameters, x: Tensor): Tensor;
}

const series = (parts: readonly Part[]): Part => ({
  specs: parts.flatMap(({ specs }) => specs),
  apply: (p, x) => parts.reduce((y, part) => part.apply(p, y), x),
});

const convolutional = (name: string, into: number, out: number, kernel = 3): Part => ({
  specs: convolutionSpecs(name, into, out, kernel),
  apply: (p, x) => convolution(p, name, x),
});

const normed = (name: string, channels: number, groups: number): Part => ({
  specs: normSpecs(name, channels),
  apply: (p, x) => ops.silu(groupNorm(p, name, x, groups)),
});

/** x + conv(silu(norm(conv(silu(norm(x)))))), x by a 1 × 1 convolution where the channels change. */
function residual(name: string, into: number, out: number, groups: number): Part {
  const inner = series([
    normed(`${name}.norm1`, into, groups),
    convolutional(`${name}.conv1`, into, out),
    normed(`${name}.norm2`, out, groups),
    convolutional(`${name}.conv2`, out, out),
  ]);
  const skip = series(into === out ? [] : [convolutional(`${name}.conv_shortcut`, into, out, 1)]);
  return {
    specs: [...inner.specs, ...skip.specs],
    apply: (p, x) => ops.add(skip.apply(p, x), inner.apply(p, x)),
  };
}

/** x + out(attention(norm(x))) over the places of each picture, one head of all channels. */
const attending = (name: string, channels: number, groups: number): Part => ({
  specs: [
    ...normSpecs(`${name}.group_norm`, channels),
    ...['to_q', 'to_k', 'to_v', 'to_out.0'].flatMap((part) => layerSpecs(`${name}.${part}`, [channels, channels])),
  ],
  apply: (p, x) => {
    const [batch, , height, width] = x.shape as [number, number, number, number];
    const places = ops.reshape(groupNorm(p, `${name}.group_norm`, x, groups), [batch, channels, height * width]);
    const tokens = ops.transpose(places, [0, 2, 1]);
    const [q, k, v] = ['to_q', 'to_k', 'to_v'].map((part) => linear(p, `${name}.${part}`, tokens));
    const mixed = linear(p, `${name}.to_out.0`, ops.attention(q!, k!, v!));
    return ops.add(x, ops.reshape(ops.transpose(mixed, [0, 2, 1]), x.shape));
  },
});

function middle(name: string, channels: number, { normGroups, midBlockAttention }: KlConfig): Part {
  const block = (i: number) => residual(`${name}.resnets.${i}`, channels, channels, normGroups);
  const attention = attending(`${name}.attentions.0`, channels, normGroups);
  return series([block(0), ...(midBlockAttention ? [attention] : []), block(1)]);
}

/** The side is halved; zeros are added at the right and at the bottom only. */
const downsampling = (name: string, channels: number): Part => ({
  specs: convolutionSpecs(name, channels, channels),
  apply: (p, x) => convolution(p, name, ops.pad(x, [[0, 0], [0, 0], [0, 1], [0, 1]]), { stride: 2, padding: 0 }), // prettier-ignore
});

const upsampling = (name: string, channels: number): Part => ({
  specs: convolutionSpecs(name, channels, channels),
  apply: (p, x) => convolution(p, name, ops.upsample(x)),
});

/** Residual blocks of one level, `into` channels before the first one. */
const level = (name: string, count: number, into: number, out: number, { normGroups }: KlConfig): Part[] =>
  numbered(count, `${name}.resnets`).map((block, i) => residual(block, i === 0 ? into : out, out, normGroups));

function encoder(config: KlConfig): Part {
  const { blockOutChannels: channels, layersPerBlock, normGroups, latentChannels } = config;
  const deepest = channels.at(-1)!;
  return series([
    convolutional('encoder.conv_in', 3, channels[0]!),
    ...channels.flatMap((out, i) => {
      const name = `encoder.down_blocks.${i}`;
      const blocks = level(name, layersPerBlock, channels[Math.max(0, i - 1)]!, out, config);
      return i === channels.length - 1 ? blocks : [...blocks, downsampling(`${name}.downsamplers.0.conv`, out)];
    }),
    middle('encoder.mid_block', deepest, config),
    normed('encoder.conv_norm_out', deepest, normGroups),
    convolutional('encoder.conv_out', deepest, 2 * latentChannels),
    ...(config.quantConv ? [convolutional('quant_conv', 2 * latentChannels, 2 * latentChannels, 1)] : []),
  ]);
}

function decoder(config: KlConfig): Part {
  const { layersPerBlock, normGroups, latentChannels } = config;
  const channels = config.blockOutChannels.toReversed();
  return series([
    ...(config.postQuantConv ? [convolutional('post_quant_conv', latentChannels, latentChannels, 1)] : []),
    convolutional('decoder.conv_in', latentChannels, channels[0]!),
    middle('decoder.mid_block', channels[0]!, config),
    ...channels.flatMap((out, i) => {
      const name = `decoder.up_blocks.${i}`;
      const blocks = level(name, layersPerBlock + 1, channels[Math.max(0, i - 1)]!, out, config);
      return i === channels.length - 1 ? blocks : [...blocks, upsampling(`${name}.upsamplers.0.conv`, out)];
    }),
    normed('decoder.conv_norm_out', channels.at(-1)!, normGroups),
    convolutional('decoder.conv_out', channels.at(-1)!, 3),
  ]);
}

const full = (value: number, { shape }: Tensor): Tensor => ops.broadcastTo(ops.scalar(value), shape);
const atMost = (x: Tensor, most: number): Tensor => ops.where(ops.greater(x, most), full(most, x), x);
const atLeast = (x: Tensor, least: number): Tensor => ops.where(ops.greater(x, least), x, full(least, x));

/** The autoencoder of this configuration; log-variances are kept in [−30, 20], as diffusers' DiagonalGaussianDistribution does. */
export function klAutoencoder(config: KlConfig): Autoencoder {
  const [encoding, decoding] = [encoder(config), decoder(config)];
  return {
    latentChannels: config.latentChannels,
    reduction: 2 ** (config.blockOutChannels.length - 1),
    encoderSpecs: encoding.specs,
    decoderSpecs: decoding.specs,
    encode(p, x) {
      const [mean, logVariance] = ops.split(encoding.apply(p, x), 2, 1);
      return { mean: mean!, logVariance: atMost(atLeast(logVariance!, -30), 20) };
    },
    decode: (p, z) => decoding.apply(p, z),
  };
}
