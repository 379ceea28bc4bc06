import { describe, expect, it } from 'vitest';
import type { LatentPreview, OperationList, PreviewSide } from '../../../../../renderer/api/studio.ts';
import {
  actProblem,
  actVerb,
  adjustedWords,
  afterwardsWords,
  changeWords,
  choicesFor,
  effectRows,
  effectWords,
  lastInForce,
  missingWords,
  mostChanged,
  operationOf,
  operationsOf,
  undoOf,
  usualForm,
} from '../../../../../renderer/features/act/act-view.ts';
import type { ActForm } from '../../../../../renderer/features/act/act-view.ts';

const form = (change: Partial<ActForm>): ActForm => ({ ...usualForm, ...change });
const ids = ['0'.repeat(16), '1'.repeat(16)];

describe('what can be done', () => {
  it('has a square only for one picture', () => {
    expect(choicesFor(1).map(({ value }) => value)).toEqual(['leaveOut', 'weigh', 'clip', 'recrop', 'pad']);
    expect(choicesFor(2).map(({ value }) => value)).toEqual(['leaveOut', 'weigh', 'clip', 'pad']);
  });

  it('becomes the operation that the form asks for', () => {
    expect(operationOf(form({}), ids)).toEqual({ kind: 'leaveOut', pictures: ids });
    expect(operationOf(form({ kind: 'weigh', weight: 25 }), ids)).toEqual({
      kind: 'weigh',
      pictures: ids,
      weight: 0.25,
    });
    expect(operationOf(form({ kind: 'clip', k: 4 }), ids)).toEqual({ kind: 'clip', k: 4, pictures: ids });
    expect(operationOf(form({ kind: 'clip', k: 4, whose: 'all' }), ids)).toEqual({ kind: 'clip', k: 4 });
    const square = { x: 3, y: 0, side: 20 };
    expect(operationOf(form({ kind: 'recrop', square }), ids)).toEqual({ kind: 'recrop', pictures: ids, square });
    expect(operationOf(form({ kind: 'pad', background: '#102030' }), ids)).toEqual({
      kind: 'pad',
      pictures: ids,
      background: '#102030',
    });
  });

  it('is refused with a reason: a weight of nothing or of all, a border at nothing, a square that is too small', () => {
    for (const weight of [0, 100, Number.NaN]) expect(actProblem(form({ kind: 'weigh', weight }))).toMatch(/1 to 99/);
    for (const k of [0, -1, Number.NaN]) expect(actProblem(form({ kind: 'clip', k }))).toMatch(/above 0/);
    expect(actProblem(form({ kind: 'recrop' }))).toBe('Reading the picture…');
    expect(actProblem(form({ kind: 'recrop', square: { x: 0, y: 0, side: 7 } }))).toMatch(/at least 8/);
    // Fields of other kinds do not matter.
    expect(actProblem(form({ weight: 0, k: 0 }))).toBeUndefined();
  });

  it('says what is pressed and what follows', () => {
    expect(actVerb(form({}), 1)).toBe('Leave out 1 picture');
    expect(actVerb(form({ kind: 'clip', whose: 'all' }), 1)).toBe('Clip all pictures');
    expect(actVerb(form({ kind: 'weigh', weight: 12.5 }), 3)).toBe('Count 3 pictures 12.5 %');
    expect(afterwardsWords(form({}), 2)).toMatch(/nothing is encoded twice/);
    expect(afterwardsWords(form({ kind: 'pad' }), 2)).toMatch(/2 pictures are encoded anew/);
    expect(afterwardsWords(form({ kind: 'clip' }), 2)).toMatch(/from now on/);
  });
});

describe('what it would change', () => {
  const channel = (beyondOuter: number) => ({ beyondOuter }) as PreviewSide['channels'][number];
  const side = (pictures: number, inner: number, outer: readonly number[], more: Partial<PreviewSide> = {}) => ({
    ...{ pictures, unencoded: 0, beyondInner: inner, channels: outer.map(channel) },
    beyondOuter: outer.reduce((sum, value) => sum + value, 0),
    ...more,
  });
  const preview: Pick<LatentPreview, 'before' | 'after'> = {
    before: side(300, 1693, [400, 327]),
    after: side(298, 1444, [390, 93], { clipped: { values: 12, pictures: 2 }, unencoded: 1 }),
  };

  it('is said in one sentence, and for each count', () => {
    expect(effectWords(preview)).toBe('Far outliers fall from 727 to 483 (−33.6 %).');
    expect(effectWords({ before: preview.after, after: preview.before })).toBe(
      'Far outliers rise from 483 to 727 (+50.5 %).',
    );
    expect(effectWords({ before: preview.before, after: preview.before })).toBe('Far outliers stay at 727.');
    expect(effectRows(preview).map(({ before, after, change }) => [before, after, change])).toEqual([
      ['300', '298', '−0.67 %'],
      ['727', '483', '−33.6 %'],
      ['1,693', '1,444', '−14.7 %'],
      ['0', '12', '+12'],
    ]);
    expect(changeWords(0, 0)).toBe('no change');
    expect(missingWords(preview)).toBe('1 picture is not encoded yet and missing here.');
    expect(missingWords({ after: preview.before })).toBeUndefined();
  });

  it('shows the channel with the largest change first', () => {
    expect(mostChanged(preview)).toBe(1);
  });
});

describe('what was done', () => {
  const at = '2026-11-26T10:00:00.000Z';
  const adjustments: OperationList['adjustments'] = {
    leftOut: ['a'],
    weights: { b: 0.5, a: 0.25 },
    framings: { c: { kind: 'whole', background: '#ffffff' }, b: { kind: 'square', square: { x: 0, y: 0, side: 9 } } },
    clip: { all: 6, pictures: { b: 4, c: null } },
  };
  const list: OperationList = {
    operations: [
      { row: { kind: 'leaveOut', pictures: ['a'], id: 1, at }, words: 'Left out: a.png', inForce: true },
      { row: { kind: 'weigh', pictures: ['b'], weight: 0.5, id: 2, at }, words: 'Weighed 0.5: b.png', inForce: false },
      { row: { kind: 'undo', of: 2, id: 3, at }, words: 'Undone', inForce: false },
      { row: { kind: 'undo', of: 3, id: 4, at }, words: 'Done again', inForce: false },
      { row: { kind: 'undo', of: 2, id: 5, at }, words: 'Undone', inForce: true },
    ],
    adjustments,
  };

  it('about a picture is named in few words; what is left out is nothing else besides', () => {
    expect(adjustedWords(adjustments, 'a')).toEqual(['left out']);
    expect(adjustedWords(adjustments, 'b')).toEqual(['counts 50 %', 'cropped anew', 'clipped at ±4']);
    expect(adjustedWords(adjustments, 'c')).toEqual(['shown whole']);
    expect(adjustedWords(adjustments, 'd')).toEqual([]);
  });

  it('is listed newest first without rows that only undo; the last that holds is what “Undo” takes back', () => {
    expect(operationsOf(list).map(({ row }) => row.id)).toEqual([2, 1]);
    expect(lastInForce(list)?.row.id).toBe(1);
  });

  it('is done again by taking back the undo that holds', () => {
    expect(undoOf(list, 2)).toBe(5);
    expect(undoOf(list, 1)).toBeUndefined();
  });
});
