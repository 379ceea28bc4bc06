import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { studioError } from '../../../main/base/errors.ts';
import { readCheckpoint } from '../../../main/training/checkpoint.ts';
import { readMetrics } from '../../../main/training/metrics.ts';
import { createTrainer } from '../../../main/training/trainer.ts';
import type { SmallerMicroBatch } from '../../../main/training/trainer.ts';
import { javascriptOf } from '../../support/javascript.ts';
import { limitedDevice } from '../../support/limited-device.ts';
import type { Limits } from '../../support/limited-device.ts';
import { newRunFolder, runTiny, tinyConfig, tinyShape } from '../../support/training.ts';

const config = tinyConfig({ batchSize: 8, length: { kind: 'steps', steps: 9 } });
const rounding = {
  rtol: 1e-4,
  atol: 2e-5,
  because: 'a step in parts adds the same numbers in another order (see accumulation.test.ts)',
};

async function trained(limits?: Limits) {
  const changes: SmallerMicroBatch[] = [];
  const { folder, end } = await runTiny({
    config,
    ...(limits && { device: limitedDevice(limits) }),
    onSmaller: (change) => void changes.push(change),
  });
  return {
    end,
    sizes: changes.map(({ from, to }) => [from, to]),
    rows: await readMetrics(folder),
    state: (await readCheckpoint(folder))!.state,
  };
}

describe('when memory runs out', () => {
  it.each([
    ['from the first step', { rows: () => 3 }, [[8, 4], [4, 2]]], // prettier-ignore
    ['in the middle of a run', { rows: (call: number) => (call < 5 ? 8 : 2) }, [[8, 4], [4, 2]]], // prettier-ignore
    // Call 5 is the third part of a step: two parts are in the sums already.
    ['in the middle of a step', { rows: (call: number) => [8, 8, 8, 4, 4, 4, 4][call] ?? 1 }, [[8, 4], [4, 2], [2, 1]]], // prettier-ignore
    ['in the middle of a burst', { rows: (call: number) => (call < 6 ? 8 : 4), traits: { burst: 4 } }, [[8, 4]]],
  ])('%s, steps are made again in smaller parts, and none is lost or made twice', async (_, limits, sizes) => {
    const [whole, parts] = [await trained(), await trained(limits)];
    expect(parts.sizes).toEqual(sizes);
    expect(parts.end).toMatchObject({ reason: 'finished', position: { step: 9, skipped: 0 } });
    expect(parts.rows.map(({ step }) => step)).toEqual(whole.rows.map(({ step }) => step));
    for (const name of ['loss', 'gradNorm'] as const)
      expect(parts.rows.map((row) => row[name]!)).toBeAllClose(
        whole.rows.map((row) => row[name]!),
        rounding,
      );
    parts.state.forEach(({ data }, i) => expect(data).toBeAllClose(whole.state[i]!.data, rounding));
  });

  it.each([1, 4])(
    'even for one picture, the run ends with a checkpoint of its last step and the figures (bursts of %i)',
    async (burst) => {
      const folder = newRunFolder();
      const device = limitedDevice({
        rows: (call) => (call < 6 ? 8 : 0),
        traits: { burst },
        memory: { free: 12_000, total: 50_000 },
      });
      await expect(runTiny({ config, folder, device })).rejects.toMatchObject({
        code: 'run.doesNotFit',
        message: expect.stringMatching(/that takes \d+ kB; 12 kB are free\. .*no room for 1/) as string,
      });
      const before = await readCheckpoint(folder);
      expect(before!.info.step).toBe(6);
      await runTiny({ config, folder });
      const [whole, resumed] = [await trained(), (await readCheckpoint(folder))!.state];
      resumed.forEach(({ data }, i) => expect(data).toEqual(whole.state[i]!.data));
    },
  );

  it('for other work on the device, there is room for it beside fewer rows', async () => {
    const device = limitedDevice({ rows: () => 8 });
    const trainer = await createTrainer({ device, name: 'train', config, shape: tinyShape });
    const noRoom = studioError('engine.outOfMemory', { program: 'sample', reason: 'no room' });
    const work = async () => {
      if (trainer.microBatch > 2) throw noRoom;
      return 'done';
    };
    expect(await trainer.withRoom(work)).toBe('done');
    expect(trainer.microBatch).toBe(2);
    await expect(trainer.withRoom(() => Promise.reject(noRoom))).rejects.toMatchObject({ code: 'run.doesNotFit' });
    const other = studioError('engine.sessionFailed', { program: 'sample', reason: 'something else' });
    await expect(trainer.withRoom(() => Promise.reject(other))).rejects.toBe(other);
  });
});

/** Trains with what there is and `megabytes` more of address space. */
const trainer = `
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createLocalDevice } from './main/engine/local-device.js';
import { networkSpecs } from './main/models/network.js';
import { initialise } from './main/models/parameters.js';
import { DataOrder, prepareBatch } from './main/training/batch.js';
import { runConfigSchema } from './main/training/schema.js';
import { createTrainer, initialState } from './main/training/trainer.js';
const { config: input, megabytes } = JSON.parse(process.argv[2]);
const config = runConfigSchema.parse(input);
const shape = [4, 16, 16];
const latents = Float32Array.from({ length: 64 * 1024 }, (_, i) => Math.sin(i));
const data = { latents, count: 64, dimensions: 1024 };
const changes = [];
const device = createLocalDevice(1);
const trainer = await createTrainer({ device, name: 'train', config, shape, onSmaller: (change) => changes.push(change) });
await trainer.put(initialState(initialise(networkSpecs(config.network, shape), 0)));
if (megabytes) {
  const used = Number(/VmSize:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  execFileSync('prlimit', ['--pid', String(process.pid), '--as=' + (used * 1024 + megabytes * 2 ** 20)]);
}
const order = new DataOrder(0, 64);
const losses = [];
for (let k = 0; k < 2; k++) {
  const [{ loss }] = await trainer.steps([{ batch: prepareBatch(data, config, 10, k, order), update: k + 1, emaRates: [0.9] }]);
  losses.push(loss);
}
console.log(JSON.stringify({ losses, microBatch: trainer.microBatch, reasons: changes.map(({ error }) => error.details.reason) }));
process.exit(0);
`;
const trainerFolders = [
  ...['base', 'tensor', 'engine', 'models', 'optim', 'consistency', 'storage', 'training'],
  // What runs keep of both is part of their schema.
  ...['datasets', 'latents'],
];

/** Only Linux lets a process limit its own memory. */
describe.runIf(process.platform === 'linux')('a process with little memory', () => {
  it('trains in smaller parts: ONNX Runtime says that it can not allocate, and lives', async () => {
    const program = await javascriptOf(trainerFolders.map((folder) => `main/${folder}`));
    await writeFile(join(program, 'train.js'), trainer);
    const config = tinyConfig({ network: { kind: 'dit', patch: 1, width: 64, depth: 2, heads: 2 }, batchSize: 64 });
    const run = async (megabytes?: number) => {
      const input = JSON.stringify({ config, megabytes });
      const { stdout } = await promisify(execFile)(process.execPath, ['train.js', input], { cwd: program });
      return JSON.parse(stdout) as { losses: number[]; microBatch: number; reasons: string[] };
    };
    const [whole, parts] = [await run(), await run(400)];
    expect(whole).toMatchObject({ microBatch: 64, reasons: [] });
    expect(parts.microBatch).toBeLessThan(64);
    expect(parts.reasons[0]).toMatch(/Failed to allocate memory|bad_alloc/);
    expect(parts.losses).toBeAllClose(whole.losses, rounding);
  }, 120_000);
});
