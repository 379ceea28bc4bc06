/** Student − teacher: what a step reports of it, and how it is computed without a step. */
import { describe, expect, it } from 'vitest';
import { normalQuantile } from '../../../main/consistency/erf.ts';
import { robustLosses } from '../../../main/consistency/loss.ts';
import { indexProbabilities, sigmas } from '../../../main/consistency/noise-levels.ts';
import { preconditioning } from '../../../main/consistency/preconditioning.ts';
import type { Device } from '../../../main/engine/contract.ts';
import { createLocalDevice } from '../../../main/engine/local-device.ts';
import { runEager } from '../../../main/tensor/eager/run.ts';
import type { EagerTensor } from '../../../main/tensor/eager/run.ts';
import { networkOf } from '../../../main/training/classes.ts';
import { objectiveOf } from '../../../main/training/objectives/index.ts';
import type { RunConfig } from '../../../main/training/schema.ts';
import { residualGraph, residualStep, runLayout } from '../../../main/training/step.ts';
import { createTrainer } from '../../../main/training/trainer.ts';
import { runCompiled } from '../../support/compiled.ts';
import { burstDevice } from '../../support/devices.ts';
import { normal } from '../../support/tensors.ts';
import { batchOf, dimensions, livelyState, residualsOf, totalSteps } from '../../support/teaching.ts';
import { tinyConfig, tinyShape } from '../../support/training.ts';

const curriculum = { s0: 4, s1: 16 };
const configs = {
  'of mean squares': tinyConfig({ objective: { kind: 'consistency', curriculum } }),
  'of sums of squares, by Geman–McClure': tinyConfig({
    objective: { kind: 'consistency', curriculum, loss: 'gemanMcClure', reduction: 'sum' },
  }),
  'of L2, with classes and independent noise': tinyConfig({
    objective: { kind: 'consistency', curriculum, loss: 'l2', diffusionLoss: { weight: 0 } },
    classes: { kind: 'folders', count: 2 },
    coupling: 'independent',
  }),
  'of Easy Consistency Tuning': tinyConfig({ objective: { kind: 'easyConsistency', c: 0.01 } }),
};

/** What steps report of their rows, each made from the same state. */
async function reported(config: RunConfig, ks: readonly number[], device: Device, microBatch?: number) {
  const trainer = await createTrainer({ device, name: 'train', config, shape: tinyShape, microBatch });
  await trainer.put(livelyState(config));
  const steps = ks.map((k, i) => ({ batch: batchOf(config, k), update: i + 1, emaRates: [0.9] }));
  const reports = await trainer.steps(steps);
  await trainer.release();
  return reports;
}

const meanSquares = (elements: Float32Array): number[] =>
  Array.from({ length: elements.length / dimensions }, (_, b) => {
    const row = elements.subarray(b * dimensions, (b + 1) * dimensions);
    return row.reduce((sum, x) => sum + x * x, 0) / dimensions;
  });
const rounding = { rtol: 1e-4, atol: 1e-9, because: 'the same float32 sums, in another order' };

