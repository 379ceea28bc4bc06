/**
 * Everything about a project's latents on one page: a file for the browser, or for paper. It needs nothing but itself: no script, no
 * address, no font; whatever comes from outside, names above all, is escaped. Pure: facts in, HTML out.
 */
import { count, fileName, formatCount, formatNumber, formatPlain, formatShare, formatTime } from '../../base/words.ts';
import type { AdjustedCounts } from '../../datasets/operations/schema.ts';
import type { ExportedLatents, OutlierPictureRow } from '../exports/described.ts';
import type { OutlierPositions } from '../outlier-schema.ts';
import type { ChannelStatistics } from '../schema.ts';
import { bellCurve, causesOf, pooled, whatToDo } from '../views/advice.ts';
import type { Shares } from '../views/advice.ts';
import { comparedBoxes, comparisonWords } from '../views/compare-pixels.ts';
import { boxesChart, histogramChart, mapChart, markedPicture } from './charts.ts';
import type { MarkedCell } from './charts.ts';
import { style } from './style.ts';
import { escaped } from './svg.ts';

/** One of the worst pictures. */
export interface WorstPicture {
  readonly row: OutlierPictureRow;
  /** A data URI. */
  readonly image: string;
  /** Cells with values beyond the outer fences that the index lists. */
  readonly cells: readonly MarkedCell[];
}

/** As many of the worst pictures as the page has room for. */
export const worstInReport = 12;

export interface Report extends ExportedLatents {
  readonly positions: OutlierPositions;
  readonly adjusted: AdjustedCounts;
  readonly worst: readonly WorstPicture[];
}

export function reportPage(report: Report): string {
  const { statistics, positions, pictures } = report;
  const advice = whatToDo(statistics, pictures.length > 0 ? causesOf(positions, pictures) : undefined);
  const title = `Latents of ${report.project}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escaped(title)}</h1>
<p class="soft">${escaped(factWords(report))}</p>
<p class="soft">${escaped(adjustedWords(report.adjusted))}</p>
</header>
<main>
<section class="advice">
<h2>${escaped(advice.title)}</h2>
<p class="soft">${escaped(advice.text)}</p>
</section>
${boxesSection(report)}
<section>
<h3>Values of each channel</h3>
${histograms(statistics.channels)}
${key}
</section>
${placesSection(report)}
<section>
<h3>Statistics</h3>
${table(report)}
</section>
</main>
<footer>
<p>Fences are Tukey’s: inner ones 1.5, outer ones 3 box lengths beyond the box, which holds the middle half of the values. MAD is the median distance from the median. Heaviness of tails is the excess kurtosis: 0 for a bell curve.</p>
<p>Made by Cauchy Studio ${escaped(report.version)} on ${escaped(formatTime(report.exportedAt))}. Nothing in this page leads to a network.</p>
</footer>
</body>
</html>
`;
}

function factWords({ statistics, vae, pictureSize, encodedAt }: Report): string {
  const [channels, height, width] = statistics.shape;
  return [
    `${count(statistics.pictures, 'picture')} of ${pictureSize} × ${pictureSize} pixels`,
    `picture compressor (VAE) ${vae}`,
    `${channels} × ${height} × ${width} numbers for each picture${statistics.copies === undefined ? '' : ', and as many for its mirror image'}`,
    ...(encodedAt === undefined ? [] : [`encoded ${formatTime(encodedAt)}`]),
  ].join(' · ');
}

export function adjustedWords({ leftOut, weighed, reframed, clipped }: AdjustedCounts): string {
  const done = [
    ...(leftOut > 0 ? [`${count(leftOut, 'picture')} left out`] : []),
    ...(reframed > 0 ? [`${count(reframed, 'picture')} framed anew`] : []),
    ...(weighed > 0 ? [`${count(weighed, 'picture')} with less weight in training`] : []),
    ...(clipped > 0 ? [`latents of ${count(clipped, 'picture')} clipped in training`] : []),
  ];
  return done.length === 0
    ? 'Nothing was done about single pictures.'
    : `What was done about pictures: ${done.join(', ')}. What is left out is not in these numbers.`;
}

function boxesSection({ statistics: { channels }, pixels }: Report): string {
  const own = channels.map((channel) => ({ name: `Channel ${channel.channel + 1}`, box: channel }));
  const latents = `<figure>
<h3>All channels as box plots</h3>
${boxesChart(own, `Box plots of ${channels.length} channels`, 'Value, as the VAE gives it')}
</figure>`;
  if (!pixels) return `<section class="pair single">${latents}</section>`;
  const { sentence, meaning } = comparisonWords(channels, pixels.channels);
  const both = comparedBoxes(channels, pixels.channels).map(({ name, of, box }) => {
    return { name, box, isSecond: of === 'pixels' };
  });
  return `<section class="pair">${latents}<figure>
<h3>Pixels and latents on one scale</h3>
${boxesChart(both, sentence, 'Robust deviations from the median of each channel')}
<figcaption>${escaped(sentence)} ${escaped(meaning)}</figcaption>
</figure></section>`;
}

