/** What to do about the outliers, in one sentence with its reason. Pure: the window and the report say the same. */
import { count, formatShare, formatTimes } from '../../base/words.ts';
import type { OutlierPictures, OutlierPositions } from '../outlier-schema.ts';
import type { ChannelStatistics, LatentStatistics } from '../schema.ts';

/** What a bell curve has: the yardstick for “impulsive”. Shares beyond Tukey's fences are 2·Φ(−2.698) and 2·Φ(−4.721). */
export const bellCurve = { innerShare: 0.006976603, outerShare: 2.3419e-6, kurtosis: 0 } as const;

export interface Shares {
  readonly innerShare: number;
  readonly outerShare: number;
  readonly kurtosis: number;
}

/** All channels together, each counted by how many values it has. */
export function pooled(channels: readonly ChannelStatistics[]): Shares {
  const n = channels.reduce((sum, channel) => sum + channel.n, 0);
  const mean = (pick: (channel: ChannelStatistics) => number) =>
    channels.reduce((sum, channel) => sum + channel.n * pick(channel), 0) / n;
  return {
    innerShare: mean(({ innerShare }) => innerShare),
    outerShare: mean(({ outerShare }) => outerShare),
    kurtosis: mean(({ kurtosis }) => kurtosis),
  };
}

export type TailVerdict = 'heavy' | 'bell' | 'light';

/**
 * Heavy when values beyond the outer fences are at least twenty times as common as under a bell curve: below that,
 * chance alone moves a share this small. Light when even the inner fences are passed half as often.
 */
export function tailVerdict({ innerShare, outerShare }: Shares): TailVerdict {
  if (outerShare >= 20 * bellCurve.outerShare) return 'heavy';
  return innerShare < bellCurve.innerShare / 2 ? 'light' : 'bell';
}

export interface Verdict {
  readonly title: string;
  readonly text: string;
}

/** How far outliers are spread over the pictures. */
export interface Causes {
  readonly pictures: number;
  /** Values beyond the outer fences, of all pictures. */
  readonly outer: number;
  /** The same of single pictures, the largest first; not all of them have to be known. */
  readonly counts: readonly number[];
}

export function causesOf(positions: OutlierPositions, rows: readonly OutlierPictures['rows'][number][]): Causes {
  const { shares, pictures } = positions;
  return {
    pictures,
    // The share of the pictures at each place, over all places.
    outer: Math.round(pictures * shares.reduce((sum, share) => sum + share, 0)),
    counts: rows.map(({ outerCount }) => outerCount).sort((a, b) => b - a),
  };
}

/** The least number of pictures that have at least a third of the outliers, and what they have; undefined if too few are known. */
export function fewestForAThird({ outer, counts }: Causes): { pictures: number; share: number } | undefined {
  let sum = 0;
  for (const [i, each] of counts.entries()) {
    sum += each;
    if (each > 0 && 3 * sum >= outer) return { pictures: i + 1, share: sum / outer };
  }
  return undefined;
}

/** A third of the outliers in at most a tenth of the pictures: three times as many as if all had the same. */
const fewPictures = 0.1;

function shareWords(share: number): string {
  if (share >= 0.9) return 'nearly all';
  if (share >= 0.72) return 'three quarters';
  if (share >= 0.6) return 'two thirds';
  return share >= 0.45 ? 'half' : 'a third';
}

/** Who causes them; empty where nothing can be said. */
export function causeWords(causes: Causes): string {
  if (causes.outer === 0) return '';
  const few = fewestForAThird(causes);
  if (few === undefined || few.pictures > fewPictures * causes.pictures)
    return 'They are spread over many pictures: leaving a few out would change little.';
  const verb = few.pictures === 1 ? 'causes' : 'cause';
  const those = few.pictures === 1 ? 'it' : 'those';
  return `${count(few.pictures, 'picture')} ${verb} ${shareWords(few.share)} of them: look at ${those} first.`;
}

export function whatToDo(statistics: LatentStatistics, causes: Causes | undefined): Verdict {
  const shares = pooled(statistics.channels);
  const outer = formatShare(shares.outerShare);
  const ofBell = formatShare(bellCurve.outerShare);
  switch (tailVerdict(shares)) {
    case 'heavy': {
      const times = formatTimes(shares.outerShare / bellCurve.outerShare);
      const who = causes ? causeWords(causes) : '';
      return {
        title:
          `Your latents have ${times} more extreme values than a bell curve; the Cauchy loss is the right choice. ${who}`.trim(),
        text: `${outer} of the values lie beyond the outer fences, ${ofBell} under a bell curve. The Cauchy loss hardly listens to them, so they can not throw training off course.`,
      };
    }
    case 'bell':
      return {
        title:
          'Your latents have about as many extreme values as a bell curve; any loss will do, and nothing has to be repaired.',
        text: `${outer} of the values lie beyond the outer fences, ${ofBell} under a bell curve: too few to disturb the training.`,
      };
    case 'light':
      return {
        title:
          'Your latents have fewer extreme values than a bell curve; any loss will do, and nothing has to be repaired.',
        text: `${formatShare(shares.innerShare)} of the values lie beyond the inner fences, ${formatShare(bellCurve.innerShare)} under a bell curve.`,
      };
  }
}
