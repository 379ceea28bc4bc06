/** What a run learns, and what counts as an error in it. */
import { runConfigSchema } from '../../api/studio.ts';
import type { RunConfig } from '../../api/studio.ts';
import type { ConfigGroup } from './config-field.ts';
import { parseTable, tableMeaning, tableText } from './field-texts.ts';

type Kind = RunConfig['objective']['kind'];
const is =
  (...kinds: Kind[]) =>
  ({ objective }: RunConfig): boolean =>
    kinds.includes(objective.kind);
const isConsistency = is('consistency');
/** The constant that the schedules of later stages start from, for latents of 4 × 32 × 32. */
const usualC = 0.03456;
const scalingIs =
  (kind: string) =>
  ({ objective }: RunConfig): boolean =>
    objective.kind === 'consistency' && objective.loss !== 'l2' && objective.scaling.kind === kind;

const scalingOf = (kind: string | number): unknown => {
  if (kind === 'constant') return { kind, c: usualC };
  if (kind === 'table')
    return {
      kind,
      values: [
        { levels: 11, c: usualC },
        { levels: 41, c: 0.006 },
        { levels: 161, c: 0.0012 },
      ],
    };
  return { kind };
};

export const objectiveGroup: ConfigGroup = {
  title: 'What is learned',
  intro: 'The way from noise to pictures, what the model is told, and what it begins with.',
  simple: true,
  fields: [
    {
      kind: 'choice',
      path: 'objective.kind',
      label: 'Way of learning',
      term: 'objective',
      help: 'Each way has settings of its own under “all settings”. The first is what this studio is made for.',
      options: [
        {
          value: 'consistency',
          label: 'One step, from nothing (consistency training)',
          help: 'Learns to jump from noise to a picture by agreeing with itself, with ever finer steps. The paper’s way.',
        },
        {
          value: 'easyConsistency',
          label: 'One step, from a denoiser (Easy Consistency Tuning)',
          help: 'Turns a finished diffusion model into a one-step model. Quick, but choose a diffusion run to begin with below.',
        },
        {
          value: 'diffusion',
          label: 'Many steps (diffusion)',
          help: 'Learns to take noise away bit by bit. The steadiest to train; each picture then takes 20 or more steps.',
        },
        {
          value: 'meanFlow',
          label: 'One step, by average velocity (MeanFlow)',
          help: 'Learns how far and where to go on average. Needs no stages; each training step takes about twice as long.',
        },
      ],
      whole: (kind) => runConfigSchema.shape.objective.parse({ kind }),
    },
    {
      kind: 'choice',
      path: 'classes.kind',
      label: 'Kinds of pictures',
      term: 'classes',
      help: 'When the folder you added holds one folder for each kind, the model can learn the kinds by name, and you can ask for one. It costs next to nothing.',
      options: [
        { value: 'none', label: 'All alike' },
        { value: 'folders', label: 'From the folders' },
      ],
      whole: (kind) => runConfigSchema.shape.classes.parse({ kind }),
    },
    {
      kind: 'run',
      path: 'startFrom',
      label: 'Begin with',
      term: 'warm start',
      help: 'A run that has learned something gives the new one a head start. Its network and its compressed pictures (latents) must be the same.',
    },
    {
      kind: 'optional',
      path: 'classes.count',
      label: 'Number of kinds',
      term: 'classes',
      help: 'Left empty, it is counted when the run starts. A number makes the run refuse to start when another is found.',
      empty: { value: 'auto', label: 'as found' },
      when: ({ classes }) => classes.kind === 'folders',
    },
    {
      kind: 'number',
      path: 'classes.dropout',
      label: 'Share of pictures without their name',
      term: 'label dropout',
      help: 'What the model learns from them makes guidance possible. Higher learns the kinds more slowly; 0 rules guidance out.',
      step: 'any',
      when: ({ classes }) => classes.kind === 'folders',
    },
  ],
};

