/** A picture as it is framed, and what the rules count in parts of it. */

/** RGB bytes, side × side × 3. */
export interface SquarePicture {
  readonly rgb: Uint8Array;
  readonly side: number;
}

/** A part of a picture in pixels, half open. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const wholeOf = ({ side }: Pick<SquarePicture, 'side'>): Area => ({
  left: 0,
  top: 0,
  right: side,
  bottom: side,
});

/** A cell of the latents with `reach` cells on each side of it, as far as the picture goes. @param cells of a row of the latents */
export function areaAround(
  { row, col }: { readonly row: number; readonly col: number },
  cells: number,
  side: number,
  reach: number,
): Area {
  const pixels = side / cells;
  const inside = (cell: number) => Math.max(0, Math.min(side, cell * pixels));
  return {
    left: inside(col - reach),
    top: inside(row - reach),
    right: inside(col + reach + 1),
    bottom: inside(row + reach + 1),
  };
}

/** The largest difference of two pixels in any channel, by their indices. */
export function stepBetween(rgb: Uint8Array, a: number, b: number): number {
  return Math.max(
    Math.abs(rgb[3 * a]! - rgb[3 * b]!),
    Math.abs(rgb[3 * a + 1]! - rgb[3 * b + 1]!),
    Math.abs(rgb[3 * a + 2]! - rgb[3 * b + 2]!),
  );
}

/** How often a step of 0 … 255 is between neighbours, beside and below each other, within an area. */
export function stepsIn({ rgb, side }: SquarePicture, { left, top, right, bottom }: Area): Uint32Array {
  const counts = new Uint32Array(256);
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const at = y * side + x;
      if (x + 1 < right) counts[stepBetween(rgb, at, at + 1)]!++;
      if (y + 1 < bottom) counts[stepBetween(rgb, at, at + side)]!++;
    }
  return counts;
}

/** The share of steps from `least` to `most`. */
export function shareOfSteps(counts: Uint32Array, least: number, most = 255): number {
  const sum = (part: Uint32Array) => part.reduce((all, count) => all + count, 0);
  return sum(counts.subarray(least, most + 1)) / Math.max(1, sum(counts));
}

/** Brightness of each pixel, 0 to 255. Source  ITU-R BT.601, section 2.5.1 */
export function brightnessOf(rgb: Uint8Array): Float32Array {
  return Float32Array.from(
    { length: rgb.length / 3 },
    (_, i) => 0.299 * rgb[3 * i]! + 0.587 * rgb[3 * i + 1]! + 0.114 * rgb[3 * i + 2]!,
  );
}
