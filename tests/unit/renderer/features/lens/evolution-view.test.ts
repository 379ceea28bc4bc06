/** Residuals over training and at each noise level. */
import { describe, expect, it } from 'vitest';
import type { ResidualMeasurement, ResidualMoment } from '../../../../../renderer/api/studio.ts';
import {
  boxRange,
  pairColumns,
  pairLines,
  pairRow,
  pairsSentence,
  rangeWords,
} from '../../../../../renderer/features/latents/lens/boxes-view.ts';
import {
  evolutionColumns,
  evolutionOf,
  evolutionRows,
  evolutionSentence,
  momentOf,
} from '../../../../../renderer/features/latents/lens/evolution-view.ts';
import { channel } from '../outliers/samples.ts';

type Pair = ResidualMeasurement['pairs'][number];
function pair(index: number, change: Partial<Pair> = {}): Pair {
  const { channel: _, ...statistics } = channel();
  return { ...statistics, index, sigma: 8 / (index + 1), teacherSigma: 1, weight: 2, share: 0.5, ...change };
}
const measurement = (change: Partial<ResidualMeasurement> = {}): ResidualMeasurement => ({
  step: 200,
  measuredAt: new Date(0).toISOString(),
  device: { kind: 'cpu', name: 'CPU' },
  levels: 11,
  pictures: 4,
  elements: 16,
  pairs: [pair(0, { share: 0.9 }), pair(1, { share: 0.1, std: 2, outerShare: 0.03 })],
  samples: {
    total: 8,
    r: [4, 1, 3, 2, 100, 50, 70, 60],
    weight: [2, 2, 2, 2, 2, 2, 2, 2],
    index: [0, 0, 0, 0, 1, 1, 1, 1],
  },
  ...change,
});
const moment = (step: number, median: number, max: number): ResidualMoment => ({
  ...{ step, levels: 11, c: 0.03, samples: 64 },
  ...{ min: median / 10, q1: median / 2, median, q3: 2 * median, max },
});

describe('over training', () => {
  it('a measured checkpoint counts each noise level as often as training draws it', () => {
    // Nine tenths of the samples are 1 to 4, so all quartiles are among them.
    expect(momentOf(measurement())).toEqual({
      ...{ step: 200, levels: 11, samples: 8 },
      ...{ min: 1, q1: 2, median: 3, q3: 4, max: 100 },
    });
    const evenly = measurement({ pairs: [pair(0), pair(1)] });
    expect(momentOf(evenly)).toMatchObject({ q1: 2, median: 4, q3: 60 });
    const { levels: _, ...withoutLevels } = measurement();
    expect(momentOf(withoutLevels)).not.toHaveProperty('levels');
  });

  it('is told from the first step to the last, with the farthest extreme', () => {
    const evolution = evolutionOf({ training: [moment(10, 0.02, 0.2), moment(300, 0.004, 0.3)], measurements: [] });
    expect(evolutionSentence(evolution)).toBe(
      'At step 300 half of the residuals are below 0.004, 0.02 at step 10. The largest of a step was up to 75 times as large as its median.',
    );
    expect(evolutionSentence(evolutionOf({ training: [], measurements: [measurement()] }))).toBe(
      'At step 200 half of the residuals are below 3. The largest of a step was up to 33 times as large as its median.',
    );
    expect(evolutionSentence({ recorded: [], measured: [] })).toBe('');
  });

  it('the table has recorded and measured steps in their order', () => {
    const rows = evolutionRows(
      evolutionOf({ training: [moment(10, 0.02, 0.2), moment(300, 0.004, 0.3)], measurements: [measurement()] }),
    );
    expect(rows.map((row) => row.slice(0, 2))).toEqual([
      ['10', 'training'],
      ['200', 'measurement'],
      ['300', 'training'],
    ]);
    expect(rows[0]).toEqual(['10', 'training', '64', '11', '0.03', '0.002', '0.01', '0.02', '0.04', '0.2']);
    expect(rows[1]![4]).toBe('–');
    expect(rows[0]).toHaveLength(evolutionColumns.length);
  });
});

describe('at each noise level', () => {
  const { pairs } = measurement();

  it('says where residuals are largest and where most are far out', () => {
    expect(pairsSentence(measurement())).toBe(
      'Student minus teacher at 2 noise levels, 4 pictures at each, after step 200. Residuals are largest at σ 4; most of them, 3.0 %, lie beyond the outer fences at σ 4.',
    );
    expect(pairRow(pairs[0]!).slice(0, 4)).toEqual(['8', '1', '2', '90.0 %']);
    expect(pairRow(pairs[0]!)).toHaveLength(pairColumns.length);
    expect(pairLines(pairs[1]!)).toEqual([
      'Box -0.7 to 0.7, median 0.1',
      'All -9 to 8',
      '3.0 % beyond the outer fences',
      'Training draws it for 10.0 % of the samples',
    ]);
  });

  it('shows the boxes, and says what that leaves out', () => {
    const range = boxRange(pairs);
    expect(range![0]).toBeCloseTo(-7.35, 12);
    expect(range![1]).toBeCloseTo(7.35, 12);
    expect(rangeWords(pairs, range)).toBe('Not all values are shown: the farthest is 9.');
    const near = pairs.map((each) => ({ ...each, min: -7, max: 7 }));
    expect(boxRange(near)).toBeUndefined();
    expect(rangeWords(near, undefined)).toBe('');
  });
});
