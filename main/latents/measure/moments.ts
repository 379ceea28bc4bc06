/** Mean, deviation and kurtosis from sums of powers of values less a centre. */
import type { RowMemory } from './row-kernel.ts';

type Sums = Pick<RowMemory, 'first' | 'second' | 'powers'>;

/** Below this share of what it is a difference of, a variance is rounding. */
const roundingShare = 1e-12;

export interface Moments {
  readonly mean: number;
  /** Unbiased. */
  readonly std: number;
  /** Excess kurtosis: 0 for a bell curve, and where all values are the same. */
  readonly kurtosis: number;
}

/** Sum of squares about the mean of n values, from their sum and that of their squares. */
function squaresAbout(n: number, first: number, second: number): number {
  const squares = second - first ** 2 / n;
  return squares > roundingShare * second ? squares : 0;
}

/** Of all positions together; each was added `rows` times. */
export function momentsOf({ first, second, powers }: Sums, centre: number, rows: number): Moments {
  const n = rows * first.length;
  const [sum, squares] = [sumOf(first), sumOf(second)];
  const about = squaresAbout(n, sum, squares);
  const shift = sum / n;
  const third = (powers[0]! + powers[1]!) / n;
  const fourth = (powers[2]! + powers[3]!) / n;
  const variance = about / n;
  const central = fourth - 4 * shift * third + (6 * shift ** 2 * squares) / n - 3 * shift ** 4;
  return {
    mean: centre + shift,
    std: Math.sqrt(about / Math.max(1, n - 1)),
    kurtosis: about === 0 ? 0 : central / variance ** 2 - 3,
  };
}

/** Of each position, over the rows: mean and unbiased deviation. */
export function elementMoments(
  { first, second }: Sums,
  centre: number,
  rows: number,
): { readonly mean: Float64Array; readonly std: Float64Array } {
  return {
    mean: Float64Array.from(first, (sum) => centre + sum / rows),
    std: Float64Array.from(first, (sum, i) => Math.sqrt(squaresAbout(rows, sum, second[i]!) / Math.max(1, rows - 1))),
  };
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
