import { describe, expect, it } from 'vitest';
import { mapOf } from '../../../../../main/latents/views/position-map.ts';
import {
  boxesSentence,
  endRange,
  firstChannel,
  habitsIn,
  habitWords,
  legendOf,
  mapRows,
  mapSentence,
  mapValueWords,
  outlierColumns,
  peakOf,
  picturesWords,
  pictureWords,
  shownWords,
  tileBadge,
  tileLabel,
  typedRange,
} from '../../../../../renderer/features/latents/outliers/view.ts';
import { channel, picture, positions, statistics } from './samples.ts';

describe('the pictures with outliers', () => {
  it('say their share, how many that are, and where the farthest is', () => {
    expect(tileBadge(picture())).toBe('6.3 % · 16');
    expect(tileLabel(picture())).toBe(
      'a white square.png: 16 values beyond the outer fences, 6.3 % of all; the farthest in channel 2, row 4, column 5',
    );
    expect(pictureWords(1, 300, picture())).toBe('2 of 300 · 16 values beyond the outer fences, 6.3 % of all');
  });

  it('say it too when nothing is far out', () => {
    const near = picture({ outerCount: 0, share: 0, innerCount: 1 });
    expect(tileBadge(near)).toBe('');
    expect(tileLabel(near)).toContain('1 value beyond the inner fences');
    expect(tileLabel(picture({ outerCount: 0, innerCount: 0, share: 0, worst: null }))).toBe(
      'a white square.png: no outliers',
    );
    expect(pictureWords(0, 1, near)).toBe('1 of 1 · no value beyond the outer fences');
  });

  it('are counted', () => {
    expect(picturesWords(12)).toBe('12 pictures, most outliers first');
    expect(picturesWords(1)).toBe('1 picture');
  });
});

describe('the charts of outliers', () => {
  it('begin with the channel that has the largest share of far values', () => {
    const channels = [0.001, 0.004, 0.002].map((outerShare, i) => channel({ channel: i, outerShare }));
    expect(firstChannel(statistics(...channels))).toBe(1);
  });

  it('say how many of how many they show', () => {
    expect(shownWords(500, 18_214, 18_214, false)).toBe('Showing 500 of 18,214 outliers');
    expect(shownWords(36, 36, 18_214, true)).toBe('Showing all 36 outliers that match');
    expect(shownWords(500, 9000, 18_214, true)).toBe('Showing 500 of 9,000 outliers that match');
  });

  it('have a sentence and a table', () => {
    expect(boxesSentence([channel()])).toContain('Channel 1: fences at -2.8 and 2.8, values from -9 to 8, 80 outliers');
    const row = { picture: 'a', source: '/x/a.png', file: 'a.png', channel: 1, row: 3, col: 4, value: -6.4, z: -12.34 };
    expect(outlierColumns.map(({ value }) => value(row))).toEqual(['a.png', '2', '4', '5', '-6.4000', '-12.3']);
  });

  it('choose an end of the values with one click, or a range by typing', () => {
    expect(endRange(channel(), 'low')).toEqual([-9, -2.8]);
    expect(endRange(channel(), 'high')).toEqual([2.8, 8]);
    expect(typedRange(undefined, channel(), 'from', 3)).toEqual([3, 8]);
    expect(typedRange(undefined, channel(), 'to', -3)).toEqual([-9, -3]);
    expect(typedRange([1, 2], channel(), 'from', 5)).toEqual([5, 5]);
    expect(typedRange([1, 2], channel(), 'to', 5)).toEqual([1, 5]);
    expect(typedRange([1, 2], channel(), 'to', Number.NaN)).toBeUndefined();
  });
});

describe('the map of places', () => {
  it('is that of a channel, or of all together', () => {
    expect([...mapOf(positions, 0)]).toEqual([0, 0.01, 0, 0, 0.02, 0]);
    expect([...mapOf(positions)]).toEqual([0, 0.04, 0, 0, 0.02, 0.62]);
    expect(peakOf(mapOf(positions, 0), 3)).toEqual({ row: 1, col: 1 });
  });

  it('says what a colour means', () => {
    expect(mapValueWords(0.023, 0)).toBe('2.3 % of the pictures');
    expect(mapValueWords(0.023, undefined)).toBe('2.3 in 100 pictures');
    expect(mapValueWords(0, undefined)).toBe('none');
    expect(legendOf(0.64, undefined).map(({ words }) => words)).toEqual(['0', '16', '64 in 100']);
    expect(legendOf(0.64, 1).map(({ words }) => words)).toEqual(['0', '16.0 %', '64.0 %']);
    expect(legendOf(0, 1).map(({ heat }) => heat)).toEqual([0, 1]);
  });

  it('tells habits of the compressor from the pictures’ own outliers', () => {
    expect(habitWords(positions)).toBe(
      'The marked place (channel 2, row 2, column 3) has an outlier in 62.0 % of the pictures: that is a habit of the compressor (VAE). Scattered ones come from the pictures.',
    );
    expect(habitWords({ ...positions, habits: [...positions.habits, ...positions.habits] })).toContain(
      '2 marked places have outliers in most pictures',
    );
    expect(habitWords({ ...positions, habits: [] })).toContain('No place is a habit');
    expect(habitWords({ ...positions, habits: [], shares: positions.shares.map(() => 0) })).toBe(
      'No value lies beyond the outer fences.',
    );
    expect(habitsIn(positions, 0)).toEqual([]);
    expect(habitsIn(positions, undefined)).toHaveLength(1);
  });

  it('has a sentence, and a table of the places with most', () => {
    expect(mapSentence(positions, 0)).toContain(
      'Map of 2 × 3 places, channel 1. Most far outliers are at row 2, column 2: 2.0 % of the pictures.',
    );
    expect(mapRows(positions, 2)).toEqual([
      ['2', '2', '3', '62.0 %', 'yes'],
      ['2', '1', '2', '3.0 %', 'no'],
    ]);
  });
});
