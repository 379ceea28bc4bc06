/** Curves, axis and handle of the loss lens. */
import { describe, expect, it } from 'vitest';
import {
  axisOf,
  cOfKey,
  exceededBy,
  lensRows,
  losses,
  partOf,
  pullAt,
  scaledCurve,
  spreadLabels,
  stageMarks,
  valueAtPart,
} from '../../../../../renderer/features/latents/lens/curves.ts';
import { broken, lensAt } from './samples.ts';

describe('scaled curves', () => {
  const lens = lensAt([0.001, 0.1, 10], { c: 0.1 });
  const at = (loss: (typeof losses)[number], r: number) => pullAt(scaledCurve(lens, loss), r);

  it('begin alike under all losses', () => {
    for (const loss of losses) expect(at(loss, 0.001)).toBeCloseTo(0.01, 5);
  });

  it('are 1 for L2 at c, bounded for Pseudo-Huber, and have the peaks of the other two', () => {
    // The points of the curve are 7 % of r apart, between which it is drawn straight: 0.001 at its bends.
    expect(at('l2', 0.1)).toBeCloseTo(1, 2);
    expect(at('pseudoHuber', 0.1)).toBeCloseTo(Math.SQRT1_2, 2);
    expect(at('pseudoHuber', 10)).toBeCloseTo(1, 3);
    expect(at('cauchy', 0.1 * Math.SQRT2)).toBeCloseTo(Math.SQRT1_2, 2);
    expect(at('cauchy', 10)).toBeCloseTo(0.02, 4);
    expect(at('gemanMcClure', 0.2 / Math.sqrt(3))).toBeCloseTo((3 * Math.sqrt(3)) / 8, 2);
    expect(at('gemanMcClure', 10)).toBeCloseTo(1600 / 10_004 ** 2, 8);
  });
});

describe('the axis', () => {
  it('is the same whatever c is looked at, and every c of the schedule lies on it', () => {
    const [low, high] = [0.003, 2].map((c) => axisOf({ ...lensAt(broken, { c }), ownC: 0.1 }));
    expect(low).toEqual(high);
    expect(low!.from).toBeCloseTo(0.05, 12);
    expect(low!.to).toBe(10);
  });

  it('leaves out the smallest residuals where they are fewer than 0.2 %, and no large one', () => {
    const r = [1e-6, ...new Array<number>(999).fill(0.2), 30];
    const { from, to } = axisOf({ ...lensAt(r), ownC: 0.1 });
    expect(from).toBeCloseTo(0.05, 12);
    expect(to).toBe(30);
    const more = [1e-6, 1e-6, 1e-6, ...new Array<number>(997).fill(0.2)];
    expect(axisOf({ ...lensAt(more), ownC: 0.1 }).from).toBeCloseTo(1e-6, 12);
  });

  it('tells from where on the largest 1 % are', () => {
    // Evenly spread over three powers of ten: the largest 1 % are the last 0.03 of them.
    const r = Array.from({ length: 4000 }, (_, i) => 10 ** (-3 + (3 * i) / 3999));
    expect(Math.log10(exceededBy(lensAt(r), 0.01))).toBeCloseTo(-0.03, 2);
    expect(exceededBy(lensAt(r), 1)).toBeCloseTo(0.001, 6);
  });
});

describe('the handle', () => {
  const axis = { from: 0.001, to: 1 };

  it('is where c is, and c is where it is, to three digits', () => {
    expect(partOf(0.01, axis)).toBeCloseTo(1 / 3, 12);
    expect(valueAtPart(0.5, axis)).toBe(0.0316);
    expect(valueAtPart(-0.2, axis)).toBe(0.001);
    expect(valueAtPart(1.7, axis)).toBe(1);
  });

  it('moves by a hundredth or a tenth of the axis, and to its ends', () => {
    expect(cOfKey('ArrowRight', 0.01, axis)).toBe(0.0107);
    expect(cOfKey('ArrowDown', 0.01, axis)).toBe(0.00933);
    expect(cOfKey('PageUp', 0.01, axis)).toBe(0.02);
    expect(cOfKey('PageDown', 0.01, axis)).toBe(0.00501);
    expect([cOfKey('Home', 0.01, axis), cOfKey('End', 0.01, axis)]).toEqual([0.001, 1]);
    expect(cOfKey('Tab', 0.01, axis)).toBeUndefined();
  });
});

it('stages are marked at their c, those with the same c once', () => {
  const stage = (begin: number, c: number, levels?: number) => ({ begin, c, ...(levels !== undefined && { levels }) });
  const schedule = [stage(0, 0.03, 11), stage(600, 0.01, 641), stage(1200, 0.004, 1281)];
  expect(stageMarks({ schedule, cNow: 0.01 })).toEqual([
    { at: 0.03, words: '11', isNow: false },
    { at: 0.01, words: '641', isNow: true },
    { at: 0.004, words: '1,281', isNow: false },
  ]);
  expect(stageMarks({ schedule: schedule.map((each) => ({ ...each, c: 0.1 })), cNow: 0.1 })).toEqual([
    { at: 0.1, words: '11–1,281', isNow: true },
  ]);
  expect(stageMarks({ schedule: [stage(0, 0.2), stage(300, 0)], cNow: 0 })).toEqual([
    { at: 0.2, words: '1', isNow: false },
  ]);
});

describe('labels of the curves', () => {
  it('stand where they should while there is room', () => {
    expect(spreadLabels([10, 60, 90, 30], 15, 0, 100)).toEqual([10, 60, 90, 30]);
  });

  it('keep apart and inside, in the order of the curves', () => {
    expect(spreadLabels([-500, 50, 98, 99], 15, 6, 94)).toEqual([6, 50, 79, 94]);
    expect(spreadLabels([40, 40, 40, 40], 10, 0, 100)).toEqual([40, 50, 60, 70]);
    expect(spreadLabels([99, 2, 1], 15, 5, 95)).toEqual([95, 20, 5]);
  });
});

it('the table has the share of each bin, and the pull of each loss in its middle', () => {
  const rows = lensRows(lensAt(broken), (value) => value.toPrecision(3));
  expect(rows).toHaveLength(48);
  expect(rows[0]!.slice(0, 3)).toEqual(['0.100', '0.110', '99.00 %']);
  expect(rows.at(-1)!.slice(1, 3)).toEqual(['10.0', '1.00 %']);
  const r = Math.sqrt(0.1 * 0.1 * 100 ** (1 / 48));
  expect(Number(rows[0]![3])).toBeCloseTo(r / 0.1, 2);
  expect(Number(rows[0]![5])).toBeCloseTo(r / 0.1 / (1 + (r / 0.1) ** 2 / 2), 2);
});
