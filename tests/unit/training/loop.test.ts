import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { studioError } from '../../../main/base/errors.ts';
import type { Device } from '../../../main/engine/contract.ts';
import { createLocalDevice } from '../../../main/engine/local-device.ts';
import { radamRates } from '../../../main/optim/radam.ts';
import type { Batch } from '../../../main/training/batch.ts';
import { listCheckpoints, readCheckpoint } from '../../../main/training/checkpoint.ts';
import { nextBurst, startPosition } from '../../../main/training/loop.ts';
import { scoreSteps, sheetSteps } from '../../../main/training/schedule.ts';
import type { Trouble } from '../../../main/training/loop.ts';
import { readMetrics } from '../../../main/training/metrics.ts';
import { readResidualRows } from '../../../main/training/residuals/rows.ts';
import { newRunFolder, runTiny, tinyConfig } from '../../support/training.ts';

/** Metrics without the clock. */
const numbers = async (folder: string) =>
  (await readMetrics(folder)).map(({ stepSeconds: _s, seconds: _t, ...row }) => row);
/** What was written of residuals, byte for byte. */
const record = (folder: string) => readFileSync(join(folder, 'residuals.jsonl'), 'utf8');
const weights = async (folder: string) => {
  const checkpoint = await readCheckpoint(folder);
  return Object.fromEntries(
    checkpoint!.state.map(({ name, data }) => [name, Buffer.from(data.buffer, 0, data.byteLength).toString('base64')]),
  );
};
const broken = (batch: Batch): Batch => ({ ...batch, x_0: batch.x_0.map(() => NaN) });

describe('resuming', () => {
  it('2N steps in one go are N + N steps with a stop between, bit for bit', async () => {
    const whole = await runTiny();
    const first = await runTiny({ stopAfter: 6 });
    expect(first.end).toMatchObject({ reason: 'stopped', position: { step: 6 } });
    const second = await runTiny({ folder: first.folder });
    expect(second.end).toMatchObject({ reason: 'finished', position: { step: 12 } });
    expect(await numbers(first.folder)).toEqual(await numbers(whole.folder));
    expect(record(first.folder)).toBe(record(whole.folder));
    expect(record(whole.folder).trim().split('\n')).toHaveLength(12);
    expect(await weights(first.folder)).toEqual(await weights(whole.folder));
  });

  it('after a kill goes on from the last checkpoint: rows and steps after it are made again', async () => {
    const whole = await runTiny();
    const { folder } = await runTiny({ stopAfter: 5 });
    // The process died later: it had recorded more steps than its checkpoint holds, the last one torn.
    const row = readFileSync(join(folder, 'metrics.jsonl'), 'utf8').split('\n')[0]!;
    writeFileSync(join(folder, 'metrics.jsonl'), `${row.replace('"step":1,', '"step":6,')}\n{"step":7,"lo`, {
      flag: 'a',
    });
    const seen = record(folder).split('\n')[0]!;
    writeFileSync(join(folder, 'residuals.jsonl'), `${seen.replace('"step":1,', '"step":6,')}\n{"step":7,"r`, {
      flag: 'a',
    });
    await runTiny({ folder });
    expect(await numbers(folder)).toEqual(await numbers(whole.folder));
    expect(record(folder)).toBe(record(whole.folder));
    expect(await weights(folder)).toEqual(await weights(whole.folder));
  });

  it('passes over a damaged checkpoint for the one before it, and says so', async () => {
    const { folder } = await runTiny({ stopAfter: 4 });
    await runTiny({ folder, stopAfter: 8 });
    const [newest] = await listCheckpoints(folder);
    writeFileSync(join(newest!.folder, 'state.safetensors'), 'half of a file');
    const damaged: string[] = [];
    const checkpoint = await readCheckpoint(folder, undefined, (path) => damaged.push(path));
    expect(checkpoint!.info.step).toBe(4);
    expect(damaged).toEqual([newest!.folder]);
    // A checkpoint of the first version: it knew no halvings.
    const path = join((await listCheckpoints(folder))[1]!.folder, 'checkpoint.json');
    const { step, seconds, sha256 } = checkpoint!.info;
    writeFileSync(path, JSON.stringify({ schemaVersion: 1, step, seconds, skipped: 3, sha256 }));
    expect((await readCheckpoint(folder))!.info).toEqual({ ...startPosition, step, seconds, skipped: 3, sha256 });
  });
});

