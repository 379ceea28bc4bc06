/** Pixels beside latents: one scale, and a sentence that says the numbers, whichever has more. */
import { describe, expect, it } from 'vitest';
import { pixelLevels, statisticsOfLevels } from '../../../main/latents/level-statistics.ts';
import {
  beyondOuter,
  comparedBoxes,
  comparisonWords,
  inDeviations,
} from '../../../main/latents/views/compare-pixels.ts';
import { channel } from '../renderer/features/outliers/samples.ts';

const none = channel({ n: 1_000_000, outerShare: 0, outlierCount: 0 });
const of = (outer: number, n = 100_000) => channel({ n, outerShare: outer / n });

describe('pixels and latents', () => {
  it('are on one scale: robust deviations from the median, which outliers do not move', () => {
    const box = inDeviations(channel({ median: 0.1, mad: 0.6745, q1: -0.9, max: 8.1, std: 50, outlierSample: [-9.9] }));
    expect([box.median, box.q1, box.max, box.outlierSample[0]]).toBeAllClose([0, -1, 8, -10], {
      rtol: 1e-12,
      atol: 1e-12,
      because: 'one division',
    });
    expect(box.outerFences).toEqual([(0.6745 * (-4.9 - 0.1)) / 0.6745, expect.closeTo(4.8, 12)]);
  });

  it('are boxes with names, pixels first', () => {
    const boxes = comparedBoxes([channel(), channel({ channel: 1 })], [none, none, none]);
    expect(boxes.map(({ name, of: kind }) => `${kind} ${name}`)).toEqual([
      ...['pixels Red', 'pixels Green', 'pixels Blue', 'latents Channel 1', 'latents Channel 2'],
    ]);
  });

  it('have counts that shares are of', () => {
    expect(beyondOuter([of(3), of(4)])).toEqual({ n: 200_000, outer: 7, share: 7 / 200_000 });
  });

  it('are compared in one sentence: latents with outliers, pixels without', () => {
    expect(comparisonWords([of(1200)], [none, none, none])).toEqual({
      sentence:
        '0 of 3,000,000 pixel values lie beyond the outer fences; of the latents 1,200 of 100,000 values do, 1.2 %.',
      meaning: 'The pictures themselves have no extreme values: they come with the compression.',
    });
  });

  it('are compared honestly where pixels have as many or more', () => {
    expect(comparisonWords([of(1200)], [of(100)]).meaning).toContain('12 times the share that the pixels have');
    expect(comparisonWords([of(120)], [of(100)]).meaning).toContain('Both have about as many');
    const more = comparisonWords([of(100)], [of(5000)]);
    expect(more.sentence).toContain('5,000 of 100,000 pixel values lie beyond the outer fences, 5.0 %');
    expect(more.meaning).toContain('Here the pixels have more of them, 50 times the share');
    expect(comparisonWords([none], [of(5)]).meaning).toContain('the compression takes them away');
    expect(comparisonWords([none], [none]).meaning).toBe('Neither have extreme values.');
  });

  it('of pictures that are nearly all white lie far out in the other direction', () => {
    const counts = new Array<number>(256).fill(0);
    counts[255] = 900;
    counts[254] = 50;
    counts[0] = 50;
    const white = statisticsOfLevels(0, pixelLevels, counts);
    expect(beyondOuter([white])).toEqual({ n: 1000, outer: 100, share: 0.1 });
    // More than half of the values are the same: the standard deviation takes the MAD's place.
    expect(inDeviations(white).min).toBeCloseTo(-2 / white.std, 9);
  });
});
