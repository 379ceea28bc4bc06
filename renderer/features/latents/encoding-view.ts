/** How pictures are encoded: the options, and what is said while it goes on. */
import type { EncodingOptions, Job } from '../../api/studio.ts';
import { count, formatShare } from '../../text/format.ts';
import type { ConfigField } from '../train/config-field.ts';

/** What the studio does when nothing is chosen. */
export const usualOptions: EncodingOptions = { posterior: 'mean', flip: false, precision: 'full' };

export const encodingFields: readonly ConfigField<EncodingOptions>[] = [
  {
    kind: 'choice',
    path: 'posterior',
    label: 'What is stored of a picture',
    term: 'posterior',
    help: 'A compressor gives a most likely value and a little doubt for each number. The most likely one is exact and the usual choice; a draw adds that doubt, always the same for the same picture. Both cost the same.',
    options: [
      { value: 'mean', label: 'Most likely (mean)' },
      { value: 'sample', label: 'A draw (sample)' },
    ],
  },
  {
    kind: 'switch',
    path: 'flip',
    label: 'Mirrored copies too',
    term: 'flip',
    help: 'Helps with few pictures whose mirror image is as good. Takes twice as long and twice the room. Leave it off for writing and whatever has a left and a right.',
  },
  {
    kind: 'choice',
    path: 'precision',
    label: 'Precision',
    term: 'float32, float16',
    help: 'Half is faster on graphics cards and slightly less exact. A picture that breaks in half precision is done again in full, and counted.',
    options: [
      { value: 'full', label: 'Full' },
      { value: 'half', label: 'Half' },
    ],
  },
];

/** `mean`, `mean, mirrored copies, half precision`: what tells one set from another. */
export const optionsWords = ({ posterior, flip, precision }: EncodingOptions): string =>
  [
    posterior === 'mean' ? 'most likely values' : 'a draw',
    flip && 'mirrored copies',
    precision === 'half' && 'half precision',
  ]
    .filter(Boolean)
    .join(', ');

/** Above this share of waiting, reading pictures is what takes the time. */
const muchWaiting = 0.1;

/** How well the device is kept busy; undefined until it has been measured. */
export function waitingWords({ idleShare }: Pick<Job, 'idleShare'>): string | undefined {
  if (idleShare === undefined) return undefined;
  const part = idleShare < 0.01 ? 'less than 1 %' : formatShare(idleShare);
  const share = `The device waited for pictures ${part} of the time`;
  return idleShare > muchWaiting
    ? `${share}: reading them from the disk is the slow part now.`
    : `${share}, so it is kept busy.`;
}

/** Pictures that needed a second try or had to be left out; undefined where there were none. */
export function troubleWords(retried: number, leftOut: number): string | undefined {
  const parts = [
    retried > 0 && `${count(retried, 'picture was', 'pictures were')} encoded again in full precision`,
    leftOut > 0 && `${count(leftOut, 'picture was', 'pictures were')} left out: the numbers were not finite (NaN)`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? undefined : `${parts.join('; ')}.`;
}
