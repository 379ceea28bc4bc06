/** The picture of the start screen: a Cauchy distribution made of little portraits. */
import { quantilePlot } from '../../ui/cauchy-curve.ts';

/** One portrait: place in the plot, and which of the palette's colours its parts have. */
export interface HeroTile {
  readonly key: number;
  readonly x: number;
  readonly y: number;
  readonly wall: number;
  readonly skin: number;
  readonly hair: number;
  readonly shirt: number;
  readonly hairStyle: number;
  /** Far out in the tails, where other methods lose their way. */
  readonly rare: boolean;
}

/** Steady, well mixed choices from a tile's number; not random, so that the picture is the same every day. */
function choose(index: number, salt: number, choices: number): number {
  let hash = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(salt + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0) % choices;
}

/** @param reach columns on each side of the middle @param pitch distance of tiles */
export function heroTiles(count: number, gamma: number, reach: number, pitch: number): HeroTile[] {
  return quantilePlot(count, gamma, reach).map(({ index, column, row }) => ({
    key: index,
    x: (column + reach) * pitch,
    y: -(row + 1) * pitch,
    wall: choose(index, 0, 6),
    skin: choose(index, 1, 5),
    hair: choose(index, 2, 5),
    shirt: choose(index, 3, 6),
    hairStyle: choose(index, 4, 3),
    rare: Math.abs(column) > 4 * gamma,
  }));
}
