/** The Cauchy bell curve, the studio's sign: a slim peak with tails that never quite end. */

/**
 * The path of y = 1 / (1 + (x / γ)²) in a box of `width` × `height`, for an SVG.
 * @param gamma half the width of the peak at half its height, as a share of the box's width
 */
export function cauchyPath(width: number, height: number, gamma = 0.11, samples = 64): string {
  const points = Array.from({ length: samples + 1 }, (_, i) => {
    const share = i / samples;
    const y = 1 / (1 + ((share - 0.5) / gamma) ** 2);
    return `${(share * width).toFixed(2)} ${(height * (1 - y)).toFixed(2)}`;
  });
  return `M${points.join('L')}`;
}

/**
 * The value below which a share of the Cauchy distribution lies.
 *
 * Source     the inverse of its distribution function: x = γ · tan(π · (share − 1/2))
 */
export function cauchyQuantile(share: number, gamma = 1): number {
  return gamma * Math.tan(Math.PI * (share - 0.5));
}

/** A tile of the quantile plot: column from the middle, row from the bottom, and which tile it is. */
export interface PlotTile {
  readonly index: number;
  readonly column: number;
  readonly row: number;
}

/**
 * A Cauchy distribution made of `count` tiles, one for each equal share of probability, stacked in columns one unit
 * wide. Tiles beyond `reach` columns are left out: the tails go on for ever.
 */
export function quantilePlot(count: number, gamma: number, reach: number): PlotTile[] {
  const heights = new Map<number, number>();
  const tiles: PlotTile[] = [];
  for (let index = 0; index < count; index++) {
    const column = Math.round(cauchyQuantile((index + 0.5) / count, gamma));
    if (Math.abs(column) > reach) continue;
    const row = heights.get(column) ?? 0;
    heights.set(column, row + 1);
    tiles.push({ index, column, row });
  }
  return tiles;
}
