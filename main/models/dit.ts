/**
 * The DiT of the method: patches as tokens, adaLN conditioning on the noise level, RMSNorm, QK-norm, rotary positions.
 *
 * Source     Peebles & Xie, 2023, Scalable Diffusion Models with Transformers, arXiv:2212.09748 (block and adaLN-zero)
 * Reference  quandao10/sLCT@b032d89 models/network_dit.py (RMSNorm, QK-norm, RoPE, frequency filter)
 * Differs    RoPE is applied after QK-norm, the order of LightningDiT; the reference's own placement is not public
 */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';
import { frequencyFilter, ropeTables, rotateHalf, sinCosPositions } from './dit-tables.ts';
import { applyBlock, linear, linearSpecs, parameter } from './layers.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';
import { xavier } from './parameters.ts';

export interface DitConfig {
  /** Latent: channels and side. */
  readonly channels: number;
  readonly side: number;
  readonly patch: number;
  readonly width: number;
  readonly depth: number;
  readonly heads: number;
  readonly mlp: 'relu' | 'gatedRelu';
  readonly rope: boolean;
  readonly frequencyFilter: boolean;
  /** Classes besides the null class; 0 for an unconditional network. */
  readonly classes: number;
  /** A learned scalar that mixes noise level and class. */
  readonly condMixing: boolean;
  /** Training keeps only the inputs of each block, and computes the rest again for the gradient. */
  readonly recompute?: boolean | undefined;
}

export const timeEmbeddingSize = 256;
const mlpRatio = 4;
const eps = 1e-6;
const rmsNormalise = ops.rmsNormalise(eps);

const zero = { kind: 'zeros' } as const;
const ones = (name: string, size: number): ParameterSpec => ({ name, shape: [size], start: { kind: 'ones' } });
const small = { kind: 'normal', std: 0.02 } as const;

function blockSpecs(
  i: number,
  { width, heads, mlp, side, patch, frequencyFilter: filter }: DitConfig,
): ParameterSpec[] {
  const at = (name: string) => `blocks.${i}.${name}`;
  const grid = side / patch;
  const hidden = mlpRatio * width;
  const feedForward =
    mlp === 'relu'
      ? [...linearSpecs(at('mlp.fc1'), width, hidden), ...linearSpecs(at('mlp.fc2'), hidden, width)]
      : [...linearSpecs(at('mlp.w12'), width, 2 * hidden), ...linearSpecs(at('mlp.w3'), hidden, width)];
  return [
    ones(at('norm1.weight'), width),
    ...linearSpecs(at('attn.qkv'), width, 3 * width),
    ones(at('attn.q_norm.weight'), width / heads),
    ones(at('attn.k_norm.weight'), width / heads),
    ...linearSpecs(at('attn.proj'), width, width),
    ones(at('norm2.weight'), width),
    ...feedForward,
    ...(filter
      ? [
          {
            name: at('prev_mlp'),
            shape: [width, grid, Math.floor(grid / 2) + 1, 2],
            start: { kind: 'unitComplex' },
          } as const,
        ]
      : []),
    ...linearSpecs(at('adaLN_modulation.1'), width, 6 * width, zero),
  ];
}

/** The parameters, in the reference's order and under its names. */
export function ditSpecs(config: DitConfig): ParameterSpec[] {
  const { channels, patch, width, depth, classes, condMixing } = config;
  const patchShape = [width, channels, patch, patch];
  return [
    ...(condMixing
      ? [...linearSpecs('cond_mixing_mlp.0', width, width), ...linearSpecs('cond_mixing_mlp.2', width, 1)]
      : []),
    { name: 'x_embedder.proj.weight', shape: patchShape, start: xavier(patchShape) },
    { name: 'x_embedder.proj.bias', shape: [width], start: zero },
    ...linearSpecs('t_embedder.mlp.0', timeEmbeddingSize, width, small),
    ...linearSpecs('t_embedder.mlp.2', width, width, small),
    { name: 'y_embedder.embedding_table.weight', shape: [classes + 1, width], start: small },
    ...Array.from({ length: depth }, (_, i) => blockSpecs(i, config)).flat(),
    ones('final_layer.norm_final.weight', width),
    ...linearSpecs('final_layer.linear', width, patch * patch * channels, zero),
    ...linearSpecs('final_layer.adaLN_modulation.1', width, 2 * width, zero),
  ];
}

/** RMSNorm with a learned gain. */
const norm = (p: Parameters, name: string, x: Tensor): Tensor =>
  ops.mul(rmsNormalise(x), parameter(p, `${name}.weight`));

/** [batch, 1, width] parts of the modulation, in the reference's order. */
function modulation(p: Parameters, name: string, c: Tensor, parts: number): Tensor[] {
  const all = linear(p, name, c);
  return ops.split(ops.reshape(all, [all.shape[0], 1, all.shape[1]!]), parts, 2);
}
const modulate = (x: Tensor, shift: Tensor, scale: Tensor): Tensor => ops.add(ops.mul(x, ops.add(scale, 1)), shift);

