/** Lays square pictures out as one. Pure: bytes in, bytes out. */

export interface GridLayout {
  readonly rows: number;
  readonly columns: number;
  readonly width: number;
  readonly height: number;
}

/** The size of a grid of `count` pictures; the last row may be short. */
export function gridLayout(count: number, size: number, columns: number, margin: number): GridLayout {
  const used = Math.min(columns, count);
  const rows = Math.ceil(count / columns);
  return { rows, columns: used, width: used * (size + margin) + margin, height: rows * (size + margin) + margin };
}

/** RGB bytes of the grid on white. `pictures[i]` are RGB bytes of a size × size picture. */
export function drawGrid(pictures: readonly Uint8Array[], size: number, columns: number, margin: number): Uint8Array {
  const { width, height } = gridLayout(pictures.length, size, columns, margin);
  const grid = new Uint8Array(width * height * 3).fill(255);
  pictures.forEach((picture, i) => {
    const left = margin + (i % columns) * (size + margin);
    const top = margin + Math.floor(i / columns) * (size + margin);
    for (let row = 0; row < size; row++)
      grid.set(picture.subarray(row * size * 3, (row + 1) * size * 3), ((top + row) * width + left) * 3);
  });
  return grid;
}
