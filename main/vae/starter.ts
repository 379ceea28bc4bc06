/** The VAE that ships with the studio. */
import type { AutoencoderConfig } from '../models/autoencoder.ts';

export const starterConfig = {
  kind: 'cells',
  reduction: 8,
  latentChannels: 4,
  width: 192,
  encoderBlocks: 3,
  decoderBlocks: 6,
} as const satisfies AutoencoderConfig;
