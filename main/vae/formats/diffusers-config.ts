/**
 * diffusers' config.json as a configuration of ours. An option that the studio does not have is refused by its name: nothing that
 * changes what the network computes is passed over.
 */
import { z } from 'zod';
import type { AutoencoderConfig } from '../../models/autoencoder.ts';
import type { Vae } from '../vae.ts';

export interface KnownConfig {
  readonly config: AutoencoderConfig;
  readonly scaling: NonNullable<Vae['scaling']>;
  readonly needsFullPrecision: boolean;
}

const count = z.int().positive().max(65_536);
const levels = z.array(count).min(1).max(8);
const blocks = z.array(z.int().nonnegative().max(64)).min(1).max(8);
/** What diffusers writes about the file itself. */
const provenance = {
  _class_name: z.string(),
  _diffusers_version: z.unknown().optional(),
  _name_or_path: z.unknown().optional(),
};
/** For pipelines and tiling; the network is the same whatever they say. */
const beside = {
  sample_size: z.unknown().optional(),
  latents_mean: z.unknown().optional(),
  latents_std: z.unknown().optional(),
};

const klSchema = z.strictObject({
  ...provenance,
  ...beside,
  in_channels: z.literal(3).default(3),
  out_channels: z.literal(3).default(3),
  down_block_types: z.array(z.literal('DownEncoderBlock2D')),
  up_block_types: z.array(z.literal('UpDecoderBlock2D')),
  block_out_channels: levels,
  layers_per_block: count.max(16).default(1),
  act_fn: z.enum(['silu', 'swish']).default('silu'),
  latent_channels: count.max(64).default(4),
  norm_num_groups: count.default(32),
  scaling_factor: z.number().positive().default(0.18215),
  shift_factor: z.number().nullable().default(null),
  force_upcast: z.boolean().default(true),
  use_quant_conv: z.boolean().default(true),
  use_post_quant_conv: z.boolean().default(true),
  mid_block_add_attention: z.boolean().default(true),
});

const tinySchema = z.strictObject({
  ...provenance,
  ...beside,
  in_channels: z.literal(3).default(3),
  out_channels: z.literal(3).default(3),
  // A copy of the decoder's, which older versions wrote.
  block_out_channels: z.unknown().optional(),
  encoder_block_out_channels: levels.default([64, 64, 64, 64]),
  decoder_block_out_channels: levels.default([64, 64, 64, 64]),
  num_encoder_blocks: blocks.default([1, 3, 3, 3]),
  num_decoder_blocks: blocks.default([3, 3, 3, 1]),
  act_fn: z.literal('relu').default('relu'),
  upsample_fn: z.literal('nearest').default('nearest'),
  upsampling_scaling_factor: z.literal(2).default(2),
  latent_channels: count.max(64).default(4),
  // How a pipeline stores latents as bytes; encoder and decoder do not use them.
  latent_magnitude: z.unknown().optional(),
  latent_shift: z.unknown().optional(),
  scaling_factor: z.number().positive().default(1),
  shift_factor: z.number().nullable().default(null),
  force_upcast: z.boolean().default(false),
});

/** Thrown with words for a person; whoever knows the path adds it. */
export class ConfigProblem extends Error {}

function parsed<S extends z.ZodType>(schema: S, config: unknown): z.infer<S> {
  const found = schema.safeParse(config);
  if (found.success) return found.data;
  const issue = found.error.issues[0]!;
  if (issue.code === 'unrecognized_keys')
    throw new ConfigProblem(`its configuration has options that the studio does not know: ${issue.keys.slice(0, 5).join(', ')}`); // prettier-ignore
  const at = issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)?.[key], config);
  throw new ConfigProblem(`its configuration says ${issue.path.join('.')} = ${JSON.stringify(at) ?? 'nothing'}, which the studio does not have`); // prettier-ignore
}

function kl(json: unknown): KnownConfig {
  const c = parsed(klSchema, json);
  const channels = c.block_out_channels;
  if (c.down_block_types.length !== channels.length || c.up_block_types.length !== channels.length)
    throw new ConfigProblem('its configuration has lists of blocks and of channels of different lengths');
  return {
    config: {
      kind: 'kl',
      latentChannels: c.latent_channels,
      blockOutChannels: channels,
      layersPerBlock: c.layers_per_block,
      normGroups: c.norm_num_groups,
      midBlockAttention: c.mid_block_add_attention,
      quantConv: c.use_quant_conv,
      postQuantConv: c.use_post_quant_conv,
    },
    scaling: { factor: c.scaling_factor, shift: c.shift_factor ?? 0 },
    needsFullPrecision: c.force_upcast,
  };
}

function tiny(json: unknown): KnownConfig {
  const c = parsed(tinySchema, json);
  const one = (name: string, widths: readonly number[], counts: readonly number[]): number => {
    if (widths.length !== counts.length || new Set(widths).size !== 1)
      throw new ConfigProblem(`its configuration says ${name} = ${JSON.stringify(widths)} for ${counts.length} levels; the studio has one width for all of them`); // prettier-ignore
    return widths[0]!;
  };
  return {
    config: {
      kind: 'tiny',
      latentChannels: c.latent_channels,
      encoderWidth: one('encoder_block_out_channels', c.encoder_block_out_channels, c.num_encoder_blocks),
      decoderWidth: one('decoder_block_out_channels', c.decoder_block_out_channels, c.num_decoder_blocks),
      encoderBlocks: c.num_encoder_blocks,
      decoderBlocks: c.num_decoder_blocks,
    },
    scaling: { factor: c.scaling_factor, shift: c.shift_factor ?? 0 },
    needsFullPrecision: c.force_upcast,
  };
}

const classes: Readonly<Record<string, (json: unknown) => KnownConfig>> = { AutoencoderKL: kl, AutoencoderTiny: tiny };

/** The configuration that a config.json describes. Throws ConfigProblem. */
export function diffusersConfig(json: unknown): KnownConfig {
  const found = z.looseObject({ _class_name: z.string() }).safeParse(json);
  if (!found.success) throw new ConfigProblem('its config.json does not say what it is of (_class_name)');
  const name = found.data._class_name;
  const read = Object.hasOwn(classes, name) ? classes[name] : undefined;
  if (!read)
    throw new ConfigProblem(`its config.json is of “${name}”; the studio reads AutoencoderKL and AutoencoderTiny`);
  return read(json);
}
