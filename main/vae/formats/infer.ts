/** The configuration of a VAE from the names and shapes of its weights, for files that come without one. */
import type { AutoencoderConfig } from '../../models/autoencoder.ts';
import { autoencoderConfigSchema } from '../schema.ts';

export type Shapes = ReadonlyMap<string, readonly number[]>;

/** Group norm's groups are in no shape; 32 is what every published model of the family has. */
const usualGroups = 32;

/** How many of name.0, name.1, … there are, without a gap. */
function countOf(shapes: Shapes, name: string): number {
  const numbers = new Set(
    [...shapes.keys()].flatMap((one) =>
      one.startsWith(`${name}.`) ? [Number.parseInt(one.slice(name.length + 1), 10)] : [],
    ),
  );
  let count = 0;
  while (numbers.has(count)) count++;
  return count;
}

function klConfig(shapes: Shapes): AutoencoderConfig | undefined {
  const levels = countOf(shapes, 'encoder.down_blocks');
  const channels = Array.from({ length: levels }, (_, i) => shapes.get(`encoder.down_blocks.${i}.resnets.0.conv1.weight`)?.[0]); // prettier-ignore
  const latentChannels = shapes.get('decoder.conv_in.weight')?.[1];
  const blockOutChannels = channels.filter((size) => size !== undefined);
  if (latentChannels === undefined || levels === 0 || blockOutChannels.length < levels) return undefined;
  return {
    kind: 'kl',
    latentChannels,
    blockOutChannels,
    layersPerBlock: countOf(shapes, 'encoder.down_blocks.0.resnets'),
    normGroups: usualGroups,
    midBlockAttention: shapes.has('decoder.mid_block.attentions.0.to_q.weight'),
    quantConv: shapes.has('quant_conv.weight'),
    postQuantConv: shapes.has('post_quant_conv.weight'),
  };
}

/** The lengths of the runs of residual blocks in a sequence, cut by the modules for which `isCut` holds. */
function blocksOf(shapes: Shapes, part: string): number[] {
  const indices = [...shapes.keys()].flatMap((name) => {
    const found = new RegExp(`^${part}\\.layers\\.(\\d+)\\.(conv\\.0\\.)?weight$`).exec(name);
    return found ? [{ index: Number(found[1]), isBlock: found[2] !== undefined }] : [];
  });
  const runs: number[] = [];
  for (const { isBlock } of indices.sort((a, b) => a.index - b.index)) {
    if (isBlock) runs.push((runs.pop() ?? 0) + 1);
    else runs.push(0);
  }
  // After the last convolution there is nothing.
  return runs.slice(0, -1);
}

function tinyConfig(shapes: Shapes): AutoencoderConfig | undefined {
  const first = shapes.get('encoder.layers.0.weight');
  const latents = shapes.get('decoder.layers.0.weight');
  if (!first || !latents) return undefined;
  return {
    kind: 'tiny',
    latentChannels: latents[1]!,
    encoderWidth: first[0]!,
    decoderWidth: latents[0]!,
    encoderBlocks: blocksOf(shapes, 'encoder'),
    decoderBlocks: blocksOf(shapes, 'decoder'),
  };
}

function cellsConfig(shapes: Shapes): AutoencoderConfig | undefined {
  const [into, out] = [shapes.get('encoder.in.weight'), shapes.get('encoder.out.weight')];
  const reduction = Math.sqrt((into?.[1] ?? 0) / 3);
  if (!into || !out || (reduction !== 4 && reduction !== 8)) return undefined;
  return {
    kind: 'cells',
    reduction,
    latentChannels: out[0]! / 2,
    width: into[0]!,
    encoderBlocks: countOf(shapes, 'encoder.block'),
    decoderBlocks: countOf(shapes, 'decoder.block'),
  };
}

const inferrers = { kl: klConfig, tiny: tinyConfig, cells: cellsConfig };

/** The configuration that these shapes are of, by the network's own names; undefined when they are of none. */
export const inferConfig = (kind: AutoencoderConfig['kind'], shapes: Shapes): AutoencoderConfig | undefined =>
  autoencoderConfigSchema.safeParse(inferrers[kind](shapes)).data;
