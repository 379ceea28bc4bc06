import { describe, expect, it } from 'vitest';
import { faces, heroTiles } from '../../../../renderer/features/home/hero-tiles.ts';
import { cauchyPath, cauchyQuantile, quantilePlot } from '../../../../renderer/ui/cauchy-curve.ts';

describe('the Cauchy curve', () => {
  it('has its quartiles one γ from the middle', () => {
    expect(cauchyQuantile(0.5, 2)).toBeCloseTo(0, 12);
    expect(cauchyQuantile(0.75, 2)).toBeCloseTo(2, 12);
    expect(cauchyQuantile(0.25, 2)).toBeCloseTo(-2, 12);
  });
  it('has tails that a bell curve has not: 6.3 % beyond ten γ', () => {
    // 1 − (2/π)·atan(10) = 0.0635
    const tiles = quantilePlot(10_000, 1, 10);
    expect(10_000 - tiles.length).toBeGreaterThan(550);
    expect(10_000 - tiles.length).toBeLessThan(680);
  });
  it('stacks tiles without holes', () => {
    const rows = new Map<number, number[]>();
    for (const { column, row } of quantilePlot(200, 2, 12)) rows.set(column, [...(rows.get(column) ?? []), row]);
    for (const stack of rows.values()) expect(stack).toEqual(stack.map((_, i) => i));
  });
  it('is drawn from the foot to the top and back', () => {
    const ys = [...cauchyPath(24, 18).matchAll(/[ML][\d.]+ ([\d.]+)/g)].map(([, y]) => Number(y));
    expect(Math.min(...ys)).toBe(0);
    expect(ys.indexOf(0)).toBe((ys.length - 1) / 2);
  });
});

describe('the start screen’s picture', () => {
  it('shows every portrait at most once, and marks a few as rare on both sides', () => {
    const tiles = heroTiles(2.5, 12, 24);
    expect(new Set(tiles.map(({ face }) => face)).size).toBe(tiles.length);
    expect(Math.max(...tiles.map(({ face }) => face))).toBeLessThan(faces.count);
    const rare = tiles.filter((tile) => tile.rare).map(({ x }) => x);
    expect(Math.min(...rare)).toBeLessThan(12 * 24);
    expect(Math.max(...rare)).toBeGreaterThan(12 * 24);
  });
});
