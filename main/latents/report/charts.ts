/** Charts of the report, drawn from statistics. Pure: numbers in, SVG out. */
import { formatCount, formatPlain } from '../../base/words.ts';
import type { OutlierPositions } from '../outlier-schema.ts';
import type { ChannelStatistics } from '../schema.ts';
import { bellCurveCounts } from '../views/bell-curve.ts';
import type { BoxNumbers } from '../views/compare-pixels.ts';
import { mapOf, shareHeat } from '../views/position-map.ts';
import { at, line, linear, rect, svg, ticks, words } from './svg.ts';

const fenceLines = (
  { innerFences, outerFences }: Pick<BoxNumbers, 'innerFences' | 'outerFences'>,
  draw: (kind: 'inner' | 'outer', fence: number) => string,
): string[] => [
  ...innerFences.map((fence) => draw('inner', fence)),
  ...outerFences.map((fence) => draw('outer', fence)),
];

/** `10`, `1k`, `1M`: room is scarce at the side of a small chart. */
const countWords = (power: number): string =>
  power >= 6 ? `${10 ** (power - 6)}M` : power >= 3 ? `${10 ** (power - 3)}k` : String(10 ** power);

/** Values with logarithmic counts, those beyond the inner fences strong, the bell curve of the same mean and spread, and the fences. */
export function histogramChart(channel: ChannelStatistics, largestCount: number): string {
  const [width, height, left, right, top, bottom] = [240, 140, 26, 238, 6, 122];
  const { from, to, counts } = channel.histogram;
  const least = 0.5;
  const x = linear(from, to, left, right);
  const logY = linear(Math.log10(least), Math.log10(1.6 * Math.max(1, largestCount)), bottom, top);
  const y = (count: number) => logY(Math.log10(count));
  const bin = (to - from) / counts.length;
  const [low, high] = channel.innerFences;
  const bars = counts.flatMap((count, i) => {
    const middle = from + (i + 0.5) * bin;
    const kind = middle < low || middle > high ? 'far' : 'near';
    return count === 0
      ? []
      : [rect(kind, x(from + i * bin), y(count), (right - left) / counts.length, bottom - y(count))];
  });
  const bell = Array.from(bellCurveCounts(channel.n, channel.mean, channel.std, { from, to, bins: counts.length }))
    .map((count, i) => ({ count, value: from + (i + 0.5) * bin }))
    .filter(({ count }) => count >= least)
    .map(({ count, value }) => `${at(x(value))},${at(y(count))}`);
  const inside = (value: number) => value >= from && value <= to;
  const powers = Array.from(
    { length: Math.floor(Math.log10(1.6 * Math.max(1, largestCount))) + 1 },
    (_, power) => power,
  );
  const every = Math.ceil(powers.length / 4);
  return svg(width, height, `Histogram of channel ${channel.channel + 1}`, [
    ...powers.flatMap((power) =>
      power % every === 0
        ? [
            line('grid', left, y(10 ** power), right, y(10 ** power)),
            words(countWords(power), left - 4, y(10 ** power) + 3, 'end'),
          ]
        : [],
    ),
    ...bars,
    ...(bell.length > 1 ? [`<polyline class="bell" points="${bell.join(' ')}"/>`] : []),
    ...fenceLines(channel, (kind, fence) => (inside(fence) ? line(kind, x(fence), top, x(fence), bottom) : '')),
    line('axis', left, bottom, right, bottom),
    ...ticks(from, to, 5).map((tick) => words(formatPlain(tick), x(tick), bottom + 12, 'middle')),
  ]);
}

export interface NamedBox {
  readonly name: string;
  readonly box: BoxNumbers;
  /** Drawn in the other colour. */
  readonly isSecond?: boolean;
}

const golden = (Math.sqrt(5) - 1) / 2;