export const lossGroup: ConfigGroup = {
  title: 'What counts as an error',
  intro: 'How much extreme values may say, and how noise and pictures are matched.',
  simple: false,
  fields: [
    {
      kind: 'choice',
      path: 'objective.loss',
      label: 'Measure of error',
      term: 'loss',
      help: 'Compressed pictures (latents) hold a few extreme values. This says how much they may steer the learning; it costs nothing.',
      options: [
        {
          value: 'cauchy',
          label: 'Cauchy',
          help: 'Hardly listens to extreme values. The paper’s choice, and the best it measured.',
        },
        {
          value: 'pseudoHuber',
          label: 'Pseudo-Huber',
          help: 'Listens to every value beyond the tolerance equally. What came before.',
        },
        {
          value: 'gemanMcClure',
          label: 'Geman–McClure',
          help: 'Stops listening to extreme values altogether. The strictest; can also miss what is only unusual.',
        },
        { value: 'l2', label: 'Squared error (L2)', help: 'Listens to extreme values most. For comparison only.' },
      ],
      when: isConsistency,
    },
    {
      kind: 'choice',
      path: 'objective.scaling.kind',
      label: 'Tolerance in the course of the run',
      term: 'c(N)',
      help: 'Errors far above the tolerance count less. Adaptive gets stricter as the stages get finer, as errors get smaller; × √2 keeps it a little wider; constant never changes.',
      options: [
        { value: 'adaptive', label: 'Adaptive' },
        { value: 'adaptiveSqrt2', label: 'Adaptive × √2' },
        { value: 'constant', label: 'Constant' },
        { value: 'table', label: 'Own table' },
      ],
      whole: scalingOf,
      when: ({ objective }) => objective.kind === 'consistency' && objective.loss !== 'l2',
    },
    {
      kind: 'number',
      path: 'objective.scaling.c',
      label: 'Tolerance',
      term: 'c',
      help: 'Errors far above it count less and less. Lower ignores more, and when too low it ignores ordinary values as well.',
      step: 'any',
      when: scalingIs('constant'),
    },
    {
      kind: 'text',
      path: 'objective.scaling.values',
      label: 'Tolerance for each number of levels',
      term: 'N: c',
      help: 'Pairs with commas between them, as “11: 0.03, 41: 0.006”: the number of noise levels, and the tolerance from there on.',
      text: tableText,
      parse: parseTable,
      meaning: tableMeaning,
      when: scalingIs('table'),
    },
    {
      kind: 'choice',
      path: 'objective.reduction',
      label: 'Size of an error',
      term: 'reduction',
      help: 'The mean of a picture’s squared errors does not depend on its size. The sum does, and makes the same tolerance far stricter.',
      options: [
        { value: 'mean', label: 'Mean' },
        { value: 'sum', label: 'Sum' },
      ],
      when: isConsistency,
    },
    {
      kind: 'choice',
      path: 'objective.weighting',
      label: 'Weight of neighbouring levels',
      term: 'λ = 1/(t − r)',
      help: 'By closeness, errors at little noise count more, where the levels are dense: better detail. Equal treats all levels alike.',
      options: [
        { value: 'inverseGap', label: 'By closeness' },
        { value: 'uniform', label: 'Equal' },
      ],
      when: isConsistency,
    },
    {
      kind: 'number',
      path: 'objective.diffusionLoss.weight',
      label: 'Weight of plain denoising',
      term: 'diffusion loss weight',
      help: 'Higher makes training steadier at little noise; 0 leaves it out. It costs next to nothing.',
      step: 'any',
      when: isConsistency,
    },
    {
      kind: 'number',
      path: 'objective.diffusionLoss.threshold',
      label: 'From which level on',
      term: 'threshold',
      help: 'A share of the noise levels, counted from the noisiest: 0.75 means the quarter with the least noise. Lower uses it more.',
      step: 'any',
      when: ({ objective }) => objective.kind === 'consistency' && objective.diffusionLoss.weight !== 0,
    },
    {
      kind: 'number',
      path: 'objective.c',
      label: 'Tolerance',
      term: 'c',
      help: 'Errors far above it count less. 0 takes the plain distance; higher treats small errors more gently.',
      step: 'any',
      when: is('easyConsistency'),
    },
    {
      kind: 'number',
      path: 'objective.power',
      label: 'Evening out of errors',
      term: 'power p',
      help: 'Higher listens less to pictures with large errors; 0 is the plain squared error, 1 makes all of them count alike.',
      step: 'any',
      when: is('meanFlow'),
    },
    {
      kind: 'number',
      path: 'objective.guard',
      label: 'Guard against division by nothing',
      term: 'c of the weight',
      help: 'Very small. Higher evens out large errors less; it matters only where errors are as small as this.',
      step: 'any',
      when: is('meanFlow'),
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
