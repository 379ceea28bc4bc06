import { describe, expect, it } from 'vitest';
import { jitter, nearestDot } from '../../../../renderer/charts/dots.ts';

describe('dots on box plots', () => {
  it('are spread over the band without clumps, and always the same way', () => {
    const places = Array.from({ length: 100 }, (_, i) => jitter(i)).sort((a, b) => a - b);
    expect(places[0]).toBeGreaterThanOrEqual(-0.5);
    expect(places.at(-1)).toBeLessThan(0.5);
    // Equal steps would be 0.01 wide. The smallest gap is 1 / (√5 · 89), 89 being the largest Fibonacci number below 100, and no
    // other is more than 2.62 times as wide (the three-gap theorem for the golden ratio).
    const gaps = places.slice(1).map((place, i) => place - places[i]!);
    expect(Math.min(...gaps)).toBeCloseTo(1 / (Math.sqrt(5) * 89), 5);
    expect(Math.max(...gaps)).toBeLessThan(2.62 * Math.min(...gaps));
    expect(jitter(7)).toBe(jitter(7));
  });

  it('are found by the pointer when it is near enough, the nearest first', () => {
    const points = [
      { x: 14, y: 10 },
      { x: 10, y: 10 },
      { x: 60, y: 40 },
    ];
    expect(nearestDot(points, { x: 13, y: 11 }, 7)).toBe(0);
    expect(nearestDot(points, { x: 60, y: 46 }, 7)).toBe(2);
    expect(nearestDot(points, { x: 60, y: 48 }, 7)).toBeUndefined();
  });
});
