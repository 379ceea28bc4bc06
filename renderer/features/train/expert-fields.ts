/** The settings for experts. */
import type { RunConfig } from '../../api/studio.ts';
import type { ConfigGroup } from './config-field.ts';

const isConsistency = ({ objective }: RunConfig) => objective.kind === 'consistency';
const hasNoise = ({ objective }: RunConfig) => 'noise' in objective;
const hasRange = ({ objective }: RunConfig) => 'noise' in objective && 'sigmaMin' in objective.noise;
const isConstant = ({ objective }: RunConfig) =>
  objective.kind === 'consistency' && objective.scaling.kind === 'constant';

const noiseGroup: ConfigGroup = {
  title: 'Noise',
  intro: 'How pictures are turned into noise, and in how many stages the way back is learned.',
  simple: false,
  fields: [
    {
      kind: 'number',
      path: 'objective.noise.sigmaMin',
      label: 'Least noise',
      term: 'σ min',
      help: 'The end of the way: practically no noise. Lower keeps finer detail and is harder to learn.',
      step: 'any',
      when: hasRange,
    },
    {
      kind: 'number',
      path: 'objective.noise.sigmaMax',
      label: 'Most noise',
      term: 'σ max',
      help: 'The start of the way: nothing of the picture is left. Higher is safer, lower is faster to learn.',
      step: 'any',
      when: hasNoise,
    },
    {
      kind: 'number',
      path: 'objective.noise.rho',
      label: 'Where the levels are dense',
      term: 'ρ',
      help: 'Higher puts more levels where there is little noise, which favours detail.',
      step: 'any',
      when: hasRange,
    },
    {
      kind: 'number',
      path: 'objective.noise.pMean',
      label: 'Usual amount of noise in training',
      term: 'P mean',
      help: 'Lower looks more often at detail, higher more often at the rough shape. In natural logarithms.',
      step: 'any',
      when: hasNoise,
    },
    {
      kind: 'number',
      path: 'objective.noise.pStd',
      label: 'Spread of that amount',
      term: 'P std',
      help: 'Higher spreads the training over more amounts of noise.',
      step: 'any',
      when: hasNoise,
    },
    {
      kind: 'number',
      path: 'objective.curriculum.s0',
      label: 'Noise levels at the start',
      term: 's0',
      help: 'Fewer is easier at the start. Training begins with one level more than this.',
      step: 1,
      when: isConsistency,
    },
    {
      kind: 'number',
      path: 'objective.curriculum.s1',
      label: 'Noise levels at the end',
      term: 's1',
      help: 'More gives a finer end result and needs a longer run to get there. The number doubles from stage to stage.',
      step: 1,
      when: isConsistency,
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
      path: 'objective.scaling.kind',
      label: 'Ignore extreme values',
      term: 'Cauchy loss',
      help: 'Adaptive starts tolerant and gets stricter as the stages get finer. Constant keeps one tolerance.',
      options: [
        { value: 'adaptive', label: 'Adaptive' },
        { value: 'constant', label: 'Constant' },
      ],
      whole: (value) => (value === 'constant' ? { kind: 'constant', c: 0.1 } : { kind: 'adaptive' }),
      when: isConsistency,
    },
    {
      kind: 'number',
      path: 'objective.scaling.c',
      label: 'Tolerance',
      term: 'c',
      help: 'Errors far above it count less and less. Lower ignores more, and when too low it ignores ordinary values as well.',
      step: 'any',
      when: isConstant,
    },
    {
      kind: 'number',
      path: 'objective.diffusionLoss.weight',
      label: 'Weight of plain denoising',
      term: 'diffusion loss weight',
      help: 'Higher makes training steadier at strong noise; 0 leaves it out.',
      step: 'any',
      when: isConsistency,
    },
    {
      kind: 'number',
      path: 'objective.diffusionLoss.threshold',
      label: 'From which level on',
      term: 'threshold',
      help: 'A share of the noise levels: 0.75 means the noisiest quarter. Lower uses it more.',
      step: 'any',
      when: isConsistency,
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
  intro: 'How the model is corrected after each step.',
  simple: false,
  fields: [
    {
      kind: 'choice',
      path: 'optimiser.kind',
      label: 'How corrections are made',
      term: 'optimiser',
      help: 'RAdam starts carefully and needs no warm-up. Adam takes full steps from the first; AdamW pulls weights towards zero at the same rate whatever their corrections are.',
      options: [
        { value: 'radam', label: 'RAdam' },
        { value: 'adam', label: 'Adam' },
        { value: 'adamw', label: 'AdamW' },
      ],
    },
    {
      kind: 'number',
      path: 'optimiser.learningRate',
      label: 'Size of each learning step',
      term: 'learning rate',
      help: 'Higher learns faster and may become unstable (NaN). If many steps are rolled back, the studio halves it.',
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
      kind: 'choice',
      path: 'precision',
      label: 'Precision',
      term: 'mixed precision',
      help: 'Mixed computes with half the digits where that is safe: faster on graphics cards that have float16, slower everywhere else. A few steps are skipped while it finds its scale.',
      options: [
        { value: 'full', label: 'Full (float32)' },
        { value: 'mixed', label: 'Mixed (float16 and float32)' },
      ],
    },
    {
      kind: 'optional',
      path: 'optimiser.clipNorm',
      label: 'Longest correction',
      term: 'gradient clipping',
      help: 'Shortens a step’s corrections to this length (their norm), which keeps single batches from doing harm. Empty is off.',
    },
    {
      kind: 'number',
      path: 'nonFiniteLimit',
      label: 'Steps rolled back before the rate halves',
      term: 'NaN limit',
      help: 'When more steps than this were rolled back (NaN), the learning rate of the rest of the run is halved.',
      step: 1,
    },
    {
      kind: 'averages',
      path: 'averages',
      label: 'Span of the averaged model',
      term: 'EMA half-life',
      help: 'As a share of the run, as “3 %”, or as a rate, as “0.9999”. Longer gives calmer pictures that lag behind. Several are kept side by side; the first draws the previews.',
    },
  ],
};

const memoryGroup: ConfigGroup = {
  title: 'Memory',
  intro: 'How a step is fitted into what the device has. None of it changes what is learned.',
  simple: false,
  fields: [
    {
      kind: 'choice',
      path: 'microBatch',
      label: 'Pictures at once',
      term: 'micro-batch',
      help: 'How many pictures of a step are on the device together. Fewer need less memory; the studio finds the most that fit.',
      options: [
        { value: 'auto', label: 'As many as fit' },
        ...[32, 16, 8, 4, 2, 1].map((value) => ({ value, label: String(value) })),
      ],
    },
    {
      kind: 'switch',
      path: 'recompute',
      label: 'Compute layers twice',
      term: 'activation recomputation',
      help: 'Keeps only what goes into each layer and computes the rest again when it is needed. Needs much less memory for deep models and more time for each step: 13 % more for a model of 12 layers on a processor.',
    },
  ],
};

export const expertGroups: readonly ConfigGroup[] = [noiseGroup, lossGroup, learningGroup, memoryGroup];
