/** Autoencoders, whichever kind: their parameters, and what they compute. */
import type { Tensor } from '../tensor/ops.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';
import { cellsAutoencoder } from './vae-cells.ts';
import type { CellsConfig } from './vae-cells.ts';
import { klAutoencoder } from './vae-kl.ts';
import type { KlConfig } from './vae-kl.ts';
import { tinyAutoencoder } from './vae-tiny.ts';
import type { TinyConfig } from './vae-tiny.ts';

/** The posterior of latents, N(mean, exp(logVariance)), each [batch, latentChannels, h/reduction, w/reduction]. */
export interface Posterior {
  readonly mean: Tensor;
  /** Absent where the encoder is deterministic. */
  readonly logVariance?: Tensor;
}

/** Two pure functions of named parameters. Encoder and decoder share no parameter. */
export interface Autoencoder {
  readonly latentChannels: number;
  /** Pixels a latent cell covers in each direction. */
  readonly reduction: number;
  readonly encoderSpecs: readonly ParameterSpec[];
  readonly decoderSpecs: readonly ParameterSpec[];
  /** x [batch, 3, h, w] in [−1, 1], whose sides `reduction` divides. */
  encode(p: Parameters, x: Tensor): Posterior;
  /** z [batch, latentChannels, h, w] → pixels [batch, 3, reduction·h, reduction·w], about [−1, 1] but not clamped. */
  decode(p: Parameters, z: Tensor): Tensor;
}

export type AutoencoderConfig =
  | ({ readonly kind: 'cells' } & CellsConfig)
  | ({ readonly kind: 'kl' } & KlConfig)
  | ({ readonly kind: 'tiny' } & TinyConfig);

/** The autoencoder of a configuration. */
export function autoencoderOf(config: AutoencoderConfig): Autoencoder {
  switch (config.kind) {
    case 'cells':
      return cellsAutoencoder(config);
    case 'kl':
      return klAutoencoder(config);
    case 'tiny':
      return tinyAutoencoder(config);
  }
}
