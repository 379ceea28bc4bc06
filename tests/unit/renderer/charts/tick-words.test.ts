import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fineLogTick, logTick, plainTick, tickStep } from '../../../../renderer/charts/tick-words.ts';

describe('words on axes', () => {
  it('names powers of ten on a long logarithmic axis', () => {
    expect([0.01, 0.02, 1, 5, 10, 1000].map(logTick)).toEqual(['0.01', '', '1', '', '10', '1,000']);
  });

  it('names 2 and 5 as well on a short one, and never one number twice', () => {
    expect([0.5, 1, 1.5, 2, 5].map((value) => fineLogTick(value, 0.5, 20))).toEqual(['0.5', '1', '', '2', '5']);
    expect(fineLogTick(2, 0.001, 10)).toBe('');
  });

  it('names every number on an axis of less than one power of ten', () => {
    expect([14, 20, 30, 40, 50].map((value) => fineLogTick(value, 14, 60))).toEqual(['', '20', '30', '40', '50']);
  });

  it('steps so that at least three ticks lie on an axis, and few more', () => {
    expect(tickStep(-4.6, 4.5)).toBe(2);
    expect(tickStep(-10, 10)).toBe(10);
    expect(tickStep(0.1, 0.9)).toBe(0.2);
    fc.assert(
      fc.property(
        fc.double({ min: -1e3, max: 1e3, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
        (from, span) => {
          const step = tickStep(from, from + span);
          const ticks = Math.floor((from + span) / step + 1e-9) - Math.ceil(from / step - 1e-9) + 1;
          expect(ticks).toBeGreaterThanOrEqual(3);
          expect(ticks).toBeLessThanOrEqual(8);
        },
      ),
    );
  });

  it('writes plain numbers without tails of zeros', () => {
    expect([0, 0.25, 1500, 2e-5].map(plainTick)).toEqual(['0', '0.25', '1,500', '2e-5']);
  });
});