/** Box-and-whisker plots with both fences and a sample of the values beyond, on one axis. */
export function boxesChart(boxes: readonly NamedBox[], label: string, axis: string): string {
  const [width, left, right, top, band] = [480, 62, 474, 4, boxes.length > 8 ? 13 : 24];
  const bottom = top + band * boxes.length;
  const low = Math.min(...boxes.flatMap(({ box }) => [box.min, box.outerFences[0]]));
  const high = Math.max(...boxes.flatMap(({ box }) => [box.max, box.outerFences[1]]));
  const margin = 0.02 * (high - low || 1);
  const x = linear(low - margin, high + margin, left, right);
  const rows = boxes.flatMap(({ name, box, isSecond }, i) => {
    const middle = top + (i + 0.5) * band;
    const half = 0.28 * band;
    const kind = isSecond ? 'second' : 'main';
    const dots = box.outlierSample.map((value, dot) => {
      const jitter = ((dot * golden) % 1) - 0.5;
      return `<circle class="dot ${kind}" cx="${at(x(value))}" cy="${at(middle + 0.5 * band * jitter)}" r="1.3"/>`;
    });
    const [from, to] = box.whiskers;
    return [
      words(name, left - 8, middle + 3.5, 'end'),
      ...fenceLines(box, (fence, value) => line(fence, x(value), middle - 0.4 * band, x(value), middle + 0.4 * band)),
      line('whisker', x(from), middle, x(box.q1), middle),
      line('whisker', x(box.q3), middle, x(to), middle),
      ...[from, to].map((end) => line('whisker', x(end), middle - half / 2, x(end), middle + half / 2)),
      rect(`box ${kind}`, x(box.q1), middle - half, x(box.q3) - x(box.q1), 2 * half),
      line(`median ${kind}`, x(box.median), middle - half, x(box.median), middle + half),
      ...dots,
    ];
  });
  return svg(width, bottom + 30, label, [
    ...ticks(low, high, 8).flatMap((tick) => [
      line('grid', x(tick), top, x(tick), bottom),
      words(formatPlain(tick), x(tick), bottom + 12, 'middle'),
    ]),
    ...rows,
    line('axis', left, bottom, right, bottom),
    words(axis, (left + right) / 2, bottom + 26, 'middle'),
  ]);
}

/** Where outliers are: a square for each cell of a latent, stronger where more pictures have one; habits of the VAE have a border. */
export function mapChart(positions: OutlierPositions): string {
  const [, height, width] = positions.shape;
  const map = mapOf(positions);
  const largest = map.reduce((most, value) => Math.max(most, value), 0);
  const side = 200 / Math.max(width, height);
  const cells = Array.from(map, (share, i) => {
    const heat = shareHeat(share, largest);
    const [x, y] = [(i % width) * side, Math.floor(i / width) * side];
    return rect('heat', x, y, side, side, ` fill-opacity="${at(heat)}"`);
  });
  const habits = positions.habits.map(({ row, col }) =>
    rect('habit', col * side + 1, row * side + 1, side - 2, side - 2),
  );
  return svg(width * side, height * side, `Map of ${height} × ${width} places`, [
    rect('ground', 0, 0, width * side, height * side),
    ...cells,
    ...habits,
  ]);
}

/** A cell of a picture in which values beyond the outer fences are. */
export interface MarkedCell {
  readonly row: number;
  readonly col: number;
}

/** A picture with its outliers marked. @param image a data URI */
export function markedPicture(
  image: string,
  cells: readonly MarkedCell[],
  [, height, width]: readonly [number, number, number],
  label: string,
): string {
  const side = 160 / Math.max(width, height);
  const size = `width="${at(width * side)}" height="${at(height * side)}"`;
  // Twice, light on dark, so that a mark is seen on any picture.
  const marks = cells.flatMap(({ row, col }) => {
    const inset = Math.min(1, side / 8);
    const [x, y, edge] = [col * side + inset, row * side + inset, side - 2 * inset];
    return [rect('mark-under', x, y, edge, edge), rect('mark', x, y, edge, edge)];
  });
  return svg(width * side, height * side, `${label}, ${formatCount(cells.length)} cells marked`, [
    `<image href="${image}" ${size} preserveAspectRatio="none"/>`,
    ...marks,
  ]);
}
