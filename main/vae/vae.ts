/** A VAE with its weights, and its encoder and decoder as graphs. */
import { autoencoderOf } from '../models/autoencoder.ts';
import type { Autoencoder, AutoencoderConfig } from '../models/autoencoder.ts';
import type { ParameterSpec, ParameterValue } from '../models/parameters.ts';
import * as ops from '../tensor/ops.ts';
import type { Graph } from '../tensor/ir/graph.ts';
import { trace } from '../tensor/trace/trace.ts';

export interface Vae {
  readonly name: string;
  readonly title: string;
  /** First 16 hex digits of the SHA-256 of the weights: part of the latents' cache key. */
  readonly hash: string;
  readonly config: AutoencoderConfig;
  /** Those that the autoencoder's specs name, in any order. */
  readonly parameters: readonly ParameterValue[];
  readonly latentChannels: number;
  readonly reduction: number;
  /** The encoder has a deviation beside the mean, so that a sample of the posterior can be stored. */
  readonly hasPosterior: boolean;
  /** Numbers too large for float16 arise inside: it computes in float32 wherever it runs (diffusers' force_upcast). */
  readonly needsFullPrecision: boolean;
  /** What its makers scale latents by, z = (raw − shift)·factor; the studio keeps raw ones, and normalises them itself. */
  readonly scaling?: { readonly factor: number; readonly shift: number } | undefined;
}

const float = (shape: readonly number[]) => ({ dtype: 'float32', shape }) as const;

/** The parameters as constants of the graph: a runtime lays constant filters out for its kernels once, when it opens the graph. */
function constants(vae: Vae, specs: readonly ParameterSpec[]) {
  const byName = new Map(vae.parameters.map((parameter) => [parameter.name, parameter]));
  return Object.fromEntries(
    specs.map(({ name, shape }) => [name, ops.constant(byName.get(name)!.data, [...shape])] as const),
  );
}

/** `x` [batch, 3, height, width] in [−1, 1] → `mean` and, where the encoder has one, `logVariance`, [batch, channels, height/reduction, width/reduction]. */
export function encoderGraph(vae: Vae, batch: number, height: number, width = height): Graph {
  const autoencoder: Autoencoder = autoencoderOf(vae.config);
  return trace(
    `${vae.name} encoder`,
    ({ x }) => {
      const { mean, logVariance } = autoencoder.encode(constants(vae, autoencoder.encoderSpecs), x!);
      return logVariance ? { mean, logVariance } : { mean };
    },
    { x: float([batch, 3, height, width]) },
  );
}

/** `z` [batch, channels, height, width], raw → `x` [batch, 3, reduction·height, reduction·width], about [−1, 1]. */
export function decoderGraph(vae: Vae, batch: number, height: number, width = height): Graph {
  const autoencoder: Autoencoder = autoencoderOf(vae.config);
  return trace(
    `${vae.name} decoder`,
    ({ z }) => ({ x: autoencoder.decode(constants(vae, autoencoder.decoderSpecs), z!) }),
    { z: float([batch, vae.latentChannels, height, width]) },
  );
}
