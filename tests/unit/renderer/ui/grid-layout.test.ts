import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridLayout, movedIndex, rowsInSight, scrollToRow } from '../../../../renderer/ui/grid-layout.ts';

describe('gridLayout', () => {
  it('fills the width with as many columns as fit', () => {
    const layout = gridLayout(1000, 10_000, 92, 8);
    expect(layout.columns).toBe(10);
    expect(layout.columns * layout.tile + 9 * 8).toBeCloseTo(1000);
    expect(layout.rows).toBe(1000);
    expect(layout.height).toBeCloseTo(1000 * layout.rowHeight - 8);
  });
  it('always has a column, even in no room', () => {
    expect(gridLayout(0, 5, 92, 8).columns).toBe(1);
    expect(gridLayout(500, 0, 92, 8).height).toBe(0);
  });
});

describe('rowsInSight', () => {
  const layout = gridLayout(1000, 60_000, 92, 8);

  it('needs only some rows of ten thousands, wherever the sight is', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: layout.height, noNaN: true }), (top) => {
        const rows = rowsInSight(layout, top, 700);
        expect(rows.length).toBeLessThanOrEqual(3 * Math.ceil(700 / layout.rowHeight) + 2);
        const visible = Math.min(layout.rows - 1, Math.floor(top / layout.rowHeight));
        expect(rows).toContain(visible);
      }),
    );
  });
  it('keeps the row with the focus, so that it can be reached with the Tab key', () => {
    expect(rowsInSight(layout, 0, 700, 4000).at(-1)).toBe(4000);
    expect(rowsInSight(layout, 300_000, 700, 0)[0]).toBe(0);
    const rows = rowsInSight(layout, 0, 700, 1);
    expect(new Set(rows).size).toBe(rows.length);
  });
});

describe('movedIndex', () => {
  const grid = { columns: 4, total: 10, rowsPerPage: 2 };
  const from = (index: number) => (key: string) => movedIndex(key, index, grid);

  it('moves by one, by a row, by a page and to the ends', () => {
    expect(
      ['ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End'].map(from(5)),
    ).toEqual([6, 4, 9, 1, 9, 0, 0, 9]);
  });
  it('stays inside', () => {
    expect(['ArrowLeft', 'ArrowUp'].map(from(0))).toEqual([0, 0]);
    expect(['ArrowRight', 'ArrowDown'].map(from(9))).toEqual([9, 9]);
    expect(from(7)('ArrowDown')).toBe(7);
  });
  it('leaves other keys alone', () => {
    expect(from(3)('a')).toBeUndefined();
  });
});

describe('scrollToRow', () => {
  const layout = gridLayout(1000, 1000, 92, 8);
  it('moves only when the row can not be seen whole', () => {
    expect(scrollToRow(layout, 3, 200, 700)).toBe(200);
    expect(scrollToRow(layout, 0, 200, 700)).toBe(0);
    expect(scrollToRow(layout, 20, 0, 700)).toBeCloseTo(20 * layout.rowHeight + layout.tile - 700);
  });
});
