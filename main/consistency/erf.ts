/** The error function, and the quantiles of a normal number that follow from it; JavaScript has neither. */

/**
 * erf(x) to about 1e-15, by the series with positive terms only, which loses no digits to cancellation:
 * erf(x) = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)).
 *
 * Source  Abramowitz & Stegun, 1964, 7.1.6
 */
export function erf(x: number): number {
  // Beyond 6, erfc is below 2.2e-17: ±1 is the nearest double.
  if (Math.abs(x) >= 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** The z that a standard normal number is below with probability `p`, 0 < p < 1, by halving to the last digit; |z| ≤ 8. */
export function normalQuantile(p: number): number {
  let [low, high] = [-8, 8];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if ((1 + erf(middle / Math.SQRT2)) / 2 < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
