import { describe, expect, it } from 'vitest';
import { shareHeat } from '../../../../main/latents/views/position-map.ts';
import { distanceHeat, heatColour, heatStops, overPicture } from '../../../../renderer/charts/heat.ts';

/** WCAG's relative luminance. */
function luminance(colour: readonly number[]): number {
  const [r, g, b] = colour.map((byte) => {
    const channel = byte / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

describe('colours of heat', () => {
  it('become brighter all the way, so that they are read without colours, too', () => {
    const steps = Array.from({ length: 41 }, (_, i) => luminance(heatColour(i / 40)));
    for (let i = 1; i < steps.length; i++) expect(steps[i], `step ${i}`).toBeGreaterThan(steps[i - 1]!);
    // From cold to hot there is the contrast of text.
    expect((steps.at(-1)! + 0.05) / (steps[0]! + 0.05)).toBeGreaterThan(7);
  });

  it('begin and end with the ends of the scale, also beyond them', () => {
    expect(heatColour(-1)).toEqual(heatStops[0]);
    expect(heatColour(0.5)).toEqual(heatStops[2]);
    expect(heatColour(2)).toEqual(heatStops[4]);
  });

  it('put distances on a logarithmic scale from 2 to 32', () => {
    expect([0, 2, 4, 8, -8, 16, 32, 100].map(distanceHeat)).toEqual([0, 0, 0.25, 0.5, 0.5, 0.75, 1, 1]);
  });

  it('leave a picture clear where nothing is unusual, and shining through where most is', () => {
    expect(overPicture(0)).toBe(0);
    expect(overPicture(0.01)).toBeGreaterThan(0.15);
    expect(overPicture(1)).toBeLessThan(0.9);
  });

  it('put a quarter of the largest share in the middle', () => {
    expect(shareHeat(0.1, 0.4)).toBeCloseTo(0.5, 12);
    expect(shareHeat(0.4, 0.4)).toBe(1);
    expect(shareHeat(0, 0)).toBe(0);
  });
});
