import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { studioError } from '../../../main/base/errors.ts';
import { loadPicture, readManifest, usedPictures } from '../../../main/datasets/manifest.ts';
import { addOperation } from '../../../main/datasets/operations/log.ts';
import { split } from '../../../main/datasets/splits.ts';
import { createLocalDevice } from '../../../main/engine/local-device.ts';
import { reconstructionPsnr } from '../../../main/latents/reconstruction.ts';
import {
  createRunFolder,
  deleteRun,
  listRuns,
  listVaeRuns,
  markInterrupted,
  readLog,
  readSheets,
  readVaeRun,
  runFolder,
  writeRun,
} from '../../../main/runs/store.ts';
import { readCheckpoint } from '../../../main/training/checkpoint.ts';
import { readRows } from '../../../main/training/metrics.ts';
import { loadVae } from '../../../main/vae/load.ts';
import { listTrained } from '../../../main/vae/trained.ts';
import { vaeMetricsRowSchema } from '../../../main/vae/training-schema.ts';
import {
  pictureId,
  resources,
  stripedProject,
  tinySize,
  tinyVaeConfig,
  trainTinyVae,
  vaeJob,
} from '../../support/vae-training.ts';

/** The least of which some are kept aside to be scored, and fewer. */
const scoredPictures = 100;
const pictures = 24;

/** Metrics without the times. */
async function numbers(project: string, run: string) {
  const rows = await readRows(runFolder(project, run), vaeMetricsRowSchema);
  return rows.map(({ stepSeconds: _, seconds: _seconds, ...row }) => row);
}
const state = async (project: string, run: string) => (await readCheckpoint(runFolder(project, run)))!.state;
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe('training a VAE', () => {
  it('stopped and gone on with makes the very same steps and weights as in one go, its discriminator included', async () => {
    const project = await stripedProject(pictures);
    const config = tinyVaeConfig({
      loss: { discriminator: { kind: 'patch', after: 0.5 } },
      length: { kind: 'steps', steps: 4 },
      sampleSheets: 0,
    });
    const whole = await trainTinyVae(project, config);
    expect(whole.status).toBe('finished');
    const stopped = await trainTinyVae(project, config, { stopAfter: 3 });
    expect([stopped.status, stopped.step]).toEqual(['stopped', 3]);
    const resumed = await vaeJob(project).resume(stopped.id);
    expect([resumed.status, resumed.step]).toEqual(['finished', 4]);
    const rows = await numbers(project, whole.id);
    expect(rows.map(({ step, adversarial }) => [step, adversarial !== undefined])).toEqual([
      [1, false],
      [2, false],
      [3, true],
      [4, true],
    ]);
    expect(await numbers(project, resumed.id)).toEqual(rows);
    expect(await state(project, resumed.id)).toEqual(await state(project, whole.id));
    const words = (await readLog(project, resumed.id)).map(({ text }) => /^\w+/.exec(text)![0]);
    expect(words).toEqual(['Started', 'A', 'Stopped', 'Resumed', 'A', 'Finished']);
    // It does not go on with other pictures.
    await writeRun(project, { ...resumed, datasetHash: 'of others' });
    await expect(vaeJob(project).resume(resumed.id)).rejects.toMatchObject({ code: 'run.picturesChanged' });
  });

  it('goes on with the pictures it began with, whatever was left out since', async () => {
    const project = await stripedProject(pictures);
    const leaveOut = (index: number) =>
      addOperation(project, { kind: 'leaveOut', pictures: [pictureId(index)] }, () => new Date(0));
    await leaveOut(3);
    const config = tinyVaeConfig({ length: { kind: 'steps', steps: 2 }, sampleSheets: 0 });
    const whole = await trainTinyVae(project, config);
    expect(whole.plan.trainingPictures).toBe(pictures - 1);
    const stopped = await trainTinyVae(project, config, { stopAfter: 1 });
    expect([stopped.step, stopped.adjusted]).toEqual([1, { leftOut: [pictureId(3)] }]);
    await leaveOut(5);
    const resumed = await vaeJob(project).resume(stopped.id);
    expect(await state(project, resumed.id)).toEqual(await state(project, whole.id));
    const fewer = await trainTinyVae(project, config);
    expect(fewer.plan.trainingPictures).toBe(pictures - 2);
  });

  it('leaves a VAE that gives pictures back as the run measured, beside the starter VAE', async () => {
    const project = await stripedProject(scoredPictures);
    const record = await trainTinyVae(project);
    const vae = await loadVae(record.id, { resources, project });
    expect(vae).toMatchObject({ name: record.id, title: 'Stripes', latentChannels: 4, reduction: 8 });
    expect(await listTrained(project)).toMatchObject([
      { name: record.id, hash: vae.hash, origin: 'trained', parameters: record.plan.parameters },
    ]);
    const ids = Array.from({ length: scoredPictures }, (_, i) => pictureId(i));
    const { heldOut } = split({ ids, heldOut: 5 });
    const used = usedPictures(await readManifest(project)).filter(({ id }) => heldOut.includes(id));
    const originals = await Promise.all(used.map((picture) => loadPicture(project, picture)));
    const psnr = await reconstructionPsnr(createLocalDevice(1), vae, originals, tinySize);
    const last = record.scores.at(-1)!;
    expect(last).toMatchObject({ step: 6, pictures: 5 });
    // As bytes: another order of sums can move single values by one level.
    expect(last.psnr).toBeCloseTo(mean(psnr), 2);
    const starter = await loadVae('starter', { resources });
    expect(record.starterPsnr).toBeCloseTo(mean(await reconstructionPsnr(createLocalDevice(1), starter, originals, tinySize)), 2); // prettier-ignore
    expect(record.scores.map(({ step }) => step)).toEqual([0, 3, 6]);
    expect((await readSheets(project, record.id)).map(({ step }) => step)).toEqual([0, 3, 6]);
  });

  it('learns, over a step whose numbers are not finite and a disk that is full', async () => {
    const project = await stripedProject(pictures);
    const device = createLocalDevice(1);
    let [made, tries, waits] = [0, 0, 0];
    const spoiling: typeof device = {
      ...device,
      steps: (input, options) => {
        if (++made === 3) (input.calls[0]!.inputs['x']!.data as Float32Array)[0] = NaN;
        return device.steps(input, options);
      },
    };
    const config = tinyVaeConfig({ length: { kind: 'steps', steps: 60 }, learningRate: 1e-2 });
    const record = await trainTinyVae(project, config, {
      device: spoiling,
      writeGrid: async (path) => {
        if (++tries === 2) throw studioError('storage.diskFull', { path });
      },
      control: { sleep: async () => void waits++ },
    });
    expect([record.status, record.skipped, waits, tries]).toEqual(['finished', 1, 1, 4]);
    const rows = await numbers(project, record.id);
    expect(rows[2]).toMatchObject({ step: 3, loss: null, skipped: 1 });
    const psnr = (from: number) => mean(rows.slice(from, from + 5).map((row) => row.psnr!));
    expect(psnr(55)).toBeGreaterThan(psnr(3) + 3);
    expect((await readLog(project, record.id)).filter(({ kind }) => kind === 'trouble')).toHaveLength(2);
  });

  it('needs pictures', async () => {
    await expect(trainTinyVae(await stripedProject(12))).rejects.toMatchObject({ code: 'dataset.tooFew' });
  });
});

