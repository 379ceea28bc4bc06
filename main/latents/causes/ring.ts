/** Whether a VAE gives more far values at the border of pictures than within. */
import type { OutlierPositions } from '../outlier-schema.ts';
import type { Ring } from './schema.ts';

/** The outermost cells' share of all far values, of all channels, and of all cells; undefined where there are no far values. */
export function ringOf({ shape, shares }: Pick<OutlierPositions, 'shape' | 'shares'>): Ring | undefined {
  const [, height, width] = shape;
  const isOutermost = (element: number): boolean => {
    const [row, col] = [Math.floor(element / width) % height, element % width];
    return row === 0 || col === 0 || row === height - 1 || col === width - 1;
  };
  let [all, outermost, cells] = [0, 0, 0];
  shares.forEach((share, element) => {
    all += share;
    if (!isOutermost(element)) return;
    outermost += share;
    cells++;
  });
  return all === 0 ? undefined : { share: Math.min(1, outermost / all), cells: cells / shares.length };
}
