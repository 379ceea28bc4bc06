/** Training a model on pictures that something was done about. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { addOperation, undoOperation } from '../../../main/datasets/operations/log.ts';
import type { Operation } from '../../../main/datasets/operations/schema.ts';
import { measureAgain } from '../../../main/latents/finish.ts';
import { readAllLatents } from '../../../main/latents/reader.ts';
import { readManifest, readStatistics } from '../../../main/latents/store.ts';
import { readLog, readRun, runFolder } from '../../../main/runs/store.ts';
import { readCheckpoint } from '../../../main/training/checkpoint.ts';
import { readMetrics } from '../../../main/training/metrics.ts';
import { runAdjustments } from '../../../main/workers/run-adjustments.ts';
import type { Threads } from '../../../main/workers/threads.ts';
import { latentProject, modelJob, trainTinyModel } from '../../support/model-training.ts';
import { tinyConfig } from '../../support/training.ts';

const steps = 4;
const config = tinyConfig({ length: { kind: 'steps', steps } });
const pictures = 24;

const now = () => new Date(0);
const operate = (project: string, operation: Operation) => addOperation(project, operation, now);
/** Bit for bit what a run computed. */
async function numbers(project: string, run: string) {
  const folder = runFolder(project, run);
  const metrics = (await readMetrics(folder)).map(({ loss, gradNorm }) => [loss, gradNorm]);
  return { metrics, state: (await readCheckpoint(folder))!.state };
}
/** What a run that starts now would mind. */
async function minded(project: string, folder: string) {
  let measured = 0;
  const maths = {
    measureAgain: (input: { folder: string }) => {
      measured++;
      return measureAgain(input.folder);
    },
  };
  const threads = { maths } as unknown as Threads;
  return { adjusted: await runAdjustments(threads, project, (await readManifest(folder))!), measured };
}

it('pictures count less in the runs that start then, which go on with that bit for bit, whatever is done since', async () => {
  const { project, ids } = await latentProject(pictures);
  const plain = await trainTinyModel(project, config);
  expect(plain.plan.adjusted).toBeUndefined();
  await operate(project, { kind: 'weigh', pictures: ids.slice(0, 6), weight: 0.25 });
  await operate(project, { kind: 'leaveOut', pictures: [ids[20]!] });
  const whole = await trainTinyModel(project, config);
  expect(whole.plan.adjusted).toEqual({ weights: Object.fromEntries(ids.slice(0, 6).map((id) => [id, 0.25])) });
  expect((await numbers(project, whole.id)).metrics).not.toEqual((await numbers(project, plain.id)).metrics);
  expect((await readLog(project, whole.id))[0]!.text).toContain('6 pictures count less than others.');

  const stopped = await trainTinyModel(project, config, 2);
  expect([stopped.status, stopped.step]).toEqual(['stopped', 2]);
  await operate(project, { kind: 'weigh', pictures: [...ids], weight: 0.5 });
  await undoOperation(project, 1, now);
  const resumed = await modelJob(project).resume(stopped.id);
  expect(resumed.status).toBe('finished');
  expect((await readRun(project, stopped.id)).plan).toEqual(whole.plan);
  expect(await numbers(project, stopped.id)).toEqual(await numbers(project, whole.id));
});

it('latents are clipped in the runs that start then, which say what that did and go on with it bit for bit', async () => {
  const { project, ids, folder } = await latentProject(pictures);
  await operate(project, { kind: 'clip', k: 2 });
  await operate(project, { kind: 'clip', k: null, pictures: [ids[3]!, ids[4]!] });
  const whole = await trainTinyModel(project, config);
  const channels = (await readStatistics(folder))!.channels as { median: number; mad: number }[];
  const borders = channels.map(({ median, mad }) => [median - 2 * 1.4826 * mad, median + 2 * 1.4826 * mad] as const);
  const raw = await readAllLatents(folder, (await readManifest(folder))!);
  const [dimensions, positions] = [raw.length / ids.length, raw.length / ids.length / channels.length];
  const beyond = ids.map((_, picture) => {
    if (picture === 3 || picture === 4) return 0;
    return raw.subarray(picture * dimensions, (picture + 1) * dimensions).filter((value, i) => {
      const [low, high] = borders[Math.floor(i / positions)]!;
      return value < low || value > high;
    }).length;
  });
  const values = beyond.reduce((sum, count) => sum + count, 0);
  expect(values).toBeGreaterThan(20);
  expect(whole.plan.clipped).toEqual({ values, pictures: beyond.filter((count) => count > 0).length });
  expect((await readLog(project, whole.id))[0]!.text).toContain(`${values} values of`);

  const stopped = await trainTinyModel(project, config, 2);
  await operate(project, { kind: 'clip', k: null });
  await operate(project, { kind: 'weigh', pictures: [ids[0]!], weight: 0.1 });
  const resumed = await modelJob(project).resume(stopped.id);
  expect([resumed.status, resumed.plan]).toEqual(['finished', whole.plan]);
  expect(await numbers(project, stopped.id)).toEqual(await numbers(project, whole.id));
});

it('where all pictures count the same and nothing is so far out, no bit changes', async () => {
  const { project, ids, folder } = await latentProject(pictures);
  const plain = await trainTinyModel(project, config);
  await operate(project, { kind: 'weigh', pictures: [...ids], weight: 0.5 });
  await operate(project, { kind: 'clip', k: 100 });
  const same = await trainTinyModel(project, config);
  expect(Object.keys(same.plan.adjusted!.weights)).toHaveLength(pictures);
  expect(same.plan.clipped).toEqual({ values: 0, pictures: 0 });
  expect(await numbers(project, same.id)).toEqual(await numbers(project, plain.id));
  // A weight of 1 is none, and neither is a bound that is taken away again.
  await operate(project, { kind: 'weigh', pictures: [...ids], weight: 1 });
  await operate(project, { kind: 'clip', k: null, pictures: [...ids] });
  expect((await minded(project, folder)).adjusted).toBeUndefined();
});

it('only what concerns the set is minded, and a set that is older than the MAD is measured first', async () => {
  const { project, ids, folder } = await latentProject(pictures);
  await operate(project, { kind: 'clip', k: 2, pictures: [ids[1]!] });
  const first = await minded(project, folder);
  expect(first).toMatchObject({
    adjusted: { clip: { bounds: { all: null, pictures: { [ids[1]!]: 2 } } } },
    measured: 0,
  });
  const path = join(folder, 'statistics.json');
  const stored = JSON.parse(readFileSync(path, 'utf8')) as { channels: Record<string, unknown>[] };
  const channels = stored.channels.map(({ mad: _mad, orderError: _error, ...channel }) => channel);
  writeFileSync(path, JSON.stringify({ ...stored, schemaVersion: 1, channels }));
  expect(await minded(project, folder)).toEqual({ ...first, measured: 1 });
  // A set without that picture.
  const manifestPath = join(folder, 'manifest.json');
  const manifest = readFileSync(manifestPath, 'utf8');
  writeFileSync(manifestPath, manifest.replace(`"${ids[1]}"`, '"ffffffffffffffff"'));
  expect(await minded(project, folder)).toEqual({ adjusted: undefined, measured: 0 });
});
