/** Smoothing of noisy curves. */

/**
 * Exponential moving average without the bias towards its start: last = w·last + (1 − w)·y, out = last / (1 − wⁿ).
 * Values that are not finite leave a gap and do not count as a sample; the series keeps its length.
 *
 * Source     Kingma and Ba, 2014, Adam (the correction of section 3); tensorboard#786 for gaps
 * @param weight 0 (no smoothing) up to, not including, 1
 */
export function smooth(values: readonly number[] | Float64Array, weight: number): Float64Array {
  const smoothed = new Float64Array(values.length);
  let last = 0;
  let power = 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) {
      smoothed[i] = Number.NaN;
      continue;
    }
    last = weight * last + (1 - weight) * value;
    power *= weight;
    smoothed[i] = last / (1 - power);
  }
  return smoothed;
}
