/** Every objective as a run has it: its gradient, its step compiled and at once, a short training, its sampler. */
import { describe, expect, it } from 'vitest';
import { createLocalDevice } from '../../../main/engine/local-device.ts';
import { embedInterval } from '../../../main/consistency/mean-flow.ts';
import { preconditioning } from '../../../main/consistency/preconditioning.ts';
import { networkOutput, networkSpecs, noiseEmbeddingSize } from '../../../main/models/network.ts';
import { initialise } from '../../../main/models/parameters.ts';
import type { Parameters } from '../../../main/models/parameters.ts';
import { runEager } from '../../../main/tensor/eager/run.ts';
import type { EagerTensor } from '../../../main/tensor/eager/run.ts';
import * as ops from '../../../main/tensor/ops.ts';
import type { TensorFunction } from '../../../main/tensor/trace/trace.ts';
import { DataOrder, prepareBatch } from '../../../main/training/batch.ts';
import { objectiveOf } from '../../../main/training/objectives/index.ts';
import type { SamplingStep } from '../../../main/training/objectives/objective.ts';
import type { RunConfigInput } from '../../../main/training/schema.ts';
import { batchInputs, updateInputs } from '../../../main/training/step-inputs.ts';
import { batchTypes, runLayout, trainingStep } from '../../../main/training/step.ts';
import { createTrainer, initialState } from '../../../main/training/trainer.ts';
import { runCompiled } from '../../support/compiled.ts';
import { normal } from '../../support/tensors.ts';
import { tinyConfig, tinyShape } from '../../support/training.ts';

type ObjectiveInput = NonNullable<RunConfigInput['objective']>;
const objectives: Readonly<Record<string, ObjectiveInput>> = {
  consistency: { kind: 'consistency', curriculum: { s0: 4, s1: 16 } },
  // In its first stage, r = 0, and with more noise than its default: at very little, the loss is large and nothing can lower it.
  easyConsistency: { kind: 'easyConsistency', doublings: 0, c: 0.01, noise: { pMean: 0, pStd: 0.5 } },
  diffusion: { kind: 'diffusion' },
  meanFlow: { kind: 'meanFlow', differentShare: 0.5 },
};
const dimensions = tinyShape.reduce((a, b) => a * b, 1);
const latents = normal([4 * dimensions], 1, 0.5).data as Float32Array;
const order = new DataOrder(0, 4);

function rig(objective: ObjectiveInput) {
  const config = tinyConfig({ objective, batchSize: 4 });
  const batch = prepareBatch({ latents, count: 4, dimensions }, config, 100, 50, order);
  const inputs = batchInputs(batch, batchTypes(config, 4, tinyShape)) as Readonly<Record<string, EagerTensor>>;
  const specs = networkSpecs(config.network, tinyShape);
  return { config, inputs, specs };
}

