/** A picture without what is to be seen at a place: that is blurred, and fades into the rest, so that blurring makes no edge of its own. */
import { blurPlane } from '../../datasets/drawn/blur.ts';
import { areaAround } from './picture.ts';
import type { Area, SquarePicture } from './picture.ts';

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
  const radius = (across * cell) / 2;
  const square = areaAround(place, cells, side, (across - 1) / 2);
  const changed = grown(square, Math.ceil(cell / 2), side);
  // Each of both passes of the blur reaches so far.
  const seen = grown(changed, 2 * Math.ceil(radius + 1), side);
  const [width, height] = [seen.right - seen.left, seen.bottom - seen.top];
  // Not `slice`, which of a Buffer is the same memory.
  const out = Uint8Array.from(rgb);
  for (let c = 0; c < 3; c++) {
    const plane = Float32Array.from({ length: width * height }, (_, i) => {
      return rgb[3 * ((seen.top + Math.floor(i / width)) * side + seen.left + (i % width)) + c]!;
    });
    blurPlane(plane, width, { left: 0, top: 0, right: width, bottom: height }, radius);
    for (let y = changed.top; y < changed.bottom; y++)
      for (let x = changed.left; x < changed.right; x++) {
        const at = 3 * (y * side + x) + c;
        const weight = Math.max(0, 1 - pixelsFrom(square, x, y) / (cell / 2));
        const blurred = plane[(y - seen.top) * width + x - seen.left]!;
        out[at] = Math.round(rgb[at]! + weight * (blurred - rgb[at]!));
      }
  }
  return out;
}

const grown = ({ left, top, right, bottom }: Area, by: number, side: number): Area => ({
  left: Math.max(0, left - by),
  top: Math.max(0, top - by),
  right: Math.min(side, right + by),
  bottom: Math.min(side, bottom + by),
});

/** How far the middle of a pixel is outside of an area; 0 inside. */
function pixelsFrom({ left, top, right, bottom }: Area, x: number, y: number): number {
  return Math.max(0, left - x - 0.5, x + 0.5 - right, top - y - 0.5, y + 0.5 - bottom);
}
