/**
 * The DiT of the method: patches as tokens, adaLN conditioning on the noise level and the class, RMSNorm, QK-norm,
 * rotary positions. Its norms and MLPs are choices.
 *
 * Source     Peebles & Xie, 2023, Scalable Diffusion Models with Transformers, arXiv:2212.09748 (block and adaLN-zero)
 * Reference  quandao10/sLCT@b032d89 models/network_dit.py (RMSNorm, QK-norm, RoPE, frequency filter);
 *            tests/golden/reference/dit.py, equal to it
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
  /** Gated: activation(a)·b with [a, b] = w12(x), which is twice as wide (Shazeer, 2020, arXiv:2002.05202). */
  readonly mlp: keyof typeof mlps;
  /** `rms` (also when absent), or `layer`: LayerNorm, whose gain and bias are adaLN's alone, but for QK-norm. */
  readonly norm?: 'rms' | 'layer' | undefined;
  /** Queries and keys are normalised head by head, with the same kind of norm; true when absent. */
  readonly qkNorm?: boolean | undefined;
  readonly rope: boolean;
  readonly frequencyFilter: boolean;
  /** Classes besides the null class; 0 (also when absent) for an unconditional network. */
  readonly classes?: number | undefined;
  /** A learned scalar that mixes noise level and class; false when absent. */
  readonly condMixing?: boolean | undefined;
  /** Training keeps only the inputs of each block, and computes the rest again for the gradient. */
  readonly recompute?: boolean | undefined;
}

export const timeEmbeddingSize = 256;
const mlpRatio = 4;
const eps = 1e-6;
const rmsNormalise = ops.rmsNormalise(eps);
const layerNormalise = ops.layerNormalise([-1], eps);
const mlps = {
  relu: { activate: ops.relu, gated: false },
  silu: { activate: ops.silu, gated: false },
  gatedRelu: { activate: ops.relu, gated: true },
  gatedSilu: { activate: ops.silu, gated: true },
} as const;

const zero = { kind: 'zeros' } as const;
const ones = (name: string, size: number): ParameterSpec => ({ name, shape: [size], start: { kind: 'ones' } });
const small = { kind: 'normal', std: 0.02 } as const;

const normSpecs = (name: string, size: number, { norm }: DitConfig): ParameterSpec[] =>
  norm === 'layer' ? [] : [ones(`${name}.weight`, size)];
const headNormSpecs = (name: string, size: number, { norm }: DitConfig): ParameterSpec[] => [
  ones(`${name}.weight`, size),
  ...(norm === 'layer' ? [{ name: `${name}.bias`, shape: [size], start: zero }] : []),
];

function blockSpecs(i: number, config: DitConfig): ParameterSpec[] {
  const { width, heads, mlp, qkNorm = true, side, patch, frequencyFilter: filter } = config;
  const at = (name: string) => `blocks.${i}.${name}`;
  const grid = side / patch;
  const hidden = mlpRatio * width;
  const feedForward = mlps[mlp].gated
    ? [...linearSpecs(at('mlp.w12'), width, 2 * hidden), ...linearSpecs(at('mlp.w3'), hidden, width)]
    : [...linearSpecs(at('mlp.fc1'), width, hidden), ...linearSpecs(at('mlp.fc2'), hidden, width)];
  return [
    ...normSpecs(at('norm1'), width, config),
    ...linearSpecs(at('attn.qkv'), width, 3 * width),
    ...(qkNorm ? ['attn.q_norm', 'attn.k_norm'].flatMap((name) => headNormSpecs(at(name), width / heads, config)) : []),
    ...linearSpecs(at('attn.proj'), width, width),
    ...normSpecs(at('norm2'), width, config),
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
  const { channels, patch, width, depth, classes = 0, condMixing = false } = config;
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
    ...normSpecs('final_layer.norm_final', width, config),
    ...linearSpecs('final_layer.linear', width, patch * patch * channels, zero),
    ...linearSpecs('final_layer.adaLN_modulation.1', width, 2 * width, zero),
  ];
}

/** RMSNorm with a learned gain, or LayerNorm with neither gain nor bias: adaLN scales and shifts after it. */
const norm = (p: Parameters, name: string, x: Tensor, config: DitConfig): Tensor =>
  config.norm === 'layer' ? layerNormalise(x) : ops.mul(rmsNormalise(x), parameter(p, `${name}.weight`));

/** QK-norm of [batch, heads, tokens, size]: RMSNorm with a learned gain, or LayerNorm with gain and bias. */
const headNorm = (p: Parameters, name: string, x: Tensor, config: DitConfig): Tensor =>
  config.norm === 'layer'
    ? ops.add(ops.mul(layerNormalise(x), parameter(p, `${name}.weight`)), parameter(p, `${name}.bias`))
    : norm(p, name, x, config);

/** [batch, 1, width] parts of the modulation, in the reference's order. */
function modulation(p: Parameters, name: string, c: Tensor, parts: number): Tensor[] {
  const all = linear(p, name, c);
  return ops.split(ops.reshape(all, [all.shape[0], 1, all.shape[1]!]), parts, 2);
}
const modulate = (x: Tensor, shift: Tensor, scale: Tensor): Tensor => ops.add(ops.mul(x, ops.add(scale, 1)), shift);

function attention(p: Parameters, name: string, x: Tensor, config: DitConfig): Tensor {
  const { heads, width, qkNorm = true } = config;
  const [batch, tokens] = x.shape as [number, number];
  const size = width / heads;
  const toHeads = (y: Tensor) => ops.transpose(ops.reshape(y, [batch, tokens, heads, size]), [0, 2, 1, 3]);
  const [q, k, v] = ops.split(linear(p, `${name}.qkv`, x), 3, 2).map(toHeads) as [Tensor, Tensor, Tensor];
  const place = (y: Tensor, normName: string) => {
    const normed = qkNorm ? headNorm(p, `${name}.${normName}`, y, config) : y;
    if (!config.rope) return normed;
    const { cos, sin } = ropeTables(size, config.side / config.patch);
    return ops.add(ops.mul(normed, cos), ops.mul(rotateHalf(normed), sin));
  };
  const mixed = ops.attention(place(q, 'q_norm'), place(k, 'k_norm'), v);
  return linear(p, `${name}.proj`, ops.reshape(ops.transpose(mixed, [0, 2, 1, 3]), [batch, tokens, width]));
}

function feedForward(p: Parameters, name: string, x: Tensor, mlp: DitConfig['mlp']): Tensor {
  const { activate, gated } = mlps[mlp];
  if (!gated) return linear(p, `${name}.fc2`, activate(linear(p, `${name}.fc1`, x)));
  const [gate, value] = ops.split(linear(p, `${name}.w12`, x), 2, 2);
  return linear(p, `${name}.w3`, ops.mul(activate(gate!), value!));
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
    ops.mul(gate1, attention(p, at('attn'), modulate(norm(p, at('norm1'), x, config), shift1, scale1), config)),
  );
  const u = modulate(norm(p, at('norm2'), h, config), shift2, scale2);
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
function conditioning(
  p: Parameters,
  time: Tensor,
  classes: Tensor | undefined,
  { condMixing = false }: DitConfig,
): Tensor {
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
    linear(p, 'final_layer.linear', modulate(norm(p, 'final_layer.norm_final', h, config), shift, scale)),
    config,
  );
}
