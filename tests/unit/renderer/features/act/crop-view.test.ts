import { expect, it } from 'vitest';
import fc from 'fast-check';
import {
  middleSquare,
  movedByKey,
  onStage,
  resized,
  squareOnStage,
  within,
} from '../../../../../renderer/features/act/crop-view.ts';

const wide = { width: 800, height: 600 };

it('begins with the square that an import takes', () => {
  expect(middleSquare(wide)).toEqual({ x: 100, y: 0, side: 600 });
  expect(middleSquare({ width: 5, height: 8 })).toEqual({ x: 0, y: 1, side: 5 });
});

it('lies on the stage where it lies on the picture', () => {
  expect(onStage(wide)).toEqual({ left: 0, top: 0.125, width: 1, height: 0.75 });
  const { left, top, side } = squareOnStage({ x: 100, y: 0, side: 600 }, wide);
  expect([left, top, side]).toEqual([12.5, 12.5, 75]);
});

it('is always whole pixels within the picture, and at least so large', () => {
  const sizes = fc.record({ width: fc.integer({ min: 8, max: 5000 }), height: fc.integer({ min: 8, max: 5000 }) });
  const any = fc.double({ min: -1e4, max: 1e4, noNaN: true });
  fc.assert(
    fc.property(sizes, fc.record({ x: any, y: any, side: any }), (size, square) => {
      const { x, y, side } = within(square, size, 8);
      expect([x, y, side].every(Number.isInteger)).toBe(true);
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
      expect(side).toBeGreaterThanOrEqual(8);
      expect(x + side).toBeLessThanOrEqual(size.width);
      expect(y + side).toBeLessThanOrEqual(size.height);
    }),
  );
});

it('keeps what is within', () => {
  expect(within({ x: 10, y: 20, side: 30 }, wide, 8)).toEqual({ x: 10, y: 20, side: 30 });
});

it('is moved and resized with keys, around its own middle', () => {
  const square = { x: 100, y: 100, side: 200 };
  const press = (key: string, shiftKey = false) => movedByKey(square, { key, shiftKey }, wide);
  expect(press('ArrowRight')).toEqual({ x: 108, y: 100, side: 200 });
  expect(press('ArrowUp', true)).toEqual({ x: 100, y: 20, side: 200 });
  expect(press('+')).toEqual({ x: 92, y: 92, side: 216 });
  expect(press('-')).toEqual({ x: 108, y: 108, side: 184 });
  expect(press('a')).toBeUndefined();
  expect(resized(square, 100)).toEqual({ x: 150, y: 150, side: 100 });
});
