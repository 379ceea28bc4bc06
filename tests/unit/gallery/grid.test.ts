import { describe, expect, it } from 'vitest';
import { drawGrid, gridLayout } from '../../../main/gallery/grid.ts';

const tile = (value: number, size: number) => new Uint8Array(size * size * 3).fill(value);

describe('a grid', () => {
  it('is as large as its pictures and margins', () => {
    expect(gridLayout(64, 64, 8, 0)).toEqual({ rows: 8, columns: 8, width: 512, height: 512 });
    expect(gridLayout(5, 10, 3, 2)).toEqual({ rows: 2, columns: 3, width: 38, height: 26 });
    expect(gridLayout(2, 10, 8, 0)).toEqual({ rows: 1, columns: 2, width: 20, height: 10 });
  });

  it('puts pictures row by row, white between them and after the last', () => {
    const grid = drawGrid([tile(1, 2), tile(2, 2), tile(3, 2)], 2, 2, 1);
    const { width } = gridLayout(3, 2, 2, 1);
    const at = (x: number, y: number) => grid[(y * width + x) * 3];
    expect([at(0, 0), at(1, 1), at(2, 2), at(3, 1), at(4, 1), at(1, 4), at(4, 4)]).toEqual([255, 1, 1, 255, 2, 3, 255]);
  });
});
