/** Curves, histogram and axis of the loss lens as they are drawn; pure. */
import type { ResidualLens, RobustLoss } from '../../../api/studio.ts';
import { formatCount } from '../../../text/format.ts';

/** The four losses, as they are listed. */
export const losses = ['l2', 'pseudoHuber', 'cauchy', 'gemanMcClure'] as const satisfies readonly RobustLoss[];

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Residuals below this share of all are left out at the lower end: they would make the axis wide, and pull on nothing. */
const leftOut = 0.002;

/** The logarithmic axis: nearly all residuals and every c of the schedule. It does not depend on the c that is looked at. */
export function axisOf({
  histogram,
  schedule,
  ownC,
}: Pick<ResidualLens, 'histogram' | 'schedule'> & { ownC: number }): Range {
  const cs = [ownC, ...schedule.map(({ c }) => c)].filter((c) => c > 0);
  const { edges } = binsOf(histogram);
  let below = histogram.zero;
  let from = histogram.from;
  for (let i = 0; i < histogram.shares.length; i++) {
    below += histogram.shares[i]!;
    if (below > leftOut) break;
    from = edges[i + 1]!;
  }
  return { from: Math.min(from, ...cs.map((c) => c / 2)), to: Math.max(histogram.to, ...cs.map((c) => 4 * c)) };
}

export function binsOf({ from, to, shares }: ResidualLens['histogram']): { edges: number[]; middles: number[] } {
  const edges = Array.from({ length: shares.length + 1 }, (_, i) => from * (to / from) ** (i / shares.length));
  return { edges, middles: shares.map((_, i) => Math.sqrt(edges[i]! * edges[i + 1]!)) };
}

/**
 * Pull of a loss at the r of the lens, so that all losses can be compared: divided by its slope at 0, where all then begin as the same
 * line, and by c, so that this line is at 1 where r is c. [points]
 */
export function scaledCurve(
  { curve, c }: Pick<ResidualLens, 'curve' | 'c'>,
  loss: RobustLoss,
): { x: number; y: number }[] {
  const scale = curve.slope[loss] * c;
  return curve.r.map((x, i) => ({ x, y: curve.psi[loss][i]! / scale }));
}

/** The scaled pull at r, between the points of the curve. */
export function pullAt(points: readonly { readonly x: number; readonly y: number }[], r: number): number {
  const right = points.findIndex(({ x }) => x >= r);
  if (right === 0) return points[0]!.y;
  if (right < 0) return points.at(-1)!.y;
  const [a, b] = [points[right - 1]!, points[right]!];
  const at = (Math.log(r) - Math.log(a.x)) / (Math.log(b.x) - Math.log(a.x));
  return a.y + at * (b.y - a.y);
}

/** The r that this share of the samples exceeds, as exactly as the histogram tells. */
export function exceededBy({ histogram }: Pick<ResidualLens, 'histogram'>, share: number): number {
  const { edges } = binsOf(histogram);
  let above = 0;
  for (let i = histogram.shares.length - 1; i >= 0; i--) {
    const here = histogram.shares[i]!;
    if (above + here >= share) {
      const part = here === 0 ? 0 : (share - above) / here;
      return edges[i + 1]! * (edges[i]! / edges[i + 1]!) ** part;
    }
    above += here;
  }
  return histogram.from;
}

/** Where labels go that should stand at `wanted`, in pixels from the top: at least `gap` apart, between `top` and `bottom`, in the same order. */
export function spreadLabels(wanted: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]!);
  const at = wanted.map((value) => Math.max(top, Math.min(bottom, value)));
  order.forEach((i, place) => {
    if (place > 0) at[i] = Math.max(at[i]!, at[order[place - 1]!]! + gap);
  });
  for (let place = order.length - 1, limit = bottom; place >= 0; place--, limit -= gap) {
    const i = order[place]!;
    at[i] = Math.min(at[i]!, limit);
    if (place < order.length - 1) at[i] = Math.min(at[i], at[order[place + 1]!]! - gap);
  }
  return at;
}

/** The place of a value on a logarithmic axis, 0 to 1. */
export function partOf(value: number, { from, to }: Range): number {
  return Math.log(value / from) / Math.log(to / from);
}

/** The value at a place of the axis, to three digits and within the axis. */
export function valueAtPart(part: number, { from, to }: Range): number {
  const value = from * (to / from) ** Math.max(0, Math.min(1, part));
  return Math.max(from, Math.min(to, Number(value.toPrecision(3))));
}

/** Steps of the keyboard along the axis. */
const [keyStep, pageStep] = [0.01, 0.1];

/** The c that a key of the handle leads to; undefined for other keys. */
export function cOfKey(key: string, c: number, axis: Range): number | undefined {
  const at = partOf(c, axis);
  const moves: Readonly<Record<string, number>> = {
    ArrowRight: at + keyStep,
    ArrowUp: at + keyStep,
    ArrowLeft: at - keyStep,
    ArrowDown: at - keyStep,
    PageUp: at + pageStep,
    PageDown: at - pageStep,
    Home: 0,
    End: 1,
  };
  const part = moves[key];
  return part === undefined ? undefined : valueAtPart(part, axis);
}

export interface StageMark {
  readonly at: number;
  readonly words: string;
  /** These residuals are of it. */
  readonly isNow: boolean;
}

/** c of the stages, those with the same c as one: by their numbers of noise levels or, where there are none, their first steps. */
export function stageMarks({ schedule, cNow }: Pick<ResidualLens, 'schedule' | 'cNow'>): StageMark[] {
  const byC = new Map<number, number[]>();
  for (const { c, levels, begin } of schedule) if (c > 0) byC.set(c, [...(byC.get(c) ?? []), levels ?? begin + 1]);
  return Array.from(byC, ([at, names]) => {
    const [first, last] = [names[0]!, names.at(-1)!].map(formatCount);
    return { at, words: names.length === 1 ? first! : `${first}–${last}`, isNow: at === cNow };
  });
}

/** Numbers of the chart for a table: at the middle of each bin the share of the samples and the scaled pull of each loss. */
export function lensRows(lens: ResidualLens, words: (value: number) => string): string[][] {
  const { edges, middles } = binsOf(lens.histogram);
  const curves = losses.map((loss) => scaledCurve(lens, loss));
  return middles.map((middle, i) => [
    words(edges[i]!),
    words(edges[i + 1]!),
    `${(100 * lens.histogram.shares[i]!).toFixed(2)} %`,
    ...curves.map((points) => pullAt(points, middle).toFixed(3)),
  ]);
}
