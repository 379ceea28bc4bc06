import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { fill, startsOf, startValues } from '../../../main/bench/fill.ts';
import { networks } from '../../../main/bench/networks.ts';
import { prepareGemm, productsGraph } from '../../../main/bench/tasks/gemm.ts';
import { prepareEager } from '../../../main/bench/tasks/eager.ts';
import { prepareOt } from '../../../main/bench/tasks/ot.ts';
import { prepareDecode, prepareEncode, prepareSample } from '../../../main/bench/tasks/pictures.ts';
import { prepareProfile, profileFactsSchema, summarise } from '../../../main/bench/tasks/profile.ts';
import { prepareStep, stepFactsSchema } from '../../../main/bench/tasks/step.ts';
import { prepareLoader, prepareTraining } from '../../../main/bench/tasks/training.ts';
import { peerVae, workload } from '../../../main/bench/vaes.ts';
import { encodePng } from '../../../main/datasets/sharp.ts';
import { countParameters } from '../../../main/models/parameters.ts';
import { products } from '../../../main/tensor/ir/flops.ts';
import { optimise } from '../../../main/tensor/passes/optimise.ts';

const resources = resolve(import.meta.dirname, '..', '..', '..', 'resources');
const folder = mkdtempSync(join(tmpdir(), 'cauchy-bench-tasks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the shared numbers', () => {
  it('are what tests/bench/peers/side.py makes, too', () => {
    // By side.fill(numpy, 4, 3) and side.fill(numpy, 2, 1_000_000, 0.5).
    expect([...fill(4, 3)]).toEqual([0.8162609338760376, 0.7785378694534302, -0.13885535299777985, 0.8161222338676453]);
    expect([...fill(2, 1_000_000, 0.5)]).toEqual([0.07393717765808105, -0.3533015251159668]);
  });

  it('start matrices at a scale that keeps the signal, gains at 1, biases at 0', () => {
    const [matrix, bias] = startsOf([
      { name: 'w', shape: [4, 12], start: { kind: 'zeros' } },
      { name: 'b', shape: [4], start: { kind: 'zeros' } },
    ]);
    expect(matrix).toMatchObject({ bound: 0.5 });
    expect(startValues(bias!, 1)).toEqual(new Float32Array(4));
    const [gain] = startsOf([{ name: 'g', shape: [3], start: { kind: 'ones' } }]);
    expect(startValues(gain!, 0)).toEqual(Float32Array.of(1, 1, 1));
  });
});

describe('the networks', () => {
  // Peebles & Xie's sizes, less what the method's DiT does not have; the golden counts of the method's description.
  it.each([
    ['dit', 4_140_096],
    ['dit-s2', 32_486_032],
    ['dit-b2', 129_556_240],
    ['dit-l2', 456_853_520],
    ['unet-paper', 158_355_972],
  ] as const)('%s has %d parameters', (name, count) => {
    expect(countParameters(networks[name]().specs)).toBe(count);
  });
});

describe('products alone', () => {
  it('are exactly those asked for, after all passes', () => {
    const wanted = [
      { product: { batch: 1, rows: 4, inner: 3, columns: 5, transposeA: false, transposeB: true }, count: 3 },
      { product: { batch: 2, rows: 4, inner: 3, columns: 5, transposeA: true, transposeB: false }, count: 2 },
    ];
    expect(products(optimise(productsGraph(wanted)))).toEqual(wanted);
  });

  it('run', async () => {
    const product = { batch: 1, rows: 4, inner: 3, columns: 5, transposeA: false, transposeB: false };
    const task = await prepareGemm({ device: 'cpu', precision: 'full', products: [{ product, count: 2 }] });
    expect(task.facts).toEqual({ flops: 2 * 2 * 4 * 3 * 5 });
    // The two products' first elements, from the shared numbers.
    const [left, first, second] = [fill(12, 0), fill(15, 1), fill(15, 2)];
    const corner = (right: Float32Array) => left[0]! * right[0]! + left[1]! * right[5]! + left[2]! * right[10]!;
    const { values } = await task.round();
    // Three float32 products each.
    expect(values[0]).toBeCloseTo(corner(first) + corner(second), 6);
  });
});

describe('training steps', () => {
  const spec = { device: 'cpu', network: 'dit', batch: 2, precision: 'full' };

  it('compiled and by TF.js, op by op, have the same losses, which fall', async () => {
    const [compiled, eager] = [await prepareStep(spec), await prepareEager(spec)];
    const losses: number[] = [];
    for (let i = 0; i < 2; i++) {
      const [ours, theirs] = [await compiled.round(), await eager.round()];
      // Float32 in another order; the wasm backend's exp and tanh are its own.
      expect(ours.values[0]! / theirs.values[0]!).toBeCloseTo(1, 5);
      losses.push(ours.values[0]!);
    }
    expect(losses[1]).toBeLessThan(losses[0]!);
  });

  it('tell how much work they are', async () => {
    const { flops, parameters, starts } = stepFactsSchema.parse((await prepareStep(spec)).facts);
    expect(starts).toHaveLength(networks.dit().specs.length);
    // Per token and weight matrix 2 FLOPs forward and 4 backward, and a little for attention; the matrices that
    // only see a sample's noise level (modulation and time) hardly count.
    const { width, tokens, depth } = { width: 192, tokens: 64, depth: 6 };
    const perToken = 6 * depth * 12 * width ** 2;
    expect(flops).toBeGreaterThan(2 * tokens * perToken);
    expect(flops).toBeLessThan(1.15 * 2 * tokens * perToken);
    expect(parameters).toBe(4_140_096);
  });

  it('of a preset and its batches', async () => {
    const loader = await prepareLoader({ resources, preset: 'quick-look' });
    const training = await prepareTraining({ device: 'cpu', resources, preset: 'quick-look' });
    expect(loader.facts).toEqual({ batch: 64 });
    expect((await loader.round()).values[0]).toBeGreaterThan(0);
    expect((await training.round()).values[0]).toBeGreaterThan(0);
    await expect(prepareLoader({ resources, preset: 'none' })).rejects.toMatchObject({ code: 'run.unknownPreset' });
  });
});

describe('a profile', () => {
  const run = (ts: number) => ({ cat: 'Session', name: 'model_run', ts, dur: 50 });
  const kernel = (op: string, ts: number, dur: number) => ({
    cat: 'Node',
    name: `${op}_0_kernel_time`,
    ts,
    dur,
    args: { op_name: op },
  });

  it('counts the runs after the first ones, op by op', () => {
    const events = [
      ...[run(0), kernel('Gemm', 1, 1000)],
      ...[run(100), kernel('Gemm', 101, 10), kernel('Add', 120, 5), kernel('Gemm', 130, 20)],
      ...[run(200), kernel('Gemm', 201, 10), kernel('Add', 220, 7), kernel('Gemm', 230, 20)],
    ];
    const { steps, ms, outside_ms, ops } = summarise(events, 1);
    expect(steps).toBe(2);
    expect(ms).toBeCloseTo(0.05, 12);
    expect(ops.map(({ op, calls }) => [op, calls])).toEqual([['Gemm', 2], ['Add', 1]]); // prettier-ignore
    expect(ops[0]!.ms).toBeCloseTo(0.03, 12);
    expect(outside_ms).toBeCloseTo(0.05 - 0.03 - 0.006, 12);
  });

  it('of a real step has its products, and leaves no file', async () => {
    const temporary = mkdtempSync(join(folder, 'tmp-'));
    for (const name of ['TMPDIR', 'TEMP']) vi.stubEnv(name, temporary);
    const { facts } = await prepareProfile({ device: 'cpu', network: 'dit', batch: 1, precision: 'full' });
    const { ops, steps } = profileFactsSchema.parse(facts);
    expect(steps).toBe(5);
    expect(ops.map(({ op }) => op)).toEqual(expect.arrayContaining(['Gemm', 'MatMul', 'Softmax']));
    expect(readdirSync(temporary)).toEqual([]);
    vi.unstubAllEnvs();
  });
});

describe('coupling', () => {
  it('gives the total cost of the best assignment', async () => {
    const task = await prepareOt({ batch: 3, dimensions: 2 });
    const [x, noise] = [fill(6, 1_000_000), fill(6, 1_000_001)];
    const cost = (i: number, j: number) => -(x[2 * i]! * noise[2 * j]! + x[2 * i + 1]! * noise[2 * j + 1]!);
    const all = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]; // prettier-ignore
    const best = Math.min(...all.map((columns) => columns.reduce((sum, j, i) => sum + cost(i, j), 0)));
    expect((await task.round()).values[0]).toBeCloseTo(best, 12);
  });
});