describe('numbers that break', () => {
  it('a step with NaN is rolled back and counted, and training goes on', async () => {
    const { folder, end } = await runTiny({ spoil: (batch, k) => (k === 3 ? broken(batch) : batch) });
    expect(end).toMatchObject({ reason: 'finished', position: { step: 12, skipped: 1 } });
    const rows = await numbers(folder);
    expect(rows[3]).toMatchObject({ step: 4, loss: null, gradNorm: null, skipped: 1 });
    expect(rows[4]!.loss).toBeTypeOf('number');
    // What did not take place has no residuals.
    const seen = await readResidualRows(folder);
    expect(seen.map(({ step }) => step)).toEqual([1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12]);
    for (const { data } of (await readCheckpoint(folder))!.state) expect(data.every(Number.isFinite)).toBe(true);
  });

  it('the state after a rolled-back step is the one before it', async () => {
    const before = await runTiny({ stopAfter: 3 });
    const after = await runTiny({ stopAfter: 4, spoil: (batch, k) => (k === 3 ? broken(batch) : batch) });
    expect(await weights(after.folder)).toEqual(await weights(before.folder));
  });

  const learningRates = async (folder: string) => (await readMetrics(folder)).map(({ learningRate }) => learningRate);
  const impatient = (changes: Parameters<typeof tinyConfig>[0] = {}) => tinyConfig({ nonFiniteLimit: 1, ...changes });

  it('more than the limit halve the learning rate for the rest of the run, and it is said', async () => {
    const troubles: Trouble[] = [];
    const spoil = (batch: Batch, k: number) => (k === 2 || k === 5 ? broken(batch) : batch);
    const device = createLocalDevice(1);
    const scalars: number[][] = [];
    const watched: Device = {
      ...device,
      steps: (input) => {
        scalars.push(
          ...input.calls.map(({ inputs }) => ['adaptive', 'momentum'].map((name) => inputs[name]!.data[0]!)),
        );
        return device.steps(input);
      },
    };
    const config = impatient();
    const { folder, end } = await runTiny({
      config,
      device: watched,
      spoil,
      loop: { onTrouble: async (trouble) => void troubles.push(trouble) },
    });
    expect(end).toMatchObject({ reason: 'finished', position: { step: 12, skipped: 2, halvings: 1 } });
    expect(await learningRates(folder)).toEqual([
      ...Array.from({ length: 6 }, () => 1e-3),
      ...Array.from({ length: 6 }, () => 5e-4),
    ]);
    const used = (await learningRates(folder)).map((learningRate, i) => {
      const { adaptive, momentum } = radamRates(i + 1, { ...config.optimiser, learningRate });
      return [adaptive, momentum].map(Math.fround);
    });
    expect(scalars).toEqual(used);
    expect(troubles).toEqual([
      { kind: 'rolledBack', step: 3, count: 1 },
      { kind: 'halved', step: 6, count: 2, learningRate: 5e-4 },
    ]);
    expect((await readCheckpoint(folder))!.info).toMatchObject({ halvings: 1, skippedSinceHalving: 0 });
  });

  it('a halved rate and the count towards the next outlive stops, bit for bit', async () => {
    const config = impatient();
    const spoil = (batch: Batch, k: number) => ([2, 5, 9].includes(k) ? broken(batch) : batch);
    const whole = await runTiny({ config, spoil });
    // Once before the rate is halved, and once after.
    const { folder } = await runTiny({ config, spoil, stopAfter: 4 });
    await runTiny({ config, spoil, folder, stopAfter: 8 });
    const { end } = await runTiny({ config, spoil, folder });
    expect(end.position).toEqual({ ...whole.end.position, seconds: end.position.seconds });
    expect(end.position).toMatchObject({ skipped: 3, halvings: 1, skippedSinceHalving: 1 });
    expect(await numbers(folder)).toEqual(await numbers(whole.folder));
    expect(record(folder)).toBe(record(whole.folder));
    expect(await weights(folder)).toEqual(await weights(whole.folder));
  });

  it('a rate that is halved in vain ends the run with an explanation and a checkpoint of the last good weights', async () => {
    const { folder, end } = await runTiny({
      config: impatient(),
      spoil: (batch, k) => (k >= 2 ? broken(batch) : batch),
    });
    // Two broken steps halve the rate; two more, with none between them that took place, are the end.
    expect(end).toMatchObject({ reason: 'notFinite', position: { step: 6, skipped: 4, halvings: 1 } });
    expect(end.reason === 'notFinite' && end.error.words.means).toContain('rolled back');
    const good = await runTiny({ stopAfter: 2 });
    expect(await weights(folder)).toEqual(await weights(good.folder));
    const resumed = await runTiny({ config: impatient(), folder });
    expect(resumed.end).toMatchObject({ reason: 'finished', position: { step: 12, halvings: 1 } });
  });
});

