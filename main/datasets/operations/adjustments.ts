/** What recorded operations come to: a pure fold over the rows that are in force. */
import type { Adjustments, ClipBounds, Framing, Operation, OperationRow } from './schema.ts';

/** Of a dataset about whose pictures nothing was done. */
export const unadjusted: Adjustments = { leftOut: [], weights: {}, framings: {}, clip: { all: null, pictures: {} } };

/** Ids of the pictures that an operation names, each once. */
export const picturesNamed = ({ pictures = [] }: Operation): readonly string[] => [...new Set(pictures)];

/** Ids of the rows that nothing takes back. A row that takes another back is one of them while nothing takes it back itself. */
export function rowsInForce(rows: readonly OperationRow[]): ReadonlySet<number> {
  const takenBack = new Set<number>();
  const inForce = new Set<number>();
  // What takes a row back comes after it, so from the end each row's fate is known when it is reached.
  for (const row of rows.toReversed()) {
    if (takenBack.has(row.id)) continue;
    inForce.add(row.id);
    if (row.kind === 'undo') takenBack.add(row.of);
  }
  return inForce;
}

const framed = (before: Adjustments, pictures: readonly string[], framing: Framing): Adjustments => ({
  ...before,
  framings: { ...before.framings, ...Object.fromEntries(pictures.map((id) => [id, framing])) },
});

function clipped(before: ClipBounds, { k, pictures }: Extract<Operation, { kind: 'clip' }>): ClipBounds {
  if (pictures === undefined) return { all: k, pictures: {} };
  const bounds = { ...before.pictures, ...Object.fromEntries(pictures.map((id) => [id, k])) };
  const others = Object.entries(bounds).filter(([, bound]) => bound !== before.all);
  return { all: before.all, pictures: Object.fromEntries(others) };
}

/** How far out values of this picture's latents may be; null for no bound. */
export const boundOf = ({ all, pictures }: ClipBounds, id: string): number | null => {
  const own = pictures[id];
  return own === undefined ? all : own;
};

/** The adjustments after one more operation. */
export function adjusted(before: Adjustments, operation: Operation): Adjustments {
  switch (operation.kind) {
    case 'leaveOut':
      return { ...before, leftOut: [...new Set([...before.leftOut, ...operation.pictures])].sort() };
    case 'putBack': {
      const back = new Set(operation.pictures);
      return { ...before, leftOut: before.leftOut.filter((id) => !back.has(id)) };
    }
    case 'recrop':
      return framed(before, operation.pictures, { kind: 'square', square: operation.square });
    case 'pad':
      return framed(before, operation.pictures, { kind: 'whole', background: operation.background.toLowerCase() });
    case 'clip':
      return { ...before, clip: clipped(before.clip, operation) };
    case 'weigh': {
      const { pictures, weight } = operation;
      const weights = { ...before.weights, ...Object.fromEntries(pictures.map((id) => [id, weight])) };
      return { ...before, weights: Object.fromEntries(Object.entries(weights).filter(([, value]) => value !== 1)) };
    }
  }
}

/** What the rows come to, in order, without those that were taken back. */
export function adjustmentsOf(rows: readonly OperationRow[]): Adjustments {
  const inForce = rowsInForce(rows);
  return rows
    .filter((row) => row.kind !== 'undo')
    .filter(({ id }) => inForce.has(id))
    .reduce(adjusted, unadjusted);
}