describe('runs of VAEs', () => {
  it('have ids of their own, and are not among the runs of models', async () => {
    const project = await stripedProject(0);
    const id = await createRunFolder(project, 'vae');
    expect([id, await createRunFolder(project)]).toEqual(['vae-001', 'run-001']);
    await writeRun(project, {
      ...{ kind: 'vae', id, name: 'Stripes', createdAt: new Date(0).toISOString(), config: tinyVaeConfig() },
      plan: { steps: 6, parameters: 1, pictureSize: 32, trainingPictures: 24, heldOutPictures: 0 },
      ...{ status: 'running', step: 0, seconds: 0, skipped: 0, scores: [], datasetHash: 'hash' },
    });
    expect((await listVaeRuns(project)).map((run) => run.id)).toEqual([id]);
    expect(await listRuns(project)).toEqual([]);
    await markInterrupted(project);
    expect((await readVaeRun(project, id)).status).toBe('interrupted');
    const written: unknown = JSON.parse(await readFile(join(runFolder(project, id), 'run.json'), 'utf8'));
    expect(written).toMatchObject({ schemaVersion: 1, kind: 'vae' });
    await deleteRun(project, id);
    expect(await listVaeRuns(project)).toEqual([]);
    expect(await createRunFolder(project, 'vae')).toBe('vae-002');
    await expect(loadVae(id, { resources, project })).rejects.toMatchObject({ code: 'vae.unknown' });
  });
});
