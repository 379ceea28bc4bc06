/**
 * VAEs that can be downloaded: the file, its SHA-256, and the architecture as its makers describe it (diffusers' config.json), so
 * that the weights alone are fetched. Addresses name a revision, so what lies there does not change.
 */
import type { VaeDownload } from './schema.ts';

/** What is known of a file before it is fetched. */
export interface DownloadableVae extends Omit<VaeDownload, 'arrived'> {
  /** diffusers' config.json. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** Of both fine-tuned decoders of Stable Diffusion's VAE. */
const stableDiffusion = {
  _class_name: 'AutoencoderKL',
  act_fn: 'silu',
  block_out_channels: [128, 256, 512, 512],
  down_block_types: ['DownEncoderBlock2D', 'DownEncoderBlock2D', 'DownEncoderBlock2D', 'DownEncoderBlock2D'],
  in_channels: 3,
  latent_channels: 4,
  layers_per_block: 2,
  norm_num_groups: 32,
  out_channels: 3,
  sample_size: 256,
  scaling_factor: 0.18215,
  up_block_types: ['UpDecoderBlock2D', 'UpDecoderBlock2D', 'UpDecoderBlock2D', 'UpDecoderBlock2D'],
};

const taesd = {
  _class_name: 'AutoencoderTiny',
  act_fn: 'relu',
  decoder_block_out_channels: [64, 64, 64, 64],
  encoder_block_out_channels: [64, 64, 64, 64],
  force_upcast: false,
  in_channels: 3,
  latent_channels: 4,
  latent_magnitude: 3,
  latent_shift: 0.5,
  num_decoder_blocks: [3, 3, 3, 1],
  num_encoder_blocks: [1, 3, 3, 3],
  out_channels: 3,
  scaling_factor: 1,
  upsampling_scaling_factor: 2,
};

const huggingFace = (repository: string, revision: string): string =>
  `https://huggingface.co/${repository}/resolve/${revision}/diffusion_pytorch_model.safetensors`;

export const vaeDownloads: readonly DownloadableVae[] = [
  {
    name: 'sd-vae-ft-ema',
    title: 'Stable Diffusion’s VAE, EMA',
    description: 'The one the paper used. Detailed; slow without a GPU.',
    licence: 'MIT',
    url: huggingFace('stabilityai/sd-vae-ft-ema', 'f04b2c4b98319346dad8c65879f680b1997b204a'),
    bytes: 334_643_276,
    sha256: '32db726da04f06c1b6b14c0043ce115cc87a501482945c5add89a40d838fcb46',
    config: stableDiffusion,
  },
  {
    name: 'sd-vae-ft-mse',
    title: 'Stable Diffusion’s VAE, MSE',
    description: 'The same encoder with a smoother decoder. Slow without a GPU.',
    licence: 'MIT',
    url: huggingFace('stabilityai/sd-vae-ft-mse', '31f26fdeee1355a5c34592e401dd41e45d25a493'),
    bytes: 334_643_276,
    sha256: 'a1d993488569e928462932c8c38a0760b874d166399b14414135bd9c42df5815',
    config: stableDiffusion,
  },
  {
    name: 'taesd',
    title: 'TAESD, a tiny one',
    description: 'Close to Stable Diffusion’s latents at a fraction of the work: for a computer without a GPU.',
    licence: 'MIT',
    url: huggingFace('madebyollin/taesd', '614f76814bbe30edbe2e627ace1c2234c81a2c0e'),
    bytes: 9_793_292,
    sha256: 'db169d69145ec4ff064e49d99c95fa05d3eb04ee453de35824a6d0f325513549',
    config: taesd,
  },
];
