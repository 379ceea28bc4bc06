/** How latents are distributed: per-element mean and deviation for normalisation, quantiles and Tukey's fences. */

export interface ElementStatistics {
  /** Per element of a latent, over the pictures. */
  readonly mean: Float64Array;
  /** Unbiased; 0 where an element is the same in every picture. */
  readonly std: Float64Array;
}

/** Below this share of the largest deviation an element's variation is float32 rounding; normalising would blow it up. */
const constantShare = 1e-5;

/** The same, with a deviation of 0 where only rounding varies. */
export function withoutConstants({ mean, std }: ElementStatistics): ElementStatistics {
  const floor = constantShare * std.reduce((largest, value) => Math.max(largest, value), 0);
  return { mean, std: std.map((value) => (value <= floor ? 0 : value)) };
}

/** The q-quantile of n values, interpolating linearly between neighbours (NumPy's default); `at` knows the value of each rank, from 0. */
export function quantileBy(n: number, q: number, at: (rank: number) => number): number {
  const place = (n - 1) * q;
  const below = at(Math.floor(place));
  return below + (place - Math.floor(place)) * (at(Math.ceil(place)) - below);
}
/** The same of sorted values. */
export const quantile = (sorted: Float32Array | Float64Array | readonly number[], q: number): number =>
  quantileBy(sorted.length, q, (rank) => sorted[rank]!);

export interface TukeyFences {
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly inner: [number, number];
  readonly outer: [number, number];
}

/** Tukey's fences, 1.5 and 3 interquartile ranges beyond the quartiles. Source: Tukey, 1977, Exploratory Data Analysis, ch. 2. */
export function fencesOf(q1: number, median: number, q3: number): TukeyFences {
  const range = q3 - q1;
  return { q1, median, q3, inner: [q1 - 1.5 * range, q3 + 1.5 * range], outer: [q1 - 3 * range, q3 + 3 * range] };
}

/** The fences of sorted values. */
export const tukeyFences = (sorted: Float32Array | Float64Array | readonly number[]): TukeyFences =>
  fencesOf(quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75));
