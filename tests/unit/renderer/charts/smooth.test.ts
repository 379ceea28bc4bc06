import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { smooth } from '../../../../renderer/charts/smooth.ts';

describe('smooth', () => {
  it('is not drawn towards zero at the start', () => {
    // By hand, weight 0.9: 10; (0.9·1 + 0.1·20) / (1 − 0.81) = 2.9 / 0.19
    expect([...smooth([10, 20], 0.9)]).toEqual([expect.closeTo(10, 12), expect.closeTo(2.9 / 0.19, 12)]);
  });

  it('leaves a constant series as it is, whatever the weight', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (value, weight) => {
          // The correction divides what the average multiplied: equal up to rounding.
          for (const out of smooth(
            Array.from({ length: 50 }, () => value),
            weight,
          ))
            expect(Math.abs(out - value)).toBeLessThanOrEqual(1e-9 * Math.abs(value));
        },
      ),
    );
  });

  it('gives the values themselves at weight 0', () => {
    expect([...smooth([3, -1, 4], 0)]).toEqual([3, -1, 4]);
  });

  it('leaves a gap where a step was rolled back, and goes on as if it had not been', () => {
    const withGap = smooth([1, Number.NaN, 3], 0.5);
    expect(withGap[1]).toBeNaN();
    expect([withGap[0], withGap[2]]).toEqual([...smooth([1, 3], 0.5)]);
  });

  it('stays between the least and the greatest value', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1 }), (values) => {
        const [low, high] = [Math.min(...values), Math.max(...values)];
        for (const out of smooth(values, 0.97)) {
          expect(out).toBeGreaterThanOrEqual(low - 1e-9);
          expect(out).toBeLessThanOrEqual(high + 1e-9);
        }
      }),
    );
  });
});
