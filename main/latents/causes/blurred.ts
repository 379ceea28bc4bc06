/** A picture without what is to be seen at a place: that is blurred, and fades into the rest, so that blurring makes no edge of its own. */
import { blurPicture } from '../../datasets/drawn/blur.ts';
import { areaAround } from './picture.ts';
import type { SquarePicture } from './picture.ts';

/**
 * The same picture with a square of `across` × `across` cells around a cell blurred, RGB bytes. The blur reaches half the square's side,
 * so that of patterns and things as large as the square little is left. Over half a cell outside of the square it fades away.
 *
 * @param across odd
 * @param cells in a row of the latents
 */
export function withBlurred(
  { rgb, side }: SquarePicture,
  place: { readonly row: number; readonly col: number },
  across: number,
  cells: number,
): Uint8Array {
  const cell = side / cells;
  const blurred = Float32Array.from(rgb);
  blurPicture(blurred, side, (across * cell) / 2);
  const square = areaAround(place, cells, side, (across - 1) / 2);
  /** Pixels from the square to the middle of this one; less than 0 inside. */
  const outside = (at: number, from: number, to: number): number => Math.max(from - at - 0.5, at + 0.5 - to);
  return Uint8Array.from(rgb, (level, i) => {
    const [x, y] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side)];
    const away = Math.max(outside(x, square.left, square.right), outside(y, square.top, square.bottom), 0);
    const weight = Math.max(0, 1 - away / (cell / 2));
    return Math.round(level + weight * (blurred[i]! - level));
  });
}
