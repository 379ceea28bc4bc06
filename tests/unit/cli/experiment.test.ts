import { expect, it } from 'vitest';
import { passedOverWords } from '../../../main/cli/experiment.ts';

it('an experiment says what was done about pictures and makes no difference in it', () => {
  expect(passedOverWords({ weighed: 0, clipped: 0 })).toBeUndefined();
  expect(passedOverWords({ weighed: 1, clipped: 0 })).toBe(
    'In a training run 1 picture would count less. Not here: methods are compared on the pictures as they are, each counting once.',
  );
  expect(passedOverWords({ weighed: 2, clipped: 30 })).toMatch(
    /^In a training run 2 pictures would count less, and latents of 30 pictures would be clipped\./,
  );
});
