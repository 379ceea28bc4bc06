/** Autoencoders, whichever kind: their parameters, and what they compute. */
import type { Tensor } from '../tensor/ops.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';
import { cellsAutoencoder } from './vae-cells.ts';
import type { CellsConfig } from './vae-cells.ts';

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

export type AutoencoderConfig = { readonly kind: 'cells' } & CellsConfig;

/** The autoencoder of a configuration. */
export const autoencoderOf = (config: AutoencoderConfig): Autoencoder => cellsAutoencoder(config);
