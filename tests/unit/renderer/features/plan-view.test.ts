import { describe, expect, it } from 'vitest';
import type { RunEstimate, RunOutlook } from '../../../../renderer/api/studio.ts';
import {
  averageSentences,
  planFacts,
  remedies,
  sizeNotice,
  stagesSentence,
  stepSource,
} from '../../../../renderer/features/train/plan-view.ts';

const unknown: RunOutlook = {
  parameters: 1_204_736,
  latentShape: [4, 8, 8],
  trainingPictures: 4608,
  heldOutPictures: 512,
  stepsAreEstimated: true,
  stages: [{ levels: 11 }, { levels: 21 }],
  averages: [{}],
};
const known: RunOutlook = {
  ...unknown,
  steps: 1000,
  epochs: 13.89,
  stepsAreEstimated: false,
  stages: [
    { levels: 11, steps: 300 },
    { levels: 21, steps: 300 },
    { levels: 41, steps: 400 },
  ],
  averages: [
    { rate: 0.99, halfLife: 69 },
    { rate: 0.99993, halfLife: 9902 },
  ],
  step: { seconds: 0.25, run: 'Evening' },
  seconds: 250,
};
const values = (plan: RunOutlook) => planFacts(plan).map(({ label, value }) => `${label}: ${value}`);

describe('the plan of a run', () => {
  it('says what is known', () => {
    expect(values(known)).toEqual([
      'lasts: about 4 min 10 s',
      'steps: 1,000',
      'passes over all pictures: 13.9',
      'pictures to learn from: 4,608',
      'size of the model: 1,204,736',
    ]);
    expect(stagesSentence(known)).toBe(
      '3 stages of 300 steps (K′), with 11 to 41 noise levels (N), the last of 400 steps.',
    );
    expect(stepSource(known)).toBe('A step of such a model took 250 ms, measured in the run “Evening”.');
  });

  it('shows what is unknown as unknown', () => {
    expect(values(unknown).slice(0, 3)).toEqual([
      'lasts: unknown until the first steps',
      'steps: unknown until measured',
      'passes over all pictures: unknown',
    ]);
    expect(stagesSentence(unknown)).toBe('2 stages, with 11 to 21 noise levels (N).');
    expect(stagesSentence({ ...unknown, stages: [] })).toBeUndefined();
    expect(averageSentences(unknown)).toEqual(['The averaged model (EMA) forgets half in a share of the steps.']);
  });

  it('warns of an average that is too slow for the run', () => {
    const one = { ...known, averages: known.averages.slice(1) };
    expect(averageSentences(one)).toEqual([
      'The averaged model (EMA) forgets half in 9,902 steps (rate 0.99993), too long for this run: its pictures would still show the untrained model.',
    ]);
    expect(averageSentences(known)).toEqual([
      'The 2 averaged models (EMA) forget half in 69, 9,902 steps.',
      'For this run number 2 is too long: their pictures would still show the untrained model.',
    ]);
    expect(averageSentences({ ...known, averages: [known.averages[1]!, known.averages[1]!] })[1]).toMatch(
      /all of them/,
    );
  });

  it('says that a recipe is for pictures of another size', () => {
    expect(sizeNotice(256, 64)).toContain('256 × 256 pixels; those of this project are 64 × 64');
    expect([sizeNotice(256, 256), sizeNotice(undefined, 64), sizeNotice(256, undefined)]).toEqual([undefined, undefined, undefined]); // prettier-ignore
  });

  it('says what would make it fit', () => {
    const found = remedies({
      remedies: [{ kind: 'recompute' }, { kind: 'memory', bytes: 24e9 }],
    } as unknown as RunEstimate);
    expect(found.map(({ change }) => change)).toEqual(['recompute', undefined]);
    expect(found[1]?.text).toContain('24 GB');
  });
});
