/**
 * Multi-scale structural similarity of pictures, differentiable: how well local contrast and pattern agree, whatever the
 * brightness, at the full resolution and at each half of it.
 *
 *   SSIM = l·cs,   l = (2 μx μy + C1)/(μx² + μy² + C1),   cs = (2 σxy + C2)/(σx² + σy² + C2)
 *   MS-SSIM = Σ_{j<M} w_j·mean(cs_j) + w_M·mean(l_M·cs_M)
 *
 * Source  Wang, Simoncelli & Bovik, 2003, Multiscale structural similarity for image quality assessment, Eqs. 1 to 7 and the
 *         weights of section 3.2; Wang et al., 2004, Image quality assessment, Eq. 13 (window of 11 × 11, σ = 1.5)
 * Differs a weighted mean over scales in place of Eq. 7's product of powers: at the beginning of training structure may be
 *         opposite (cs < 0), where powers are not defined. As many scales as the window fits into, their weights scaled to 1
 */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';

const scaleWeights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333] as const;
const taps = 11;
const deviation = 1.5;
/** (k·L)² with k = 0.01 and 0.03, and L = 2: pixels go from −1 to 1. */
const c1 = (0.01 * 2) ** 2;
const c2 = (0.03 * 2) ** 2;

/** The weights of the scales that pictures of this size have, the full resolution first; they sum to 1. Empty below 11 pixels. */
export function scalesOf(size: number): number[] {
  const weights: number[] = [];
  for (let side = size; side >= taps && weights.length < scaleWeights.length; side /= 2) {
    weights.push(scaleWeights[weights.length]!);
    if (side % 2 !== 0) break;
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** [size − 10, size]: row i weighs the places i … i + 10 by a Gaussian that sums to 1. */
function gaussianRows(size: number): Tensor {
  const window = Float64Array.from({ length: taps }, (_, i) => Math.exp(-((i - (taps - 1) / 2) ** 2 / (2 * deviation ** 2)))); // prettier-ignore
  const total = window.reduce((sum, weight) => sum + weight, 0);
  const rows = size - taps + 1;
  const data = new Float32Array(rows * size);
  for (let row = 0; row < rows; row++) window.forEach((weight, i) => (data[row * size + row + i] = weight / total));
  return ops.constant(data, [rows, size]);
}

/** Means under the window at every place where it lies within the picture: [..., size, size] → [..., size − 10, size − 10]. */
function blur(x: Tensor): Tensor {
  const rows = gaussianRows(x.shape.at(-1)!);
  const across = ops.matMul(ops.reshape(x, [-1, x.shape.at(-1)!]), rows, false, true);
  const half = ops.reshape(across, [...x.shape.slice(0, -1), rows.shape[0]]);
  return ops.matMul(ops.broadcastTo(rows, [...x.shape.slice(0, -2), ...rows.shape]), half);
}

/** Means over channels and places of cs and of l·cs, [batch] each; x and y are [batch, channels, size, size]. */
function similarity(x: Tensor, y: Tensor): { contrast: Tensor; both: Tensor } {
  const [meanX, meanY] = [blur(x), blur(y)];
  const [squareX, squareY, product] = [ops.square(meanX), ops.square(meanY), ops.mul(meanX, meanY)];
  // Variances together: only their sum is needed.
  const variances = ops.sub(blur(ops.add(ops.square(x), ops.square(y))), ops.add(squareX, squareY));
  const covariance = ops.sub(blur(ops.mul(x, y)), product);
  const contrast = ops.div(ops.add(ops.mul(covariance, 2), c2), ops.add(variances, c2));
  const luminance = ops.div(ops.add(ops.mul(product, 2), c1), ops.add(ops.add(squareX, squareY), c1));
  return { contrast: ops.mean(contrast, [1, 2, 3]), both: ops.mean(ops.mul(luminance, contrast), [1, 2, 3]) };
}

/** Multi-scale SSIM of each picture: x and y [batch, channels, size, size] in [−1, 1], size at least 11 → [batch], at most 1. */
export function multiScaleSimilarity(x: Tensor, y: Tensor): Tensor {
  const weights = scalesOf(x.shape.at(-1)!);
  const parts = weights.map((weight, scale) => {
    if (scale > 0) [x, y] = [ops.averagePool(x), ops.averagePool(y)];
    const { contrast, both } = similarity(x, y);
    return ops.mul(scale === weights.length - 1 ? both : contrast, weight);
  });
  return parts.length === 1 ? parts[0]! : ops.addAll(parts);
}
