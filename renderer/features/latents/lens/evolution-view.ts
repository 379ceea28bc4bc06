/** How the residuals developed over training: recorded steps and measured checkpoints. */
import type { ResidualMeasurement, ResidualMoment, RunResiduals } from '../../../api/studio.ts';
import { formatCount, formatTimes } from '../../../text/format.ts';
import { cWords } from './lens-view.ts';

/** The residuals of a step; r of a sample is the root mean square over its elements. */
export type Moment = Pick<ResidualMoment, 'step' | 'levels' | 'min' | 'q1' | 'median' | 'q3' | 'max' | 'samples'> & {
  /** Absent of measured checkpoints. */
  readonly c?: number;
};

/** The smallest value that `part` of the samples, counted by their weights, don't exceed; `order` sorts the values. */
function quantile(
  values: readonly number[],
  weights: readonly number[],
  order: readonly number[],
  part: number,
): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let below = 0;
  for (const i of order) {
    below += weights[i]!;
    if (below >= part * total - 1e-9 * total) return values[i]!;
  }
  return values[order.at(-1)!]!;
}

/** A measured checkpoint as training would have recorded it: each noise level counts as often as it is drawn. */
export function momentOf({ step, levels, pairs, samples }: ResidualMeasurement): Moment {
  const shareOf = new Map(pairs.map(({ index, share }) => [index, share]));
  const kept = new Map<number, number>();
  for (const index of samples.index) kept.set(index, (kept.get(index) ?? 0) + 1);
  const weights = samples.index.map((index) => shareOf.get(index)! / kept.get(index)!);
  const order = samples.r.map((_, i) => i).sort((a, b) => samples.r[a]! - samples.r[b]!);
  const at = (part: number) => quantile(samples.r, weights, order, part);
  return {
    step,
    ...(levels !== undefined && { levels }),
    ...{ min: samples.r[order[0]!]!, q1: at(0.25), median: at(0.5), q3: at(0.75), max: samples.r[order.at(-1)!]! },
    samples: samples.total,
  };
}

export interface Evolution {
  readonly recorded: readonly ResidualMoment[];
  readonly measured: readonly Moment[];
}

export function evolutionOf({ training, measurements }: RunResiduals): Evolution {
  return { recorded: training, measured: measurements.map(momentOf) };
}

/** What the chart shows: whether residuals have become smaller, and how far the extremes are from the rest. */
export function evolutionSentence({ recorded, measured }: Evolution): string {
  const all = [...recorded, ...measured].sort((a, b) => a.step - b.step);
  const [first, last] = [all[0], all.at(-1)];
  if (!first || !last) return '';
  const widest = all.reduce((most, each) => (each.max / each.median > most.max / most.median ? each : most));
  const now = `At step ${formatCount(last.step)} half of the residuals are below ${cWords(last.median, 2)}`;
  const change =
    all.length === 1 ? `${now}.` : `${now}, ${cWords(first.median, 2)} at step ${formatCount(first.step)}.`;
  return `${change} The largest of a step was up to ${formatTimes(widest.max / widest.median)} as large as its median.`;
}

export const evolutionColumns = ['Step', 'From', 'Samples', 'Noise levels (N)', 'c', 'Smallest', 'Lower quartile', 'Median', 'Upper quartile', 'Largest']; // prettier-ignore

export function evolutionRows({ recorded, measured }: Evolution): string[][] {
  const row = (moment: Moment, from: string) => [
    formatCount(moment.step),
    from,
    formatCount(moment.samples),
    moment.levels === undefined ? '–' : formatCount(moment.levels),
    moment.c === undefined ? '–' : cWords(moment.c),
    ...[moment.min, moment.q1, moment.median, moment.q3, moment.max].map((value) => cWords(value)),
  ];
  return [
    ...recorded.map((moment) => ({ step: moment.step, cells: row(moment, 'training') })),
    ...measured.map((moment) => ({ step: moment.step, cells: row(moment, 'measurement') })),
  ]
    .sort((a, b) => a.step - b.step)
    .map(({ cells }) => cells);
}
