/**
 * Fréchet distance between two sets of vectors, each taken as a Gaussian:
 * ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½).
 *
 * Source  Dowson & Landau, 1982, The Fréchet distance between multivariate normal distributions, Eq. 4;
 *         Heusel et al., 2017, GANs Trained by a Two Time-Scale Update Rule, for generated pictures, arXiv:1706.08500
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { Random } from '../base/random.ts';

export interface Gaussian {
  readonly mean: Float64Array;
  /** Unbiased, dimensions × dimensions. */
  readonly covariance: Matrix;
}

/** Vectors longer than this are first mapped to this many dimensions. */
export const mostDimensions = 512;

/**
 * A fixed random map to `mostDimensions` dimensions that keeps lengths in expectation, or the vectors themselves when
 * they are short enough. The same dimensions always get the same map, so that scores can be compared.
 */
export function project(vectors: Float32Array, dimensions: number): { vectors: Float32Array; dimensions: number } {
  if (dimensions <= mostDimensions) return { vectors, dimensions };
  const random = new Random({ seed: dimensions, stream: 'test', index: 0 });
  const map = Float64Array.from({ length: dimensions * mostDimensions }, () =>
    random.normal(0, 1 / Math.sqrt(mostDimensions)),
  );
  const count = vectors.length / dimensions;
  const mapped = new Float32Array(count * mostDimensions);
  for (let n = 0; n < count; n++) {
    for (let k = 0; k < mostDimensions; k++) {
      let sum = 0;
      for (let d = 0; d < dimensions; d++) sum += vectors[n * dimensions + d]! * map[k * dimensions + d]!;
      mapped[n * mostDimensions + k] = sum;
    }
  }
  return { vectors: mapped, dimensions: mostDimensions };
}

/** Mean and unbiased covariance of `vectors`, `dimensions` values each. */
export function fitGaussian(vectors: Float32Array, dimensions: number): Gaussian {
  const count = vectors.length / dimensions;
  const mean = new Float64Array(dimensions);
  for (let i = 0; i < vectors.length; i++) mean[i % dimensions] = mean[i % dimensions]! + vectors[i]! / count;
  const sums = new Float64Array(dimensions * dimensions);
  const centred = new Float64Array(dimensions);
  for (let n = 0; n < count; n++) {
    for (let d = 0; d < dimensions; d++) centred[d] = vectors[n * dimensions + d]! - mean[d]!;
    for (let i = 0; i < dimensions; i++) {
      const a = centred[i]!;
      for (let j = i; j < dimensions; j++) sums[i * dimensions + j] = sums[i * dimensions + j]! + a * centred[j]!;
    }
  }
  const covariance = new Matrix(dimensions, dimensions);
  for (let i = 0; i < dimensions; i++) {
    for (let j = i; j < dimensions; j++) {
      const value = sums[i * dimensions + j]! / Math.max(1, count - 1);
      covariance.set(i, j, value);
      covariance.set(j, i, value);
    }
  }
  return { mean, covariance };
}

/** Eigenvalues of a covariance are not negative; rounding may leave a tiny minus. */
const root = (eigenvalue: number): number => Math.sqrt(Math.max(0, eigenvalue));

/** The distance of two Gaussians, through the symmetric form tr (Σ₁^½ Σ₂ Σ₁^½)^½. */
export function frechetDistance(a: Gaussian, b: Gaussian): number {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(a.covariance, { assumeSymmetric: true });
  const scaled = eigenvectorMatrix.clone();
  realEigenvalues.forEach((eigenvalue, column) => scaled.mulColumn(column, root(eigenvalue)));
  const half = scaled.mmul(eigenvectorMatrix.transpose());
  const middle = half.mmul(b.covariance).mmul(half);
  const cross = new EigenvalueDecomposition(middle.add(middle.transpose()).mul(0.5), { assumeSymmetric: true })
    .realEigenvalues;
  const shift = a.mean.reduce((sum, value, i) => sum + (value - b.mean[i]!) ** 2, 0);
  return (
    shift +
    a.covariance.trace() +
    b.covariance.trace() -
    2 * cross.reduce((sum, eigenvalue) => sum + root(eigenvalue), 0)
  );
}
