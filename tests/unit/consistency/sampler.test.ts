/** Sampling requests: what they mean, and what is said about those that mean nothing. */
import { expect, it } from 'vitest';
import { sigmaAt } from '../../../main/consistency/noise-levels.ts';
import { samplingPlan } from '../../../main/consistency/sampler.ts';
import type { SamplingSteps } from '../../../main/consistency/sampler.ts';

const range = { sigmaMin: 0.002, sigmaMax: 80, rho: 7 };
const visited = (steps: SamplingSteps) => samplingPlan(steps, range).map(({ sigma }) => sigma);

it('more steps than two are evenly spaced indices from 0 to 480 of 641', () => {
  expect(visited({ kind: 'nfe', nfe: 4 })).toEqual([80, ...[160, 320, 480].map((i) => sigmaAt(i, 641, range))]);
  expect(visited({ kind: 'nfe', nfe: 64 }).length).toBe(64);
});

it('a last step at the smallest noise is left out, in any way of asking', () => {
  expect(visited({ kind: 'indices', levels: 11, indices: [0, 5, 10] })).toEqual([80, sigmaAt(5, 11, range)]);
  expect(visited({ kind: 'sigmas', sigmas: [40, 0.5, 0.002] })).toEqual([40, 0.5]);
});

it('the start has the noise of its level alone; later noise fills what the smallest leaves', () => {
  expect(samplingPlan({ kind: 'sigmas', sigmas: [40, 3] }, range)).toEqual([
    { sigma: 40, noiseStd: 40 },
    { sigma: 3, noiseStd: Math.sqrt(9 - 0.000004) },
  ]);
});

it.each<[string, SamplingSteps, string, string]>([
  ['no step', { kind: 'nfe', nfe: 0 }, 'in 0 steps', 'from 1 (fastest) to 64'],
  ['half a step', { kind: 'nfe', nfe: 1.5 }, 'in 1.5 steps', 'whole number'],
  ['too many steps', { kind: 'nfe', nfe: 65 }, 'in 65 steps', '64'],
  ['no grid', { kind: 'indices', levels: 1, indices: [0] }, 'grid of 1', 'as 641'],
  ['no index', { kind: 'indices', levels: 641, indices: [] }, 'no index', 'from 0 to 640'],
  ['an index beyond the grid', { kind: 'indices', levels: 641, indices: [0, 641] }, '641 is no index', '“0,420”'],
  ['half an index', { kind: 'indices', levels: 641, indices: [0.5] }, '0.5 is no index', 'whole numbers'],
  [
    'an index twice',
    { kind: 'indices', levels: 641, indices: [0, 0] },
    '0 comes after 0',
    'greater than the one before',
  ],
  ['indices that descend', { kind: 'indices', levels: 641, indices: [420, 0] }, '0 comes after 420', 'greater'],
  ['only the smallest noise', { kind: 'indices', levels: 641, indices: [640] }, 'nothing changes', '0.002'],
  [
    'more indices than steps',
    { kind: 'indices', levels: 641, indices: Array.from({ length: 65 }, (_, i) => i) },
    '65 steps',
    '64',
  ],
  ['no noise level', { kind: 'sigmas', sigmas: [] }, 'no noise level', 'from 80'],
  ['too much noise', { kind: 'sigmas', sigmas: [81] }, '81 is not between', '“80,0.5”'],
  [
    'too little noise',
    { kind: 'sigmas', sigmas: [80, 0.001] },
    '0.001 is not between 0.002 and 80',
    'down to above 0.002',
  ],
  ['no number', { kind: 'sigmas', sigmas: [NaN] }, 'NaN is not between', '80'],
  ['noise that rises', { kind: 'sigmas', sigmas: [1, 2] }, '2 comes after 1', 'smaller than the one before'],
])('%s is refused, and the error says what to enter', (_, steps, what, advice) => {
  let words: unknown;
  try {
    samplingPlan(steps, range);
  } catch (thrown) {
    words = thrown;
  }
  expect(words).toMatchObject({
    code: 'sample.badSteps',
    words: { what: expect.stringContaining(what) as string, advice: expect.stringContaining(advice) as string },
  });
});
