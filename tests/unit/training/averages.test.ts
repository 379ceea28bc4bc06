import { describe, expect, it } from 'vitest';
import { studioError } from '../../../main/base/errors.ts';
import { averagesWords, emaRatesOf, familyOfAverage } from '../../../main/training/averages.ts';

const averages = [
  { kind: 'share', share: 1 / 30 },
  { kind: 'rate', rate: 0.99993 },
  { kind: 'rate', rate: 0 },
] as const;

describe('the averages of a run', () => {
  it('have the half-life that is a share of the run, or the rate they are given', () => {
    const [share, ...given] = emaRatesOf({ averages: [...averages] }, 3000);
    expect(share! ** 100).toBeCloseTo(0.5, 12);
    expect(given).toEqual([0.99993, 0]);
    // No half-life is shorter than a step.
    expect(emaRatesOf({ averages: [averages[0]] }, 10)).toEqual([0.5]);
  });

  it('say in words how many steps that is', () => {
    expect(averagesWords({ averages: [averages[0]] }, 3000)).toEqual([
      'The averaged weights (EMA): the average forgets half in 100 steps (rate 0.9930925).',
    ]);
    expect(averagesWords({ averages: [...averages] }, undefined)).toEqual([
      "Averaged weights (EMA) 0: the average forgets half in 3.3 % of the run's steps; previews and scores use it.",
      'Averaged weights (EMA) 1: the average forgets half in 9,902 steps (rate 0.99993).',
      'Averaged weights (EMA) 2: the average is the weights themselves.',
    ]);
  });

  it('are found by number, and the error lists those there are', () => {
    const plan = { emaRates: [0.99993, 0.5] };
    expect([0, 1].map((index) => familyOfAverage('run-001', plan, index))).toEqual(['ema', 'ema1']);
    expect(familyOfAverage('run-001', plan)).toBe('ema');
    const known = ['0 (half-life 9,902 steps)', '1 (half-life 1 step)'];
    expect(() => familyOfAverage('run-001', plan, 2)).toThrow(
      studioError('run.noAverage', { run: 'run-001', index: 2, known }),
    );
  });
});
