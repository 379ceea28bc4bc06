/** Training a model on pictures that something was done about. */
import { describe, expect, it } from 'vitest';
import { addOperation, undoOperation } from '../../../main/datasets/operations/log.ts';
import type { Operation } from '../../../main/datasets/operations/schema.ts';
import { readLog, readRun, runFolder } from '../../../main/runs/store.ts';
import { readCheckpoint } from '../../../main/training/checkpoint.ts';
import { readMetrics } from '../../../main/training/metrics.ts';
import { latentProject, modelJob, trainTinyModel } from '../../support/model-training.ts';
import { tinyConfig } from '../../support/training.ts';

const steps = 4;
const config = tinyConfig({ length: { kind: 'steps', steps } });
const pictures = 24;

const operate = (project: string, operation: Operation) => addOperation(project, operation, () => new Date(0));
const state = async (project: string, run: string) => (await readCheckpoint(runFolder(project, run)))!.state;
const losses = async (project: string, run: string) =>
  (await readMetrics(runFolder(project, run))).map(({ loss, gradNorm }) => [loss, gradNorm]);

describe('a picture that is weighed down', () => {
  it('counts less in the runs that start then, which go on with that bit for bit, whatever is done since', async () => {
    const { project, ids } = await latentProject(pictures);
    const plain = await trainTinyModel(project, config);
    expect(plain.plan.adjusted).toBeUndefined();
    await operate(project, { kind: 'weigh', pictures: ids.slice(0, 6), weight: 0.25 });
    await operate(project, { kind: 'leaveOut', pictures: [ids[20]!] });
    const whole = await trainTinyModel(project, config);
    const weights = Object.fromEntries(ids.slice(0, 6).map((id) => [id, 0.25]));
    expect(whole.plan.adjusted).toEqual({ weights });
    expect(await losses(project, whole.id)).not.toEqual(await losses(project, plain.id));
    expect((await readLog(project, whole.id))[0]!.text).toContain('6 pictures count less than the others.');

    const stopped = await trainTinyModel(project, config, 2);
    expect([stopped.status, stopped.step]).toEqual(['stopped', 2]);
    await operate(project, { kind: 'weigh', pictures: [...ids], weight: 0.5 });
    await undoOperation(project, 1, () => new Date(0));
    const resumed = await modelJob(project).resume(stopped.id);
    expect(resumed.status).toBe('finished');
    expect((await readRun(project, stopped.id)).plan).toEqual(whole.plan);
    expect(await losses(project, stopped.id)).toEqual(await losses(project, whole.id));
    expect(await state(project, stopped.id)).toEqual(await state(project, whole.id));
  });

  it('changes no bit where all pictures weigh the same, or it weighs 1 again', async () => {
    const { project, ids } = await latentProject(pictures);
    const plain = await trainTinyModel(project, config);
    await operate(project, { kind: 'weigh', pictures: [...ids], weight: 0.5 });
    const half = await trainTinyModel(project, config);
    expect(Object.keys(half.plan.adjusted!.weights)).toHaveLength(pictures);
    await operate(project, { kind: 'weigh', pictures: [...ids], weight: 1 });
    const again = await trainTinyModel(project, config);
    expect(again.plan.adjusted).toBeUndefined();
    for (const { id } of [half, again]) {
      expect(await losses(project, id)).toEqual(await losses(project, plain.id));
      expect(await state(project, id)).toEqual(await state(project, plain.id));
    }
  });
});
