import { describe, expect, it } from 'vitest';
import { levelsAt } from '../../../main/consistency/noise-levels.ts';
import { outlookOf } from '../../../main/training/outlook.ts';
import { runConfigSchema } from '../../../main/training/schema.ts';
import type { RunConfigInput } from '../../../main/training/schema.ts';

const data = {
  parameters: 5,
  latentShape: [4, 32, 32] as [number, number, number],
  trainingPictures: 27_000,
  heldOutPictures: 0,
};
const outlook = (change: Partial<RunConfigInput>, step?: { seconds: number }) =>
  outlookOf(
    runConfigSchema.parse({
      network: { kind: 'unet', width: 32 },
      batchSize: 128,
      length: { kind: 'epochs', epochs: 1400 },
      averages: [
        { kind: 'rate', rate: 0.99993 },
        { kind: 'share', share: 0.1 },
      ],
      ...change,
    }),
    data,
    step,
  );

describe('outlookOf', () => {
  it('knows the published run: 294,000 steps, seven stages of 42,000, a half-life of 9,902 steps', () => {
    // Method §1.3 and §10.8: floor(27000/128) = 210 steps an epoch, 1400 epochs.
    const { steps, epochs, stages, averages, stepsAreEstimated, seconds } = outlook({});
    expect({ steps, epochs, stepsAreEstimated, seconds }).toEqual({ steps: 294_000, epochs: 1400, stepsAreEstimated: false, seconds: undefined }); // prettier-ignore
    expect(stages).toEqual([11, 21, 41, 81, 161, 321, 641].map((levels) => ({ levels, steps: 42_000 })));
    expect(averages.map(({ halfLife }) => Math.round(halfLife!))).toEqual([9902, 29_400]);
  });

  it.each([
    [1000, 10, 640],
    [1000, 10, 120],
    [999, 8, 512],
    [5, 10, 640],
    [40, 10, 10],
  ])('has the stages that %d steps from %d to %d really have', (steps, s0, s1) => {
    const counted = new Map<number, number>();
    for (let k = 0; k < steps; k++) {
      const levels = levelsAt(k, steps, { s0, s1 });
      counted.set(levels, (counted.get(levels) ?? 0) + 1);
    }
    const { stages } = outlook({
      length: { kind: 'steps', steps },
      objective: { kind: 'consistency', curriculum: { s0, s1 } },
    });
    expect(stages).toEqual([...counted].map(([levels, own]) => ({ levels, steps: own })));
  });

  it('says of a run that a time ends only what is known', () => {
    const length = { kind: 'minutes', minutes: 10 } as const;
    const unknown = outlook({ length });
    expect(unknown).toMatchObject({ stepsAreEstimated: true, seconds: 600, averages: [{ rate: 0.99993 }, {}] });
    expect([unknown.steps, unknown.epochs, unknown.stages[0]]).toEqual([undefined, undefined, { levels: 11 }]);
    expect(outlook({ length }, { seconds: 0.2 })).toMatchObject({ steps: 3000, seconds: 600, step: { seconds: 0.2 } });
  });

  it('has a time where a step was measured', () => {
    expect(outlook({ length: { kind: 'steps', steps: 50 } }, { seconds: 0.2 }).seconds).toBeCloseTo(10, 9);
  });

  it('parts Easy Consistency Tuning equally and the others not at all', () => {
    const stages = (objective: RunConfigInput['objective']) =>
      outlook({ length: { kind: 'steps', steps: 10 }, objective }).stages;
    // Stage floor(3k/10) of k = 0 … 9: 0 0 0 0 1 1 1 2 2 2.
    expect(stages({ kind: 'easyConsistency', doublings: 2 })).toEqual([{ steps: 4 }, { steps: 3 }, { steps: 3 }]);
    expect([stages({ kind: 'diffusion' }), stages({ kind: 'meanFlow' })]).toEqual([[], []]);
  });
});
