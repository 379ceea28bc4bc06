/**
 * The U-Net of the paper's runs: ADM's, as EDM arranges it, with one kind of norm everywhere: Non-scaling
 * LayerNorm in the paper, others for comparison.
 *
 * Source     Dhariwal & Nichol, 2021, Diffusion Models Beat GANs, App. B, arXiv:2105.05233 (the network);
 *            Karras et al., 2022, arXiv:2206.00364 (classes); Dao et al., 2025, arXiv:2502.01441 (Non-scaling LayerNorm)
 * Reference  tests/golden/reference/unet.py, equal to NVlabs/edm's DhariwalUNet; the same parameter names
 * Differs    the norm's frozen gains are not parameters
 */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';
import { applyBlock, convolution, layerSpecs, linear, parameter, perChannel, weightAndBias } from './layers.ts';
import type { Initialiser, ParameterSpec, Parameters } from './parameters.ts';
import { unetPlan } from './unet-blocks.ts';
import type { UnetBlock, UnetConfig } from './unet-blocks.ts';
import { unetNorm, unetNormSpecs } from './unet-norms.ts';

export type { UnetConfig } from './unet-blocks.ts';

const zeros: Initialiser = { kind: 'zeros' };
/** The embedding of the noise level is this many times as wide as the first level. */
const embeddingMultiplier = 4;

const sideBefore = ({ side, resample }: UnetBlock): number =>
  resample === 'down' ? 2 * side : resample === 'up' ? side / 2 : side;

function blockSpecs(block: UnetBlock, config: UnetConfig): ParameterSpec[] {
  const { name, into, out, side, attention } = block;
  return [
    ...unetNormSpecs(`${name}.norm0`, into, sideBefore(block), config.norm),
    ...layerSpecs(`${name}.conv0`, [out, into, 3, 3]),
    ...layerSpecs(`${name}.affine`, [2 * out, embeddingMultiplier * config.width]),
    ...unetNormSpecs(`${name}.norm1`, out, side, config.norm),
    ...weightAndBias(`${name}.conv1`, [out, out, 3, 3], zeros),
    ...(into === out ? [] : layerSpecs(`${name}.skip`, [out, into, 1, 1])),
    ...(attention
      ? [
          ...unetNormSpecs(`${name}.norm2`, out, side, config.norm),
          ...layerSpecs(`${name}.qkv`, [3 * out, out, 1, 1]),
          ...weightAndBias(`${name}.proj`, [out, out, 1, 1], zeros),
        ]
      : []),
  ];
}

/** The parameters in the reference's order. */
export function unetSpecs(config: UnetConfig): ParameterSpec[] {
  const { channels, side, width, classes = 0 } = config;
  const { first, encoder, decoder, out } = unetPlan(config);
  const embedding = embeddingMultiplier * width;
  return [
    ...layerSpecs('map_layer0', [embedding, width]),
    ...layerSpecs('map_layer1', [embedding, embedding]),
    // N(0, 1/classes) · √classes, as EDM writes it.
    ...(classes > 0
      ? [{ name: 'map_label.weight', shape: [embedding, classes], start: { kind: 'normal', std: 1 } } as const]
      : []),
    ...layerSpecs(first.name, [first.out, channels, 3, 3]),
    ...[...encoder, ...decoder].flatMap((block) => blockSpecs(block, config)),
    ...unetNormSpecs('out_norm', out, side, config.norm),
    ...weightAndBias('out_conv', [channels, out, 3, 3], zeros),
  ];
}

const resamplers = { none: (x: Tensor) => x, down: ops.averagePool, up: ops.upsample };

/**
 * Rows of the reference's qkv layer are head · 3 · size + channel · 3 + (0 query, 1 key, 2 value); here all queries come
 * first, then keys, then values, so that they split without a stride.
 */
export function queriesFirst(x: Tensor, heads: number): Tensor {
  const [rows, ...rest] = x.shape as [number, ...number[]];
  const grouped = ops.reshape(x, [heads, rows / (3 * heads), 3, ...rest]);
  return ops.reshape(ops.transpose(grouped, [2, 0, 1, ...rest.map((_, i) => 3 + i)]), x.shape);
}

