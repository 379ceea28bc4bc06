/** The same as tables, one file each; numbers as they were computed, channels, rows and columns from 0. */
import { csvOf } from '../../base/csv.ts';
import type { CsvCell } from '../../base/csv.ts';
import type { ChannelStatistics } from '../schema.ts';
import { colourNames } from '../views/compare-pixels.ts';
import type { ExportedLatents } from './described.ts';

export interface Table {
  /** `channels.csv` */
  readonly name: string;
  readonly text: string;
}

const numbers: readonly (readonly [string, (channel: ChannelStatistics) => number])[] = [
  ['n', ({ n }) => n],
  ['mean', ({ mean }) => mean],
  ['sd', ({ std }) => std],
  ['min', ({ min }) => min],
  ['q1', ({ q1 }) => q1],
  ['median', ({ median }) => median],
  ['q3', ({ q3 }) => q3],
  ['max', ({ max }) => max],
  ['mad', ({ mad }) => mad],
  ['kurtosis', ({ kurtosis }) => kurtosis],
  ['inner_low', ({ innerFences }) => innerFences[0]],
  ['inner_high', ({ innerFences }) => innerFences[1]],
  ['outer_low', ({ outerFences }) => outerFences[0]],
  ['outer_high', ({ outerFences }) => outerFences[1]],
  ['inner_share', ({ innerShare }) => innerShare],
  ['outer_share', ({ outerShare }) => outerShare],
];

function channelsTable(name: string, channels: readonly ChannelStatistics[], label: (i: number) => CsvCell): Table {
  const rows = channels.map((channel, i) => [label(i), ...numbers.map(([, value]) => value(channel))]);
  return { name, text: csvOf(['channel', ...numbers.map(([column]) => column)], rows) };
}

/** `pixels.csv` is among them once pixels were measured. */
export function tablesOf({ statistics, pixels, outliers, pictures }: ExportedLatents): Table[] {
  return [
    channelsTable('channels.csv', statistics.channels, (i) => statistics.channels[i]!.channel),
    {
      name: 'outliers.csv',
      text: csvOf(
        ['picture', 'channel', 'row', 'col', 'value', 'z'],
        outliers.map(({ source, channel, row, col, value, z }) => [source, channel, row, col, value, z]),
      ),
    },
    {
      name: 'pictures.csv',
      text: csvOf(
        ['picture', 'outer_count', 'inner_count', 'share'],
        pictures.map(({ source, outerCount, innerCount, share }) => [source, outerCount, innerCount, share]),
      ),
    },
    ...(pixels ? [channelsTable('pixels.csv', pixels.channels, (i) => colourNames[i]!.toLowerCase())] : []),
  ];
}
