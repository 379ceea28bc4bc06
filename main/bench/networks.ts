/** The networks whose training step is measured, by the names of `--network`. */
import { linear, linearSpecs, parameter } from '../models/layers.ts';
import { ditSizes } from '../models/dit-sizes.ts';
import type { DitSize } from '../models/dit-sizes.ts';
import { networkOutput, networkSpecs, noiseEmbeddingSize } from '../models/network.ts';
import type { LatentShape, NetworkConfig } from '../models/network.ts';
import type { ParameterSpec, Parameters } from '../models/parameters.ts';
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';

export interface Network {
  readonly specs: readonly ParameterSpec[];
  /** Shapes of one sample of the input (and of the output), and of its embedded noise level. */
  readonly x: readonly number[];
  readonly time: readonly number[];
  readonly batch: number;
  /** What a peer must know to build the same network. */
  readonly config: Readonly<Record<string, unknown>>;
  forward(p: Parameters, x: Tensor, time: Tensor): Tensor;
}

const small = { tokens: 64, channels: 16, time: 64, width: 192, heads: 3, depth: 6 };
const normalise = ops.layerNormalise([-1], 1e-6);
const zero = { kind: 'zeros' } as const;

/** `linear` without a bias. */
const project = (p: Parameters, name: string, x: Tensor): Tensor => {
  const weight = parameter(p, `${name}.weight`);
  const [out, into] = weight.shape as [number, number];
  const y = ops.matMul(ops.reshape(x, [-1, into]), weight, false, true);
  return ops.reshape(y, [...x.shape.slice(0, -1), out]);
};

/** A DiT of tokens with GELU and LayerNorm: the network that engines are compared with. */
function smallDit(): Network {
  const { tokens, channels, time, width, heads, depth } = small;
  const blocks = Array.from({ length: depth }, (_, i) => `blocks.${i}`);
  const specs: ParameterSpec[] = [
    ...linearSpecs('embed', channels, width),
    { name: 'positions', shape: [1, tokens, width], start: zero },
    { name: 'time.0.weight', shape: [width, time], start: zero },
    { name: 'time.1.weight', shape: [width, width], start: zero },
    ...blocks.flatMap((name) => [
      ...linearSpecs(`${name}.modulation`, width, 6 * width),
      ...linearSpecs(`${name}.qkv`, width, 3 * width),
      ...linearSpecs(`${name}.proj`, width, width),
      ...linearSpecs(`${name}.fc1`, width, 4 * width),
      ...linearSpecs(`${name}.fc2`, 4 * width, width),
    ]),
    { name: 'modulation.weight', shape: [2 * width, width], start: zero },
    { name: 'out.weight', shape: [channels, width], start: zero },
  ];
  const modulate = (x: Tensor, shift: Tensor, gain: Tensor): Tensor =>
    ops.add(ops.mul(normalise(x), ops.add(gain, 1)), shift);
  const parts = (x: Tensor, count: number): Tensor[] =>
    ops.split(ops.reshape(x, [x.shape[0], 1, count * width]), count, 2);
  const attention = (p: Parameters, name: string, x: Tensor): Tensor => {
    const toHeads = (y: Tensor) =>
      ops.transpose(ops.reshape(y, [x.shape[0], tokens, heads, width / heads]), [0, 2, 1, 3]);
    const [q, k, v] = ops.split(linear(p, `${name}.qkv`, x), 3, 2).map(toHeads) as [Tensor, Tensor, Tensor];
    const mixed = ops.transpose(ops.attention(q, k, v), [0, 2, 1, 3]);
    return linear(p, `${name}.proj`, ops.reshape(mixed, [x.shape[0], tokens, width]));
  };
  return {
    specs,
    x: [tokens, channels],
    time: [time],
    batch: 32,
    config: { kind: 'small-dit', ...small },
    forward(p, x, t) {
      let h = ops.add(linear(p, 'embed', x), parameter(p, 'positions'));
      const c = ops.silu(project(p, 'time.1', ops.silu(project(p, 'time.0', t))));
      for (const name of blocks) {
        const [shift1, gain1, gate1, shift2, gain2, gate2] = parts(linear(p, `${name}.modulation`, c), 6) as [
          Tensor,
          Tensor,
          Tensor,
          Tensor,
          Tensor,
          Tensor,
        ];
        h = ops.add(h, ops.mul(gate1, attention(p, name, modulate(h, shift1, gain1))));
        const inner = ops.gelu(linear(p, `${name}.fc1`, modulate(h, shift2, gain2)));
        h = ops.add(h, ops.mul(gate2, linear(p, `${name}.fc2`, inner)));
      }
      const [shift, gain] = parts(project(p, 'modulation', c), 2) as [Tensor, Tensor];
      return project(p, 'out', modulate(h, shift, gain));
    },
  };
}

/** A network of the studio's runs. */
function ofRuns(config: NetworkConfig, side: number, batch: number): Network {
  const shape: LatentShape = [4, side, side];
  return {
    specs: networkSpecs(config, shape),
    x: shape,
    time: [noiseEmbeddingSize(config)],
    batch,
    config: peerConfig(config, shape),
    forward: (p, x, time) => networkOutput(p, x, time, config),
  };
}
/** A network of runs as tests/bench/peers/networks.py builds it. */
export const peerConfig = (config: NetworkConfig, [channels, side]: LatentShape): Network['config'] => ({
  ...config,
  channels,
  side,
});

/** The DiT of the method in a well-known size, on latents of 256 px pictures. */
const methodDit = (size: DitSize): Network =>
  ofRuns({ kind: 'dit', patch: 2, ...ditSizes[size], mlp: 'relu', rope: true, frequencyFilter: false }, 32, 32);

/** The paper's U-Net at `width` (its own is 128), on latents of this side. */
const methodUnet = (width: number, side: number, batch: number): Network =>
  ofRuns(
    {
      kind: 'unet',
      width,
      multipliers: [1, 2, 3, 4],
      blocks: 4,
      attentionSides: [16, 8],
      headChannels: 64,
      norm: 'nonScaling',
    },
    side,
    batch,
  );

export const networks = {
  dit: smallDit,
  'dit-s2': () => methodDit('S'),
  'dit-b2': () => methodDit('B'),
  'dit-l2': () => methodDit('L'),
  unet: () => methodUnet(64, 8, 16),
  'unet-paper': () => methodUnet(128, 32, 32),
} as const satisfies Readonly<Record<string, () => Network>>;
export type NetworkName = keyof typeof networks;
