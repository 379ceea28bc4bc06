/** How gradients become steps, which averages are kept, and how a step is fitted into the memory. */
import type { ConfigGroup } from './config-field.ts';
import { averagesMeaning, averagesText, parseAverages } from './field-texts.ts';
import type { RunConfig } from '../../api/studio.ts';

export const learningGroup: ConfigGroup = {
  title: 'Learning',
  intro: 'How the model is corrected after each step.',
  simple: false,
  fields: [
    {
      kind: 'choice',
      path: 'optimiser.kind',
      label: 'How corrections are made',
      term: 'optimiser',
      help: 'RAdam starts carefully and needs no warm-up; it is the paper’s. Adam takes full steps from the first. AdamW is Adam with a pull towards zero that does not depend on the corrections.',
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
      kind: 'optional',
      path: 'optimiser.clipNorm',
      label: 'Longest correction',
      term: 'gradient clipping',
      help: 'Shortens corrections whose size (norm) is more than this, so that single batches do no harm. Lower is steadier and slower. Left empty, it is off.',
      empty: { value: null, label: 'off' },
    },
    {
      kind: 'number',
      path: 'nonFiniteLimit',
      label: 'Steps rolled back before the rate halves',
      term: 'NaN limit',
      help: 'Steps whose numbers stop being finite are undone. After more than this many, the learning rate is halved and counting begins again. Lower reacts sooner.',
      step: 1,
    },
    {
      kind: 'text',
      path: 'averages',
      label: 'Averaged models',
      term: 'EMA',
      help: 'How fast each forgets: a share of the run, as “3 %”, in which it forgets half, or a rate, as “0.9999”. Longer gives calmer pictures that lag behind. Several, with commas between them, are kept side by side and can be compared in the Gallery; each needs as much memory as the model. The first draws the previews.',
      text: averagesText,
      parse: parseAverages,
      meaning: (averages: RunConfig['averages'], _, steps) => averagesMeaning(averages, steps),
    },
  ],
};

export const memoryGroup: ConfigGroup = {
  title: 'Memory and speed',
  intro: 'How a step is fitted into what the device has. Apart from the precision, none of it changes what is learned.',
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
      kind: 'switch',
      path: 'recompute',
      label: 'Compute layers twice',
      term: 'activation recomputation',
      help: 'Keeps only what goes into each layer and computes the rest again when it is needed. Needs much less memory for deep models and more time for each step: 13 % more for a model of 12 layers on a processor.',
    },
  ],
};