describe('several averages', () => {
  it('are kept side by side: the first is that of a run with one, each moves at its own rate', async () => {
    const averages = [
      { kind: 'share', share: 1 / 30 },
      { kind: 'rate', rate: 0 },
      { kind: 'rate', rate: 0.9 },
    ] as const;
    const [one, three] = [await runTiny(), await runTiny({ config: tinyConfig({ averages: [...averages] }) })];
    const [alone, all] = [await weights(one.folder), await weights(three.folder)];
    expect(all).toMatchObject(alone);
    const names = Object.keys(alone).flatMap((name) => (name.startsWith('ema/') ? [name.slice(4)] : []));
    expect(Object.keys(all)).toHaveLength(Object.keys(alone).length + 2 * names.length);
    const state = new Map((await readCheckpoint(three.folder))!.state.map(({ name, data }) => [name, data]));
    for (const name of names) {
      // A rate of 0 keeps the weights themselves, to a rounding of p − e and of e + (p − e).
      expect(state.get(`ema1/${name}`)).toBeAllClose(state.get(`parameters/${name}`)!, {
        rtol: 1e-6,
        atol: 1e-7,
        because: 'two roundings of float32',
      });
    }
    expect(all[`ema2/${names[0]!}`]).not.toEqual(all[`ema/${names[0]!}`]);
  });
});

it('bursts make the steps that single runs make, bit for bit, around a rolled-back one, too', async () => {
  const spoil = (batch: Batch, k: number) => ([3, 5, 6, 7, 8].includes(k) ? broken(batch) : batch);
  // The last of them halves the learning rate, in the middle of what would have been a burst.
  const config = tinyConfig({ nonFiniteLimit: 4 });
  const single = await runTiny({ config, spoil });
  const device = createLocalDevice(1);
  const inBursts: Device = { ...device, traits: async () => ({ ...(await device.traits({})), burst: 5 }) };
  const sizes: number[] = [];
  const counted: Device = {
    ...inBursts,
    steps: (input) => {
      sizes.push(input.calls.length);
      return inBursts.steps(input);
    },
  };
  // A clock that stands still: no step takes long enough to shorten a burst.
  const burst = await runTiny({ config, spoil, device: counted, loop: { now: () => 0 } });
  expect(burst.end.position.halvings).toBe(1);
  expect(Math.max(...sizes)).toBe(5);
  expect(await numbers(burst.folder)).toEqual(await numbers(single.folder));
  expect(record(burst.folder)).toBe(record(single.folder));
  expect(await weights(burst.folder)).toEqual(await weights(single.folder));
});

it('a device that lets NaN through ends the run, and the checkpoint before it is whole', async () => {
  const { folder } = await runTiny({ stopAfter: 3 });
  const honest = createLocalDevice(1);
  const careless: Device = {
    ...honest,
    steps: async (input) => {
      const { outputs } = await honest.steps(input);
      const always = { dtype: 'float32' as const, shape: [], data: Float32Array.of(1) };
      return { outputs: outputs.map((one) => ({ ...one, committed: always })) };
    },
  };
  const spoil = (batch: Batch, k: number) => (k === 5 ? broken(batch) : batch);
  await expect(runTiny({ folder, device: careless, spoil })).rejects.toMatchObject({ code: 'engine.ignoresNaN' });
  expect((await readCheckpoint(folder))!.info.step).toBe(3);
});

describe('a disk that refuses', () => {
  const full = () => studioError('storage.diskFull', { path: '/somewhere' });
  const refusing = (times: number, error = full) => {
    let left = times;
    return async () => {
      if (left-- > 0) throw error();
    };
  };

  it('makes the run wait, and nothing is lost when it gives way', async () => {
    const whole = await runTiny();
    const refusals: string[] = [];
    const { folder, end } = await runTiny({
      config: tinyConfig({ sampleSheets: 3 }),
      loop: {
        onCheckpoint: refusing(2),
        sampleSheet: refusing(1),
        whileRefused: async ({ code }) => void refusals.push(code),
      },
    });
    expect(end).toMatchObject({ reason: 'finished', position: { step: 12, skipped: 0 } });
    expect(refusals).toEqual(Array.from({ length: 3 }, () => 'storage.diskFull'));
    expect(await numbers(folder)).toEqual(await numbers(whole.folder));
    expect(record(folder)).toBe(record(whole.folder));
    expect(await weights(folder)).toEqual(await weights(whole.folder));
  });

  it('fails a run that is stopped meanwhile, and so does what no one can mend', async () => {
    const stop = new AbortController();
    const loop = { signal: stop.signal, onCheckpoint: refusing(99), whileRefused: async () => stop.abort() };
    await expect(runTiny({ loop })).rejects.toMatchObject({ code: 'storage.diskFull' });
    const damaged = () => studioError('storage.damaged', { path: '/somewhere', reason: 'it reads back differently' });
    await expect(
      runTiny({ loop: { onCheckpoint: refusing(1, damaged), whileRefused: refusing(0) } }),
    ).rejects.toMatchObject({ code: 'storage.damaged' });
  });
});

