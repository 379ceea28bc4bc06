/** What each operation comes to, after others. */
import { expect, it } from 'vitest';
import { adjusted, boundOf, unadjusted } from '../../../../main/datasets/operations/adjustments.ts';
import type { Adjustments, Operation } from '../../../../main/datasets/operations/schema.ts';

const after = (...operations: Operation[]): Adjustments => operations.reduce(adjusted, unadjusted);
const square = (x: number) => ({ x, y: 2, side: 30 });

it('pictures are left out once, and come back one by one', () => {
  const leftOut = after(
    { kind: 'leaveOut', pictures: ['c', 'a'] },
    { kind: 'leaveOut', pictures: ['a', 'b'] },
    { kind: 'putBack', pictures: ['b', 'd'] },
  );
  expect(leftOut).toEqual({ ...unadjusted, leftOut: ['a', 'c'] });
});

it('the last weight and the last framing of a picture count; a weight of 1 is none', () => {
  const { weights, framings } = after(
    { kind: 'weigh', pictures: ['a', 'b'], weight: 0.5 },
    { kind: 'weigh', pictures: ['a'], weight: 0.2 },
    { kind: 'weigh', pictures: ['b'], weight: 1 },
    { kind: 'recrop', pictures: ['a', 'b'], square: square(1) },
    { kind: 'pad', pictures: ['b', 'c'], background: '#FF00aa' },
    { kind: 'recrop', pictures: ['c'], square: square(3) },
  );
  expect(weights).toEqual({ a: 0.2 });
  expect(framings).toEqual({
    a: { kind: 'square', square: square(1) },
    b: { kind: 'whole', background: '#ff00aa' },
    c: { kind: 'square', square: square(3) },
  });
});

it('a bound for all takes back what was said of single pictures, one of single pictures keeps that for all', () => {
  const first = after({ kind: 'clip', k: 3, pictures: ['a'] }, { kind: 'clip', k: 8 });
  expect(first.clip).toEqual({ all: 8, pictures: {} });
  const { clip } = [
    { kind: 'clip', k: 3, pictures: ['a', 'b'] } as const,
    { kind: 'clip', k: null, pictures: ['c'] } as const,
    { kind: 'clip', k: 8, pictures: ['b'] } as const,
  ].reduce((before, { pictures, ...operation }) => adjusted(before, { ...operation, pictures: [...pictures] }), first);
  expect(clip).toEqual({ all: 8, pictures: { a: 3, c: null } });
  expect(['a', 'b', 'c', 'd'].map((id) => boundOf(clip, id))).toEqual([3, 8, null, 8]);
});
