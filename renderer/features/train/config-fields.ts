/** Every setting of a run as data: what it does, which way is which, what it costs. The order is the order on screen. */
import type { RunConfig } from '../../api/studio.ts';
import { anyRunFields } from './any-run-fields.ts';
import type { ConfigField, ConfigGroup } from './config-field.ts';
import { learningGroup, memoryGroup } from './learning-fields.ts';
import { networkGroup } from './network-fields.ts';
import { networkPartsGroup } from './network-parts-fields.ts';
import { noiseGroup, stagesGroup } from './noise-fields.ts';
import { lossGroup, objectiveGroup } from './objective-fields.ts';

const endsAfter = (kind: RunConfig['length']['kind']) => (config: RunConfig) => config.length.kind === kind;
/** What each way to end starts with when it is chosen. */
const lengths = {
  minutes: { kind: 'minutes', minutes: 10 },
  steps: { kind: 'steps', steps: 2000 },
  epochs: { kind: 'epochs', epochs: 100 },
} as const;
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
        { value: 'steps', label: 'steps' },
        { value: 'epochs', label: 'passes' },
      ],
      whole: (value) => lengths[value as keyof typeof lengths],
    },
    {
      kind: 'number',
      path: 'length.minutes',
      label: 'Minutes',
      help: 'Longer gives better pictures, up to a point. Pauses do not count.',
      step: 'any',
      when: endsAfter('minutes'),
    },
    {
      kind: 'number',
      path: 'length.steps',
      label: 'Steps',
      help: 'More steps give better pictures, up to a point, and take proportionally longer.',
      step: 1,
      when: endsAfter('steps'),
    },
    {
      kind: 'number',
      path: 'length.epochs',
      label: 'Passes over all pictures',
      term: 'epochs',
      help: 'How often every picture is seen. More gives better pictures, up to a point, and takes proportionally longer.',
      step: 1,
      when: endsAfter('epochs'),
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
    ...anyRunFields,
  ],
};

export const configGroups: readonly ConfigGroup[] = [
  lengthGroup,
  networkGroup,
  objectiveGroup,
  networkPartsGroup,
  noiseGroup,
  stagesGroup,
  lossGroup,
  learningGroup,
  memoryGroup,
];

export const configFields: readonly ConfigField[] = configGroups.flatMap(({ fields }) => fields);

/** Settings that are only seen among “all settings”. */
export const expertPaths: ReadonlySet<string> = new Set(
  configGroups.filter(({ simple }) => !simple).flatMap(({ fields }) => fields.map(({ path }) => path)),
);