describe('the loop', () => {
  it('learns: told to denoise large noise, it errs ever less', async () => {
    const config = tinyConfig({
      length: { kind: 'steps', steps: 300 },
      objective: {
        kind: 'consistency',
        curriculum: { s0: 4, s1: 4 },
        noise: { sigmaMin: 0.3, sigmaMax: 3 },
        diffusionLoss: { threshold: 0, weight: 5 },
        scaling: { kind: 'constant', c: 10 },
      },
      optimiser: { learningRate: 1e-2 },
    });
    const { folder } = await runTiny({ config });
    const errors = (await readMetrics(folder)).map(({ diffusionLoss }) => diffusionLoss!);
    const mean = (part: readonly number[]) => part.reduce((a, b) => a + b, 0) / part.length;
    expect(mean(errors.slice(-40))).toBeLessThan(0.7 * mean(errors.slice(0, 40)));
  });

  it('makes one step even when its minutes were over before it began', async () => {
    const { end } = await runTiny({ loop: { now: () => 5000, deadline: 3000 } });
    expect(end).toMatchObject({ reason: 'deadline', position: { step: 1 } });
  });

  it('stops at its deadline with a checkpoint', async () => {
    let time = 0;
    const { folder, end } = await runTiny({ loop: { now: () => (time += 100), deadline: 3000 } });
    expect(end.reason).toBe('deadline');
    expect((await readCheckpoint(folder))!.info.step).toBe(end.position.step);
    expect(end.position.step).toBeLessThan(12);
  });

  it('writes checkpoints by the clock and keeps the newest two', async () => {
    let time = 0;
    const { folder } = await runTiny({
      config: tinyConfig({ checkpointMinutes: 0.001 }),
      loop: { now: () => (time += 100) },
    });
    expect((await listCheckpoints(folder)).map(({ step }) => step)).toEqual([12, 11]);
    expect(readdirSync(join(folder, 'checkpoints')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('waits while it is paused, with a checkpoint on disk', async () => {
    const folder = newRunFolder();
    let paused = false;
    let waited: number | undefined;
    await runTiny({
      folder,
      loop: {
        onStep: ({ step }) => (paused = step === 5),
        isPaused: () => paused,
        whilePaused: async () => {
          waited = (await readCheckpoint(folder))!.info.step;
          paused = false;
        },
      },
    });
    expect(waited).toBe(5);
  });

  it('makes sheets at the start, evenly, and at the end', async () => {
    const made: number[] = [];
    await runTiny({
      config: tinyConfig({ sampleSheets: 3 }),
      loop: { sampleSheet: async (step) => void made.push(step) },
    });
    expect(made).toEqual([0, 4, 8, 12]);
    expect(sheetSteps(10, 0).size).toBe(0);
  });

  it('measures quality at a few of the sheets between start and end', () => {
    expect([...scoreSteps(1000, 10)]).toEqual([200, 400, 600, 800]);
    expect([...scoreSteps(1000, 3)]).toEqual([333, 667]);
    expect(scoreSteps(100_000, 200).size).toBe(4);
    expect(scoreSteps(10, 0).size).toBe(0);
  });

  it('hands over as many steps at once as a person who presses Stop can wait for', () => {
    expect([0.001, 0.1, 0.3, 2].map((seconds) => nextBurst(64, seconds))).toEqual([64, 5, 1, 1]);
    expect(nextBurst(1, 0.001)).toBe(1);
  });

  it('a seed changes the run', async () => {
    const [a, b] = [await runTiny({ stopAfter: 2 }), await runTiny({ stopAfter: 2, config: tinyConfig({ seed: 1 }) })];
    expect((await numbers(a.folder))[0]!.loss).not.toBe((await numbers(b.folder))[0]!.loss);
  });
});
