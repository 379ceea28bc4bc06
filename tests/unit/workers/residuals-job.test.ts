import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scaleC } from '../../../main/consistency/scaling-c.ts';
import type { Device } from '../../../main/engine/contract.ts';
import { createLocalDevice } from '../../../main/engine/local-device.ts';
import { latentsFolder, readManifest, writeManifest } from '../../../main/latents/store.ts';
import { readLatentSet } from '../../../main/latents/reader.ts';
import { deleteRun, readRun, runFolder, writeRun } from '../../../main/runs/store.ts';
import { DataOrder, prepareBatch } from '../../../main/training/batch.ts';
import { objectiveOf } from '../../../main/training/objectives/index.ts';
import type { LevelPair } from '../../../main/training/objectives/objective.ts';
import { choosePairs } from '../../../main/training/residuals/pairs.ts';
import { LensSources, readRunResiduals } from '../../../main/training/residuals/reading.ts';
import type { RunResiduals } from '../../../main/training/residuals/schema.ts';
import { stageAt } from '../../../main/training/residuals/stage.ts';
import { measuredSteps, readMeasurement, truncateMeasurements } from '../../../main/training/residuals/store.ts';
import type { RunConfig } from '../../../main/training/schema.ts';
import { createTrainer } from '../../../main/training/trainer.ts';
import { addRun, localMaths, measure, pictures, placeOf, projectWithRun, totalSteps, trainingData } from '../../support/residuals.ts'; // prettier-ignore
import { livelyState } from '../../support/teaching.ts';
import { consistencyConfig, tinyConfig, tinyShape } from '../../support/training.ts';

const checkpoint = 60;
const stored = async (project: string, step = checkpoint) =>
  (await readMeasurement((await placeOf(project)).folder, step))!;

/**
 * r of the rows of the step after the checkpoint, as training reports them when all of its rows are at this pair of levels: through
 * the step with its gradient and its update, not through the program that measures.
 */
async function trained(project: string, config: RunConfig, { t, r }: LevelPair, later = 0): Promise<number[]> {
  const data = trainingData(await readLatentSet(latentsFolder(project, 'made-up'), 0));
  const batch = prepareBatch(data, config, totalSteps, checkpoint + later, new DataOrder(config.seed, pictures));
  const inputs = { ...batch.inputs, ...objectiveOf(config).teaching!.inputs({ t, r }, config.batchSize) };
  const trainer = await createTrainer({ device: createLocalDevice(1), name: 'train', config, shape: tinyShape });
  await trainer.put(livelyState(config, checkpoint));
  const [report] = await trainer.steps([{ batch: { ...batch, inputs }, update: 1, emaRates: [0.9] }]);
  return Array.from(report!.residuals!, (square) => Math.sqrt(square));
}

describe.each([
  ['with optimal transport', tinyConfig()],
  ['with independent noise', tinyConfig({ coupling: 'independent' })],
  ['of Easy Consistency Tuning', tinyConfig({ objective: { kind: 'easyConsistency', c: 0.03 } })],
])('residuals of a checkpoint %s', (_, config) => {
  it('are those that training has of the next steps, with the same weights, latents and noise', async () => {
    const project = await projectWithRun(config);
    const { pairs } = await measure(project, { pictures: 20 });
    const { r } = await stored(project);
    const all = objectiveOf(config).teaching!.pairs({ k: checkpoint, totalSteps });
    // The first, one in between and the last; and rows of the first three steps after the checkpoint, the third only in part.
    for (const place of [0, 3, pairs.length - 1]) {
      const { index } = pairs[place]!;
      const expected = [0, 1, 2].map((later) => trained(project, config, all[index]!, later));
      expect(r.subarray(20 * place, 20 * (place + 1))).toBeAllClose((await Promise.all(expected)).flat().slice(0, 20), {
        rtol: 1e-4,
        atol: 1e-6,
        because: 'the same float32 sums, in another order',
      });
    }
  });
});

