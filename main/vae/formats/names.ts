/**
 * The names that files have for a VAE's weights, as the names that the studio's networks have, which are diffusers' current ones.
 *
 * Source  diffusers, loaders/single_file_utils.py (convert_ldm_vae_checkpoint); CompVis/latent-diffusion, ldm/modules/diffusionmodules/model.py
 */

/** How a file names its weights. */
export type Layout = 'cells' | 'kl' | 'ldm' | 'tiny';

export interface NamedWeights {
  readonly layout: Layout;
  /** The file's own name of each weight, by the network's. */
  readonly files: ReadonlyMap<string, string>;
  /** The first weight that the file has under two names. */
  readonly twice?: string | undefined;
}

type Rule = readonly [pattern: RegExp, name: string];
const renamed = (name: string, rules: readonly Rule[]): string =>
  rules.reduce((current, [pattern, by]) => current.replace(pattern, by), name);

/** Before diffusers 0.17 attention had these. */
const oldAttention: readonly Rule[] = [
  [/\.attentions\.0\.query\./, '.attentions.0.to_q.'],
  [/\.attentions\.0\.key\./, '.attentions.0.to_k.'],
  [/\.attentions\.0\.value\./, '.attentions.0.to_v.'],
  [/\.attentions\.0\.proj_attn\./, '.attentions.0.to_out.0.'],
];

const ldm: readonly Rule[] = [
  [/^(encoder|decoder)\.norm_out\./, '$1.conv_norm_out.'],
  [/^encoder\.down\.(\d+)\.block\.(\d+)\./, 'encoder.down_blocks.$1.resnets.$2.'],
  [/^encoder\.down\.(\d+)\.downsample\.conv\./, 'encoder.down_blocks.$1.downsamplers.0.conv.'],
  [/^decoder\.up\.(\d+)\.block\.(\d+)\./, 'decoder.up_blocks.$1.resnets.$2.'],
  [/^decoder\.up\.(\d+)\.upsample\.conv\./, 'decoder.up_blocks.$1.upsamplers.0.conv.'],
  [/\.mid\.block_1\./, '.mid_block.resnets.0.'],
  [/\.mid\.block_2\./, '.mid_block.resnets.1.'],
  [/\.mid\.attn_1\.norm\./, '.mid_block.attentions.0.group_norm.'],
  [/\.mid\.attn_1\.([qkv])\./, '.mid_block.attentions.0.to_$1.'],
  [/\.mid\.attn_1\.proj_out\./, '.mid_block.attentions.0.to_out.0.'],
  [/\.nin_shortcut\./, '.conv_shortcut.'],
];

/** LDM counts the decoder's levels from the picture, diffusers from the latents. */
function ldmName(name: string, levels: number): string {
  return renamed(name, ldm).replace(
    /^decoder\.up_blocks\.(\d+)\./,
    (_, level: string) => `decoder.up_blocks.${levels - 1 - Number(level)}.`,
  );
}

/** Where a whole checkpoint keeps its VAE. */
const prefixes = ['first_stage_model.', 'vae.'];
/** What training leaves in a file beside the network. */
const leftOver = /^(loss|model_ema|discriminator)\./;

const signs: readonly (readonly [Layout, RegExp])[] = [
  ['cells', /^(encoder|decoder)\.block\.\d+\.mix\.weight$/],
  ['kl', /^(encoder\.(down_blocks\.\d+\.resnets|mid_block)|decoder\.(up_blocks\.\d+\.resnets|mid_block))\./],
  ['ldm', /^(encoder\.(down\.\d+\.block|mid)|decoder\.(up\.\d+\.block|mid))\./],
  ['tiny', /^(encoder|decoder)\.layers\.\d+\.(conv\.0\.)?weight$/],
];

/** The weights of the VAE among a file's tensors; undefined when there is no sign of one. */
export function vaeNames(names: readonly string[]): NamedWeights | undefined {
  const prefix = prefixes.find((one) => names.some((name) => name.startsWith(one))) ?? '';
  const own = names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  const layout = signs.find(([, sign]) => own.some((name) => sign.test(name)))?.[0];
  if (!layout) return undefined;
  const levels = new Set(own.flatMap((name) => /^decoder\.up\.(\d+)\./.exec(name)?.[1] ?? [])).size;
  const toOurs = (name: string) =>
    layout === 'ldm' ? ldmName(name, levels) : layout === 'kl' ? renamed(name, oldAttention) : name;
  const kept = own.filter((name) => !leftOver.test(name));
  const files = new Map<string, string>();
  let twice: string | undefined;
  for (const name of kept) {
    const ours = toOurs(name);
    if (files.has(ours)) twice ??= ours;
    files.set(ours, `${prefix}${name}`);
  }
  return { layout, files, twice };
}