/** x + proj(attention(qkv(norm(x)))) over the places of each picture. */
function attend(p: Parameters, name: string, x: Tensor, config: UnetConfig): Tensor {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const size = config.headChannels;
  const heads = channels / size;
  const weight = queriesFirst(parameter(p, `${name}.qkv.weight`), heads);
  const bias = queriesFirst(parameter(p, `${name}.qkv.bias`), heads);
  const qkv = ops.add(ops.conv2d(unetNorm(p, `${name}.norm2`, x, config.norm), weight), perChannel(bias));
  const parts = ops.split(ops.reshape(qkv, [batch, 3 * heads, size, height * width]), 3, 1);
  const [q, k, v] = parts as [Tensor, Tensor, Tensor];
  const scores = ops.matMul(ops.mul(q, 1 / Math.sqrt(size)), k, true, false);
  const mixed = ops.matMul(v, ops.softmax(scores), false, true);
  return ops.add(x, convolution(p, `${name}.proj`, ops.reshape(mixed, x.shape)));
}

/** `embedding` [batch, 4 · width] conditions the block by scale and shift after its second norm. */
function block(
  p: Parameters,
  { name, into, out, resample, attention }: UnetBlock,
  x: Tensor,
  embedding: Tensor,
  config: UnetConfig,
): Tensor {
  const resampled = resamplers[resample];
  const h = convolution(p, `${name}.conv0`, resampled(ops.silu(unetNorm(p, `${name}.norm0`, x, config.norm))));
  const affine = linear(p, `${name}.affine`, embedding);
  const [scale, shift] = ops.split(ops.reshape(affine, [-1, 2 * out, 1, 1]), 2, 1) as [Tensor, Tensor];
  const modulated = ops.add(ops.mul(unetNorm(p, `${name}.norm1`, h, config.norm), ops.add(scale, 1)), shift);
  const residual = convolution(p, `${name}.conv1`, ops.silu(modulated));
  const skip = into === out ? resampled(x) : convolution(p, `${name}.skip`, resampled(x));
  const y = ops.add(residual, skip);
  return attention ? attend(p, name, y, config) : y;
}

/**
 * Noise level and class as one vector [batch, 4 · width]. The null class, the last column of `classes`, has no weights: it
 * adds nothing, as in EDM, where a dropped label is a row of zeros.
 */
function conditioning(p: Parameters, time: Tensor, classes: Tensor | undefined): Tensor {
  const noise = linear(p, 'map_layer1', ops.silu(linear(p, 'map_layer0', time)));
  if (!classes) return ops.silu(noise);
  const [batch, columns] = classes.shape as [number, number];
  const named = ops.slice(classes, [0, 0], [batch, columns - 1]);
  return ops.silu(ops.add(noise, ops.matMul(named, parameter(p, 'map_label.weight'), false, true)));
}

/**
 * F(x, c_noise): x [batch, channels, side, side], `time` [batch, width] from embedNoise, `classes` one-hot
 * [batch, classes + 1] or nothing for an unconditional network. Gives the shape of x.
 */
export function unet(p: Parameters, x: Tensor, time: Tensor, config: UnetConfig, classes?: Tensor): Tensor {
  const { first, encoder, decoder } = unetPlan(config);
  const embedding = conditioning(p, time, classes);
  let h = convolution(p, first.name, x);
  const skips = [h];
  const apply = (each: UnetBlock, input: Tensor) =>
    applyBlock(config.recompute, p, each.name, (own, x, e) => block(own, each, x, e, config), input, embedding);
  for (const each of encoder) {
    h = apply(each, h);
    skips.push(h);
  }
  for (const each of decoder) {
    const joined = each.skip > 0 ? ops.concat([h, skips.pop()!], 1) : h;
    h = apply(each, joined);
  }
  return convolution(p, 'out_conv', ops.silu(unetNorm(p, 'out_norm', h, config.norm)));
}
