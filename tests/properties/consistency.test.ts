import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign, pairCosts } from '../../main/consistency/coupling.ts';
import { indexFor, indexProbabilities, levelsAt, sigmas } from '../../main/consistency/noise-levels.ts';
import { preconditioning, sigmaData } from '../../main/consistency/preconditioning.ts';
import { mostNfe, samplingPlan } from '../../main/consistency/sampler.ts';
import { erf } from '../../main/consistency/erf.ts';
import { sigmaData as latentsSigmaData } from '../../main/latents/sigma-data.ts';
import { emaHalfLife, emaRate } from '../../main/optim/ema.ts';

const range = { sigmaMin: 0.002, sigmaMax: 80, rho: 7 };
const ranges = fc.record({
  sigmaMin: fc.double({ min: 1e-3, max: 0.1, noNaN: true }),
  sigmaMax: fc.double({ min: 1, max: 200, noNaN: true }),
  rho: fc.double({ min: 1, max: 10, noNaN: true }),
});

describe('noise levels', () => {
  it('descend strictly from σ_max to exactly σ_min', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 700 }), ranges, (levels, r) => {
        const list = sigmas(levels, r);
        expect(list[0]).toBeCloseTo(r.sigmaMax, 6);
        expect(list.at(-1)).toBe(r.sigmaMin);
        for (let i = 1; i < list.length; i++) expect(list[i]!).toBeLessThan(list[i - 1]!);
      }),
    );
  });

  it('are drawn with probabilities that sum to 1, and every uniform finds an index', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 700 }),
        fc.double({ min: -2, max: 0, noNaN: true }),
        fc.double({ min: 0.5, max: 3, noNaN: true }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (levels, pMean, pStd, u) => {
          const p = indexProbabilities(sigmas(levels, range), { pMean, pStd });
          expect(p.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 10);
          const index = indexFor(u, p);
          expect(index >= 0 && index < p.length).toBe(true);
          const below = p.slice(0, index).reduce((a, b) => a + b, 0);
          expect(below).toBeLessThanOrEqual(u + 1e-12);
        },
      ),
    );
  });

  it('never become fewer during a run', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 2, max: 20 }),
        fc.integer({ min: 20, max: 1280 }),
        (total, s0, s1) => {
          let last = 0;
          for (let k = 0; k <= total; k += Math.max(1, Math.floor(total / 50))) {
            const levels = levelsAt(k, total, { s0, s1 });
            expect(levels).toBeGreaterThanOrEqual(last);
            expect(levels).toBeLessThanOrEqual(s1 + 1);
            last = levels;
          }
        },
      ),
    );
  });
});

describe('preconditioning', () => {
  it('leaves data at σ_min exactly as it is', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-4, max: 1, noNaN: true }), (sigmaMin) => {
        const { c_skip, c_out } = preconditioning(sigmaMin, sigmaMin);
        expect(c_skip).toBe(1);
        expect(c_out).toBe(0);
      }),
    );
  });

  it('scales the network’s input to variance 1', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.002, max: 80, noNaN: true }), (sigma) => {
        expect(preconditioning(sigma, 0.002).c_in ** 2 * (sigma ** 2 + sigmaData ** 2)).toBeCloseTo(1, 12);
      }),
    );
  });

  it('uses the deviation that the latents are normalised to', () => {
    expect(latentsSigmaData).toBe(sigmaData);
  });
});

describe('coupling', () => {
  const matrix = (n: number) =>
    fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: n * n, maxLength: n * n });
  const costOf = (cost: readonly number[], n: number, assignment: ArrayLike<number>) =>
    Array.from({ length: n }, (_, i) => cost[i * n + assignment[i]!]!).reduce((a, b) => a + b, 0);
  const permutations = (n: number): number[][] =>
    n === 0
      ? [[]]
      : permutations(n - 1).flatMap((p) =>
          Array.from({ length: n }, (_, i) => [...p.slice(0, i), n - 1, ...p.slice(i)]),
        );

  it('equals brute force for up to seven', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }).chain((n) => fc.tuple(fc.constant(n), matrix(n))),
        ([n, cost]) => {
          const best = Math.min(...permutations(n).map((p) => costOf(cost, n, p)));
          expect(costOf(cost, n, assign(Float64Array.from(cost), n))).toBeCloseTo(best, 9);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('with many ties, too', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 6 })
          .chain((n) =>
            fc.tuple(fc.constant(n), fc.array(fc.integer({ min: 0, max: 2 }), { minLength: n * n, maxLength: n * n })),
          ),
        ([n, cost]) => {
          const best = Math.min(...permutations(n).map((p) => costOf(cost, n, p)));
          expect(costOf(cost, n, assign(Float64Array.from(cost), n))).toBe(best);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('of a batch is a permutation that is never dearer than no coupling', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 40 })
          .chain((n) =>
            fc.tuple(
              fc.constant(n),
              fc.array(fc.float({ min: -5, max: 5, noNaN: true }), { minLength: 6 * n, maxLength: 6 * n }),
            ),
          ),
        ([n, values]) => {
          const cost = pairCosts(Float32Array.from(values.slice(0, 3 * n)), Float32Array.from(values.slice(3 * n)), n);
          const assignment = assign(cost, n);
          expect([...assignment].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
          const identity = Array.from({ length: n }, (_, i) => i);
          expect(costOf([...cost], n, assignment)).toBeLessThanOrEqual(costOf([...cost], n, identity) + 1e-9);
        },
      ),
    );
  });

  it('is optimal at 128: no exchange of two pairs makes it cheaper', () => {
    const n = 128;
    const cost = Float64Array.from(
      { length: n * n },
      (_, i) => Math.sin(i * 12.9898) * 43758.5453 - Math.floor(Math.sin(i * 12.9898) * 43758.5453),
    );
    const a = assign(cost, n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++)
        expect(cost[i * n + a[i]!]! + cost[j * n + a[j]!]!).toBeLessThanOrEqual(
          cost[i * n + a[j]!]! + cost[j * n + a[i]!]! + 1e-12,
        );
    }
  });
});

describe('the rest', () => {
  it('erf is odd and monotone', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -8, max: 8, noNaN: true }),
        fc.double({ min: 1e-6, max: 1, noNaN: true }),
        (x, h) => {
          expect(erf(-x)).toBe(-erf(x));
          expect(erf(x + h)).toBeGreaterThanOrEqual(erf(x) - 1e-15);
        },
      ),
    );
  });

  it('a rate and its half-life belong together', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e6, noNaN: true }), (steps) => {
        expect(emaHalfLife(emaRate(steps)) / steps).toBeCloseTo(1, 6);
      }),
    );
  });

  it('sampling steps descend inside the noise range, as many as asked for', () => {
    fc.assert(
      fc.property(ranges, fc.integer({ min: 1, max: mostNfe }), (r, nfe) => {
        const plan = samplingPlan({ kind: 'nfe', nfe }, r);
        expect(plan.length).toBe(nfe);
        expect(plan[0]).toEqual({ sigma: r.sigmaMax, noiseStd: r.sigmaMax });
        for (let k = 1; k < nfe; k++) {
          expect(plan[k]!.sigma).toBeLessThan(plan[k - 1]!.sigma);
          expect(plan[k]!.sigma).toBeGreaterThan(r.sigmaMin);
          expect(plan[k]!.noiseStd).toBeLessThanOrEqual(plan[k]!.sigma);
        }
      }),
    );
  });
});
