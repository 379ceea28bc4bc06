/** Parts of the network that can be exchanged. */
import type { RunConfig } from '../../api/studio.ts';
import type { ConfigGroup } from './config-field.ts';
import { listText, parseList } from './field-texts.ts';

const isDit = ({ network }: RunConfig) => network.kind === 'dit';
const isUnet = ({ network }: RunConfig) => network.kind === 'unet';

export const networkPartsGroup: ConfigGroup = {
  title: 'Inside the model',
  intro: 'Parts of the network that can be exchanged. Hardly any of them changes how long a step takes.',
  simple: false,
  fields: [
    {
      kind: 'choice',
      path: 'network.norm',
      label: 'Levelling of values',
      term: 'normalisation',
      help: 'Keeps numbers in the network at a steady size. Non-scaling weakens single outliers, which latents are full of, and gave the paper its best pictures; group is the usual form. RMS alone does not take the average away.',
      options: [
        { value: 'nonScaling', label: 'Non-scaling layer (the paper’s)' },
        { value: 'group', label: 'Group' },
        { value: 'layer', label: 'Layer' },
        { value: 'instance', label: 'Instance' },
        { value: 'rms', label: 'RMS' },
      ],
      when: isUnet,
    },
    {
      kind: 'choice',
      path: 'network.norm',
      label: 'Levelling of values',
      term: 'normalisation',
      help: 'Keeps numbers in the network at a steady size. RMS is a little faster; layer also takes the average of each place away.',
      options: [
        { value: 'rms', label: 'RMS' },
        { value: 'layer', label: 'Layer' },
      ],
      when: isDit,
    },
    {
      kind: 'choice',
      path: 'network.mlp',
      label: 'Inner layers',
      term: 'MLP',
      help: 'Gated layers have half as many weights again, learn a little more per step and take longer. SiLU bends softly where ReLU has a corner.',
      options: [
        { value: 'relu', label: 'ReLU' },
        { value: 'silu', label: 'SiLU' },
        { value: 'gatedRelu', label: 'Gated ReLU' },
        { value: 'gatedSilu', label: 'Gated SiLU' },
      ],
      when: isDit,
    },
    {
      kind: 'switch',
      path: 'network.qkNorm',
      label: 'Level before comparing places',
      term: 'QK-norm',
      help: 'Keeps attention from running away in long trainings. Steadier with it; costs next to nothing.',
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
      kind: 'switch',
      path: 'network.condMixing',
      label: 'Weigh noise against kind',
      term: 'condition mixing',
      help: 'The model learns how much the amount of noise counts beside the kind of picture (class). Costs next to nothing.',
      when: isDit,
    },
    {
      kind: 'text',
      path: 'network.attentionSides',
      label: 'Sizes with attention',
      term: 'resolutions',
      help: 'Sides of the grid, in latent cells, at which distant places are compared; the coarsest level always does. The paper has 16, 8. Costly on large grids.',
      text: listText,
      parse: parseList,
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
