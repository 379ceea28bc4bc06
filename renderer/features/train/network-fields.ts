/** The settings of the network. Each kind has its own; what both have is one setting. */
import { runConfigSchema } from '../../api/studio.ts';
import type { RunConfig } from '../../api/studio.ts';
import type { ConfigGroup, QuickChoice } from './config-field.ts';
import { listText, parseList } from './field-texts.ts';

type Network = RunConfig['network'];
const isDit = ({ network }: RunConfig) => network.kind === 'dit';
const isUnet = ({ network }: RunConfig) => network.kind === 'unet';

/** What a kind starts with when it is chosen: a size for small pictures and a processor. */
const starts = {
  dit: { kind: 'dit', patch: 2, width: 192, depth: 6, heads: 6 },
  unet: { kind: 'unet', width: 64, multipliers: [1, 2, 3], blocks: 2 },
} as const;

/** The sizes that transformers of this kind are known by. */
const ditSizes = {
  S: { width: 384, depth: 12, heads: 6 },
  B: { width: 768, depth: 12, heads: 12 },
  L: { width: 1024, depth: 24, heads: 16 },
  XL: { width: 1152, depth: 28, heads: 16 },
} as const;
type DitSize = keyof typeof ditSizes;

const sizeChoice: QuickChoice = {
  before: 'network.width',
  label: 'Well-known size',
  help: 'Sets width, depth and heads together. From S on, a graphics card is needed; each size takes about three times as long as the one before it.',
  options: Object.keys(ditSizes).map((value) => ({ value, label: value })),
  of: ({ network }) =>
    network.kind === 'dit'
      ? Object.entries(ditSizes).find(
          ([, { width, depth, heads }]) =>
            width === network.width && depth === network.depth && heads === network.heads,
        )?.[0]
      : undefined,
  apply: (size, config) =>
    config.network.kind === 'dit'
      ? { ...config, network: { ...config.network, ...ditSizes[size as DitSize] } }
      : config,
  when: isDit,
};

export const networkGroup: ConfigGroup = {
  title: 'Model',
  intro: 'The network that learns. Larger can learn more and takes longer per step.',
  simple: true,
  quick: sizeChoice,
  fields: [
    {
      kind: 'choice',
      path: 'network.kind',
      label: 'Kind of network',
      help: 'The transformer is the quickest on a processor. The U‑Net is what the paper trained; it is larger and slower for the same width.',
      options: [
        { value: 'dit', label: 'Transformer (DiT)' },
        { value: 'unet', label: 'U-Net (the paper’s network)' },
      ],
      whole: (value) => runConfigSchema.shape.network.parse(starts[value as Network['kind']]),
    },
    {
      kind: 'number',
      path: 'network.width',
      label: 'Width',
      term: 'hidden size',
      help: 'How much the model can hold at once. Double is about four times the work. In a transformer a multiple of the number of heads, in a U‑Net of 32.',
      step: 32,
    },
    {
      kind: 'number',
      path: 'network.depth',
      label: 'Depth',
      term: 'blocks',
      help: 'How many layers of thought there are. Work grows in proportion.',
      step: 1,
      when: isDit,
    },
    {
      kind: 'number',
      path: 'network.blocks',
      label: 'Blocks per level',
      help: 'How many layers of thought there are at each size of the grid; the paper has 4. Work grows in proportion.',
      step: 1,
      when: isUnet,
    },
    {
      kind: 'text',
      path: 'network.multipliers',
      label: 'Width of each level',
      term: 'channel multipliers',
      help: 'Times the width above, from the finest level to the coarsest; each level sees the grid at half the size. The paper has 1, 2, 3, 4.',
      text: listText,
      parse: parseList,
      when: isUnet,
    },
    {
      kind: 'number',
      path: 'network.heads',
      label: 'Attention heads',
      term: 'heads',
      help: 'How many relations between places of a picture are looked at side by side. Costs next to nothing.',
      step: 1,
      when: isDit,
    },
    {
      kind: 'choice',
      path: 'network.patch',
      label: 'Cell size',
      term: 'patch',
      help: 'How many latent cells are taken together in each direction. 1 is finest and slowest; 2 is about four times faster.',
      options: [
        { value: 1, label: '1' },
        { value: 2, label: '2' },
        { value: 4, label: '4' },
      ],
      when: isDit,
    },
  ],
};
