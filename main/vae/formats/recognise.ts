/** What a file of weights is that is no VAE the studio knows: people pick the neighbour of the right file. */

const kinds: readonly (readonly [sign: RegExp, what: string])[] = [
  [/(^|\.)lora[_.]|\.lora_(up|down|A|B)\./, 'a LoRA, an addition to a diffusion model'],
  [/^(control_model|controlnet)/, 'a ControlNet, an addition to a diffusion model'],
  [/(^|\.)(text_model|token_embedding|cond_stage_model)\b/, 'a text encoder'],
  [/^encoder\.block\.\d+\.layer\.\d+\.(SelfAttention|DenseReluDense)\./, 'a text encoder (T5)'],
  [/^(vision_model|visual)\./, 'an image encoder (CLIP)'],
  [/^model\.diffusion_model\./, 'a diffusion model without its VAE'],
  [/^(down_blocks\.\d+\.(attentions|resnets)|time_embedding|input_blocks|time_embed)\b/, 'the U-Net of a diffusion model'],
  [/^(double_blocks|joint_blocks|transformer_blocks|single_blocks|x_embedder|blocks\.\d+)\b/, 'the transformer of a diffusion model'],
  [/^\d+\.(conv\.\d+\.)?weight$/, 'one half of TAESD in its own two files; the studio reads the one file that diffusers has of it'],
  [/^quantize\.embedding|^vq_model\./, 'an autoencoder with a code book (VQ)'],
  [/^(encoder|decoder)\.(stages|up_blocks\.\d+\.\d+|down_blocks\.\d+\.\d+)\./, 'a deep-compression autoencoder (AutoencoderDC)'],
  [/^(encoder|decoder)\.(conv_in|conv1|downsamples|middle)\.(conv|\d)/, 'an autoencoder of videos'],
]; // prettier-ignore

/** “the U-Net of a diffusion model”; undefined when nothing tells. */
export const recognise = (names: readonly string[]): string | undefined =>
  kinds.find(([sign]) => names.some((name) => sign.test(name)))?.[1];
