/** What the loss lens says: who drives the update, and what its controls are called. */
import type { ResidualLens, RobustLoss, RunRecord } from '../../../api/studio.ts';
import { count, formatCount, formatDuration, formatPlain } from '../../../text/format.ts';
import { binsOf, losses, pullAt, scaledCurve } from './curves.ts';

export const lossNames: Readonly<Record<RobustLoss, string>> = {
  l2: 'L2',
  pseudoHuber: 'Pseudo-Huber',
  cauchy: 'Cauchy',
  gemanMcClure: 'Geman–McClure',
};

/** A measured checkpoint, by its steps, or what training recorded. */
export type Source = number | 'training';

/** The part of the samples that sentences speak of. */
export const spokenTop = 0.01;

export function hasTeacher({ config }: Pick<RunRecord, 'config'>): boolean {
  return config.objective.kind === 'consistency' || config.objective.kind === 'easyConsistency';
}

/** The newest run that has a student and a teacher; else the newest. Runs are newest first. */
export function firstRun<Run extends Pick<RunRecord, 'config'>>(runs: readonly Run[]): Run | undefined {
  return runs.find(hasTeacher) ?? runs[0];
}

/** `62.3 %`: a tenth of a point, as exact as it is worth. */
export function driveWords(share: number): string {
  if (share > 0 && share < 0.0005) return 'under 0.1 %';
  return `${(100 * share).toFixed(1)} %`;
}

/** The same in a table. */
export const driveCell = (share: number): string => driveWords(share).replace('under ', '< ');

/** What the `top` share of the samples drives under a loss, 0 to 1; undefined where it was not asked. */
export function drivenBy(
  { losses }: Pick<ResidualLens, 'losses'>,
  loss: RobustLoss,
  top = spokenTop,
): number | undefined {
  return losses.find((each) => each.loss === loss)?.topShare.find((each) => each.top === top)?.share;
}

/** `The top 1 % of samples drive 62.3 % of the update under L2, 18.0 % under Pseudo-Huber, 3.1 % under Cauchy and …`. */
export function driveSentence({ losses }: Pick<ResidualLens, 'losses'>): string {
  const parts = losses.flatMap(({ loss, topShare }) => {
    const share = topShare.find(({ top }) => top === spokenTop)?.share;
    return share === undefined ? [] : [{ loss, share }];
  });
  const words = parts.map(({ loss, share }, i) =>
    i === 0
      ? `${driveWords(share)} of the update under ${lossNames[loss]}`
      : `${driveWords(share)} under ${lossNames[loss]}`,
  );
  const last = words.pop();
  return `The top 1 % of samples drive ${words.join(', ')} and ${last}.`;
}

export interface ShareRow {
  readonly loss: RobustLoss;
  readonly name: string;
  readonly isOwn: boolean;
  /** By top share, as `topShare` has them. */
  readonly shares: readonly number[];
  readonly suppressed: number;
  readonly warning: boolean;
}

export function shareRows({ losses, loss: own }: Pick<ResidualLens, 'losses' | 'loss'>): ShareRow[] {
  return losses.map(({ loss, topShare, suppressed, warning }) => ({
    loss,
    name: lossNames[loss],
    isOwn: loss === own,
    shares: topShare.map(({ share }) => share),
    suppressed,
    warning,
  }));
}

/** The top shares that are told, as columns: `0.1 %`, `1 %`, `10 %`. */
export function topWords({ losses }: Pick<ResidualLens, 'losses'>): string[] {
  return (losses[0]?.topShare ?? []).map(({ top }) => `${formatPlain(100 * top)} %`);
}

/** `0.00277`: c and residuals as they are read and typed, without an exponent as long as that can be read. */
export function cWords(c: number, digits = 3): string {
  const rounded = Number(c.toPrecision(digits));
  return rounded === 0 || (c >= 1e-5 && c < 1e4) ? String(rounded) : formatPlain(c, digits);
}

