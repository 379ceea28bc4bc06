import { describe, expect, it } from 'vitest';
import { networkSpecs } from '../../../main/models/network.ts';
import { initialise } from '../../../main/models/parameters.ts';
import { createRunFolder, runFolder, writeRun } from '../../../main/runs/store.ts';
import { writeCheckpoint } from '../../../main/training/checkpoint.ts';
import { startPosition } from '../../../main/training/loop.ts';
import { planRun } from '../../../main/training/plan.ts';
import type { RunConfigInput } from '../../../main/training/schema.ts';
import { initialState } from '../../../main/training/trainer.ts';
import { startState, startWords } from '../../../main/workers/start-state.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { tinyConfig, tinyShape } from '../../support/training.ts';

const network: RunConfigInput['network'] = { kind: 'dit', patch: 2, width: 16, depth: 1, heads: 2 };

/** A project with a diffusion run, and the checkpoint of its step 7 if wanted. */
async function projectWithRun(isSaved = true): Promise<string> {
  const project = await temporaryFolder();
  const run = await createRunFolder(project);
  const config = tinyConfig({ network, objective: { kind: 'diffusion' }, seed: 5 });
  const plan = planRun(config, tinyShape, 48, 12);
  await writeRun(project, {
    ...{ id: run, name: 'A run', createdAt: new Date(0).toISOString(), latentsKey: 'k', vae: 'starter' },
    ...{ config, plan, status: 'stopped', step: 7, seconds: 1, skipped: 0, halvings: 0, scores: [] },
  });
  const state = initialState(initialise(networkSpecs(config.network, tinyShape), 5)).map((value) => ({
    ...value,
    // The average is told from the weights by its values.
    data: value.name.startsWith('ema/') ? value.data.map((x) => x + 0.25) : value.data,
  }));
  if (isSaved) await writeCheckpoint(runFolder(project, run), { ...startPosition, step: 7, seconds: 1 }, state);
  return project;
}
const tuning = (changes: Partial<RunConfigInput> = {}) =>
  tinyConfig({ network, objective: { kind: 'easyConsistency' }, startFrom: { run: 'run-001' }, ...changes });

describe('a run that starts from another', () => {
  it('has its average as weights and as average, and moments of 0', async () => {
    const begin = await startState(await projectWithRun(), tuning(), tinyShape);
    const drawn = initialise(networkSpecs(tuning().network, tinyShape), 5);
    expect(begin.state.map(({ name }) => name)).toEqual(initialState(drawn).map(({ name }) => name));
    for (const { name, data } of drawn) {
      const shifted = data.map((x) => x + 0.25);
      const of = (family: string) => begin.state.find((value) => value.name === `${family}/${name}`)!.data;
      expect([of('parameters'), of('ema'), of('m'), of('v')]).toEqual([
        shifted,
        shifted,
        new Float32Array(data.length),
        new Float32Array(data.length),
      ]);
    }
    expect(startWords(begin)).toBe(' It starts from the averaged weights of run-001 after 7 steps.');
  });

  it('is refused with what differs', async () => {
    const project = await projectWithRun();
    const other = tuning({ network: { ...network, width: 32, mlp: 'gatedRelu' } });
    await expect(startState(project, other, tinyShape)).rejects.toMatchObject({
      code: 'run.startDiffers',
      details: {
        run: 'run-001',
        differences: ['width is 16 there and 32 here', 'mlp is "relu" there and "gatedRelu" here'],
      },
    });
    await expect(startState(project, tuning(), [2, 8, 8])).rejects.toMatchObject({
      code: 'run.startDiffers',
      details: { differences: ['the latents are 2 × 4 × 4 there and 2 × 8 × 8 here'] },
    });
  });

  it('is refused without a checkpoint, and of a run that there is not', async () => {
    const project = await projectWithRun(false);
    await expect(startState(project, tuning(), tinyShape)).rejects.toMatchObject({ code: 'run.noCheckpoint' });
    const unknown = tuning({ startFrom: { run: 'run-009' } });
    await expect(startState(project, unknown, tinyShape)).rejects.toMatchObject({ code: 'run.unknown' });
  });

  it('draws its weights where it starts from nothing', async () => {
    const begin = await startState('nowhere', tuning({ startFrom: null }), tinyShape);
    expect(begin.state).toEqual(initialState(initialise(networkSpecs(tuning().network, tinyShape), 0)));
    expect(startWords(begin)).toBe('');
  });
});
