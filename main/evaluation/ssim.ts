/**
 * Structural similarity of two pictures (SSIM), of each colour channel, averaged over channels and places:
 *   (2 μ_x μ_y + C₁)(2 σ_xy + C₂) / ((μ_x² + μ_y² + C₁)(σ_x² + σ_y² + C₂)),   C₁ = (0.01·255)², C₂ = (0.03·255)²,
 * with means, variances and covariance weighted by an 11 × 11 Gaussian of deviation 1.5 that lies wholly inside the picture.
 *
 * Source  Wang, Bovik, Sheikh & Simoncelli, 2004, Image quality assessment: from error visibility to structural similarity,
 *         Eqs. 13 to 17
 * Differs colour channels are averaged, where the paper has grey pictures: a colour that is wrong at equal brightness counts
 */

const width = 11;
const sigma = 1.5;
const c1 = (0.01 * 255) ** 2;
const c2 = (0.03 * 255) ** 2;

const unnormalised = Array.from({ length: width }, (_, i) =>
  Math.exp(-((i - (width - 1) / 2) ** 2) / (2 * sigma ** 2)),
);
const sum = unnormalised.reduce((total, value) => total + value, 0);
const kernel = Float64Array.from(unnormalised, (value) => value / sum);

/** The Gaussian of every place where it lies wholly inside: (rows − 10) × (columns − 10). */
function blurred(values: Float64Array, rows: number, columns: number): Float64Array {
  const inner = columns - width + 1;
  const across = new Float64Array(rows * inner);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < inner; column++) {
      let total = 0;
      for (let k = 0; k < width; k++) total += kernel[k]! * values[row * columns + column + k]!;
      across[row * inner + column] = total;
    }
  }
  const out = new Float64Array((rows - width + 1) * inner);
  for (let i = 0; i < out.length; i++) {
    let total = 0;
    for (let k = 0; k < width; k++) total += kernel[k]! * across[i + k * inner]!;
    out[i] = total;
  }
  return out;
}

/** Mean SSIM of two RGB pictures of equal size (bytes, height × columns × 3), each side at least 11; 1 for equal ones. */
export function ssim(a: Uint8Array, b: Uint8Array, columns: number): number {
  const pixels = a.length / 3;
  const rows = pixels / columns;
  let total = 0;
  let places = 0;
  for (let channel = 0; channel < 3; channel++) {
    const x = Float64Array.from({ length: pixels }, (_, i) => a[3 * i + channel]!);
    const y = Float64Array.from({ length: pixels }, (_, i) => b[3 * i + channel]!);
    const blur = (value: (i: number) => number) =>
      blurred(
        Float64Array.from({ length: pixels }, (_, i) => value(i)),
        rows,
        columns,
      );
    const [mx, my] = [blurred(x, rows, columns), blurred(y, rows, columns)];
    const [xx, yy, xy] = [blur((i) => x[i]! ** 2), blur((i) => y[i]! ** 2), blur((i) => x[i]! * y[i]!)];
    for (let i = 0; i < mx.length; i++) {
      const [mean2, product] = [mx[i]! ** 2 + my[i]! ** 2, mx[i]! * my[i]!];
      total += ((2 * product + c1) * (2 * (xy[i]! - product) + c2)) / ((mean2 + c1) * (xx[i]! + yy[i]! - mean2 + c2));
    }
    places += mx.length;
  }
  return total / places;
}
