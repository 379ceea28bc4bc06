import { describe, expect, it } from 'vitest';
import { bellCurve, causesOf, causeWords, fewestForAThird, whatToDo } from '../../../main/latents/views/advice.ts';
import { channel, picture, positions, statistics } from '../renderer/features/outliers/samples.ts';

describe('what to do about outliers', () => {
  const heavy = statistics(channel({ outerShare: 40 * bellCurve.outerShare }));
  const few = { pictures: 300, outer: 90, counts: [14, 9, 8, 5, 1] };

  it('is one sentence with its reason, where tails are heavy', () => {
    const { title, text } = whatToDo(heavy, few);
    expect(title).toBe(
      'Your latents have 40 times more extreme values than a bell curve; the Cauchy loss is the right choice. 3 pictures cause a third of them: look at those first.',
    );
    expect(text).toContain('0.0094 % of the values lie beyond the outer fences, 0.00023 % under a bell curve');
  });

  it('says so before it is known which pictures cause them', () => {
    expect(whatToDo(heavy, undefined).title).toMatch(/the Cauchy loss is the right choice\.$/);
  });

  it('is nothing where latents are like a bell curve, or lighter', () => {
    const bell = whatToDo(statistics(channel(bellCurve)), few).title;
    expect(bell).toContain('about as many extreme values as a bell curve');
    expect(bell).toContain('nothing has to be repaired');
    const light = whatToDo(statistics(channel({ innerShare: 0.001, outerShare: 0 })), few);
    expect(light.title).toContain('fewer extreme values');
    expect(light.text).toContain('0.10 % of the values');
  });

  it('counts the fewest pictures that have a third of them', () => {
    // 14 + 9 = 23 are less than 30, 31 are not.
    expect(fewestForAThird(few)).toEqual({ pictures: 3, share: 31 / 90 });
    expect(fewestForAThird({ ...few, outer: 1000 })).toBeUndefined();
    expect(fewestForAThird({ ...few, outer: 0, counts: [0, 0] })).toBeUndefined();
  });

  it('says how much few pictures cause, and that many cause little each', () => {
    const words = (counts: number[], outer = 100) => causeWords({ pictures: 300, outer, counts });
    expect(words([52])).toBe('1 picture causes half of them: look at it first.');
    expect(words([20, 45])).toBe('2 pictures cause two thirds of them: look at those first.');
    expect(words([75])).toContain('three quarters');
    expect(words([97])).toContain('nearly all');
    // One each: a third needs 34 of 300 pictures, which is more than a tenth.
    expect(words(Array.from({ length: 100 }, () => 1))).toContain('spread over many pictures');
    expect(words([1, 1])).toContain('spread over many pictures');
    expect(words([0], 0)).toBe('');
  });

  it('knows the number of far values from the places, and the pictures’ own from the list', () => {
    // 200 × (0.01 + 0.02 + 0.03 + 0.62)
    expect(causesOf(positions, [picture({ outerCount: 2 }), picture({ outerCount: 9 })])).toEqual({
      pictures: 200,
      outer: 136,
      counts: [9, 2],
    });
  });
});
