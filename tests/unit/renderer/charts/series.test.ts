import { describe, expect, it } from 'vitest';
import type { MetricsRow } from '../../../../renderer/api/studio.ts';
import {
  appendRows,
  medianOf,
  notPositive,
  rolledBackSteps,
  stagesOf,
  tableRows,
  toSeries,
} from '../../../../renderer/charts/series.ts';

const row = (step: number, change: Partial<MetricsRow> = {}): MetricsRow => ({
  step,
  loss: 1,
  consistencyLoss: 0.7,
  diffusionLoss: 0.3,
  gradNorm: 1,
  levels: 11,
  c: 0.1,
  learningRate: 1e-4,
  stepSeconds: 0.1,
  seconds: step / 10,
  skipped: 0,
  ...change,
});
const rows = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => row(from + i));

describe('appendRows', () => {
  it('adds what is new', () => {
    expect(appendRows(rows(1, 3), rows(4, 5)).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
  });

  it('replaces the steps that a resumed run does again', () => {
    const resumed = [row(3, { loss: 9 }), row(4, { loss: 9 })];
    expect(appendRows(rows(1, 6), resumed).map(({ step, loss }) => [step, loss])).toEqual([
      [1, 1],
      [2, 1],
      [3, 9],
      [4, 9],
    ]);
  });

  it('gives the same rows when nothing came', () => {
    const before = rows(1, 2);
    expect(appendRows(before, [])).toBe(before);
  });
});

describe('what charts mark', () => {
  it('a stage wherever the number of noise levels changes', () => {
    const staged = [row(1), row(2), row(3, { levels: 21 }), row(4, { levels: 21 }), row(5, { levels: 41 })];
    expect(stagesOf(staged)).toEqual([
      { from: 1, levels: 11 },
      { from: 3, levels: 21 },
      { from: 5, levels: 41 },
    ]);
  });

  it('steps that were rolled back, as gaps and as marks', () => {
    const bad = [row(1), row(2, { loss: null }), row(3)];
    expect(rolledBackSteps(bad)).toEqual([2]);
    expect([...toSeries(bad).loss]).toEqual([1, Number.NaN, 1]);
  });

  it('counts what a logarithmic axis can not show', () => {
    expect(notPositive(Float64Array.of(1, 0, -2, Number.NaN))).toBe(2);
  });
});

describe('small sums', () => {
  it('takes the median of finite values only', () => {
    expect(medianOf([3, Number.NaN, 1, 2])).toBe(2);
    expect(medianOf([4, 1])).toBe(2.5);
    expect(medianOf([])).toBeUndefined();
  });

  it('spreads a table evenly, with the first and the last row', () => {
    const shown = tableRows(rows(1, 1001), 5).map(({ step }) => step);
    expect(shown).toEqual([1, 251, 501, 751, 1001]);
    expect(tableRows(rows(1, 3), 5)).toHaveLength(3);
  });
});
