/**
 * How strongly each loss lets a sample pull on the update, and who drives it. Numbers, no tensors; the losses are in loss.ts.
 * r is a sample's root-mean-square residual, r² = m there, and c is on the scale of r: of a sum of D squares, c/√D.
 *
 * Source  Hampel, Ronchetti, Rousseeuw & Stahel, 1986, Robust Statistics: The Approach Based on Influence Functions, ch. 2
 */
import type { RobustLoss } from './loss.ts';

interface Influence {
  /** ψ(r) = dρ(r²)/dr. The gradient of λ·ρ by the D elements of the student's output has the length λ·ψ(r)/√D. */
  readonly pull: (r: number, c: number) => number;
  /** dψ/dr at r = 0: divided by it, all curves begin alike. */
  readonly slope: (c: number) => number;
  /** The r of the strongest pull; beyond it the curve falls. Infinite where it never falls. */
  readonly peak: (c: number) => number;
}

/** By loss. Each ψ follows from ρ in loss.ts, where the paper of each is cited. */
export const influences: Readonly<Record<RobustLoss, Influence>> = {
  /** 2r: without bound. */
  l2: { pull: (r) => 2 * r, slope: () => 2, peak: () => Infinity },
  /** r/√(r² + c²): bounded by 1, and never lets go. */
  pseudoHuber: { pull: (r, c) => r / Math.hypot(r, c), slope: (c) => 1 / c, peak: () => Infinity },
  /** 2r/(r² + 2c²): falls as 2/r. */
  cauchy: {
    pull: (r, c) => (2 * r) / (r * r + 2 * c * c),
    slope: (c) => 1 / (c * c),
    peak: (c) => Math.SQRT2 * c,
  },
  /** 16c²r/(r² + 4c²)²: falls as 16c²/r³. */
  gemanMcClure: {
    pull: (r, c) => (16 * c * c * r) / (r * r + 4 * c * c) ** 2,
    slope: (c) => 1 / (c * c),
    peak: (c) => (2 * c) / Math.sqrt(3),
  },
};
export const robustLossNames = Object.keys(influences) as readonly RobustLoss[];

/** Samples of a run's residuals, one entry of each list for each. */
export interface Residuals {
  /** Root-mean-square residual, at least 0. */
  readonly r: ArrayLike<number>;
  /** λ, by which the loss of a sample is multiplied. */
  readonly weight: ArrayLike<number>;
  /** How often training draws a sample like it, beside the others. */
  readonly share: ArrayLike<number>;
}

/** Residuals by size. */
export interface SortedResiduals {
  /** Ascending. */
  readonly r: Float64Array;
  readonly weight: Float64Array;
  /** They sum to 1. */
  readonly share: Float64Array;
}

/** Sorts residuals by r and makes their shares sum to 1. */
export function sortResiduals({ r, weight, share }: Residuals): SortedResiduals {
  const order = Uint32Array.from({ length: r.length }, (_, i) => i).sort((a, b) => r[a]! - r[b]!);
  let total = 0;
  for (let i = 0; i < share.length; i++) total += share[i]!;
  return {
    r: Float64Array.from(order, (i) => r[i]!),
    weight: Float64Array.from(order, (i) => weight[i]!),
    share: Float64Array.from(order, (i) => share[i]! / total),
  };
}

/** Sums of shares are compared with this much patience: nine times 0.1 is a little less than 0.9. */
const rounding = 1e-9;

/** The smallest r that `part` (0 to 1) of the samples, counted by their shares, don't exceed; 0 of no samples. */
export function residualQuantile({ r, share }: SortedResiduals, part: number): number {
  let below = 0;
  for (let i = 0; i < r.length; i++) {
    below += share[i]!;
    if (below >= part - rounding) return r[i]!;
  }
  return r.at(-1) ?? 0;
}

/**
 * Of the whole update, Σ share·λ·ψ(r), what the samples with the largest r drive: for each of `tops` (0 to 1, the part of all samples
 * that is meant, ascending) a number from 0 to 1. Of the sample on the border as much counts as lies within. 0 where nothing pulls.
 */
export function topShares(
  { r, weight, share }: SortedResiduals,
  loss: RobustLoss,
  c: number,
  tops: readonly number[],
): number[] {
  const { pull } = influences[loss];
  const within = tops.map(() => 0);
  let [taken, total] = [0, 0];
  for (let i = r.length - 1; i >= 0; i--) {
    const pulls = weight[i]! * pull(r[i]!, c);
    for (let t = tops.length - 1; t >= 0 && taken < tops[t]!; t--)
      within[t] = within[t]! + Math.min(share[i]!, tops[t]! - taken) * pulls;
    taken += share[i]!;
    total += share[i]! * pulls;
  }
  return within.map((sum) => (total === 0 ? 0 : sum / total));
}

/** The nine tenths of the samples with the smaller residuals are the ordinary ones. */
const ordinary = 0.9;
/** Suppressed: beyond the peak, with less than this part of its pull. */
const weak = 0.5;
/** More of the ordinary samples than this should not be suppressed. */
export const mostSuppressed = 0.2;

/**
 * The share, 0 to 1, of ordinary samples that a loss with this c suppresses. Ordinary are the samples up to the 90th percentile of r:
 * a tenth may be broken or odd pictures, the rest is what there is to learn. Suppressed is one beyond the peak of the influence curve
 * that pulls less than half as much as one at the peak: there the loss takes it for an outlier. A weak pull before the peak is a small
 * error, which no loss suppresses; a curve that never falls suppresses nothing.
 */
export function suppressedShare(residuals: SortedResiduals, loss: RobustLoss, c: number): number {
  const { pull, peak } = influences[loss];
  const at = peak(c);
  if (!Number.isFinite(at)) return 0;
  const limit = weak * pull(at, c);
  const { r, share } = residuals;
  const last = residualQuantile(residuals, ordinary);
  let [suppressed, all] = [0, 0];
  for (let i = 0; i < r.length && r[i]! <= last; i++) {
    all += share[i]!;
    if (r[i]! > at && pull(r[i]!, c) < limit) suppressed += share[i]!;
  }
  return all === 0 ? 0 : suppressed / all;
}