describe.each(Object.entries(configs))('residuals %s', (_, config) => {
  it('are the mean squares of what a program without gradient computes of the same rows', async () => {
    const [step] = await reported(config, [60], createLocalDevice(1));
    expect(step!.residuals).toHaveLength(config.batchSize);
    expect(Math.min(...step!.residuals!)).toBeGreaterThan(0);
    expect(step!.residuals).toBeAllClose(meanSquares(await residualsOf(config, 60, createLocalDevice(1))), rounding);
  });

  it('are what the loss is made of', async () => {
    const [step] = await reported(config, [60], createLocalDevice(1));
    const { inputs } = batchOf(config, 60);
    const { objective } = config;
    const [loss, isSum, c] =
      objective.kind === 'consistency'
        ? ([objective.loss, objective.reduction === 'sum', inputs['c']?.[0] ?? 1] as const)
        : (['pseudoHuber', true, 0.01] as const);
    const squares = step!.residuals!.map((m) => m * (isSum ? dimensions : 1));
    const { rho } = await runCompiled(({ m, scale }) => ({ rho: robustLosses[loss](m!, scale!) }), {
      m: { dtype: 'float32', shape: [squares.length], data: squares },
      scale: { dtype: 'float32', shape: [], data: Float32Array.of(c) },
    });
    const sum = Array.from(rho!.data).reduce((total, value, b) => total + value * inputs['pairWeights']![b]!, 0);
    expect([step!.parts.consistencyLoss ?? step!.loss]).toBeAllClose([sum], rounding);
  });

  it('are reported for every row of every step, whatever is on the device at once, and in bursts', async () => {
    const ks = [60, 61, 62];
    const single = await reported(config, ks, createLocalDevice(1));
    expect(new Set(single.map(({ residuals }) => residuals!.join())).size).toBe(ks.length);
    const parts = await reported(config, ks, createLocalDevice(1), 2);
    const bursts = await reported(config, ks, burstDevice());
    const both = await reported(config, ks, burstDevice(), 2);
    single.forEach(({ residuals }, i) => {
      expect(bursts[i]!.residuals).toEqual(residuals);
      expect(both[i]!.residuals).toEqual(parts[i]!.residuals);
      expect(parts[i]!.residuals).toBeAllClose(residuals!, {
        rtol: 1e-2,
        atol: 1e-6,
        because: 'parts of a batch add up in another order, and RAdam divides by √v, which lifts that rounding',
      });
    });
    expect(parts[0]!.residuals).toBeAllClose(single[0]!.residuals!, rounding);
  });

  it('compute compiled what TF.js computes at once', async () => {
    const rows = 4;
    const { fn, types } = residualStep(config, tinyShape, runLayout(networkOf(config), tinyShape, 'separate'), rows);
    const { teaching } = objectiveOf(config);
    const pair = teaching!.pairs({ k: 60, totalSteps })[3]!;
    const levels = Object.entries(teaching!.inputs(pair, rows));
    const inputs = Object.fromEntries([
      ...Object.entries(types).map(([name, { shape }], i): [string, EagerTensor] => [name, normal(shape, i, 0.2)]),
      ...levels.map(([name, data]): [string, EagerTensor] => [
        name,
        { dtype: 'float32', shape: types[name]!.shape, data },
      ]),
    ]);
    const [eager, compiled] = [runEager(fn, inputs)['residual']!, (await runCompiled(fn, inputs))['residual']!];
    const largest = Math.max(...Array.from(eager.data, Math.abs));
    expect(largest).toBeGreaterThan(0.01);
    expect(compiled.data).toBeAllClose(eager.data, {
      rtol: 1e-4,
      atol: 1e-5 * largest,
      because: 'float32 sums in another order; what cancels is measured by the largest value',
    });
  });
});

it('are f of more noise less f of less noise, on the same latent and the same noise', async () => {
  const { teaching } = objectiveOf(configs['of mean squares']);
  const shape = [1, ...tinyShape];
  const [x_0, noise] = [normal(shape, 1, 0.5), normal(shape, 2)];
  const levels = Object.entries(teaching!.inputs({ t: 3, r: 2 }, 1)).map(([name, data]): [string, EagerTensor] => [
    name,
    { dtype: 'float32', shape: teaching!.types(1)[name]!.shape, data },
  ]);
  // A network that gives back what it gets: f(x, σ) = (c_skip + c_out·c_in)·x.
  const { residual } = await runCompiled((inputs) => ({ residual: teaching!.residual((_, x) => x, {}, inputs) }), {
    ...Object.fromEntries(levels),
    ...{ x_0, noise },
  });
  const f = (sigma: number) => {
    const { c_skip, c_out, c_in } = preconditioning(sigma, 0.002);
    return Array.from(x_0.data, (x, i) => (c_skip + c_out * c_in) * (x + sigma * noise.data[i]!));
  };
  const [more, less] = [f(3), f(2)];
  expect(residual!.data).toBeAllClose(more.map((x, i) => x - less[i]!), { rtol: 1e-4, atol: 1e-6, because: 'float32' }); // prettier-ignore
});

