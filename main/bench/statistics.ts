/** The few statistics that a benchmark quotes. */

/** The value that `share` of the sorted values lie below, between neighbours in proportion (NumPy's default). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)]!;
  return below + (sorted[Math.ceil(position)]! - below) * (position % 1);
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The largest |a − b| / |b| of two sequences, as far as both go. */
export function largestDifference(a: readonly number[], b: readonly number[]): number {
  const both = Math.min(a.length, b.length);
  return Math.max(0, ...a.slice(0, both).map((value, i) => Math.abs(value - b[i]!) / Math.abs(b[i]!)));
}
