/**
 * Precision and recall of generated vectors by nearest neighbours: a manifold is the union of balls around its points, each as large as
 * the distance to its k-th neighbour. Recall is the share of real vectors inside the generated manifold, precision the converse.
 *
 * Source     Kynkäänniemi et al., 2019, Improved Precision and Recall Metric for Assessing Generative Models, Eq. 1 and 2, arXiv:1904.06991
 * Reference  NVlabs/stylegan2-ada metrics/precision_recall.py (k = 3), there on VGG features
 */
export interface PrecisionRecall {
  readonly precision: number;
  readonly recall: number;
}

function squaredDistance(a: Float32Array, i: number, b: Float32Array, j: number, dimensions: number): number {
  let sum = 0;
  for (let d = 0; d < dimensions; d++) sum += (a[i * dimensions + d]! - b[j * dimensions + d]!) ** 2;
  return sum;
}

/** Squared distance of each vector to its k-th nearest other one; infinite where there are not so many. */
function squaredRadii(vectors: Float32Array, dimensions: number, k: number): Float64Array {
  const count = vectors.length / dimensions;
  return Float64Array.from({ length: count }, (_, i) => {
    const distances = new Float64Array(count);
    for (let j = 0; j < count; j++) distances[j] = squaredDistance(vectors, i, vectors, j, dimensions);
    distances[i] = Infinity;
    return distances.sort()[k - 1] ?? Infinity;
  });
}

/** The share of `points` that lie in the manifold of `vectors`. */
function coverage(points: Float32Array, vectors: Float32Array, radii: Float64Array, dimensions: number): number {
  const count = points.length / dimensions;
  let inside = 0;
  for (let i = 0; i < count; i++)
    if (radii.some((radius, j) => squaredDistance(points, i, vectors, j, dimensions) <= radius)) inside++;
  return inside / count;
}

/** `real` and `generated` hold `dimensions` numbers for each vector. */
export function precisionRecall(
  real: Float32Array,
  generated: Float32Array,
  dimensions: number,
  k = 3,
): PrecisionRecall {
  return {
    precision: coverage(generated, real, squaredRadii(real, dimensions, k), dimensions),
    recall: coverage(real, generated, squaredRadii(generated, dimensions, k), dimensions),
  };
}
