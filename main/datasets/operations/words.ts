/** Operations in plain words. */
import { basename } from 'node:path';
import { listed } from '../../base/errors/words.ts';
import type { ManifestRow } from '../schema.ts';
import { adjustmentsOf, rowsInForce } from './adjustments.ts';
import type { OperationList, OperationRow } from './schema.ts';

type NameOf = (id: string) => string;

/** `a.png`, `a.png and b.png`, `30 pictures (a.png, b.png, c.png and 27 more)`. */
function named(ids: readonly string[], nameOf: NameOf): string {
  const names = ids.map(nameOf);
  return names.length <= 3 ? listed(names) : `${names.length} pictures (${listed(names)})`;
}

function wordsOf(row: OperationRow, rows: ReadonlyMap<number, OperationRow>, nameOf: NameOf): string {
  switch (row.kind) {
    case 'leaveOut':
      return `Left out: ${named(row.pictures, nameOf)}`;
    case 'putBack':
      return `Used again: ${named(row.pictures, nameOf)}`;
    case 'recrop': {
      const { x, y, side } = row.square;
      return `Cropped to ${side} × ${side} pixels from (${x}, ${y}): ${named(row.pictures, nameOf)}`;
    }
    case 'pad':
      return `Shown whole, on ${row.background}: ${named(row.pictures, nameOf)}`;
    case 'clip': {
      const whose = row.pictures === undefined ? 'all pictures' : named(row.pictures, nameOf);
      return row.k === null ? `Not clipped any more: ${whose}` : `Clipped at ±${row.k} robust deviations: ${whose}`;
    }
    case 'weigh':
      return row.weight === 1
        ? `Weighed fully again: ${named(row.pictures, nameOf)}`
        : `Weighed ${row.weight}: ${named(row.pictures, nameOf)}`;
    case 'undo': {
      const of = rows.get(row.of);
      if (of === undefined) return `Undone: operation ${row.of}`;
      return of.kind === 'undo' ? `Done again: operation ${of.of}` : `Undone: ${wordsOf(of, rows, nameOf)}`;
    }
  }
}

/** The log for people. Pictures are called by the name of their file; by their id where they are not in use any more. */
export function listOperations(rows: readonly OperationRow[], manifest: readonly ManifestRow[]): OperationList {
  const names = new Map(manifest.flatMap((row) => (row.kind === 'used' ? [[row.id, basename(row.source)]] : [])));
  const byId = new Map(rows.map((row) => [row.id, row]));
  const inForce = rowsInForce(rows);
  return {
    operations: rows.map((row) => ({
      row,
      words: wordsOf(row, byId, (id) => names.get(id) ?? id),
      inForce: inForce.has(row.id),
    })),
    adjustments: adjustmentsOf(rows),
  };
}
