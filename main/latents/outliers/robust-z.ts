/**
 * How far a value is from the others of its channel, by numbers that outliers themselves hardly move: z = 0.6745 (x − median) / MAD.
 * For a bell curve that is the usual z, because its MAD is 0.6745 deviations. Where more than half of the values are the same, MAD is 0,
 * and the standard deviation takes its place; where all are the same, every z is 0.
 *
 * Source  Iglewicz and Hoaglin, 1993, How to Detect and Handle Outliers, ch. 3 (“modified z-score”)
 */

const madOfUnit = 0.6745;

/** What is known of a channel. */
export interface Spread {
  readonly median: number;
  readonly mad: number;
  readonly std: number;
}

export function robustZ(value: number, { median, mad, std }: Spread): number {
  if (mad > 0) return (madOfUnit * (value - median)) / mad;
  return std > 0 ? (value - median) / std : 0;
}
