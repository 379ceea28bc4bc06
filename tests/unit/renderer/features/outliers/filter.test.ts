import { describe, expect, it } from 'vitest';
import {
  chipsOf,
  isFiltered,
  isLookedAt,
  rangeOf,
  rangeWords,
  withBeyond,
  withCell,
  without,
  withPicture,
  withRange,
} from '../../../../../renderer/features/latents/outliers/filter.ts';

const cell = { row: 3, col: 4 };

describe('the filter of outliers', () => {
  it('takes a range of a channel, whichever end comes first, and keeps the place', () => {
    expect(withRange({ cell }, 1, [9, 3])).toEqual({ cell, channel: 1, from: 3, to: 9 });
    expect(withRange(withPicture('a'), 1, [3, 9])).toEqual({ channel: 1, from: 3, to: 9 });
    expect(rangeOf({ channel: 1, from: 3, to: 9 }, 1)).toEqual([3, 9]);
    expect(rangeOf({ channel: 1, from: 3 }, 1)).toEqual([3, Infinity]);
    expect(rangeOf({ channel: 1, from: 3, to: 9 }, 0)).toBeUndefined();
    expect(rangeOf({ channel: 1 }, 1)).toBeUndefined();
  });

  it('takes a place of all channels, or of one: then a range of another channel is gone', () => {
    const range = { channel: 1, from: 3, to: 9 };
    expect(withCell(range, cell)).toEqual({ ...range, cell });
    expect(withCell(range, cell, 1)).toEqual({ ...range, cell });
    expect(withCell(range, cell, 0)).toEqual({ channel: 0, cell });
    expect(withCell(withPicture('a'), cell)).toEqual({ cell });
  });

  it('lets a place go when it is chosen again', () => {
    expect(withCell({ cell, beyond: 'outer' }, { ...cell })).toEqual({ beyond: 'outer' });
    expect(withCell({ channel: 0, cell }, cell, 0)).toEqual({});
    expect(withCell({ channel: 0, from: 1, to: 2, cell }, cell, 0)).toEqual({ channel: 0, from: 1, to: 2 });
    expect(withCell({ cell }, { row: 0, col: 0 })).toEqual({ cell: { row: 0, col: 0 } });
  });

  it('is taken away part by part; a range goes with its channel', () => {
    const all = { channel: 1, from: 3, to: 9, cell, beyond: 'inner' as const };
    expect(without(all, 'channel')).toEqual({ cell, beyond: 'inner' });
    expect(without(all, 'cell')).toEqual({ channel: 1, from: 3, to: 9, beyond: 'inner' });
    expect(withBeyond(all, undefined)).toEqual({ channel: 1, from: 3, to: 9, cell });
    expect(isFiltered(all)).toBe(true);
    expect(isFiltered({ channel: undefined })).toBe(false);
  });

  it('is said in words, counting from one', () => {
    const chips = chipsOf(
      { channel: 1, from: 3.14159, to: 9, cell, picture: 'a', beyond: 'outer' },
      (id) => `picture ${id}`,
    );
    expect(chips).toEqual([
      { part: 'channel', words: 'Channel 2: 3.14 to 9' },
      { part: 'cell', words: 'Place: row 4, column 5' },
      { part: 'picture', words: 'picture a' },
      { part: 'beyond', words: 'Beyond the outer fences' },
    ]);
    expect(chipsOf({ channel: 0 }, String)).toEqual([{ part: 'channel', words: 'Channel 1' }]);
    expect(rangeWords(undefined, -2)).toBe('below -2');
    expect(rangeWords(4, undefined)).toBe('above 4');
  });

  it('lets through what the studio lets through', () => {
    const outlier = { channel: 1, row: 3, col: 4, value: 5, z: 7 };
    const passes = (filter: Parameters<typeof isLookedAt>[0]) => isLookedAt(filter, outlier, [-4, 4]);
    expect(passes({})).toBe(true);
    expect(passes({ channel: 1, from: 5, to: 5, cell, beyond: 'outer' })).toBe(true);
    expect(passes({ channel: 0 })).toBe(false);
    expect(passes({ from: 5.1 })).toBe(false);
    expect(passes({ to: 4.9 })).toBe(false);
    expect(passes({ cell: { row: 3, col: 5 } })).toBe(false);
    expect(isLookedAt({ beyond: 'outer' }, outlier, [-6, 6])).toBe(false);
  });
});
