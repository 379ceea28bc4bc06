/** The fake's answers about what is done about pictures, reversibly. */
import { studioError } from '../../../main/base/errors.ts';
import type { Handlers } from '../../../main/base/rpc.ts';
import type { StudioContract } from '../../../main/api/contract/contract.ts';
import type { Output } from '../studio.ts';
import { latentStatistics } from './figures.ts';
import type { FakeWorld } from './world.ts';

type OperationMethods = Extract<keyof StudioContract['methods'], `dataset.${string}`> | 'latents.preview';
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

type PreviewSide = Output<'latents.preview'>['before'];

/** Statistics of so many pictures, of which only this share of the far values is left. */
function side(pictures: number, share: number): PreviewSide {
  const channels = latentStatistics(pictures, 8).channels.map((channel) => {
    const { n, q1, median, q3, innerFences, outerFences, histogram, outlierCount, outerShare } = channel;
    const beyondInner = Math.round(share * outlierCount);
    const beyondOuter = Math.round(share * outerShare * n);
    const tails = { below: Math.round(share * histogram.below), above: Math.round(share * histogram.above) };
    return {
      ...{ channel: channel.channel, n, q1, median, q3, innerFences, outerFences, beyondInner, beyondOuter },
      histogram: { ...histogram, ...tails },
    };
  });
  const sum = (of: (row: PreviewSide['channels'][number]) => number) => channels.reduce((all, row) => all + of(row), 0);
  return {
    ...{ pictures, unencoded: 0, channels },
    beyondInner: sum(({ beyondInner }) => beyondInner),
    beyondOuter: sum(({ beyondOuter }) => beyondOuter),
  };
}

export function fakeOperationHandlers(world: FakeWorld): Pick<Handlers<StudioContract>, OperationMethods> {
  const rows: OperationRow[] = [];
  const isInForce = (id: number): boolean =>
    !rows.some((row) => row.kind === 'undo' && row.of === id && isInForce(row.id));
  const wordsOf = (row: OperationRow): string =>
    row.kind === 'undo'
      ? `Undone: operation ${row.of}`
      : `${verbs[row.kind]}: ${row.pictures?.length ?? 'all'} pictures`;

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
    rows.push(row);
    const changed = list();
    const { leftOut, weights, framings, clip } = changed.adjustments;
    const [weighed, reframed] = [Object.keys(weights).length, Object.keys(framings).length];
    const clipped = clip.all === null ? Object.keys(clip.pictures).length : (world.project?.pictures.used ?? 0);
    world.change({ adjusted: { leftOut: leftOut.length, weighed, reframed, clipped } });
    if (row.kind !== 'weigh' && row.kind !== 'clip') world.change({ latents: { encoded: 0, complete: false } });
    return changed;
  }
  const next = () => ({ id: rows.length + 1, at: new Date().toISOString() });
  return {
    'dataset.operations': list,
    'dataset.operate': ({ operation }) => add({ ...operation, ...next() }),
    'latents.preview': ({ operation }) => {
      const used = world.project?.pictures.used ?? 0;
      if (used === 0 || !world.project?.latents.complete) throw studioError('latents.missing', {});
      const leaving = operation.kind === 'leaveOut' ? operation.pictures.length : 0;
      const share = operation.kind === 'weigh' ? 1 : operation.kind === 'clip' ? 0 : 0.7;
      return { key: 'fake', before: side(used, 1), after: side(used - leaving, share) };
    },
    'dataset.undo': ({ id }) => {
      if (id > rows.length) throw studioError('dataset.unknownOperation', { id, known: rows.map((row) => row.id) });
      if (!isInForce(id)) throw studioError('dataset.alreadyUndone', { id });
      return add({ kind: 'undo', of: id, ...next() });
    },
  };
}
