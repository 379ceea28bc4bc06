/** Every setting of a run as data: what it does, which way is which, what it costs. The order is the order on screen. */
import type { RunConfig } from '../../api/studio.ts';

interface FieldWords {
  /** Where it is in the configuration: `optimiser.learningRate`. */
  readonly path: string;
  readonly label: string;
  readonly term?: string;
  readonly help: string;
  /** Only shown when it has an effect. */
  readonly when?: (config: RunConfig) => boolean;
}

export interface ChoiceOption {
  readonly value: string | number;
  readonly label: string;
}

export type ConfigField = FieldWords &
  (
    | { readonly kind: 'number'; readonly step?: number | 'any'; readonly unit?: string }
    | { readonly kind: 'switch' }
    | {
        readonly kind: 'choice';
        readonly options: readonly ChoiceOption[];
        /** For a choice that brings settings of its own. */
        readonly whole?: (value: string | number, config: RunConfig) => unknown;
      }
  );

export interface ConfigGroup {
  readonly title: string;
  readonly intro: string;
  /** Shown before “All settings” is chosen. */
  readonly simple: boolean;
  readonly fields: readonly ConfigField[];
}

const isSteps = (config: RunConfig) => config.length.kind === 'steps';
const isConstant = (config: RunConfig) => config.loss.schedule === 'constant';

const lengthGroup: ConfigGroup = {
  title: 'Length and pace',
  intro: 'How long the run lasts and how often you see something of it.',
  simple: true,
  fields: [
    {
      kind: 'choice',
      path: 'length.kind',
      label: 'Ends after',
      help: 'With minutes, the number of steps is measured at the start and then fixed, so that a resumed run has the same plan.',
      options: [
        { value: 'minutes', label: 'a time' },
        { value: 'steps', label: 'a number of steps' },
      ],
      whole: (value) => (value === 'steps' ? { kind: 'steps', steps: 2000 } : { kind: 'minutes', minutes: 10 }),
    },
    {
      kind: 'number',
      path: 'length.minutes',
      label: 'Minutes',
      help: 'Longer gives better pictures, up to a point. Pauses do not count.',
      step: 'any',
      when: (config) => !isSteps(config),
    },
    {
      kind: 'number',
      path: 'length.steps',
      label: 'Steps',
      help: 'More steps give better pictures, up to a point, and take proportionally longer.',
      step: 1,
      when: isSteps,
    },
    {
      kind: 'number',
      path: 'batchSize',
      label: 'Pictures per step',
      term: 'batch size',
      help: 'More makes each step steadier and slower, and needs more memory.',
      step: 1,
    },
    {
      kind: 'number',
      path: 'sampleSheets',
      label: 'Sheets of samples',
      help: 'How often the run shows what it can draw, besides the sheet at the start. Each one takes a moment; 0 shows none.',
      step: 1,
    },
    {
      kind: 'number',
      path: 'checkpointMinutes',
      label: 'Minutes between saved states',
      term: 'checkpoints',
      help: 'If the computer stops, at most this much is lost. Saving takes a moment. There is always one on stop and at the end.',
      step: 'any',
    },
    {
      kind: 'number',
      path: 'seed',
      label: 'Starting number',
      term: 'seed',
      help: 'The same number with the same settings gives the same run. Another number gives another run of the same kind.',
      step: 1,
    },
  ],
};

const networkGroup: ConfigGroup = {
  title: 'Model',
  intro: 'The network that learns. Larger can learn more and takes longer per step.',
  simple: true,
  fields: [
    {
      kind: 'number',
      path: 'network.width',
      label: 'Width',
      term: 'hidden size',
      help: 'How much the model can hold at once. Double is about four times the work. A multiple of the number of heads.',
      step: 16,
    },
    {
      kind: 'number',
      path: 'network.depth',
      label: 'Depth',
      term: 'blocks',
      help: 'How many layers of thought there are. Work grows in proportion.',
      step: 1,
    },
    {
      kind: 'number',
      path: 'network.heads',
      label: 'Attention heads',
      term: 'heads',
      help: 'How many relations between places of a picture are looked at side by side. Costs next to nothing.',
      step: 1,
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
    },
  ],
};

const networkExpertGroup: ConfigGroup = {
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
    },
    {
      kind: 'switch',
      path: 'network.rope',
      label: 'Position by rotation',
      term: 'RoPE',
      help: 'Tells the model how far places are from each other. Usually better with it; costs next to nothing.',
    },
    {
      kind: 'switch',
      path: 'network.frequencyFilter',
      label: 'Learned filter over the whole picture',
      term: 'Fourier filter',
      help: 'Lets each layer mix the whole picture at once. May help fine, repeating structure; makes each step slower.',
    },
  ],
};

