import { describe, expect, it } from 'vitest';
import { fineLogTick, logTick, plainTick } from '../../../../renderer/charts/tick-words.ts';

describe('words on axes', () => {
  it('names powers of ten on a long logarithmic axis', () => {
    expect([0.01, 0.02, 1, 5, 10, 1000].map(logTick)).toEqual(['0.01', '', '1', '', '10', '1,000']);
  });

  it('names 2 and 5 as well on a short one, and never one number twice', () => {
    expect([0.5, 1, 1.5, 2, 5].map((value) => fineLogTick(value, 0.5, 20))).toEqual(['0.5', '1', '', '2', '5']);
    expect(fineLogTick(2, 0.001, 10)).toBe('');
  });

  it('writes plain numbers without tails of zeros', () => {
    expect([0, 0.25, 1500, 2e-5].map(plainTick)).toEqual(['0', '0.25', '1,500', '2e-5']);
  });
});
