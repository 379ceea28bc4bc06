/** What the viewer says about causes. */
import { expect, it } from 'vitest';
import { causeKey, checkColumns, untestedWords } from '../../../../../renderer/features/latents/outliers/causes.ts';

const outlier = { channel: 2, row: 3, col: 4, value: 9, z: 12.34 };

it('what was found is kept by picture and place', () => {
  expect(causeKey('a', outlier)).toBe('a 2 3 4');
  expect(causeKey('a', { ...outlier, z: 1 })).toBe(causeKey('a', outlier));
});

it('a check is a table of z by the side of the square, with the fence that is still passed', () => {
  const at = (z: number, within: 'inner' | 'outer' | 'neither') => ({ value: z, z, within });
  const now = at(12.34, 'neither');
  const columns = checkColumns({
    ...{ cell: 8, stored: now, now, isSame: true, verdict: 'local', words: '' },
    blurred: [
      { cells: 1, ...at(4.04, 'outer') },
      { cells: 3, ...at(-1.26, 'inner') },
    ],
  });
  expect(columns.map(({ what, z, beyond }) => [what, z, beyond])).toEqual([
    ['as it is', '12.3', 'outer'],
    ['8 px', '4.0', 'inner'],
    ['24 px', '-1.3', 'none'],
  ]);
  expect(columns[2]!.spoken).toBe('3 × 3 cells, 24 pixels, blurred');
});

it('what a lost file leaves untested is said', () => {
  expect(untestedWords({ tags: [], untested: [] })).toBeUndefined();
  expect(untestedWords({ tags: [], untested: ['transparency'] })).toMatch(/so transparency was not tested/);
  expect(untestedWords({ tags: [], untested: ['transparency', 'blocky'] })).toMatch(/transparency and JPEG blocks/);
});