describe('pictures', () => {
  it('are encoded anew each round', async () => {
    const grey = await encodePng(new Uint8Array(3 * 32 * 32).fill(100), 32, 32);
    writeFileSync(join(folder, 'a.png'), grey);
    const spec = { device: 'cpu', resources, vae: 'starter', folder, files: ['a.png', 'a.png'], size: 32 };
    const task = await prepareEncode({ ...spec, from: 'files' });
    const first = await task.round();
    expect(first.values[0]).toBeGreaterThan(0);
    expect((await task.round()).values).toEqual(first.values);
    const fromPixels = await prepareEncode({ ...spec, from: 'pixels' });
    expect((await fromPixels.round()).values).toEqual(first.values);
  });

  it('are decoded, and what a peer must know of the VAE is its architecture and how its weights start', async () => {
    const task = await prepareDecode({ device: 'cpu', resources, vae: 'starter', size: 16, pictures: 3, batch: 2 });
    const { values } = await task.round();
    expect(values[0]).toBeGreaterThan(0);
    expect(values[0]).toBeLessThan(255);
    expect(peerVae('sd', resources)).toMatchObject({ kind: 'kl', blockOutChannels: [128, 256, 512, 512] });
    expect(workload('sd', 512)).toEqual({ pictures: 1, batch: 1 });
  });

  it('are made from seeds', async () => {
    const task = await prepareSample({ device: 'cpu', resources, preset: 'quick-look', count: 3, batch: 2 });
    expect((await task.round()).values).toEqual([3]);
  });
});
