/** What the statistics of latents say in plain words. */
import { bellCurve, pooled, tailVerdict } from '../../../main/latents/views/advice.ts';
import type { Verdict } from '../../../main/latents/views/advice.ts';
import type { ComparedBox } from '../../../main/latents/views/compare-pixels.ts';
import type { ChannelStatistics, LatentStatistics } from '../../api/studio.ts';
import { formatCount, formatNumber, formatPlain, formatShare, formatTimes } from '../../text/format.ts';
import type { Fact } from '../../text/facts.ts';

export function verdictWords(statistics: LatentStatistics): Verdict {
  const shares = pooled(statistics.channels);
  const inner = formatShare(shares.innerShare);
  const outer = formatShare(shares.outerShare);
  const beyond = `${inner} of the values lie beyond the inner fences (a bell curve has ${formatShare(bellCurve.innerShare)}) and ${outer} beyond the outer ones`;
  switch (tailVerdict(shares)) {
    case 'heavy':
      return {
        title: 'Heavy tails: a few values are far out.',
        text: `${beyond}, ${formatTimes(shares.outerShare / bellCurve.outerShare)} as many as under a bell curve. Values like these can throw ordinary training off course. That is what the Cauchy loss is for: it hardly listens to them.`,
      };
    case 'light':
      return {
        title: 'Light tails: hardly any value is far out.',
        text: `Only ${beyond}. That is easy to train on.`,
      };
    case 'bell':
      return {
        title: 'Close to a bell curve.',
        text: `${beyond}, about as a bell curve has them. That is easy to train on; the Cauchy loss does no harm here.`,
      };
  }
}

/** `channel 1`: people count from one. */
export function channelName(channel: number): string {
  return `Channel ${channel + 1}`;
}

/** What a screen reader says about a histogram. */
export function histogramSentence({ channel, n, mean, std, min, max, outerShare }: ChannelStatistics): string {
  return `Histogram of ${channelName(channel)}: ${formatCount(n)} values around ${formatPlain(mean)} with a spread (standard deviation) of ${formatPlain(std)}, from ${formatPlain(min)} to ${formatPlain(max)}. ${formatShare(outerShare)} lie beyond the outer fences, ${formatShare(bellCurve.outerShare)} under a bell curve.`;
}

export function boxPlotSentence(channels: readonly ChannelStatistics[]): string {
  const parts = channels.map(
    ({ channel, q1, median, q3, outlierCount }) =>
      `${channelName(channel)}: half of the values between ${formatPlain(q1)} and ${formatPlain(q3)}, median ${formatPlain(median)}, ${formatCount(outlierCount)} outliers`,
  );
  return `Box plots of ${channels.length} channels. ${parts.join('. ')}.`;
}

/** Values that the histogram has no bin for; never left unsaid. */
export function outsideWords({ histogram: { below, above, from, to } }: ChannelStatistics): string {
  if (below + above === 0) return '';
  return `${formatCount(below)} below ${formatPlain(from)} and ${formatCount(above)} above ${formatPlain(to)} lie outside the histogram.`;
}

/** The bins of the histogram as a table: from, to, and how many values. */
export function histogramRows({ histogram: { from, to, counts } }: ChannelStatistics): string[][] {
  const width = (to - from) / counts.length;
  return counts.map((value, i) => [
    formatPlain(from + i * width),
    formatPlain(from + (i + 1) * width),
    formatCount(value),
  ]);
}

export interface TableColumn {
  readonly name: string;
  readonly value: (channel: ChannelStatistics) => string;
}

/** The numbers behind the pictures. */
export const statisticsColumns: readonly TableColumn[] = [
  { name: 'Channel', value: ({ channel }) => String(channel + 1) },
  { name: 'Values', value: ({ n }) => formatCount(n) },
  { name: 'Mean', value: ({ mean }) => formatNumber(mean) },
  { name: 'Standard deviation', value: ({ std }) => formatNumber(std) },
  { name: 'Least', value: ({ min }) => formatNumber(min) },
  { name: 'Lower quartile', value: ({ q1 }) => formatNumber(q1) },
  { name: 'Median', value: ({ median }) => formatNumber(median) },
  { name: 'Upper quartile', value: ({ q3 }) => formatNumber(q3) },
  { name: 'Greatest', value: ({ max }) => formatNumber(max) },
  {
    name: 'Inner fences',
    value: ({ innerFences: [low, high] }) => `${formatNumber(low, 4)} … ${formatNumber(high, 4)}`,
  },
  {
    name: 'Outer fences',
    value: ({ outerFences: [low, high] }) => `${formatNumber(low, 4)} … ${formatNumber(high, 4)}`,
  },
  { name: 'Outliers', value: ({ outlierCount }) => formatCount(outlierCount) },
];

/** The comparison with pixels as a table, in robust deviations. */
export const comparedColumns: readonly { readonly name: string; readonly value: (row: ComparedBox) => string }[] = [
  { name: 'Of', value: ({ of }) => (of === 'pixels' ? 'Pixels' : 'Latents') },
  { name: 'Channel', value: ({ name }) => name },
  { name: 'Least', value: ({ box }) => formatNumber(box.min, 4) },
  { name: 'Lower quartile', value: ({ box }) => formatNumber(box.q1, 4) },
  { name: 'Upper quartile', value: ({ box }) => formatNumber(box.q3, 4) },
  { name: 'Greatest', value: ({ box }) => formatNumber(box.max, 4) },
  {
    name: 'Outer fences',
    value: ({ box: { outerFences } }) => outerFences.map((fence) => formatNumber(fence, 4)).join(' … '),
  },
  { name: 'Outliers', value: ({ box }) => formatCount(box.outlierCount) },
];

export function latentFacts(
  { pictures, shape, normalisedStd, constantElements }: LatentStatistics,
  vae: string | undefined,
): Fact[] {
  const [channels, height, width] = shape;
  return [
    { label: 'Pictures', value: formatCount(pictures) },
    { label: 'Numbers per picture', value: `${channels} × ${height} × ${width}`, help: 'Channels × height × width' },
    { label: 'Picture compressor', term: 'VAE', value: vae ?? 'not known' },
    {
      label: 'Spread after normalisation',
      term: 'standard deviation',
      value: formatNumber(normalisedStd, 4),
      help: 'Checked to be 0.5 before training starts.',
    },
    {
      label: 'Numbers that never change',
      value: formatCount(constantElements),
      help: 'The same in every picture: only centred, because dividing by 0 has no meaning.',
    },
  ];
}
