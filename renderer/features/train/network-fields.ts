/** The settings of the network. Each kind has its own; what both have is one setting. */
import type { RunConfig } from '../../api/studio.ts';
import type { ConfigGroup } from './config-field.ts';

type Network = RunConfig['network'];
const isDit = ({ network }: RunConfig) => network.kind === 'dit';
const isUnet = ({ network }: RunConfig) => network.kind === 'unet';

/** What a kind starts with when it is chosen: a size for small pictures and a processor. */
const starts: { readonly [K in Network['kind']]: Network } = {
  dit: {
    kind: 'dit',
    patch: 2,
    width: 192,
    depth: 6,
    heads: 6,
    mlp: 'relu',
    norm: 'rms',
    qkNorm: true,
    rope: true,
    frequencyFilter: false,
    condMixing: false,
  },
  unet: {
    kind: 'unet',
    width: 64,
    multipliers: [1, 2, 3],
    blocks: 2,
    attentionSides: [16, 8],
    headChannels: 64,
    norm: 'nonScaling',
  },
};

export const networkGroup: ConfigGroup = {
  title: 'Model',
  intro: 'The network that learns. Larger can learn more and takes longer per step.',
  simple: true,
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
      whole: (value) => starts[value as Network['kind']],
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
      kind: 'list',
      path: 'network.multipliers',
      label: 'Width of each level',
      term: 'channel multipliers',
      help: 'Times the width above, from the finest level to the coarsest; each level sees the grid at half the size. The paper has 1, 2, 3, 4.',
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
    {
      kind: 'choice',
      path: 'network.norm',
      label: 'Levelling of values',
      term: 'normalisation',
      help: 'The paper’s form weakens single outliers, which latents are full of, and gave it better pictures. In groups is the usual form.',
      options: [
        { value: 'nonScaling', label: 'Over the whole picture (the paper’s)' },
        { value: 'group', label: 'In groups' },
      ],
      when: isUnet,
    },
  ],
};

export const networkExpertGroup: ConfigGroup = {
  title: 'Inside the model',
  intro: 'Parts of the network that can be exchanged.',
  simple: false,
  fields: [
    {
      kind: 'choice',
      path: 'network.mlp',
      label: 'Inner layers',
      term: 'MLP',
      help: 'Gated layers learn a little more per step and take longer; plain ones (ReLU) are faster.',
      options: [
        { value: 'relu', label: 'Plain (ReLU)' },
        { value: 'gatedRelu', label: 'Gated' },
      ],
      when: isDit,
    },
    {
      kind: 'switch',
      path: 'network.rope',
      label: 'Position by rotation',
      term: 'RoPE',
      help: 'Tells the model how far places are from each other. Usually better with it; costs next to nothing.',
      when: isDit,
    },
    {
      kind: 'switch',
      path: 'network.frequencyFilter',
      label: 'Learned filter over the whole picture',
      term: 'Fourier filter',
      help: 'Lets each layer mix the whole picture at once. May help fine, repeating structure; makes each step slower.',
      when: isDit,
    },
    {
      kind: 'list',
      path: 'network.attentionSides',
      label: 'Sizes with attention',
      term: 'resolutions',
      help: 'Sides of the grid, in latent cells, at which distant places are compared; the coarsest level always does. The paper has 16, 8. Costly on large grids.',
      when: isUnet,
    },
    {
      kind: 'choice',
      path: 'network.headChannels',
      label: 'Channels per attention head',
      term: 'head size',
      help: 'Fewer means more heads that each see less. Costs next to nothing; the paper has 64. The width must be a multiple of it.',
      options: [
        { value: 32, label: '32' },
        { value: 64, label: '64' },
      ],
      when: isUnet,
    },
  ],
};
