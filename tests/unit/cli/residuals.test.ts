import { expect, it } from 'vitest';
import { describeLens } from '../../../main/cli/residuals.ts';
import { lensOf, recordedSource } from '../../../main/training/residuals/lens.ts';
import { planRun } from '../../../main/training/plan.ts';
import { consistencyConfig, tinyShape } from '../../support/training.ts';

const wordsAt = (c: number | undefined, r: readonly number[]): string => {
  const config = consistencyConfig({ scaling: { kind: 'constant', c: 0.1 } });
  const run = { config, plan: planRun(config, tinyShape, 48, 12) };
  const row = { step: 1, r: [...r], sigma: r.map(() => 1), weight: r.map(() => 1) };
  return describeLens(lensOf(run, recordedSource(run, [row])!, c));
};

it('the lens in words: who drives the update under each loss, which one trains, and a c that is too small', () => {
  // One broken sample of ten.
  const r = [...new Array<number>(9).fill(0.1), 10];
  expect(wordsAt(undefined, r).split('\n')).toEqual([
    'At this run’s c, 0.1: how much of the update the samples with the largest residuals drive',
    '  L2                               the top 0.1 % 0.9 %, the top 1 % 9.2 %, the top 10 % 91.7 %',
    '  Pseudo-Huber                     the top 0.1 % 0.1 %, the top 1 % 1.4 %, the top 10 % 13.6 %',
    '  Cauchy (trains this run)         the top 0.1 % 0.0 %, the top 1 % 0.0 %, the top 10 % 0.3 %',
    '  Geman–McClure                    the top 0.1 % 0.0 %, the top 1 % 0.0 %, the top 10 % 0.0 %',
  ]);
  expect(wordsAt(0.001, r)).toContain('At c = 0.001:');
  expect(wordsAt(0.001, r)).toContain('it suppresses 100.0 % of the ordinary samples: c is too small');
});
