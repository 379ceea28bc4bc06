/** What the box plots of the noise levels say. */
import type { ResidualMeasurement } from '../../../api/studio.ts';
import { count, formatCount, formatPlain, formatShare } from '../../../text/format.ts';

type Pair = ResidualMeasurement['pairs'][number];

export const sigmaWords = (sigma: number): string => formatPlain(sigma, 2);

/** What the box plots show: where residuals are largest, and where their tails are heaviest. */
export function pairsSentence({ pairs, step, pictures }: ResidualMeasurement): string {
  const largest = pairs.reduce((a, b) => (b.std > a.std ? b : a));
  const heaviest = pairs.reduce((a, b) => (b.outerShare > a.outerShare ? b : a));
  const head = `Student minus teacher at ${count(pairs.length, 'noise level')}, ${count(pictures, 'picture')} at each, after step ${formatCount(step)}.`;
  return `${head} Residuals are largest at σ ${sigmaWords(largest.sigma)}; most of them, ${formatShare(heaviest.outerShare)}, lie beyond the outer fences at σ ${sigmaWords(heaviest.sigma)}.`;
}

export const pairColumns = ['Student σ', 'Teacher σ', 'Weight λ', 'Drawn', 'Smallest', 'Lower quartile', 'Median', 'Upper quartile', 'Largest', 'Beyond outer fences', 'Excess kurtosis']; // prettier-ignore

export function pairRow(pair: Pair): string[] {
  const { sigma, teacherSigma, weight, share, min, q1, median, q3, max, outerShare, kurtosis } = pair;
  return [
    ...[sigma, teacherSigma, weight].map((value) => formatPlain(value, 3)),
    formatShare(share),
    ...[min, q1, median, q3, max].map((value) => formatPlain(value, 3)),
    formatShare(outerShare),
    formatPlain(kurtosis, 3),
  ];
}

export function pairTitle({ sigma, teacherSigma }: Pair): string {
  return `σ ${sigmaWords(sigma)}, teacher ${sigmaWords(teacherSigma)}`;
}

export function pairLines({ q1, median, q3, min, max, outerShare, share }: Pair): string[] {
  return [
    `Box ${formatPlain(q1, 3)} to ${formatPlain(q3, 3)}, median ${formatPlain(median, 3)}`,
    `All ${formatPlain(min, 3)} to ${formatPlain(max, 3)}`,
    `${formatShare(outerShare)} beyond the outer fences`,
    `Training draws it for ${formatShare(share)} of the samples`,
  ];
}

/** An axis on which all boxes can be seen: to one and a half times the farthest outer fence; undefined where all values fit on it. */
export function boxRange(pairs: readonly Pair[]): readonly [number, number] | undefined {
  const low = 1.5 * Math.min(...pairs.map(({ outerFences }) => outerFences[0]));
  const high = 1.5 * Math.max(...pairs.map(({ outerFences }) => outerFences[1]));
  const isAll = pairs.every(({ min, max }) => min >= low && max <= high);
  return isAll ? undefined : [low, high];
}

/** That the axis leaves values out, and how far they go. */
export function rangeWords(pairs: readonly Pair[], range: readonly [number, number] | undefined): string {
  if (!range) return '';
  const farthest = Math.max(...pairs.flatMap(({ min, max }) => [Math.abs(min), Math.abs(max)]));
  return `Not all values are shown: the farthest is ${formatPlain(farthest, 2)}.`;
}
