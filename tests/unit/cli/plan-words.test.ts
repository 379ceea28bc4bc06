import { describe, expect, it } from 'vitest';
import { describeEstimate } from '../../../main/cli/memory-words.ts';
import type { RunEstimate } from '../../../main/training/outlook-schema.ts';

const estimate: RunEstimate = {
  batchSize: 8,
  microBatch: 4,
  bytes: { weights: 4e6, moments: 8e6, average: 4e6, gradients: 4e6, nextState: 16e6, work: 1e8 },
  total: 136e6,
  largestTensor: 2e6,
  device: { free: 5e8 },
  remedies: [],
  plan: {
    parameters: 1_234_567,
    latentShape: [4, 8, 8],
    trainingPictures: 4608,
    heldOutPictures: 512,
    steps: 1152,
    stepsAreEstimated: false,
    epochs: 2,
    stages: [
      { levels: 11, steps: 600 },
      { levels: 21, steps: 552 },
    ],
    averages: [{ rate: 0.99993, halfLife: 9901.8 }],
    step: { seconds: 0.05, run: 'Earlier' },
    seconds: 57.6,
  },
};

describe('describeEstimate', () => {
  it('says everything that is known', () => {
    expect(describeEstimate(estimate).split('\n').slice(0, 5)).toEqual([
      '1,234,567 parameters, 4,608 pictures to learn from, 512 kept aside.',
      'Steps: 1,152, 2 epochs.',
      'Stages: N 11: 600 steps, N 21: 552 steps.',
      'Average 0: rate 0.99993, half-life 9,902 steps.',
      'Time: about 58 s; a step took 50 ms, measured by the run “Earlier”.',
    ]);
    expect(describeEstimate(estimate)).toContain('It fits with 4 of 8 pictures at once, in 2 parts a step.');
  });

  it('says what is unknown, and what would fit', () => {
    const { steps: _, epochs: _epochs, step: _step, seconds: _seconds, ...plan } = estimate.plan;
    const words = describeEstimate({
      ...estimate,
      problem: 'memory',
      remedies: [{ kind: 'recompute' }, { kind: 'memory', bytes: 2e9 }],
      plan: { ...plan, stepsAreEstimated: true, stages: [{ levels: 11 }], averages: [{}] },
    });
    expect(words).toContain('Steps: unknown until the first ones are measured.');
    expect(words).toContain('Time: unknown until the first steps.');
    expect(words).toContain('It fits when layers are computed twice (recompute).');
    expect(words).toContain('A device with 2.0 GB free could train it; or choose a smaller network.');
  });
});
