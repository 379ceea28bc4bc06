/** One picture's outliers: where they are, how they are gone through, and where things lie on the picture. */
import type { ChannelStatistics, OutlierFilter, PictureLatents, PlacedOutlier } from '../../../api/studio.ts';
import { count, formatPlain } from '../../../text/format.ts';
import { channelName } from '../latents-view.ts';
import { cellWords, isLookedAt } from './filter.ts';
import type { Cell } from './filter.ts';

/** All values beyond the inner fences, the farthest first. */
export function outliersIn(
  { shape, values, z }: PictureLatents,
  channels: readonly ChannelStatistics[],
): PlacedOutlier[] {
  const [, height, width] = shape;
  const positions = height * width;
  const found: PlacedOutlier[] = [];
  for (const { channel, innerFences } of channels)
    for (let at = 0; at < positions; at++) {
      const element = channel * positions + at;
      const value = values[element]!;
      if (value >= innerFences[0] && value <= innerFences[1]) continue;
      found.push({ channel, row: Math.floor(at / width), col: at % width, value, z: z[element]! });
    }
  return found.sort((a, b) => Math.abs(b.z) - Math.abs(a.z));
}

/** How far from the middle the picture is at each cell, row by row: of one channel, or the farthest of all. */
export function distances({ shape, z }: PictureLatents, channel?: number): Float32Array {
  const [channels, height, width] = shape;
  const positions = height * width;
  const far = new Float32Array(positions);
  for (let c = channel ?? 0; c < (channel === undefined ? channels : channel + 1); c++)
    for (let at = 0; at < positions; at++) far[at] = Math.max(far[at]!, Math.abs(z[c * positions + at]!));
  return far;
}

/** Which outlier is shown first: the farthest of those that are looked at. */
export function firstLookedAt(
  outliers: readonly PlacedOutlier[],
  filter: OutlierFilter,
  channels: readonly ChannelStatistics[],
): number {
  const found = outliers.findIndex((each) => isLookedAt(filter, each, channels[each.channel]!.outerFences));
  return Math.max(0, found);
}

/** Where a cell of a latent lies on the picture, in percent of its sides. */
export function cellBox({ row, col }: Cell, height: number, width: number) {
  return { left: (100 * col) / width, top: (100 * row) / height, width: 100 / width, height: 100 / height };
}

/** The cell at a point of the picture, given as shares of its sides. */
export function cellAt(x: number, y: number, height: number, width: number): Cell {
  const inside = (share: number, cells: number) => Math.max(0, Math.min(cells - 1, Math.floor(share * cells)));
  return { row: inside(y, height), col: inside(x, width) };
}

/** A cell's middle and sides, for a mark that must be seen although the cell may be only a few pixels large. */
export function markStyle(cell: Cell, height: number, width: number, leastPixels: number): string {
  const box = cellBox(cell, height, width);
  return [
    `left: ${box.left + box.width / 2}%`,
    `top: ${box.top + box.height / 2}%`,
    `width: max(${box.width}%, ${leastPixels}px)`,
    `height: max(${box.height}%, ${leastPixels}px)`,
    'transform: translate(-50%, -50%)',
  ].join('; ');
}

export interface Loupe {
  /** Screen pixels for each pixel of the picture: whole, and 1 for a picture that is shown smaller than it is. */
  readonly times: number;
  /** Side of the whole picture at that size, in screen pixels. */
  readonly side: number;
  /** Where the picture begins, from the loupe's own corner, so that the point is in its middle. */
  readonly left: number;
  readonly top: number;
}

/**
 * @param point as shares of the picture's sides
 * @param shown side of the picture on the screen
 * @param pixels side of the picture itself
 * @param size side of the loupe, in screen pixels
 */
export function loupeAt(point: { x: number; y: number }, shown: number, pixels: number, size: number): Loupe {
  const times = shown < pixels ? 1 : Math.ceil((2 * shown) / pixels);
  const side = times * pixels;
  return { times, side, left: size / 2 - point.x * side, top: size / 2 - point.y * side };
}

/** `Channel 2, row 4, column 5`. */
export const placeWords = (outlier: PlacedOutlier): string => `${channelName(outlier.channel)}, ${cellWords(outlier)}`;

/** `12.3`: no more digits than anybody needs. */
export const zWords = (z: number): string => z.toFixed(1);

export interface OutlierWords {
  readonly plain: string;
  readonly numbers: string;
}

/** A value in plain words, and in the field's. */
export function outlierWords({ value, z }: PlacedOutlier, channel: ChannelStatistics): OutlierWords {
  const side = z < 0 ? 'below' : 'above';
  const fence = value < channel.outerFences[0] || value > channel.outerFences[1] ? 'outer' : 'inner';
  return {
    plain: `${zWords(Math.abs(z))} usual spreads ${side} the middle, beyond the ${fence} fence.`,
    numbers: `Value ${formatPlain(value)}, middle of its channel ${formatPlain(channel.median)}, robust z ${zWords(z)}`,
  };
}

/** `16 outliers in this picture`; of a channel, when only that is looked at. */
export function listWords(shown: number, channel: number | undefined, most: number): string {
  const where = channel === undefined ? 'in this picture' : `in channel ${channel + 1}`;
  if (shown === 0) return `No outlier ${where}`;
  const all = `${count(shown, 'outlier')} ${where}`;
  return shown > most ? `${all}, the ${most} farthest are listed` : all;
}

export type ViewerAction =
  'previousOutlier' | 'nextOutlier' | 'heat' | 'loupe' | 'checkCause' | 'previousPicture' | 'nextPicture';

const actions: Readonly<Record<string, ViewerAction>> = {
  '[': 'previousOutlier',
  ']': 'nextOutlier',
  h: 'heat',
  l: 'loupe',
  c: 'checkCause',
  arrowleft: 'previousPicture',
  arrowright: 'nextPicture',
};

/** What a key does in the viewer. Many keyboards have brackets only with Alt, or with Ctrl and Alt. */
export function viewerAction(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey'>,
): ViewerAction | undefined {
  const { key, ctrlKey, altKey, metaKey } = event;
  if (metaKey || (ctrlKey && !altKey)) return undefined;
  if (altKey && key !== '[' && key !== ']') return undefined;
  return actions[key.toLowerCase()];
}
