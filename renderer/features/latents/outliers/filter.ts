/** What of the outliers is looked at: a filter is changed part by part, and each part can be said and taken away. */
import type { OutlierFilter, PlacedOutlier } from '../../../api/studio.ts';
import { formatPlain } from '../../../text/format.ts';
import { channelName } from '../latents-view.ts';

/** From and to, in values as the VAE gives them. */
export type Range = readonly [number, number];
export interface Cell {
  readonly row: number;
  readonly col: number;
}

/** What can be taken away at once; a range belongs to its channel. */
export type FilterPart = 'channel' | 'cell' | 'picture' | 'beyond';

export function isFiltered(filter: OutlierFilter): boolean {
  return Object.values(filter).some((part) => part !== undefined);
}

export function withRange(filter: OutlierFilter, channel: number, [from, to]: Range): OutlierFilter {
  const { picture: _, ...rest } = filter;
  return { ...rest, channel, from: Math.min(from, to), to: Math.max(from, to) };
}

/** The range of a channel, where there is one. */
export function rangeOf({ channel, from, to }: OutlierFilter, ofChannel: number): Range | undefined {
  if (channel !== ofChannel || (from === undefined && to === undefined)) return undefined;
  return [from ?? -Infinity, to ?? Infinity];
}

/** A place; of one channel, or of all. The same place again takes it away. A range of another channel makes no sense with it. */
export function withCell(filter: OutlierFilter, { row, col }: Cell, channel?: number): OutlierFilter {
  const { picture: _, ...rest } = filter;
  if (rest.cell?.row === row && rest.cell.col === col && (channel === undefined || channel === rest.channel))
    return rangeOf(rest, rest.channel ?? -1) ? without(rest, 'cell') : without(without(rest, 'cell'), 'channel');
  if (channel === undefined || channel === rest.channel) return { ...rest, cell: { row, col } };
  const { from: _from, to: _to, ...others } = rest;
  return { ...others, channel, cell: { row, col } };
}

/** One picture says more than any range or place. */
export const withPicture = (picture: string): OutlierFilter => ({ picture });

export function withBeyond(filter: OutlierFilter, beyond: OutlierFilter['beyond']): OutlierFilter {
  const { beyond: _, ...rest } = filter;
  return beyond === undefined ? rest : { ...rest, beyond };
}

export function without(filter: OutlierFilter, part: FilterPart): OutlierFilter {
  if (part === 'channel') {
    const { channel: _, from: _from, to: _to, ...rest } = filter;
    return rest;
  }
  const { [part]: _, ...rest } = filter;
  return rest;
}

/** `3.4 to 9.1`, `above 3.4`. */
export function rangeWords(from: number | undefined, to: number | undefined): string {
  const [low, high] = [from ?? -Infinity, to ?? Infinity];
  if (low === -Infinity) return `below ${formatPlain(high, 3)}`;
  return high === Infinity ? `above ${formatPlain(low, 3)}` : `${formatPlain(low, 3)} to ${formatPlain(high, 3)}`;
}

/** People count from one. */
export const cellWords = ({ row, col }: Cell): string => `row ${row + 1}, column ${col + 1}`;

export interface Chip {
  readonly part: FilterPart;
  readonly words: string;
}

/** Each part in words. */
export function chipsOf(filter: OutlierFilter, pictureName: (id: string) => string): Chip[] {
  const { channel, from, to, cell, picture, beyond } = filter;
  const chips: Chip[] = [];
  if (channel !== undefined) {
    const name = channelName(channel);
    const isRange = from !== undefined || to !== undefined;
    chips.push({ part: 'channel', words: isRange ? `${name}: ${rangeWords(from, to)}` : name });
  }
  if (cell !== undefined) chips.push({ part: 'cell', words: `Place: ${cellWords(cell)}` });
  if (picture !== undefined) chips.push({ part: 'picture', words: pictureName(picture) });
  if (beyond !== undefined) chips.push({ part: 'beyond', words: `Beyond the ${beyond} fences` });
  return chips;
}

/** Whether a value is what is looked at; `outerFences` are those of its channel. */
export function isLookedAt(filter: OutlierFilter, outlier: PlacedOutlier, outerFences: Range): boolean {
  const { channel, from = -Infinity, to = Infinity, cell, beyond } = filter;
  if (channel !== undefined && outlier.channel !== channel) return false;
  if (outlier.value < from || outlier.value > to) return false;
  if (beyond === 'outer' && outlier.value >= outerFences[0] && outlier.value <= outerFences[1]) return false;
  return cell === undefined || (outlier.row === cell.row && outlier.col === cell.col);
}
