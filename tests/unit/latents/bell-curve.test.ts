import { describe, expect, it } from 'vitest';
import { bellCurveCounts } from '../../../main/latents/views/bell-curve.ts';

describe('bellCurveCounts', () => {
  it('puts all values somewhere and is highest at the mean', () => {
    const counts = bellCurveCounts(10_000, 2, 0.5, { from: -1, to: 5, bins: 120 });
    // Twelve standard deviations hold everything; the rest is the error of one value per bin.
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeCloseTo(10_000, 3);
    expect(counts.indexOf(Math.max(...counts))).toBeOneOf([59, 60]);
  });

  it('has 68.27 % within one standard deviation', () => {
    const counts = bellCurveCounts(1, 0, 1, { from: -1, to: 1, bins: 400 });
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeCloseTo(0.6827, 4);
  });
});
