/** Where the tiles of a long picture grid lie, and which of them have to exist. */

export interface GridLayout {
  readonly columns: number;
  readonly rows: number;
  /** Side of a tile in pixels, grown so that the columns fill the width. */
  readonly tile: number;
  /** From the top of a row to the top of the next. */
  readonly rowHeight: number;
  /** Height of all rows together. */
  readonly height: number;
}

/** @param wanted smallest side of a tile in pixels */
export function gridLayout(width: number, total: number, wanted: number, gap: number): GridLayout {
  const columns = Math.max(1, Math.floor((width + gap) / (wanted + gap)));
  const tile = Math.max(1, (width - gap * (columns - 1)) / columns);
  const rows = Math.ceil(total / columns);
  const rowHeight = tile + gap;
  return { columns, rows, tile, rowHeight, height: Math.max(0, rows * rowHeight - gap) };
}

/** Rows in sight and one screen more on each side, so that scrolling finds them ready; ascending, `keep` always among them. */
export function rowsInSight(layout: GridLayout, scrollTop: number, viewHeight: number, keep?: number): number[] {
  if (layout.rows === 0) return [];
  const first = Math.max(0, Math.floor((scrollTop - viewHeight) / layout.rowHeight));
  const last = Math.min(layout.rows - 1, Math.floor((scrollTop + 2 * viewHeight) / layout.rowHeight));
  const rows = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
  if (keep === undefined || keep < 0 || keep >= layout.rows || (keep >= first && keep <= last)) return rows;
  return keep < first ? [keep, ...rows] : [...rows, keep];
}

/** Where a key moves the focus to in a grid; undefined for keys that do not move it. */
export function movedIndex(
  key: string,
  index: number,
  grid: { readonly columns: number; readonly total: number; readonly rowsPerPage: number },
): number | undefined {
  const { columns, total, rowsPerPage } = grid;
  const last = total - 1;
  // Up and down keep the column and stop at the first and the last row.
  const moved = (by: number) => (index + by < 0 || index + by > last ? index : index + by);
  const page = Math.max(1, rowsPerPage) * columns;
  switch (key) {
    case 'ArrowRight':
      return Math.min(last, index + 1);
    case 'ArrowLeft':
      return Math.max(0, index - 1);
    case 'ArrowDown':
      return moved(columns);
    case 'ArrowUp':
      return moved(-columns);
    case 'PageDown':
      return index + page > last ? last : index + page;
    case 'PageUp':
      return index - page < 0 ? 0 : index - page;
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return undefined;
  }
}

/** The scroll position that shows a row, moving as little as possible. */
export function scrollToRow(layout: GridLayout, row: number, scrollTop: number, viewHeight: number): number {
  const top = row * layout.rowHeight;
  if (top < scrollTop) return top;
  const bottom = top + layout.tile;
  return bottom > scrollTop + viewHeight ? bottom - viewHeight : scrollTop;
}
