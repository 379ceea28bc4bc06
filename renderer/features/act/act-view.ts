/** What can be done about pictures, as a person chooses it, and what that would change, in words. */
import { leastSquare } from '../../api/studio.ts';
import type { LatentPreview, Operation, OperationList, PreviewSide } from '../../api/studio.ts';
import { count, formatCount, formatPlain, formatShare } from '../../text/format.ts';
import type { SquareOfPicture } from './crop-view.ts';

export type ActKind = 'leaveOut' | 'weigh' | 'clip' | 'recrop' | 'pad';

/** What is filled in; each kind has its own fields. */
export interface ActForm {
  readonly kind: ActKind;
  /** Percent of what a picture counts in training. */
  readonly weight: number;
  /** Robust deviations from the middle; of these pictures, or of all. */
  readonly k: number;
  readonly whose: 'these' | 'all';
  readonly square: SquareOfPicture | undefined;
  readonly background: string;
}

/** The outer fences of a bell curve lie at 4.7 robust deviations: a little less, and none is far out any more. */
export const usualForm: ActForm = {
  kind: 'leaveOut',
  weight: 50,
  k: 4.5,
  whose: 'these',
  square: undefined,
  background: '#ffffff',
};

export interface ActChoice {
  readonly value: ActKind;
  readonly label: string;
  readonly help: string;
}

/** What can be chosen for so many pictures. A square is one picture's own. */
export function choicesFor(pictures: number): ActChoice[] {
  const [them, their] = pictures === 1 ? ['it', 'Its'] : ['them', 'Their'];
  return [
    {
      value: 'leaveOut',
      label: 'Leave out',
      help: `Nothing is learned from ${them}; ${pictures === 1 ? 'the file stays' : 'the files stay'} where ${pictures === 1 ? 'it is' : 'they are'}.`,
    },
    { value: 'weigh', label: 'Count less', help: `${their} part in each training step is smaller.` },
    { value: 'clip', label: 'Clip values', help: `${their} farthest numbers are pulled in to a border.` },
    ...(pictures === 1
      ? [{ value: 'recrop' as const, label: 'Crop anew', help: 'Another square of the picture is used.' }]
      : []),
    { value: 'pad', label: 'Show whole', help: 'The whole picture, with a colour beside it.' },
  ];
}

/** Why the form can not be used; undefined when it can. */
export function actProblem({ kind, weight, k, square }: ActForm): string | undefined {
  if (kind === 'weigh' && !(weight >= 1 && weight <= 99)) return 'Enter a percentage from 1 to 99.';
  if (kind === 'clip' && !(k > 0 && Number.isFinite(k))) return 'Enter a number above 0.';
  if (kind === 'recrop' && square === undefined) return 'Reading the picture…';
  if (kind === 'recrop' && square!.side < leastSquare) return `The square needs at least ${leastSquare} pixels.`;
  return undefined;
}

/** The operation that the form asks for. The form has no problem. */
export function operationOf(form: ActForm, pictures: readonly string[]): Operation {
  const these = { pictures: [...pictures] };
  switch (form.kind) {
    case 'leaveOut':
      return { kind: 'leaveOut', ...these };
    case 'weigh':
      return { kind: 'weigh', ...these, weight: form.weight / 100 };
    case 'clip':
      return { kind: 'clip', k: form.k, ...(form.whose === 'these' ? these : {}) };
    case 'recrop':
      return { kind: 'recrop', ...these, square: form.square! };
    case 'pad':
      return { kind: 'pad', ...these, background: form.background };
  }
}

/** Framing pictures anew needs the compressor (VAE), so its preview is made only when somebody asks. */
export const needsEncoding = ({ kind }: Pick<ActForm, 'kind'>): boolean => kind === 'recrop' || kind === 'pad';

/** Weights change what is learned from, not the latents. */
export const changesLatents = ({ kind }: Pick<ActForm, 'kind'>): boolean => kind !== 'weigh';

/** `−33.6 %`, `+0.8 %`, `no change`. */
export function changeWords(before: number, after: number): string {
  if (before === after) return 'no change';
  const sign = after < before ? '−' : '+';
  return before === 0 ? `+${formatCount(after)}` : `${sign}${formatShare(Math.abs(after - before) / before)}`;
}

