import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  count,
  fileName,
  formatAgo,
  formatBytes,
  formatDuration,
  formatNumber,
  formatPlain,
  formatRate,
  formatRemaining,
  formatShare,
  formatTimes,
  percentDone,
} from '../../../../renderer/text/format.ts';

describe('durations', () => {
  it.each([
    [0.42, '0.4 s'],
    [9.94, '9.9 s'],
    [9.96, '10 s'],
    [59.6, '1 min'],
    [75, '1 min 15 s'],
    [3599.7, '1 h 00 min'],
    [7380, '2 h 03 min'],
    [90_000, '1 d 1 h'],
  ])('%d seconds are “%s”', (seconds, words) => expect(formatDuration(seconds)).toBe(words));

  it.each([
    [undefined, 'measuring the time left'],
    [2, 'a few seconds left'],
    [42, 'about 40 s left'],
    [56, 'about 1 min left'],
    [3500, 'about 58 min left'],
    [3600, 'about 1 h left'],
    [5580, 'about 1 h 35 min left'],
    [200_000, 'about 2.3 days left'],
  ])('%s seconds to go are “%s”', (seconds, words) => expect(formatRemaining(seconds)).toBe(words));

  it('never says 60 seconds or 60 minutes', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), (seconds) => {
        expect(formatDuration(seconds)).not.toMatch(/\b60 (s|min)/);
        expect(formatRemaining(seconds)).not.toMatch(/\b60 (s|min)/);
      }),
    );
  });
});

describe('rates', () => {
  it('says a rate above one a second and a time below', () => {
    expect(formatRate(63.4, 'pictures')).toBe('63 pictures/s');
    expect(formatRate(1234.5, 'pictures')).toBe('1,235 pictures/s');
    expect(formatRate(0.4, 'steps')).toBe('2.5 s per step');
  });
  it('says nothing before it was measured', () => {
    expect(formatRate(undefined, 'steps')).toBe('');
    expect(formatRate(0, 'steps')).toBe('');
  });
});

describe('numbers', () => {
  it('shows at least five digits, and exponents for the very small', () => {
    expect(formatNumber(5.5449)).toBe('5.5449');
    expect(formatNumber(0.00012345)).toBe('1.2345e-4');
    expect(formatNumber(123_456)).toBe('123456');
    expect(formatNumber(0)).toBe('0');
  });
  it('says in words what is not a number', () => {
    expect(formatNumber(null)).toBe('not a number');
    expect(formatNumber(-Infinity)).toBe('minus infinite');
  });
  it('writes settings without tails', () => {
    expect([0.001, 1e-4, 1 / 30, 1500].map((value) => formatPlain(value))).toEqual([
      '0.001',
      '1e-4',
      '0.03333',
      '1,500',
    ]);
  });
  it('keeps two digits of a share, however small', () => {
    expect(formatShare(0.006976603)).toBe('0.70 %');
    expect(formatShare(2.338e-6)).toBe('0.00023 %');
    expect(formatShare(0)).toBe('0 %');
    expect(formatShare(0.5)).toBe('50.0 %');
  });
  it('never says 100 % before it is', () => {
    expect(percentDone(999, 1000)).toBe(99);
    expect(percentDone(5119, 5120)).toBe(99);
    expect(percentDone(5120, 5120)).toBe(100);
    expect(percentDone(5, undefined)).toBeUndefined();
    expect(formatShare(0.9999)).toBe('over 99.9 %');
  });
  it('counts one thing in the singular', () => {
    expect([count(0, 'picture'), count(1, 'picture'), count(5120, 'picture')]).toEqual([
      '0 pictures',
      '1 picture',
      '5,120 pictures',
    ]);
  });
  it('multiplies in words', () => {
    expect([formatTimes(3.4499), formatTimes(1582)]).toEqual(['3.4 times', '1,600 times']);
  });
  it('writes sizes in the units of file managers', () => {
    expect([1, 999, 1000, 1_234_000, 999_600].map(formatBytes)).toEqual([
      '1 byte',
      '999 bytes',
      '1.0 kB',
      '1.2 MB',
      '1.0 MB',
    ]);
  });
});

describe('paths and times', () => {
  it('names the last part of a path of any system, and of an archive', () => {
    expect(['/a/b c.png', 'C:\\a\\ü.jpg', 'a.zip!in/x.png', 'only'].map(fileName)).toEqual([
      'b c.png',
      'ü.jpg',
      'x.png',
      'only',
    ]);
  });
  it('says how long ago in the largest unit', () => {
    const now = Date.parse('2026-03-03T12:00:00Z');
    expect(formatAgo('2026-03-03T11:59:30Z', now)).toBe('just now');
    expect(formatAgo('2026-03-03T11:00:00Z', now)).toBe('1 hour ago');
    expect(formatAgo('2026-02-28T12:00:00Z', now)).toBe('3 days ago');
  });
});
