/** What the charts and the grid of outliers say. */
import { mapOf } from '../../../../main/latents/views/position-map.ts';
import type {
  ChannelStatistics,
  LatentStatistics,
  OutlierPicture,
  OutlierPositions,
  OutlierRow,
} from '../../../api/studio.ts';
import { count, fileName, formatCount, formatNumber, formatPlain, formatShare } from '../../../text/format.ts';
import { channelName } from '../latents-view.ts';
import { cellWords } from './filter.ts';
import type { Cell } from './filter.ts';
import { placeWords, zWords } from './picture.ts';

/** The channel that is looked at first: the one with the largest share of far values. */
export function firstChannel({ channels }: LatentStatistics): number {
  return channels.reduce((best, each) => (each.outerShare > best.outerShare ? each : best)).channel;
}

/** `18,214 outliers, 500 shown`. */
export function shownWords(shown: number, matching: number, total: number, filtered: boolean): string {
  const [of, what] = filtered ? [matching, 'outliers that match'] : [total, 'outliers'];
  return shown >= of
    ? `Showing all ${formatCount(of)} ${what}`
    : `Showing ${formatCount(shown)} of ${formatCount(of)} ${what}`;
}

/** `12 pictures, most far outliers first`. */
export function picturesWords(total: number): string {
  return total < 2 ? count(total, 'picture') : `${count(total, 'picture')}, most outliers first`;
}

/** `2 of 300 selected`. */
export const selectedWords = (selected: number, total: number): string =>
  `${formatCount(selected)} of ${formatCount(total)} selected`;

/** What is seen of a tile, for those who can not see it. */
export function tileLabel({ source, innerCount, outerCount, share, worst }: OutlierPicture): string {
  const name = fileName(source);
  if (worst === null) return `${name}: no outliers`;
  const many =
    outerCount > 0
      ? `${count(outerCount, 'value')} beyond the outer fences, ${formatShare(share)} of all`
      : `${count(innerCount, 'value')} beyond the inner fences`;
  return `${name}: ${many}; the farthest in ${placeWords(worst).toLowerCase()}`;
}

/** What a tile shows: the share, and how many that are; nothing for a picture without far values. */
export function tileBadge({ outerCount, share }: OutlierPicture): string {
  return outerCount === 0 ? '' : `${formatShare(share)} · ${formatCount(outerCount)}`;
}

/** Where a picture is in the list, and how much of it is far out. */
export function pictureWords(index: number, total: number, { outerCount, share }: OutlierPicture): string {
  const where = `${formatCount(index + 1)} of ${formatCount(total)}`;
  return outerCount === 0
    ? `${where} · no value beyond the outer fences`
    : `${where} · ${count(outerCount, 'value')} beyond the outer fences, ${formatShare(share)} of all`;
}

/** The most extreme value of each channel, for those who can not see the dots. */
export function boxesSentence(channels: readonly ChannelStatistics[]): string {
  const parts = channels.map(
    ({ channel, min, max, outlierCount, innerFences: [low, high] }) =>
      `${channelName(channel)}: fences at ${formatPlain(low, 3)} and ${formatPlain(high, 3)}, values from ${formatPlain(min, 3)} to ${formatPlain(max, 3)}, ${count(outlierCount, 'outlier')}`,
  );
  return `Box-and-whisker plots. ${parts.join('. ')}.`;
}

export const outlierColumns: readonly { readonly name: string; readonly value: (row: OutlierRow) => string }[] = [
  { name: 'Picture', value: ({ source }) => fileName(source) },
  { name: 'Channel', value: ({ channel }) => String(channel + 1) },
  { name: 'Row', value: ({ row }) => String(row + 1) },
  { name: 'Column', value: ({ col }) => String(col + 1) },
  { name: 'Value', value: ({ value }) => formatNumber(value) },
  { name: 'Distance from the middle (robust z)', value: ({ z }) => zWords(z) },
];

/** Where the map is highest. */
export function peakOf(map: Float64Array, width: number): Cell {
  const at = map.reduce((best, value, i) => (value > map[best]! ? i : best), 0);
  return { row: Math.floor(at / width), col: at % width };
}

