/** The fake's answers about what is done about pictures, reversibly. */
import { studioError } from '../../../main/base/errors.ts';
import type { Handlers } from '../../../main/base/rpc.ts';
import type { StudioContract } from '../../../main/api/contract/contract.ts';
import type { Operation, Output, PreviewSide } from '../studio.ts';
import { fileName } from '../../text/format.ts';
import { portrait } from './facts.ts';
import { faceCount, wholeUrl } from './pictures.ts';
import { pictureFacts } from './outlier-handlers.ts';
import type { FakeLab } from './outlier-handlers.ts';
import type { FakeOutliers } from './outliers.ts';
import type { FakeWorld } from './world.ts';

type OperationMethods =
  Extract<keyof StudioContract['methods'], `dataset.${string}`> | 'latents.preview' | 'pictures.whole';
type Adjustments = Output<'dataset.operations'>['adjustments'];
type OperationRow = Output<'dataset.operations'>['operations'][number]['row'];

const verbs = {
  leaveOut: 'Left out',
  putBack: 'Used again',
  weigh: 'Weighed',
  clip: 'Clipped',
  recrop: 'Cropped',
  pad: 'Shown whole',
} as const;

type Change = Parameters<FakeOutliers['counts']>[0];

function namesOf(pictures: readonly string[] | undefined): string {
  if (pictures === undefined) return 'all pictures';
  return pictures.length > 3
    ? `${pictures.length} pictures`
    : pictures.map((id) => fileName(pictureFacts(indexOf(id)).source)).join(', ');
}

const indexOf = (id: string) => parseInt(id, 16);

/** What `latents.preview` says of these outliers, each value changed first. */
function sideOf(outliers: FakeOutliers, change?: Change): PreviewSide {
  const { pictures, channels: known } = outliers.statistics;
  const counts = outliers.counts(change);
  const channels = known.map(({ channel, n, q1, median, q3, innerFences, outerFences, histogram }) => {
    const [beyondInner, beyondOuter] = counts[channel]!;
    return { channel, n, q1, median, q3, innerFences, outerFences, beyondInner, beyondOuter, histogram };
  });
  const sum = (of: (row: PreviewSide['channels'][number]) => number) => channels.reduce((all, row) => all + of(row), 0);
  return {
    ...{ pictures, unencoded: 0, channels },
    beyondInner: sum(({ beyondInner }) => beyondInner),
    beyondOuter: sum(({ beyondOuter }) => beyondOuter),
  };
}

/** What an operation does to values of the pictures that stay. */
function changeOf(operation: Operation): Change {
  if (operation.kind === 'leaveOut' || operation.kind === 'putBack' || operation.kind === 'weigh') return undefined;
  const named = operation.pictures && new Set(operation.pictures.map(indexOf));
  return (value, { median, mad }, picture) => {
    if (named && !named.has(picture)) return value;
    // Framed anew, the fake's pictures have nothing far out.
    const reach = operation.kind === 'clip' ? (operation.k ?? Infinity) * 1.4826 * mad : 0;
    return Math.max(median - reach, Math.min(median + reach, value));
  };
}

export function fakeOperationHandlers(
  world: FakeWorld,
  lab: FakeLab,
): Pick<Handlers<StudioContract>, OperationMethods> {
  /** Which pictures, shown in which way, were encoded. */
  const encoded = new Set<string>();
  const rows: OperationRow[] = [];
  const isInForce = (id: number): boolean =>
    !rows.some((row) => row.kind === 'undo' && row.of === id && isInForce(row.id));
  const wordsOf = (row: OperationRow): string =>
    row.kind === 'undo' ? `Undone: operation ${row.of}` : `${verbs[row.kind]}: ${namesOf(row.pictures)}`;

  function list(): Output<'dataset.operations'> {
    const leftOut = new Set<string>();
    const weights = new Map<string, number>();
    const framings: Adjustments['framings'] = {};
    let clip: Adjustments['clip'] = { all: null, pictures: {} };
    for (const row of rows) {
      if (row.kind === 'undo' || !isInForce(row.id)) continue;
      if (row.kind === 'clip' && row.pictures === undefined) clip = { all: row.k, pictures: {} };
      for (const id of row.pictures ?? []) {
        if (row.kind === 'leaveOut') leftOut.add(id);
        else if (row.kind === 'putBack') leftOut.delete(id);
        else if (row.kind === 'recrop') framings[id] = { kind: 'square', square: row.square };
        else if (row.kind === 'pad') framings[id] = { kind: 'whole', background: row.background };
        else if (row.kind === 'clip') clip = { ...clip, pictures: { ...clip.pictures, [id]: row.k } };
        else if (row.weight === 1) weights.delete(id);
        else weights.set(id, row.weight);
      }
    }
    return {
      operations: rows.map((row) => ({ row, words: wordsOf(row), inForce: isInForce(row.id) })),
      adjustments: { leftOut: [...leftOut].sort(), weights: Object.fromEntries(weights), framings, clip },
    };
  }
  function add(row: OperationRow): Output<'dataset.operations'> {
    const keyOf = ({ adjustments: { leftOut, framings } }: Output<'dataset.operations'>) =>
      JSON.stringify([leftOut, Object.entries(framings).sort()]);
    if (world.project?.latents.complete) encoded.add(keyOf(list()));
    rows.push(row);
    const changed = list();
    const { leftOut, weights, framings, clip } = changed.adjustments;
    const [weighed, reframed] = [Object.keys(weights).length, Object.keys(framings).length];
    const clipped = clip.all === null ? Object.keys(clip.pictures).length : (world.project?.pictures.used ?? 0);
    world.change({ adjusted: { leftOut: leftOut.length, weighed, reframed, clipped } });
    world.leftOut = new Set(leftOut.map(indexOf));
    const complete = encoded.has(keyOf(changed));
    const kept = (world.project?.pictures.used ?? 0) - leftOut.length;
    if (world.project?.latents.complete) world.reusable = kept - reframed;
    world.change({ latents: { ...world.project!.latents, encoded: complete ? kept : kept - reframed, complete } });
    return changed;
  }
  const next = () => ({ id: rows.length + 1, at: new Date().toISOString() });
  return {
    'pictures.whole': ({ picture }) => {
      const { width, height } = portrait(indexOf(picture));
      return { url: wholeUrl(indexOf(picture) % faceCount, width, height) };
    },
    'dataset.operations': list,
    'dataset.operate': ({ operation }) => add({ ...operation, ...next() }),
    'latents.preview': ({ operation }) => {
      const before = sideOf(lab.outliers());
      const leaving = operation.kind === 'leaveOut' ? operation.pictures.map(indexOf) : [];
      const after = lab.outliers(new Set([...world.leftOut, ...leaving]));
      const change = changeOf(operation);
      const clipped = operation.kind === 'clip' && change ? { clipped: after.changed(change) } : {};
      return { key: 'fake', before, after: { ...sideOf(after, change), ...clipped } };
    },
    'dataset.undo': ({ id }) => {
      if (id > rows.length) throw studioError('dataset.unknownOperation', { id, known: rows.map((row) => row.id) });
      if (!isInForce(id)) throw studioError('dataset.alreadyUndone', { id });
      return add({ kind: 'undo', of: id, ...next() });
    },
  };
}
