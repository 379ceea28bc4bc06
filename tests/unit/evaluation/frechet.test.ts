import { readFileSync } from 'node:fs';
import { Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { fillNormal } from '../../../main/base/random.ts';
import { fitGaussian, frechetDistance, mostDimensions, project } from '../../../main/evaluation/frechet.ts';

interface Golden {
  frechet_toy: { mu1: number[]; mu2: number[]; sigma1: number[][]; sigma2: number[][]; fid: number };
}
const { frechet_toy: toy } = JSON.parse(
  readFileSync(new URL('../../golden/method.json', import.meta.url), 'utf8'),
) as Golden;
const gaussians = (count: number, dimensions: number, seed: number) => {
  const values = new Float32Array(count * dimensions);
  fillNormal(values, { seed, stream: 'test', index: 0 });
  return values;
};

describe('the Fréchet distance', () => {
  it('of the golden example', () => {
    const gaussian = (mean: number[], covariance: number[][]) => ({
      mean: Float64Array.from(mean),
      covariance: new Matrix(covariance),
    });
    expect(frechetDistance(gaussian(toy.mu1, toy.sigma1), gaussian(toy.mu2, toy.sigma2))).toBeCloseTo(toy.fid, 9);
  });

  it('of a set to itself is 0, and the same both ways to another', () => {
    const [a, b] = [
      fitGaussian(gaussians(300, 8, 1), 8),
      fitGaussian(
        gaussians(200, 8, 2).map((z) => 2 * z + 1),
        8,
      ),
    ];
    expect(Math.abs(frechetDistance(a, a))).toBeLessThan(1e-9);
    expect(frechetDistance(a, b)).toBeCloseTo(frechetDistance(b, a), 8);
  });

  it('of shifted and of scaled Gaussians is what the formula says', () => {
    const base = gaussians(4000, 3, 4);
    const gaussian = fitGaussian(base, 3);
    expect(
      frechetDistance(
        gaussian,
        fitGaussian(
          base.map((z) => z + 2),
          3,
        ),
      ),
    ).toBeCloseTo(12, 4);
    // Scaling by s: tr Σ (1 − s)².
    const spread = gaussian.covariance.trace();
    const moved = gaussian.mean.reduce((sum, m) => sum + (2 * m) ** 2, 0);
    expect(
      frechetDistance(
        gaussian,
        fitGaussian(
          base.map((z) => 3 * z),
          3,
        ),
      ),
    ).toBeCloseTo(4 * spread + moved, 3);
  });

  it('copes with fewer vectors than dimensions', () => {
    const few = fitGaussian(gaussians(5, 16, 6), 16);
    expect(frechetDistance(few, fitGaussian(gaussians(500, 16, 7), 16))).toBeGreaterThan(0);
  });
});

describe('long vectors', () => {
  it('are mapped to fewer dimensions with their lengths kept, always by the same map', () => {
    const dimensions = 2 * mostDimensions;
    const vectors = gaussians(20, dimensions, 8);
    const mapped = project(vectors, dimensions);
    expect(mapped.dimensions).toBe(mostDimensions);
    expect(project(vectors, dimensions).vectors).toEqual(mapped.vectors);
    const square = (values: Float32Array) => values.reduce((sum, value) => sum + value ** 2, 0);
    // Relative error of a squared length under such a map: √(2/512) for one vector, less for the sum of twenty.
    expect(square(mapped.vectors) / square(vectors)).toBeCloseTo(1, 1);
  });

  it('short ones stay themselves', () => {
    const vectors = gaussians(3, 10, 9);
    expect(project(vectors, 10).vectors).toBe(vectors);
  });
});
