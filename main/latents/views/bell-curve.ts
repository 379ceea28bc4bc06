/** What a bell curve (normal distribution) would look like in a histogram. */

/** How many of `n` values a bell curve with this mean and standard deviation would put into each of `bins` equal bins. */
export function bellCurveCounts(
  n: number,
  mean: number,
  std: number,
  range: { readonly from: number; readonly to: number; readonly bins: number },
): Float64Array {
  const width = (range.to - range.from) / range.bins;
  const counts = new Float64Array(range.bins);
  for (let i = 0; i < range.bins; i++) {
    // The density at the middle stands for the bin.
    const z = (range.from + (i + 0.5) * width - mean) / std;
    counts[i] = (n * width * Math.exp(-0.5 * z * z)) / (std * Math.sqrt(2 * Math.PI));
  }
  return counts;
}