describe('a measurement', () => {
  it('knows of pictures that count less: their samples drive the update as little as they do in training', async () => {
    const project = await projectWithRun();
    const record = await readRun(project, 'run-001');
    const manifest = (await readManifest(latentsFolder(project, 'made-up')))!;
    const ids = manifest.shards.flatMap((shard) => shard.pictures);
    const adjusted = { weights: Object.fromEntries(ids.slice(0, pictures / 2).map((id) => [id, 0.25])) };
    await writeRun(project, { ...record, plan: { ...record.plan, adjusted } });
    await measure(project, { pictures: 20 });
    const { measurement, counts } = await stored(project);
    // Half of all count a quarter: 0.4 and 1.6 of their mean.
    const { config, plan } = record;
    const set = await readLatentSet(latentsFolder(project, 'made-up'), 0, adjusted);
    const order = new DataOrder(config.seed, pictures);
    const first = checkpoint * config.batchSize;
    const expected = Array.from({ length: 20 }, (_, i) => set.weights![order.at(first + i)]!);
    expect(new Set(expected.map((count) => count.toFixed(3)))).toEqual(new Set(['0.400', '1.600']));
    expect(counts).toEqual(Float32Array.from(expected));
    const place = { ...(await placeOf(project)), config, plan };
    const [{ samples }] = (await readRunResiduals(place)).measurements as [RunResiduals['measurements'][number]];
    expect(samples.weight).toEqual(
      measurement.pairs.flatMap(({ weight }) => Array.from(counts!, (count) => weight * count)),
    );
    const { residuals } = (await new LensSources().of(place, 'measurement'))!;
    const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
    expect(sum(residuals.weight)).toBeCloseTo(sum(samples.weight), 6);
  });

  it('has every discretisation step of a short schedule, with its levels, λ, share and distribution', async () => {
    const project = await projectWithRun();
    const done: number[] = [];
    const measurement = await measure(
      project,
      {},
      { job: { onProgress: (progress) => void done.push(progress.done) } },
    );
    // s0 = 4 and s1 = 16 in 100 steps: 8 intervals at step 60.
    expect(measurement).toMatchObject({ step: 60, levels: 9, pictures: 192, elements: 32, device: { kind: 'cpu' } });
    const all = objectiveOf(tinyConfig()).teaching!.pairs({ k: 60, totalSteps });
    const { measurement: onDisk, r } = await stored(project);
    expect(onDisk).toEqual(measurement);
    expect(measurement.pairs).toHaveLength(8);
    expect(r).toHaveLength(8 * 192);
    for (const [i, pair] of measurement.pairs.entries()) {
      const { t, r: teacher, weight, share } = all[i]!;
      expect(pair).toMatchObject({ index: i, sigma: t, teacherSigma: teacher, weight, share, n: 192 * 32 });
      // The elements' distribution and the samples' r are of the same numbers.
      const squares = r.subarray(192 * i, 192 * (i + 1)).reduce((sum, each) => sum + each * each, 0) / 192;
      expect(pair.mean ** 2 + (pair.std ** 2 * (pair.n - 1)) / pair.n).toBeCloseTo(squares, 6);
      expect(pair.histogram.counts.reduce((sum, count) => sum + count, pair.histogram.below + pair.histogram.above)).toBe(192 * 32); // prettier-ignore
      expect(pair.q1 < pair.median && pair.median < pair.q3).toBe(true);
    }
    expect(done[0]).toBe(0);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(done.at(-1)).toBeGreaterThan(7 * 192);
  });

  it('is the same whenever it is made, and of other checkpoints another one', async () => {
    const project = await projectWithRun(tinyConfig(), [30, 60]);
    const request = { steps: [1], pictures: 5 };
    const newest = await measure(project, request);
    const first = await stored(project);
    await measure(project, request);
    expect((await stored(project)).r).toEqual(first.r);
    expect(await measure(project, { ...request, checkpoint: 60 })).toMatchObject({ pairs: newest.pairs });
    expect(await measure(project, { ...request, checkpoint: 30 })).toMatchObject({ step: 30, levels: 5 });
    expect(await measuredSteps((await placeOf(project)).folder)).toEqual([30, 60]);
    expect((await stored(project, 30)).r).not.toEqual(first.r);
    // The run goes on from an earlier step: what comes after it is made again.
    await truncateMeasurements((await placeOf(project)).folder, 30);
    expect(await measuredSteps((await placeOf(project)).folder)).toEqual([30]);
  });

  it('after the last step is of the last stage', async () => {
    const project = await projectWithRun(tinyConfig(), [totalSteps]);
    expect(await measure(project, { steps: [0], pictures: 2 })).toMatchObject({ step: 100, levels: 17 });
  });

  it('has only the discretisation steps that are asked for, and refuses those that there are not', async () => {
    const project = await projectWithRun();
    const { pairs } = await measure(project, { steps: [7, 2, 2], pictures: 3 });
    expect(pairs.map(({ index }) => index)).toEqual([2, 7]);
    expect(pairs.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    await expect(measure(project, { steps: [3, 8] })).rejects.toMatchObject({
      code: 'run.noDiscretisationStep',
      details: { asked: 8, last: 7 },
    });
  });

  it('tells the network the classes of the steps, where it knows any', async () => {
    const config = tinyConfig({ classes: { kind: 'folders', count: 3 } });
    const project = await projectWithRun(config);
    // Pictures in no folder have the null class, and so has a row that is filled up.
    const device = createLocalDevice(1);
    const told: number[][] = [];
    const watched: Device = {
      ...device,
      run: (input) => {
        told.push([...(input.inputs['classes']!.data as Float32Array)]);
        return device.run(input);
      },
    };
    await measure(project, { steps: [0], pictures: 3 }, { device: watched });
    expect(told).toEqual([[...[0, 1, 2].flatMap(() => [0, 0, 0, 1]), ...new Array<number>(13 * 4).fill(0)]]);
  });

  it('that is cancelled or fails leaves the one before, and nothing on the device', async () => {
    const project = await projectWithRun();
    await measure(project, { steps: [0], pictures: 40 });
    const { folder } = await placeOf(project);
    const file = join(folder, 'residuals', 'step-000000060', 'measurement.json');
    const before = readFileSync(file);
    const stop = new AbortController();
    const maths = localMaths();
    const device = createLocalDevice(1);
    const left = new Set<string>();
    const counted: Device = {
      ...device,
      load: (input) => (left.add(`program ${input.program}`), device.load(input)),
      unload: (input) => (left.delete(`program ${input.program}`), device.unload(input)),
      createState: (input) => (left.add(`state ${input.state}`), device.createState(input)),
      dropState: (input) => (left.delete(`state ${input.state}`), device.dropState(input)),
    };
    const onProgress = ({ done }: { done: number }) => (done >= 16 ? stop.abort() : undefined);
    await expect(
      measure(project, { pictures: 40 }, { device: counted, maths, job: { signal: stop.signal, onProgress } }),
    ).rejects.toMatchObject({ code: 'api.cancelled' });
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(join(folder, 'residuals'))).toEqual(['step-000000060']);
    expect(maths.opened.size).toBe(0);
    expect(left).toEqual(new Set());
    const broken: Device = {
      ...device,
      run: async (input) => {
        const { residual } = await device.run(input);
        return { residual: { ...residual!, data: (residual!.data as Float32Array).fill(NaN, 40, 41) } };
      },
    };
    await expect(measure(project, { pictures: 4 }, { device: broken })).rejects.toMatchObject({
      code: 'run.residualsNotFinite',
      details: { run: 'run-001', step: 60, sigma: 80 },
    });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('of a run that is deleted meanwhile leaves no folder behind', async () => {
    const project = await projectWithRun();
    const maths = localMaths();
    const deleting = {
      ...maths,
      distribution: async (input: Parameters<typeof maths.distribution>[0]) => {
        await deleteRun(project, 'run-001');
        return maths.distribution(input);
      },
    };
    await expect(measure(project, { steps: [0], pictures: 2 }, { maths: deleting })).rejects.toMatchObject({
      code: 'run.unknown',
    });
    expect(readdirSync(runFolder(project, 'run-001'))).toEqual([]);
  });

  it('needs a run with a teacher, a checkpoint and its latents', async () => {
    const project = await projectWithRun();
    const refused = (request: Parameters<typeof measure>[1], code: string) =>
      expect(measure(project, request)).rejects.toMatchObject({ code });
    await refused({ run: 'run-009' }, 'run.unknown');
    await refused({ checkpoint: 7 }, 'run.unknownCheckpoint');
    await refused(
      { run: await addRun(project, tinyConfig({ objective: { kind: 'diffusion' } }), [1]) },
      'run.noTeacher',
    );
    await refused({ run: await addRun(project, tinyConfig(), []) }, 'run.noCheckpoint');
    const folder = latentsFolder(project, 'made-up');
    await writeManifest(folder, { ...(await readManifest(folder))!, complete: false });
    await refused({}, 'run.latentsChanged');
  });

  it('that does not fit its samples is called damaged, and one of a newer version is not read', async () => {
    const project = await projectWithRun();
    await measure(project, { steps: [0], pictures: 4 });
    const { folder } = await placeOf(project);
    const file = join(folder, 'residuals', 'step-000000060', 'measurement.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('"pictures": 4', '"pictures": 5'));
    await expect(stored(project)).rejects.toMatchObject({ code: 'storage.damaged' });
    writeFileSync(file, text.replace('"schemaVersion": 1', '"schemaVersion": 2'));
    await expect(stored(project)).rejects.toMatchObject({ code: 'storage.newerVersion' });
  });
});

describe('the pairs that are measured', () => {
  const many = Array.from({ length: 640 }, (_, i) => ({ t: 2 - i / 640, r: 1, weight: i, share: 1 / 640 }));

  it('are at most 21, evenly spread, first and last among them, and share all draws among them', () => {
    const chosen = choosePairs(many);
    expect(chosen.map(({ index }) => index)).toEqual(Array.from({ length: 21 }, (_, i) => Math.round((i * 639) / 20)));
    expect(chosen.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    // 0 to 15 are nearest to 0, and 16 to 47 to 32.
    expect(chosen[0]!.share).toBeCloseTo(17 / 640, 12);
    expect(chosen[1]!.share).toBeCloseTo(32 / 640, 12);
    expect(chosen[1]).toMatchObject({ index: 32, weight: 32 });
  });

  it('are all that there are, where they are few', () => {
    expect(choosePairs(many.slice(0, 10)).map(({ index, share }) => [index, share])).toEqual(
      Array.from({ length: 10 }, (_, i) => [i, 1 / 640]),
    );
  });

  it('have the share of those nearest to them', () => {
    expect(choosePairs(many.slice(0, 8), [5, 1]).map(({ index, share }) => [index, share * 640])).toEqual([
      [1, 4],
      [5, 4],
    ]);
    expect(choosePairs(many.slice(0, 8), [3])[0]!.share * 640).toBeCloseTo(8, 12);
  });
});

describe('c on the scale of r', () => {
  const plan = { steps: totalSteps, latentShape: [...tinyShape] as [number, number, number] };

  it('is the schedule’s, and of a sum of squares a √D-th of it', () => {
    const [mean, sum] = [consistencyConfig({}), consistencyConfig({ reduction: 'sum' })];
    const expected = scaleC({ kind: 'adaptive' }, 9, 4, 32);
    expect(stageAt(mean, plan, 60)).toEqual({ levels: 9, c: expected });
    expect(stageAt(sum, plan, 60).c).toBeCloseTo(expected / Math.sqrt(32), 12);
    const tuned = tinyConfig({ objective: { kind: 'easyConsistency', c: 0.03 } });
    expect(stageAt(tuned, plan, 60)).toEqual({ c: 0.03 / Math.sqrt(32) });
  });
});