/** What would change, in one sentence. */
export function effectWords({ before, after }: Pick<LatentPreview, 'before' | 'after'>): string {
  const [from, to] = [before.beyondOuter, after.beyondOuter];
  if (from === to) return `Far outliers stay at ${formatCount(from)}.`;
  const verb = to < from ? 'fall' : 'rise';
  return `Far outliers ${verb} from ${formatCount(from)} to ${formatCount(to)} (${changeWords(from, to)}).`;
}

export interface EffectRow {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly change: string;
}

export function effectRows({ before, after }: Pick<LatentPreview, 'before' | 'after'>): EffectRow[] {
  const row = (name: string, of: (side: PreviewSide) => number): EffectRow => ({
    name,
    before: formatCount(of(before)),
    after: formatCount(of(after)),
    change: changeWords(of(before), of(after)),
  });
  const clipped = (side: PreviewSide) => side.clipped?.values ?? 0;
  return [
    row('Pictures to learn from', ({ pictures }) => pictures),
    row('Values beyond the outer fences', ({ beyondOuter }) => beyondOuter),
    row('Values beyond the inner fences', ({ beyondInner }) => beyondInner),
    ...(clipped(before) + clipped(after) > 0 ? [row('Values clipped', clipped)] : []),
  ];
}

/** The channel whose count of far values changes most. */
export function mostChanged({ before, after }: Pick<LatentPreview, 'before' | 'after'>): number {
  const change = (i: number) => Math.abs(after.channels[i]!.beyondOuter - before.channels[i]!.beyondOuter);
  return before.channels.reduce((best, _, i) => (change(i) > change(best) ? i : best), 0);
}

/** What is still missing in these numbers; undefined when nothing is. */
export function missingWords({ after }: Pick<LatentPreview, 'after'>): string | undefined {
  return after.unencoded === 0
    ? undefined
    : `${count(after.unencoded, 'picture is', 'pictures are')} not encoded yet and missing here.`;
}

/** What happens after the button is pressed. */
export function afterwardsWords(form: ActForm, pictures: number): string {
  if (!changesLatents(form) || form.kind === 'clip') return 'Holds for training runs that are started from now on.';
  const rest = needsEncoding(form)
    ? `${count(pictures, 'picture is', 'pictures are')} encoded anew, the others are taken over`
    : 'nothing is encoded twice';
  return `A new set of latents is put together right away; ${rest}. Runs so far keep their set.`;
}

/** What is pressed. */
export function actVerb(form: ActForm, pictures: number): string {
  const these = count(pictures, 'picture');
  switch (form.kind) {
    case 'leaveOut':
      return `Leave out ${these}`;
    case 'weigh':
      return `Count ${these} ${formatPlain(form.weight)} %`;
    case 'clip':
      return form.whose === 'all' ? 'Clip all pictures' : `Clip ${these}`;
    case 'recrop':
      return 'Crop anew';
    case 'pad':
      return `Show ${these} whole`;
  }
}

type Adjustments = OperationList['adjustments'];

/** What is done about one picture, in few words; empty where nothing is. */
export function adjustedWords({ leftOut, weights, framings, clip }: Adjustments, id: string): string[] {
  if (leftOut.includes(id)) return ['left out'];
  const weight = weights[id];
  const framing = framings[id];
  const bound = clip.pictures[id];
  return [
    ...(weight === undefined ? [] : [`counts ${formatPlain(100 * weight)} %`]),
    ...(framing === undefined ? [] : [framing.kind === 'square' ? 'cropped anew' : 'shown whole']),
    ...(bound === undefined || bound === null ? [] : [`clipped at ±${formatPlain(bound)}`]),
  ];
}

/** The newest operation that holds: what “Undo” takes back. */
export const lastInForce = ({ operations }: OperationList) =>
  operations.findLast(({ row, inForce }) => inForce && row.kind !== 'undo');

/** Operations, the newest first, without the rows that only take others back. */
export const operationsOf = ({ operations }: OperationList) =>
  operations.filter(({ row }) => row.kind !== 'undo').toReversed();

/** The row to take back so that this operation is done again: the undo of it that holds. */
export function undoOf({ operations }: OperationList, id: number): number | undefined {
  return operations.findLast(({ row, inForce }) => inForce && row.kind === 'undo' && row.of === id)?.row.id;
}
