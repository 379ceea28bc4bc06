import { describe, expect, it } from 'vitest';
import { binAt, draggedRange, pixelOf, shownPart, valueAt } from '../../../../renderer/charts/axis.ts';
import { heldEnd } from '../../../../renderer/charts/brush.ts';

/** Values −10 to 10 on 200 pixels, from pixel 50 on: 0.1 a pixel. */
const place = { left: 50, right: 250, top: 0, bottom: 100, min: -10, max: 10 };

describe('an axis of values', () => {
  it('knows the value at a pixel, and the pixel of a value', () => {
    expect(valueAt(50, place)).toBe(-10);
    expect(valueAt(175, place)).toBe(2.5);
    expect(pixelOf(2.5, place)).toBe(175);
  });

  it('makes a range of a drag in either direction, and ends where the axis ends', () => {
    expect(draggedRange(100, 175, place)).toEqual([-5, 2.5]);
    expect(draggedRange(175, 100, place)).toEqual([-5, 2.5]);
    expect(draggedRange(175, 900, place)).toEqual([2.5, 10]);
    expect(draggedRange(175, -900, place)).toEqual([-10, 2.5]);
  });

  it('shows what of a range can be seen', () => {
    expect(shownPart([-5, 2.5], place)).toEqual({ left: 100, width: 75 });
    expect(shownPart([2.5, Infinity], place)).toEqual({ left: 175, width: 75 });
    expect(shownPart([11, 12], place)).toBeUndefined();
  });

  it('finds the bin at a pixel, also beyond the ends', () => {
    const bins = { from: -10, to: 10, counts: [1, 2, 3, 4] };
    expect(binAt(160, place, bins)).toEqual([0, 5]);
    expect(binAt(0, place, bins)).toEqual([-10, -5]);
    expect(binAt(300, place, bins)).toEqual([5, 10]);
  });

  it('takes the end of a range that is near, and holds the other one', () => {
    // The range's ends are at pixels 100 and 175.
    expect(heldEnd(103, [-5, 2.5], place)).toBe(175);
    expect(heldEnd(170, [-5, 2.5], place)).toBe(100);
    expect(heldEnd(140, [-5, 2.5], place)).toBeUndefined();
    expect(heldEnd(140, undefined, place)).toBeUndefined();
  });
});
