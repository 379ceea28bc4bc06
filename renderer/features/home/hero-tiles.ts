/** The picture of the start screen: a Cauchy distribution made of little portraits. */
import { quantilePlot } from '../../ui/cauchy-curve.ts';

/** What faces.webp holds: portraits in rows (build/scripts/draw-start-faces.mjs). */
export const faces = { side: 48, columns: 11, count: 110 } as const;

/** One portrait: its place in the plot and in faces.webp, in pixels. */
export interface HeroTile {
  readonly face: number;
  readonly x: number;
  readonly y: number;
  readonly sheetX: number;
  readonly sheetY: number;
  /** Far out in the tails, where other methods lose their way. */
  readonly rare: boolean;
}

/** @param gamma half the width of the peak, in columns @param reach columns on each side of the middle @param pitch distance of tiles */
export function heroTiles(gamma: number, reach: number, pitch: number): HeroTile[] {
  return quantilePlot(faces.count, gamma, reach).map(({ index, column, row }) => {
    // Neighbours in the distribution are not neighbours in the sheet: 37 and the number of faces share no factor.
    const face = (37 * index) % faces.count;
    return {
      face,
      x: (column + reach) * pitch,
      y: -(row + 1) * pitch,
      sheetX: (face % faces.columns) * faces.side,
      sheetY: Math.floor(face / faces.columns) * faces.side,
      rare: Math.abs(column) > 4 * gamma,
    };
  });
}
