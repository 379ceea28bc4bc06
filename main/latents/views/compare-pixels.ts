/** Pixels beside latents on one scale, as in Figure 1 of the iLCT paper (Dao et al., 2025), and what that says. */
import { count, formatCount, formatShare, formatTimes } from '../../base/words.ts';
import { robustZ } from '../outliers/robust-z.ts';
import type { ChannelStatistics } from '../schema.ts';

/** Channels of pixels by name, in the order of `pixels.json`. */
export const colourNames = ['Red', 'Green', 'Blue'] as const;

/** What a box plot draws. */
export type BoxNumbers = Pick<
  ChannelStatistics,
  | 'min'
  | 'q1'
  | 'median'
  | 'mean'
  | 'q3'
  | 'max'
  | 'whiskers'
  | 'innerFences'
  | 'outerFences'
  | 'outlierSample'
  | 'outlierCount'
>;

/**
 * A channel in robust deviations from its median (robust z): neither its unit nor its outliers set the scale. By standard deviations
 * instead, a channel with many outliers would look as narrow as one without.
 */
export function inDeviations(channel: ChannelStatistics): BoxNumbers {
  const z = (value: number) => robustZ(value, channel);
  const both = ([low, high]: readonly [number, number]): [number, number] => [z(low), z(high)];
  return {
    ...{ min: z(channel.min), q1: z(channel.q1), median: z(channel.median), mean: z(channel.mean) },
    ...{ q3: z(channel.q3), max: z(channel.max), whiskers: both(channel.whiskers) },
    ...{ innerFences: both(channel.innerFences), outerFences: both(channel.outerFences) },
    ...{ outlierSample: channel.outlierSample.map(z), outlierCount: channel.outlierCount },
  };
}

/** One box of the chart. */
export interface ComparedBox {
  readonly name: string;
  readonly of: 'pixels' | 'latents';
  readonly box: BoxNumbers;
}

/** Pixels first. */
export function comparedBoxes(
  latents: readonly ChannelStatistics[],
  pixels: readonly ChannelStatistics[],
): ComparedBox[] {
  return [
    ...pixels.map((channel, i) => ({ name: colourNames[i]!, of: 'pixels' as const, box: inDeviations(channel) })),
    ...latents.map((channel) => ({
      ...{ name: `Channel ${channel.channel + 1}`, of: 'latents' as const },
      box: inDeviations(channel),
    })),
  ];
}

export interface Beyond {
  readonly n: number;
  /** Values beyond the outer fences of their channel. */
  readonly outer: number;
  readonly share: number;
}

export function beyondOuter(channels: readonly Pick<ChannelStatistics, 'n' | 'outerShare'>[]): Beyond {
  const n = channels.reduce((sum, channel) => sum + channel.n, 0);
  // Shares are counts over n, so that this gives the counts back.
  const outer = channels.reduce((sum, channel) => sum + Math.round(channel.outerShare * channel.n), 0);
  return { n, outer, share: outer / n };
}

/** The numbers in one sentence, and what they mean. */
export function comparisonWords(
  latents: readonly ChannelStatistics[],
  pixels: readonly ChannelStatistics[],
): { readonly sentence: string; readonly meaning: string } {
  const [ofPixels, ofLatents] = [beyondOuter(pixels), beyondOuter(latents)];
  const share = (beyond: Beyond) => (beyond.outer === 0 ? '' : `, ${formatShare(beyond.share)}`);
  const many = ({ outer, n }: Beyond, what: string) => `${formatCount(outer)} of ${count(n, what)}`;
  return {
    sentence: `${many(ofPixels, 'pixel value')} lie beyond the outer fences${share(ofPixels)}; of the latents ${many(ofLatents, 'value')} do${share(ofLatents)}.`,
    meaning: meaningOf(ofPixels, ofLatents),
  };
}

function meaningOf(pixels: Beyond, latents: Beyond): string {
  if (pixels.outer === 0 && latents.outer === 0) return 'Neither have extreme values.';
  if (pixels.outer === 0) return 'The pictures themselves have no extreme values: they come with the compression.';
  if (latents.outer === 0) return 'The pictures themselves have extreme values, and the compression takes them away.';
  const factor = latents.share / pixels.share;
  if (factor >= 1.5)
    return `That is ${formatTimes(factor)} the share that the pixels have: most of them come with the compression.`;
  if (factor > 1 / 1.5) return 'Both have about as many: the pictures themselves have extreme values.';
  return `Here the pixels have more of them, ${formatTimes(1 / factor)} the share: most of their values are alike, and some are far from these.`;
}
