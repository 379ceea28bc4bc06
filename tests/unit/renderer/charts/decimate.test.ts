import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimate, lowerBound } from '../../../../renderer/charts/decimate.ts';

const steps = (count: number) => Float64Array.from({ length: count }, (_, i) => i + 1);

describe('decimate', () => {
  it('keeps a spike of one step among a hundred thousand', () => {
    const ys = new Float64Array(100_000).fill(1);
    ys[54_321] = 50;
    ys[54_400] = -3;
    const kept = decimate(steps(ys.length), ys, 600);
    expect(kept.length).toBeLessThanOrEqual(3 * 601);
    expect(kept).toContainEqual({ x: 54_322, y: 50 });
    expect(kept).toContainEqual({ x: 54_401, y: -3 });
  });

  it('has the lowest and the highest value of the whole and ascending x, for any series', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 500, maxLength: 3000 }),
        (values) => {
          const kept = decimate(steps(values.length), values, 40);
          expect(Math.min(...kept.map(({ y }) => y))).toBe(Math.min(...values));
          expect(Math.max(...kept.map(({ y }) => y))).toBe(Math.max(...values));
          kept.slice(1).forEach(({ x }, i) => expect(x).toBeGreaterThan(kept[i]!.x));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('keeps a gap for a step that was not a number', () => {
    const ys = new Float64Array(10_000).fill(2);
    ys[5000] = Number.NaN;
    expect(decimate(steps(ys.length), ys, 100).filter(({ y }) => Number.isNaN(y))).toEqual([
      { x: 5001, y: Number.NaN },
    ]);
  });

  it('leaves a short series alone and runs on beyond both ends of a visible part', () => {
    const xs = steps(10);
    expect(decimate(xs, xs, 100)).toHaveLength(10);
    expect(decimate(xs, xs, 100, 4, 6).map(({ x }) => x)).toEqual([3, 4, 5, 6, 7]);
  });

  it('draws nothing of nothing', () => {
    expect(decimate([], [], 100)).toEqual([]);
  });
});

describe('lowerBound', () => {
  it('finds the first x that is not before', () => {
    expect([0, 1, 1.5, 3, 4].map((x) => lowerBound([1, 2, 3], x))).toEqual([0, 0, 1, 2, 3]);
  });
});
