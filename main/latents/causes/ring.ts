/** Whether a VAE gives more far values at the border of pictures than within. */
import type { OutlierPositions } from '../outlier-schema.ts';

/** Far values of an outermost cell to those of another one, on average over all channels; 0 where there is none within, or no within. */
export function ringOf({ shape, shares }: Pick<OutlierPositions, 'shape' | 'shares'>): number {
  const [, height, width] = shape;
  const sums = { ring: 0, within: 0 };
  const cells = { ring: 0, within: 0 };
  shares.forEach((share, element) => {
    const [row, col] = [Math.floor(element / width) % height, element % width];
    const kind = row === 0 || col === 0 || row === height - 1 || col === width - 1 ? 'ring' : 'within';
    sums[kind] += share;
    cells[kind]++;
  });
  return sums.within === 0 ? 0 : sums.ring / cells.ring / (sums.within / cells.within);
}