function histograms(channels: readonly ChannelStatistics[]): string {
  const largest = Math.max(1, ...channels.flatMap(({ histogram }) => histogram.counts));
  const figures = channels.map((channel) => {
    const { below, above, from, to } = channel.histogram;
    const outside =
      below + above === 0
        ? ''
        : `; ${formatCount(below)} below ${formatPlain(from)} and ${formatCount(above)} above ${formatPlain(to)} are not drawn`;
    return `<figure>
${histogramChart(channel, largest)}
<figcaption>Channel ${channel.channel + 1}: ${formatShare(channel.outerShare)} beyond the outer fences${escaped(outside)}</figcaption>
</figure>`;
  });
  return `<div class="histograms">${figures.join('\n')}</div>`;
}

const sign = (drawing: string) => `<svg viewBox="0 0 16 10" aria-hidden="true">${drawing}</svg>`;
const key = `<ul class="key soft">
<li>${sign('<path class="near" d="M6 10V1h4v9z"/><path class="far" d="M1 10V6h4v4z M11 10V6h4v4z"/>')} values, strong beyond the inner fences (logarithmic counts)</li>
<li>${sign('<path class="bell" d="M1 9C6 9 5 2 8 2s2 7 7 7"/>')} a bell curve with the same mean and spread</li>
<li>${sign('<path class="inner" d="M8 0v10"/>')} inner fences</li>
<li>${sign('<path class="outer" d="M8 0v10"/>')} outer fences</li>
</ul>`;

function placesSection({ positions, worst, pictures, statistics }: Report): string {
  const { habits } = positions;
  const placeWords =
    pictures.length === 0
      ? 'There are none.'
      : habits.length === 0
        ? 'The stronger, the more pictures. No place has an outlier in most pictures: the outliers come from the pictures.'
        : `The stronger, the more pictures. ${count(habits.length, 'place')} with an outlier in most pictures (dashed): a habit of the VAE, not of single pictures.`;
  const items = worst.map(({ row, image, cells }) => {
    const name = fileName(row.source);
    return `<li><figure>
${markedPicture(image, cells, statistics.shape, name)}
<figcaption><strong>${escaped(name)}</strong>${count(row.outerCount, 'outlier')}<br>${formatShare(row.share)} of all</figcaption>
</figure></li>`;
  });
  const list =
    items.length === 0
      ? '<p>No picture has values beyond the outer fences.</p>'
      : `<ul class="worst">${items.join('\n')}</ul>`;
  const heading =
    pictures.length === 0
      ? 'Pictures with outliers'
      : `The ${worst.length === 1 ? 'worst' : `${worst.length} worst`} of ${count(pictures.length, 'picture')} with values beyond the outer fences`;
  return `<section class="places">
<figure>
<h3>Places</h3>
${mapChart(positions)}
<figcaption>Where in the latents values are beyond the outer fences. ${placeWords}</figcaption>
</figure>
<div>
<h3>${heading}</h3>
${list}
</div>
</section>`;
}

const columns: readonly (readonly [string, (channel: ChannelStatistics) => string])[] = [
  ['Values', ({ n }) => formatCount(n)],
  ['Mean', ({ mean }) => formatNumber(mean, 4)],
  ['Standard deviation', ({ std }) => formatNumber(std, 4)],
  ['Least', ({ min }) => formatNumber(min, 4)],
  ['Lower quartile', ({ q1 }) => formatNumber(q1, 4)],
  ['Median', ({ median }) => formatNumber(median, 4)],
  ['Upper quartile', ({ q3 }) => formatNumber(q3, 4)],
  ['Greatest', ({ max }) => formatNumber(max, 4)],
  ['MAD', ({ mad }) => formatNumber(mad, 4)],
];

function table({ statistics: { channels }, pixels }: Report): string {
  const shareCells = ({ innerShare, outerShare, kurtosis }: Shares) =>
    [formatShare(innerShare), formatShare(outerShare), formatPlain(kurtosis, 3)]
      .map((cell) => `<td>${cell}</td>`)
      .join('');
  const row = (name: string, channel: ChannelStatistics) =>
    `<tr><th scope="row">${name}</th>${columns.map(([, value]) => `<td>${value(channel)}</td>`).join('')}${shareCells(channel)}</tr>`;
  const sum = (name: string, shares: Shares, kind: string) =>
    `<tr class="${kind}"><th scope="row" colspan="${columns.length + 1}">${name}</th>${shareCells(shares)}</tr>`;
  const heads = [
    'Channel',
    ...columns.map(([name]) => name),
    'Beyond inner fences',
    'Beyond outer fences',
    'Heaviness of tails',
  ];
  return `<div class="scroll"><table>
<thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead>
<tbody>
${channels.map((channel) => row(`Channel ${channel.channel + 1}`, channel)).join('\n')}
${sum('All channels', pooled(channels), 'sum')}
${sum('A bell curve', bellCurve, 'bell-row')}
${pixels ? pixels.channels.map((channel, i) => row(`Pixels, ${['red', 'green', 'blue'][i]!}`, channel)).join('\n') : ''}
</tbody>
</table></div>`;
}