/** Of one channel `2.3 % of the pictures`; of all `5.1 in 100 pictures`. */
export function mapValueWords(value: number, channel: number | undefined): string {
  if (channel !== undefined) return `${formatShare(value)} of the pictures`;
  return value === 0 ? 'none' : `${formatPlain(100 * value, 2)} in 100 pictures`;
}

/** The colours of the map in numbers; a quarter of the largest is in the middle of its scale. */
export function legendOf(largest: number, channel: number | undefined): { heat: number; words: string }[] {
  const words = (value: number) => (channel === undefined ? formatPlain(100 * value, 2) : formatShare(value));
  return [
    { heat: 0, words: '0' },
    ...(largest > 0 ? [{ heat: 0.5, words: words(largest / 4) }] : []),
    { heat: 1, words: channel === undefined ? `${words(largest)} in 100` : words(largest) },
  ];
}

/** The habits that the map of a channel, or of all, shows. */
export function habitsIn({ habits }: OutlierPositions, channel: number | undefined) {
  return channel === undefined ? habits : habits.filter((habit) => habit.channel === channel);
}

/** Whose doing the outliers are, as far as their places tell. */
export function habitWords(positions: OutlierPositions): string {
  const { habits } = positions;
  const [first] = habits;
  if (positions.shares.every((share) => share === 0)) return 'No value lies beyond the outer fences.';
  if (first === undefined)
    return 'No place is a habit of the compressor (VAE): outliers are scattered, so they come from the pictures.';
  const where = `${channelName(first.channel).toLowerCase()}, ${cellWords(first)}`;
  const share = formatShare(first.share);
  return habits.length === 1
    ? `The marked place (${where}) has an outlier in ${share} of the pictures: that is a habit of the compressor (VAE). Scattered ones come from the pictures.`
    : `${habits.length} marked places have outliers in most pictures, ${where} in ${share}: that is a habit of the compressor (VAE). Scattered ones come from the pictures.`;
}

export function mapSentence(positions: OutlierPositions, channel: number | undefined): string {
  const [, height, width] = positions.shape;
  const map = mapOf(positions, channel);
  const peak = peakOf(map, width);
  const most = map[peak.row * width + peak.col]!;
  const of = channel === undefined ? 'all channels' : channelName(channel).toLowerCase();
  return `Map of ${height} × ${width} places, ${of}. Most far outliers are at ${cellWords(peak)}: ${mapValueWords(most, channel)}. ${habitWords(positions)}`;
}

/** The places with most far values, for the table. */
export function mapRows(positions: OutlierPositions, most: number): string[][] {
  const [, height, width] = positions.shape;
  const isHabit = new Set(positions.habits.map(({ channel, row, col }) => (channel * height + row) * width + col));
  return positions.shares
    .map((share, element) => ({ share, element }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
    .slice(0, most)
    .map(({ share, element }) => {
      const at = element % (height * width);
      const channel = Math.floor(element / (height * width));
      const place = [channel + 1, Math.floor(at / width) + 1, (at % width) + 1].map(String);
      return [...place, formatShare(share), isHabit.has(element) ? 'yes' : 'no'];
    });
}

/** What a click on `Low end` or `High end` looks at: what is beyond the inner fence on that side. */
export function endRange({ min, max, innerFences }: ChannelStatistics, end: 'low' | 'high'): readonly [number, number] {
  return end === 'low' ? [min, innerFences[0]] : [innerFences[1], max];
}

/** What typing a number changes: one end of the range, the other one stays or is the end of all values. */
export function typedRange(
  range: readonly [number, number] | undefined,
  { min, max }: ChannelStatistics,
  end: 'from' | 'to',
  typed: number,
): readonly [number, number] | undefined {
  if (!Number.isFinite(typed)) return undefined;
  const [from, to] = range ?? [min, max];
  return end === 'from' ? [typed, Math.max(typed, to)] : [Math.min(typed, from), typed];
}

/** The same picture as something is done about it. */
export const actPicture = ({ id, source, file, width, height }: OutlierPicture) => ({
  ...{ id, name: fileName(source), file, width, height },
});