it('objectives without a teacher have no residuals', async () => {
  for (const kind of ['diffusion', 'meanFlow'] as const) {
    const config = tinyConfig({ objective: { kind } });
    expect(objectiveOf(config).teaching).toBeUndefined();
    expect((await reported(config, [0], createLocalDevice(1)))[0]!.residuals).toBeUndefined();
  }
});

describe('pairs of levels', () => {
  const pairsAt = (config: RunConfig, k: number) => objectiveOf(config).teaching!.pairs({ k, totalSteps });

  it('of the curriculum’s stage: neighbours, drawn as training draws them, with λ = 1/(t − r)', () => {
    const config = configs['of mean squares'];
    expect([0, 40, 99].map((k) => pairsAt(config, k).length)).toEqual([4, 8, 16]);
    const noise = config.objective.kind === 'consistency' ? config.objective.noise : undefined;
    const grid = sigmas(9, noise!);
    const pairs = pairsAt(config, 40);
    expect(pairs.map(({ share }) => share)).toEqual([...indexProbabilities(grid, noise!)]);
    pairs.forEach(({ t, r, weight }, i) => {
      expect([t, r]).toEqual([grid[i], grid[i + 1]]);
      expect(weight).toBe(1 / (t - r));
    });
    // Those that a step really has.
    const { inputs } = batchOf(config, 40);
    inputs['t.sigma']!.forEach((t, b) => {
      const pair = pairs.find((each) => Math.fround(each.t) === t)!;
      expect(inputs['r.sigma']![b]).toBe(Math.fround(pair.r));
      expect(inputs['pairWeights']![b]).toBe(Math.fround(pair.weight / config.batchSize));
    });
  });

  it('weigh the same where the run weighs them so', () => {
    const config = tinyConfig({ objective: { kind: 'consistency', curriculum, weighting: 'uniform' } });
    expect(new Set(pairsAt(config, 0).map(({ weight }) => weight))).toEqual(new Set([1]));
  });

  it('of Easy Consistency Tuning stand for equally many draws each, and come nearer from stage to stage', () => {
    const [first, last] = [pairsAt(configs['of Easy Consistency Tuning'], 0), pairsAt(configs['of Easy Consistency Tuning'], 99)]; // prettier-ignore
    expect(first).toHaveLength(21);
    expect(first.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(first.map(({ t }) => t)).toEqual(first.map(({ t }) => t).toSorted((a, b) => b - a));
    // The middle one is the median of t: e^−1.1; λ = t⁻² + 0.5⁻².
    expect(first[10]!.t).toBeCloseTo(Math.exp(-1.1), 9);
    expect(first[10]!.weight).toBeCloseTo(Math.exp(2.2) + 4, 9);
    expect(first[10]!.r).toBe(0);
    expect(last[10]!.r).toBeGreaterThan(0.9 * last[10]!.t);
  });

  it('need the quantiles of a normal number, which tables know', () => {
    // NIST, Percent points of the normal distribution.
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12);
    expect(normalQuantile(0.5)).toBeCloseTo(0, 12);
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306167814, 12);
  });
});

it('a program for residuals takes weights, latents, noise and levels, and nothing that only a loss or an update needs', () => {
  const config = configs['of mean squares'];
  const graph = residualGraph(config, tinyShape, runLayout(networkOf(config), tinyShape, 'separate'), 4);
  expect(graph.outputs.map(({ name }) => name)).toEqual(['residual']);
  const levels = ['sigma', 'c_skip', 'c_out', 'c_in', 'time'].flatMap((name) => [`t.${name}`, `r.${name}`]);
  const taken = new Set(graph.inputs.map(({ name }) => name.replace(/\/.*/, '')));
  expect(taken).toEqual(new Set(['x_0', 'noise', ...levels, 'parameters']));
});
