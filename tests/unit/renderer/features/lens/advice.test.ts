/** The sentence that says what to do about the loss. */
import { expect, it } from 'vitest';
import { lensAdvice } from '../../../../../renderer/features/latents/lens/advice.ts';
import { broken, even, lensAt } from './samples.ts';

it('says that a loss fits which holds back what L2 would not', () => {
  expect(lensAdvice(lensAt(broken), true)).toEqual({
    title:
      'Cauchy fits: the 1 % largest residuals would drive 50.3 % of the update under L2, and drive under 0.1 % now.',
    text: 'A few samples are far off. Cauchy pulls less the farther they are, so they can not throw the training off course.',
  });
  expect(lensAdvice(lensAt(broken, { loss: 'pseudoHuber' }), true).title).toBe(
    'Pseudo-Huber fits: the 1 % largest residuals would drive 50.3 % of the update under L2, and drive 1.4 % now.',
  );
});

it('says so when the losses hardly differ, because nothing stands out', () => {
  // At the run's c of 0.1 the largest 1 % of nearly equal residuals have hardly more than their share.
  const { title, text } = lensAdvice(lensAt(even), true);
  expect(title).toBe(
    'The losses hardly differ here: the 1 % largest residuals drive 1.1 % of the update under L2 and 1.0 % under Cauchy.',
  );
  expect(text).toBe('No samples stand out by far, so any of the four losses will do, and nothing has to be changed.');
  expect(lensAdvice(lensAt(even, { loss: 'l2' }), true).title).toContain('under L2 and 1.0 % under Cauchy.');
});

it('says so when they hardly differ because c is larger than nearly all residuals', () => {
  const { title, text } = lensAdvice(lensAt(broken, { c: 100 }), false);
  expect(title).toMatch(/^The losses hardly differ at this c: .* 50\.3 % .* under L2 and 50\.\d % under Cauchy\.$/);
  expect(text).toContain('A smaller c would tell them apart.');
});

it('says that a loss holds little back whose c is too large', () => {
  const { title } = lensAdvice(lensAt(broken, { c: 12 }), false);
  expect(title).toBe(
    'Cauchy holds little back at this c: the 1 % largest residuals drive 42.9 % of the update, and would drive 50.3 % under L2.',
  );
});

it('advises the Cauchy loss where another one lets few samples decide', () => {
  expect(lensAdvice(lensAt(broken, { loss: 'l2' }), true).title).toBe(
    'Cauchy is the better choice: the 1 % largest residuals drive 50.3 % of the update under L2, and would drive under 0.1 % under Cauchy.',
  );
  expect(lensAdvice(lensAt(broken, { loss: 'pseudoHuber', c: 1 }), false).title).toBe(
    'Cauchy would fit better: the 1 % largest residuals drive 9.2 % of the update at this c, and would drive 2.0 % under Cauchy.',
  );
});

it('warns first of a c under which the run’s own loss takes ordinary samples for outliers', () => {
  const { title, text } = lensAdvice(lensAt(broken, { c: 0.001 }), false);
  expect(title).toBe('This c is too small: Cauchy takes 100.0 % of the ordinary samples for outliers.');
  expect(text).toContain('go back to the run’s own c');
  expect(lensAdvice(lensAt(broken, { c: 0.001 }), true).text).toContain('so train longer first');
  expect(lensAdvice(lensAt(broken, { c: 0.001, loss: 'pseudoHuber' }), false).title).not.toContain('too small');
});