const noiseGroup: ConfigGroup = {
  title: 'Noise',
  intro: 'How pictures are turned into noise, and in how many stages the way back is learned.',
  simple: false,
  fields: [
    {
      kind: 'number',
      path: 'noise.sigmaMin',
      label: 'Least noise',
      term: 'σ min',
      help: 'The end of the way: practically no noise. Lower keeps finer detail and is harder to learn.',
      step: 'any',
    },
    {
      kind: 'number',
      path: 'noise.sigmaMax',
      label: 'Most noise',
      term: 'σ max',
      help: 'The start of the way: nothing of the picture is left. Higher is safer, lower is faster to learn.',
      step: 'any',
    },
    {
      kind: 'number',
      path: 'noise.rho',
      label: 'Where the levels are dense',
      term: 'ρ',
      help: 'Higher puts more levels where there is little noise, which favours detail.',
      step: 'any',
    },
    {
      kind: 'number',
      path: 'noise.pMean',
      label: 'Usual amount of noise in training',
      term: 'P mean',
      help: 'Lower looks more often at detail, higher more often at the rough shape. In natural logarithms.',
      step: 'any',
    },
    {
      kind: 'number',
      path: 'noise.pStd',
      label: 'Spread of that amount',
      term: 'P std',
      help: 'Higher spreads the training over more amounts of noise.',
      step: 'any',
    },
    {
      kind: 'number',
      path: 'curriculum.s0',
      label: 'Noise levels at the start',
      term: 's0',
      help: 'Fewer is easier at the start. Training begins with one level more than this.',
      step: 1,
    },
    {
      kind: 'number',
      path: 'curriculum.s1',
      label: 'Noise levels at the end',
      term: 's1',
      help: 'More gives a finer end result and needs a longer run to get there. The number doubles from stage to stage.',
      step: 1,
    },
  ],
};

const lossGroup: ConfigGroup = {
  title: 'What counts as an error',
  intro: 'How much extreme values may say, and how noise and pictures are matched.',
  simple: false,
  fields: [
    {
      kind: 'choice',
      path: 'loss.schedule',
      label: 'Ignore extreme values',
      term: 'Cauchy loss',
      help: 'Adaptive starts tolerant and gets stricter as the stages get finer. Constant keeps one tolerance.',
      options: [
        { value: 'adaptive', label: 'Adaptive' },
        { value: 'constant', label: 'Constant' },
      ],
      whole: (value) => (value === 'constant' ? { schedule: 'constant', c: 0.1 } : { schedule: 'adaptive' }),
    },
    {
      kind: 'number',
      path: 'loss.c',
      label: 'Tolerance',
      term: 'c',
      help: 'Errors far above it count less and less. Lower ignores more, and when too low it ignores ordinary values as well.',
      step: 'any',
      when: isConstant,
    },
    {
      kind: 'number',
      path: 'diffusionLoss.weight',
      label: 'Weight of plain denoising',
      term: 'diffusion loss weight',
      help: 'Higher makes training steadier at strong noise; 0 leaves it out.',
      step: 'any',
    },
    {
      kind: 'number',
      path: 'diffusionLoss.threshold',
      label: 'From which level on',
      term: 'threshold',
      help: 'A share of the noise levels: 0.75 means the noisiest quarter. Lower uses it more.',
      step: 'any',
    },
    {
      kind: 'choice',
      path: 'coupling',
      label: 'Matching of noise and pictures',
      term: 'coupling',
      help: 'Matching by likeness (minibatch optimal transport) makes the ways shorter and the learning steadier; it takes a moment per step.',
      options: [
        { value: 'optimalTransport', label: 'By likeness' },
        { value: 'independent', label: 'By chance' },
      ],
    },
  ],
};

const learningGroup: ConfigGroup = {
  title: 'Learning',
  intro: 'How the model is corrected after each step (RAdam).',
  simple: false,
  fields: [
    {
      kind: 'number',
      path: 'optimiser.learningRate',
      label: 'Size of each learning step',
      term: 'learning rate',
      help: 'Higher learns faster and may become unstable (NaN). If steps are rolled back, halve it.',
      step: 'any',
    },
    {
      kind: 'number',
      path: 'optimiser.beta1',
      label: 'Memory of the direction',
      term: 'β1',
      help: 'Closer to 1 averages corrections over more steps: calmer, slower to turn.',
      step: 'any',
    },
    {
      kind: 'number',
      path: 'optimiser.beta2',
      label: 'Memory of the size',
      term: 'β2',
      help: 'Closer to 1 judges the usual size of corrections over more steps.',
      step: 'any',
    },
    {
      kind: 'number',
      path: 'optimiser.eps',
      label: 'Guard against division by nothing',
      term: 'ε',
      help: 'Very small. Raise it only if training is unstable from the first step.',
      step: 'any',
    },
    {
      kind: 'number',
      path: 'optimiser.weightDecay',
      label: 'Pull towards zero',
      term: 'weight decay',
      help: 'Higher keeps the model simpler, which helps with few pictures; too high makes it dull.',
      step: 'any',
    },
    {
      kind: 'number',
      path: 'emaHalfLifeShare',
      label: 'Span of the averaged model',
      term: 'EMA half-life',
      help: 'As a share of the run. Longer gives calmer pictures that lag behind; shorter follows faster.',
      step: 'any',
    },
  ],
};

export const configGroups: readonly ConfigGroup[] = [
  lengthGroup,
  networkGroup,
  networkExpertGroup,
  noiseGroup,
  lossGroup,
  learningGroup,
];

export const configFields: readonly ConfigField[] = configGroups.flatMap(({ fields }) => fields);