describe.each(Object.entries(objectives))('the objective %s', (_, objective) => {
  it('has the gradient of finite differences, with what is stopped held still', () => {
    const { config, inputs, specs } = rig(objective);
    const network = (p: Parameters, x: ops.Tensor, time: ops.Tensor) => networkOutput(p, x, time, config.network);
    const values = (seed: number) => specs.map(({ shape }, i) => ops.constant(normal(shape, seed + i, 0.1).data as Float32Array, [...shape])); // prettier-ignore
    const named = (list: readonly ops.Tensor[]): Parameters =>
      Object.fromEntries(specs.map(({ name }, i) => [name, list[i]!]));
    const h = 0.02;
    const fn: TensorFunction = (given) => {
      const [weights, direction] = [values(100), values(500)];
      const loss = objectiveOf(config).loss({ student: network, teacher: network }, named(weights), given);
      const { grads } = ops.valueAndGrads((p: Parameters) => loss(p).value, named(weights));
      const along = specs.map(({ name }, i) => ops.sum(ops.mul(grads[name]!, direction[i]!)));
      const at = (by: number) => loss(named(weights.map((w, i) => ops.add(w, ops.mul(direction[i]!, by * h))))).value;
      const differences = ops.div(ops.sub(ops.mul(ops.sub(at(1), at(-1)), 8), ops.sub(at(2), at(-2))), 12 * h);
      return { gradient: ops.addAll(along), differences };
    };
    const { gradient, differences } = runEager(fn, inputs);
    expect(Math.abs(gradient!.data[0]!)).toBeGreaterThan(1e-3);
    expect(gradient!.data).toBeAllClose(differences!.data, {
      rtol: 1e-2,
      atol: 0,
      because: 'differences over 0.02 of float32 losses; some of the MLP’s relu change sides in between',
    });
  });

  it('has row weights that are all there is to a row: without them it has no loss, with twice of them twice the loss', () => {
    const { config, inputs, specs } = rig(objective);
    const { loss, rowWeights } = objectiveOf(config);
    const network = (p: Parameters, x: ops.Tensor, time: ops.Tensor) => networkOutput(p, x, time, config.network);
    const values = (): Parameters =>
      Object.fromEntries(specs.map(({ name, shape }, i) => [name, ops.constant(normal(shape, i, 0.1).data as Float32Array, [...shape])])); // prettier-ignore
    const lossOf = (factors: readonly number[]) => {
      const weighed = rowWeights.map((name): [string, EagerTensor] => [
        name,
        { ...inputs[name]!, data: Float32Array.from(inputs[name]!.data, (weight, b) => weight * factors[b]!) },
      ]);
      const fn: TensorFunction = (given) => ({
        loss: loss({ student: network, teacher: network }, values(), given)(values()).value,
      });
      return runEager(fn, { ...inputs, ...Object.fromEntries(weighed) })['loss']!.data[0]!;
    };
    const parts = [0, 1, 2, 3].map((row) => lossOf([0, 1, 2, 3].map((b) => (b === row ? 1 : 0))));
    const whole = lossOf([1, 1, 1, 1]);
    expect(lossOf([0, 0, 0, 0])).toBe(0);
    expect(parts.reduce((sum, part) => sum + part, 0) / whole).toBeCloseTo(1, 5);
    expect(lossOf([2, 2, 2, 2]) / whole).toBeCloseTo(2, 5);
  });

  it('computes compiled what TF.js computes at once', async () => {
    const { config, inputs: given } = rig(objective);
    const { fn, types } = trainingStep(config, tinyShape, runLayout(config.network, tinyShape, 'separate'));
    const all = { ...given, ...updateInputs(config, 7, [0.99]) } as Readonly<Record<string, EagerTensor>>;
    const inputs = Object.fromEntries(
      Object.entries(types).map(([name, { shape }], i): [string, EagerTensor] => {
        const value = normal(shape, i, 0.1);
        const positive = { ...value, data: Float32Array.from(value.data, Math.abs) };
        return [name, all[name] ?? (name.startsWith('v/') ? positive : value)];
      }),
    );
    const [eager, compiled] = [runEager(fn, inputs), await runCompiled(fn, inputs)];
    expect(Object.keys(compiled)).toEqual(Object.keys(eager));
    expect(eager['committed']!.data[0]).toBe(1);
    for (const [name, { shape, data }] of Object.entries(eager)) {
      const largest = Math.max(...Array.from(data, Math.abs));
      expect(compiled[name]!.shape, name).toEqual(shape);
      expect(compiled[name]!.data, name).toBeAllClose(data, {
        rtol: 1e-4,
        atol: 1e-5 * largest,
        because: 'float32 sums in another order; what cancels is measured by the largest value',
      });
    }
  });

  it.skipIf(objective.kind === 'consistency')(
    'learns: 200 steps of training lower the loss of the first batch',
    async () => {
      const network = { kind: 'dit', patch: 2, width: 32, depth: 1, heads: 2 } as const;
      const config = tinyConfig({ objective, network, optimiser: { learningRate: 1e-2 } });
      const device = createLocalDevice(1);
      const trainer = await createTrainer({ device, name: 'train', config, shape: tinyShape });
      await trainer.put(initialState(initialise(networkSpecs(config.network, tinyShape), 0)));
      const data = { latents, count: 4, dimensions };
      const step = (k: number, update: number) => ({
        batch: prepareBatch(data, config, 200, k, order),
        update,
        emaRates: [0],
      });
      const reports = await trainer.steps(Array.from({ length: 200 }, (_, k) => step(k, k + 1)));
      const [last] = await trainer.steps([step(0, 201)]);
      await trainer.release();
      // MeanFlow's weighted loss hardly moves; its error does.
      const [before, after] = [reports[0]!, last!].map(({ loss, parts }) => parts.velocityLoss ?? loss);
      expect(reports.every(({ committed }) => committed)).toBe(true);
      expect(after).toBeLessThan(0.8 * before!);
    },
  );
});

describe('sampling', () => {
  /** What the steps make of noise `z` with a network that is given in numbers: its output for x at step i. */
  const sampled = (steps: readonly SamplingStep[], z: number, F: (x: number, step: number) => number): number =>
    steps.reduce((before, { keep, noiseStd, c_in, c_skip, c_out }, i) => {
      const x = keep * before + noiseStd * z;
      return c_skip * x + c_out * F(c_in * x, i);
    }, 0);
  const samplerOf = (objective: ObjectiveInput) => objectiveOf(tinyConfig({ objective }));
  const a = 0.3;

  it.each([1, 2] as const)('of a diffusion model and of a tuned one finds a single point, in %i steps', (nfe) => {
    // With all data at a, D(x, σ) = a: F(c_in·x) = (a − c_skip·x)/c_out.
    const exact = (sigmas: readonly number[]) => (scaled: number, i: number) => {
      const { c_skip, c_out, c_in } = preconditioning(sigmas[i]!, 0);
      return (a - (c_skip * scaled) / c_in) / c_out;
    };
    const diffusion = samplerOf({ kind: 'diffusion' }).sampling({ kind: 'nfe', nfe });
    expect(sampled(diffusion, 1.7, exact([80, 0.002]))).toBeCloseTo(a, 10);
    const tuned = samplerOf({ kind: 'easyConsistency' }).sampling({ kind: 'nfe', nfe });
    // sigma(420; 641) of the grid from 80 to 0.002.
    const visited = [80, 0.5285640303].slice(0, nfe);
    expect(tuned.map(({ noiseStd }) => noiseStd)).toBeAllClose(visited, { rtol: 1e-9, atol: 0, because: 'its digits' });
    expect(sampled(tuned, 1.7, exact([80, tuned[1]?.noiseStd ?? 0]))).toBeCloseTo(a, 10);
  });

  it.each([1, 2] as const)('of MeanFlow finds a single point, in %i steps', (nfe) => {
    const steps = samplerOf({ kind: 'meanFlow' }).sampling({ kind: 'nfe', nfe });
    // u(z, r, t) = (z − a/σ_data)/t, at t = 1 and 1/2.
    expect(sampled(steps, 1.7, (z, i) => (z - a / 0.5) / (1 - i / nfe))).toBeCloseTo(a, 12);
    const size = noiseEmbeddingSize(tinyConfig().network);
    const last = new Float32Array(size);
    embedInterval({ t: 1 / nfe, r: 0 }, size, last);
    expect(steps.at(-1)!.time).toEqual(last);
  });
});
