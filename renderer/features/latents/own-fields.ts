/** Every setting of training a VAE as data: what it does, which way is which, what it costs. */
import { vaeTrainingConfigSchema } from '../../api/studio.ts';
import type { VaeTrainingConfig } from '../../api/studio.ts';
import { anyRunFields } from '../train/any-run-fields.ts';
import type { ConfigField, ConfigGroup } from '../train/config-field.ts';

export const usualTraining: VaeTrainingConfig = vaeTrainingConfigSchema.parse({});

const endsAfter = (kind: VaeTrainingConfig['length']['kind']) => (config: VaeTrainingConfig) =>
  config.length.kind === kind;
const hasPatches = ({ loss }: VaeTrainingConfig) => loss.discriminator.kind === 'patch';

const lengths = { minutes: { kind: 'minutes', minutes: 20 }, steps: { kind: 'steps', steps: 8000 } } as const;
const discriminators = { none: { kind: 'none' }, patch: { kind: 'patch', weight: 0.1, after: 0.5 } } as const;

const mainGroup: ConfigGroup<VaeTrainingConfig> = {
  title: 'What it should be',
  intro: 'How much it compresses, and how long it learns.',
  simple: true,
  fields: [
    {
      kind: 'choice',
      path: 'reduction',
      label: 'Times smaller',
      term: 'reduction, f',
      help: '4 keeps more detail; 8 makes latents a quarter as large, so that models train about four times as fast.',
      options: [
        { value: 8, label: '8 times' },
        { value: 4, label: '4 times' },
      ],
    },
    {
      kind: 'number',
      path: 'latentChannels',
      label: 'Numbers a cell',
      term: 'channels',
      help: 'From 4 to 16. More keep more detail and are harder to learn from; 4 is a good start.',
      step: 1,
    },
    {
      kind: 'choice',
      path: 'length.kind',
      label: 'Ends after',
      help: 'With minutes, the number of steps is measured at the start and then fixed, so that a resumed run has the same plan.',
      options: [
        { value: 'minutes', label: 'a time' },
        { value: 'steps', label: 'steps' },
      ],
      whole: (value) => lengths[value as keyof typeof lengths],
    },
    {
      kind: 'number',
      path: 'length.minutes',
      label: 'Minutes',
      help: 'Longer gives pictures that come back better, up to a point. Pauses do not count.',
      step: 'any',
      when: endsAfter('minutes'),
    },
    {
      kind: 'number',
      path: 'length.steps',
      label: 'Steps',
      help: 'More steps give pictures that come back better, up to a point, and take proportionally longer.',
      step: 1,
      when: endsAfter('steps'),
    },
  ],
};

const networkGroup: ConfigGroup<VaeTrainingConfig> = {
  title: 'Network',
  intro: 'What compresses (encoder) and what makes pictures of it again (decoder).',
  simple: false,
  fields: [
    {
      kind: 'switch',
      path: 'startFromStarter',
      label: 'Begin with what the starter VAE knows',
      term: 'initial weights',
      help: 'Takes its weights wherever sizes agree, which saves most of the time. Off begins with random ones.',
    },
    {
      kind: 'number',
      path: 'width',
      label: 'Width',
      term: 'hidden size',
      help: 'Numbers for each cell inside the network, a multiple of 8. Wider keeps more detail; twice as wide takes about four times as long.',
      step: 8,
    },
    {
      kind: 'number',
      path: 'encoderBlocks',
      label: 'Layers that compress',
      term: 'encoder blocks',
      help: 'More notice more in a picture and make encoding slower in proportion.',
      step: 1,
    },
    {
      kind: 'number',
      path: 'decoderBlocks',
      label: 'Layers that make pictures again',
      term: 'decoder blocks',
      help: 'More give back finer detail and make training and drawing slower in proportion.',
      step: 1,
    },
  ],
};

const lossGroup: ConfigGroup<VaeTrainingConfig> = {
  title: 'Error (loss)',
  intro: 'What counts as a picture that comes back well. Each weight says how much of it counts.',
  simple: false,
  fields: [
    {
      kind: 'number',
      path: 'loss.l1',
      label: 'Weight of wrong colours',
      term: 'L1',
      help: 'How far each pixel is off. Higher holds colours more exactly, at the cost of sharp edges.',
      step: 'any',
    },
    {
      kind: 'number',
      path: 'loss.structure',
      label: 'Weight of wrong structure',
      term: 'multi-scale SSIM',
      help: 'How unlike edges and patterns are, coarse and fine. Higher keeps shapes clearer, at the cost of exact colours.',
      step: 'any',
    },
    {
      kind: 'number',
      path: 'loss.psnr',
      label: 'Weight of exactness in every picture',
      term: 'PSNR',
      help: 'The logarithm of each picture’s squared error, so that easy and difficult pictures count alike. 0 gives sharper pictures that are less exact.',
      step: 'any',
    },
    {
      kind: 'number',
      path: 'loss.kl',
      label: 'Weight of tidy latents',
      term: 'KL divergence',
      help: 'Higher makes latents look more like plain noise: easier to learn from, with less detail. Keep it very small.',
      step: 'any',
    },
    {
      kind: 'number',
      path: 'loss.klWarmUp',
      label: 'Share of the run before that counts fully',
      term: 'KL warm-up',
      help: 'From 0 to 1. The weight rises from nothing over this share of the steps, so that the network first learns to see.',
      step: 'any',
    },
    {
      kind: 'choice',
      path: 'loss.discriminator.kind',
      label: 'Judge of sharpness',
      term: 'patch discriminator',
      help: 'A second network that learns to tell real patches from reconstructed ones. Pictures become sharper and a little less exact; each step takes about half as long again.',
      options: [
        { value: 'none', label: 'None' },
        { value: 'patch', label: 'With one' },
      ],
      whole: (value) => discriminators[value as keyof typeof discriminators],
    },
    {
      kind: 'number',
      path: 'loss.discriminator.weight',
      label: 'Weight of the judge',
      term: 'adversarial weight',
      help: 'Higher is sharper and invents more detail that was not there.',
      step: 'any',
      when: hasPatches,
    },
    {
      kind: 'number',
      path: 'loss.discriminator.after',
      label: 'Share of the run before the judge begins',
      term: 'start',
      help: 'From 0 to 1. It should begin once pictures come back roughly right; earlier is less steady.',
      step: 'any',
      when: hasPatches,
    },
  ],
};

const paceGroup: ConfigGroup<VaeTrainingConfig> = {
  title: 'Learning and pace',
  intro: 'How it is corrected after each step, and how often you see something of it.',
  simple: false,
  fields: [
    {
      kind: 'number',
      path: 'learningRate',
      label: 'Size of each learning step',
      term: 'learning rate',
      help: 'Higher learns faster and may become unstable (NaN); lower is steadier and slower.',
      step: 'any',
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
      kind: 'switch',
      path: 'flip',
      label: 'Mirror every other visit',
      term: 'flip',
      help: 'Makes more of few pictures and costs nothing. Leave it off where a mirror image would be wrong, as with writing.',
    },
    {
      kind: 'number',
      path: 'sampleSheets',
      label: 'Sheets of reconstructions',
      help: 'How often the run shows pictures beside what comes back of them, besides the sheet at the start. 0 shows none.',
      step: 1,
    },
    ...anyRunFields,
  ],
};

export const ownGroups: readonly ConfigGroup<VaeTrainingConfig>[] = [mainGroup, networkGroup, lossGroup, paceGroup];
export const ownFields: readonly ConfigField<VaeTrainingConfig>[] = ownGroups.flatMap(({ fields }) => fields);