function attention(p: Parameters, name: string, x: Tensor, config: DitConfig): Tensor {
  const { heads, width } = config;
  const [batch, tokens] = x.shape as [number, number];
  const size = width / heads;
  const toHeads = (y: Tensor) => ops.transpose(ops.reshape(y, [batch, tokens, heads, size]), [0, 2, 1, 3]);
  const [q, k, v] = ops.split(linear(p, `${name}.qkv`, x), 3, 2).map(toHeads) as [Tensor, Tensor, Tensor];
  const place = (y: Tensor, normName: string) => {
    const normed = norm(p, `${name}.${normName}`, y);
    if (!config.rope) return normed;
    const { cos, sin } = ropeTables(size, config.side / config.patch);
    return ops.add(ops.mul(normed, cos), ops.mul(rotateHalf(normed), sin));
  };
  const mixed = ops.attention(place(q, 'q_norm'), place(k, 'k_norm'), v);
  return linear(p, `${name}.proj`, ops.reshape(ops.transpose(mixed, [0, 2, 1, 3]), [batch, tokens, width]));
}

function feedForward(p: Parameters, name: string, x: Tensor, mlp: DitConfig['mlp']): Tensor {
  if (mlp === 'relu') return linear(p, `${name}.fc2`, ops.relu(linear(p, `${name}.fc1`, x)));
  const [gate, value] = ops.split(linear(p, `${name}.w12`, x), 2, 2);
  return linear(p, `${name}.w3`, ops.mul(ops.relu(gate!), value!));
}

function block(p: Parameters, i: number, x: Tensor, c: Tensor, config: DitConfig): Tensor {
  const at = (name: string) => `blocks.${i}.${name}`;
  const [shift1, scale1, gate1, shift2, scale2, gate2] = modulation(p, at('adaLN_modulation.1'), c, 6) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const h = ops.add(
    x,
    ops.mul(gate1, attention(p, at('attn'), modulate(norm(p, at('norm1'), x), shift1, scale1), config)),
  );
  const u = modulate(norm(p, at('norm2'), h), shift2, scale2);
  const filtered = config.frequencyFilter
    ? frequencyFilter(u, parameter(p, at('prev_mlp')), config.side / config.patch)
    : u;
  return ops.add(h, ops.mul(gate2, feedForward(p, at('mlp'), filtered, config.mlp)));
}

/** [batch, c, side, side] → [batch, tokens, c·patch²], token = y·grid + x, elements in the order c, row, column. */
function patchify(x: Tensor, { channels, side, patch }: DitConfig): Tensor {
  const grid = side / patch;
  const cells = ops.reshape(x, [-1, channels, grid, patch, grid, patch]);
  return ops.reshape(ops.transpose(cells, [0, 2, 4, 1, 3, 5]), [x.shape[0], grid * grid, channels * patch * patch]);
}

/** [batch, tokens, patch²·c], elements in the order row, column, c → [batch, c, side, side]. */
function unpatchify(x: Tensor, { channels, side, patch }: DitConfig): Tensor {
  const grid = side / patch;
  const cells = ops.reshape(x, [-1, grid, grid, patch, patch, channels]);
  return ops.reshape(ops.transpose(cells, [0, 5, 1, 3, 2, 4]), [x.shape[0], channels, side, side]);
}

/** Noise level and class as one vector [batch, width]. */
function conditioning(p: Parameters, time: Tensor, classes: Tensor | undefined, { condMixing }: DitConfig): Tensor {
  const t = linear(p, 't_embedder.mlp.2', ops.silu(linear(p, 't_embedder.mlp.0', time)));
  const table = parameter(p, 'y_embedder.embedding_table.weight');
  // Without classes the table has one row, the null class.
  const y = classes ? ops.matMul(classes, table) : table;
  if (!condMixing) return ops.add(t, y);
  const mix = linear(p, 'cond_mixing_mlp.2', ops.relu(linear(p, 'cond_mixing_mlp.0', t)));
  return ops.add(ops.mul(t, ops.sigmoid(mix)), y);
}

/**
 * F(x, c_noise): x [batch, channels, side, side], `time` [batch, 256] from embedNoise, `classes` one-hot
 * [batch, classes + 1] or nothing for an unconditional network. Gives [batch, channels, side, side].
 */
export function dit(p: Parameters, x: Tensor, time: Tensor, config: DitConfig, classes?: Tensor): Tensor {
  const { width, channels, patch, side, depth } = config;
  const embed = ops.reshape(parameter(p, 'x_embedder.proj.weight'), [width, channels * patch * patch]);
  const tokens = patchify(x, config);
  const rows = ops.matMul(ops.reshape(tokens, [-1, channels * patch * patch]), embed, false, true);
  const embedded = ops.add(
    ops.reshape(rows, [x.shape[0], tokens.shape[1]!, width]),
    parameter(p, 'x_embedder.proj.bias'),
  );
  let h = ops.add(embedded, sinCosPositions(width, side / patch));
  const c = ops.silu(conditioning(p, time, classes, config));
  for (let i = 0; i < depth; i++)
    h = applyBlock(config.recompute, p, `blocks.${i}`, (own, x, c) => block(own, i, x, c, config), h, c);
  const [shift, scale] = modulation(p, 'final_layer.adaLN_modulation.1', c, 2) as [Tensor, Tensor];
  return unpatchify(
    linear(p, 'final_layer.linear', modulate(norm(p, 'final_layer.norm_final', h), shift, scale)),
    config,
  );
}
