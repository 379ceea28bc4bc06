import { expect, it } from 'vitest';
import { formatDuration } from '../../../main/base/duration.ts';
import { ProgressMeter } from '../../../main/base/progress.ts';

it('a rate is unknown until it has been measured, then follows recent work', () => {
  let now = 0;
  const meter = new ProgressMeter(() => now, 1000);
  expect(meter.update(0, 100)).toEqual({ done: 0, total: 100, perSecond: undefined, remainingSeconds: undefined });
  now = 1000;
  expect(meter.update(10, 100)).toMatchObject({ perSecond: 10, remainingSeconds: 9 });
  // Ten half-lives at twice the speed: the old rate is forgotten.
  for (let i = 1; i <= 10; i++) {
    now += 1000;
    meter.update(10 + 20 * i, 1000);
  }
  expect(meter.update(210, 1000).perSecond).toBeCloseTo(20, 1);
});

it('a pause does not count as slow work', () => {
  let now = 0;
  const meter = new ProgressMeter(() => now);
  meter.update(0, 100);
  now = 1000;
  meter.update(10, 100);
  meter.pause();
  now = 1_000_000;
  meter.update(10, 100);
  now += 1000;
  expect(meter.update(20, 100).perSecond).toBeCloseTo(10, 5);
});

it('durations read as people say them', () => {
  expect([5, 59.6, 200, 7500, -1, NaN].map(formatDuration)).toEqual([
    '5 s',
    '1 min 00 s',
    '3 min 20 s',
    '2 h 05 min',
    'unknown',
    'unknown',
  ]);
});