/** What a screen reader says of the handle. */
export function cValueText(lens: ResidualLens, c: number, isOwn: boolean): string {
  const share = drivenBy(lens, lens.loss);
  const driven =
    share === undefined ? '' : `: the top 1 % of samples drive ${driveWords(share)} under ${lossNames[lens.loss]}`;
  return `c ${cWords(c)}${isOwn ? ', as in the run' : ''}${driven}`;
}

/** `Measured at step 2,400`; of training's record its last step. */
export function sourceWords(source: Source, recordedUntil: number | undefined): string {
  if (source !== 'training') return `Measured at step ${formatCount(source)}`;
  return recordedUntil === undefined ? 'Recorded in training' : `Recorded up to step ${formatCount(recordedUntil)}`;
}

/** Where the residuals come from, and how many they are. */
export function ofWords({ of }: Pick<ResidualLens, 'of'>): string {
  const samples = count(of.samples, 'sample');
  return of.origin === 'measurement'
    ? `${samples}, measured at step ${formatCount(of.step)}`
    : `${samples} that training recorded until step ${formatCount(of.step)}`;
}

/** Samples of a measurement of which nobody said how large it should be, at most. */
const mostMeasured = 21 * 192;

/** What measuring costs, at most: student and teacher are computed once for each sample, which a training step does for each picture. */
export function costWords(run: Pick<RunRecord, 'step' | 'seconds' | 'plan'>): string {
  const steps = Math.ceil(mostMeasured / run.plan.batchSize);
  const seconds = run.step > 0 && run.seconds > 0 ? (steps * run.seconds) / run.step : undefined;
  const time = seconds === undefined ? '' : `, about ${formatDuration(seconds < 1 ? 1 : seconds)}`;
  return `Measuring computes about ${formatCount(mostMeasured)} samples, which takes at most as long as ${count(steps, 'training step')} of this run${time}. The model is not changed.`;
}

/** The c that is too small under a run's loss, and what to do about it; undefined where it is fine. */
export function warningWords({ losses, loss: own }: Pick<ResidualLens, 'losses' | 'loss'>): string | undefined {
  const warned = losses.filter(({ warning }) => warning);
  if (warned.length === 0) return undefined;
  const parts = warned.map(({ loss, suppressed }) => `${lossNames[loss]} suppresses ${driveWords(suppressed)}`);
  const whose = warned.some(({ loss }) => loss === own)
    ? 'The run would learn little from them: choose a larger c.'
    : `${lossNames[own]}, which trains this run, does not: take a larger c before you change to another loss.`;
  return `This c is so small that ordinary samples count as outliers: ${parts.join(', ')} of them. ${whose}`;
}

/** What the chart shows, for those who can not see it. */
export function chartSentence(lens: ResidualLens): string {
  const { histogram, curve, c } = lens;
  const peaks = (['cauchy', 'gemanMcClure'] as const).map(
    (loss) => `${lossNames[loss]} at ${cWords(curve.peak[loss]!)}`,
  );
  return `Influence curves of four losses over the residuals of the run, ${cWords(histogram.from)} to ${cWords(histogram.to)}, at c ${cWords(c)}. L2 pulls ever more, Pseudo-Huber pulls alike above c, and the others pull most at a peak and less beyond it: ${peaks.join(', ')}. ${driveSentence(lens)}`;
}

/** What the chart says at one r: how many samples are there, and how strongly each loss lets one pull. */
export function hoverWords(lens: ResidualLens, r: number): string[] {
  const { edges } = binsOf(lens.histogram);
  const bin = edges.findIndex((edge, i) => edge <= r && r < (edges[i + 1] ?? -Infinity));
  const share = lens.histogram.shares[bin] ?? 0;
  return [
    `Residual ${cWords(r, 2)}: ${bin < 0 ? 'no samples' : `${driveWords(share)} of the samples`}`,
    ...losses.map((loss) => `${lossNames[loss]} pulls ${formatPlain(pullAt(scaledCurve(lens, loss), r), 2)}`),
  ];
}
