/** What the loss lens says. */
import { expect, it } from 'vitest';
import type { RunRecord } from '../../../../../renderer/api/studio.ts';
import {
  chartSentence,
  costWords,
  cValueText,
  cWords,
  driveCell,
  drivenBy,
  driveSentence,
  driveWords,
  firstRun,
  hoverWords,
  ofWords,
  shareRows,
  sourceWords,
  topWords,
  warningWords,
} from '../../../../../renderer/features/latents/lens/lens-view.ts';
import { consistencyConfig, tinyConfig } from '../../../../support/training.ts';
import { broken, lensAt } from './samples.ts';

it('who drives the update is said to a tenth of a percentage point', () => {
  expect(driveSentence(lensAt(broken))).toBe(
    'The top 1 % of samples drive 50.3 % of the update under L2, 1.4 % under Pseudo-Huber, under 0.1 % under Cauchy and under 0.1 % under Geman–McClure.',
  );
  expect(drivenBy(lensAt(broken), 'l2', 0.001)).toBeCloseTo(0.0503, 4);
  expect(drivenBy(lensAt(broken), 'l2', 0.5)).toBeUndefined();
  expect([0, 0.0003, 0.0312, 1].map(driveWords)).toEqual(['0.0 %', 'under 0.1 %', '3.1 %', '100.0 %']);
  expect(driveCell(0.0003)).toBe('< 0.1 %');
});

it('the table names the run’s own loss, and has a column for each top share', () => {
  const lens = lensAt(broken, { loss: 'pseudoHuber' });
  expect(topWords(lens)).toEqual(['0.1 %', '1 %', '10 %']);
  expect(shareRows(lens).map(({ name, isOwn }) => [name, isOwn])).toEqual([
    ['L2', false],
    ['Pseudo-Huber', true],
    ['Cauchy', false],
    ['Geman–McClure', false],
  ]);
  expect(shareRows(lens)[0]!.shares[2]).toBeCloseTo((100 + 9) / (100 + 99), 6);
});

it('c and residuals are read without an exponent', () => {
  expect([0, 0.0000123, 0.0027688, 0.5, 12].map((c) => cWords(c))).toEqual(['0', '0.0000123', '0.00277', '0.5', '12']);
  expect(cWords(0.045678, 2)).toBe('0.046');
});

it('the handle says c and what it does under the run’s loss', () => {
  expect(cValueText(lensAt(broken, { c: 1 }), 1, false)).toBe('c 1: the top 1 % of samples drive 2.0 % under Cauchy');
  expect(cValueText(lensAt(broken), 0.1, true)).toMatch(/^c 0\.1, as in the run: /);
});

it('a c that suppresses ordinary samples is warned of, and whose it is', () => {
  expect(warningWords(lensAt(broken))).toBeUndefined();
  expect(warningWords(lensAt(broken, { c: 0.001 }))).toBe(
    'This c is so small that ordinary samples count as outliers: Cauchy suppresses 100.0 %, Geman–McClure suppresses 100.0 % of them. The run would learn little from them: choose a larger c.',
  );
  expect(warningWords(lensAt(broken, { c: 0.001, loss: 'pseudoHuber' }))).toContain(
    'Pseudo-Huber, which trains this run, does not: take a larger c before you change to another loss.',
  );
});

it('the newest run with a student and a teacher is looked at first', () => {
  const diffusion = { id: 'a', config: tinyConfig({ objective: { kind: 'diffusion' } }) };
  const consistency = { id: 'b', config: consistencyConfig({}) };
  expect(firstRun([diffusion, consistency])?.id).toBe('b');
  expect(firstRun([diffusion])?.id).toBe('a');
  expect(firstRun([])).toBeUndefined();
});

it('where residuals are from, and what more would cost', () => {
  expect(sourceWords(2400, 2300)).toBe('Measured at step 2,400');
  expect(sourceWords('training', 2300)).toBe('Recorded up to step 2,300');
  expect(ofWords(lensAt(broken))).toBe('1,000 samples that training recorded until step 1');
  const run = { step: 1000, seconds: 120, plan: { batchSize: 64 } as RunRecord['plan'] };
  // 21 noise levels of 192 pictures are 63 batches of 64.
  expect(costWords(run)).toBe(
    'Measuring computes about 4,032 samples, which takes at most as long as 63 training steps of this run, about 7.6 s. The model is not changed.',
  );
  expect(costWords({ ...run, step: 0, seconds: 0 })).toContain('as long as 63 training steps of this run. The');
});

it('the chart says where each loss pulls most, and hovering what is there', () => {
  const lens = lensAt(broken);
  expect(chartSentence(lens)).toContain('over the residuals of the run, 0.1 to 10, at c 0.1.');
  expect(chartSentence(lens)).toContain('Cauchy at 0.141, Geman–McClure at 0.115');
  expect(hoverWords(lens, 9.9)).toEqual([
    'Residual 9.9: 1.0 % of the samples',
    'L2 pulls 99',
    'Pseudo-Huber pulls 1',
    'Cauchy pulls 0.02',
    'Geman–McClure pulls 1.7e-5',
  ]);
  expect(hoverWords(lens, 0.06)[0]).toBe('Residual 0.06: no samples');
});
