import { describe, expect, it } from 'vitest';
import { fillNormal } from '../../../main/base/random.ts';
import { DataOrder, prepareBatch } from '../../../main/training/batch.ts';
import type { TrainingData } from '../../../main/training/batch.ts';
import { heldOutCount, planRun } from '../../../main/training/plan.ts';
import { noiseInputs } from '../../../main/training/objectives/noise-inputs.ts';
import { consistencyConfig, tinyConfig, tinyShape } from '../../support/training.ts';

const dimensions = 32;
const count = 20;
const latents = new Float32Array(count * dimensions);
fillNormal(latents, { seed: 1, stream: 'test', index: 0 });
const data: TrainingData = { latents, count, dimensions };
const config = tinyConfig();
const order = () => new DataOrder(config.seed, count);

describe('the order of the data', () => {
  it('shows every picture once an epoch, in another order each time', () => {
    const positions = Array.from({ length: 2 * count }, (_, i) => i);
    const shown = positions.map((position) => order().at(position));
    const [first, second] = [shown.slice(0, count), shown.slice(count)];
    expect([...first].sort((a, b) => a - b)).toEqual(positions.slice(0, count));
    expect([...second].sort((a, b) => a - b)).toEqual(positions.slice(0, count));
    expect(first).not.toEqual(second);
  });

  it('does not depend on what was asked before', () => {
    const reader = order();
    reader.at(77);
    expect(reader.at(5)).toBe(order().at(5));
  });
});

describe('a batch', () => {
  it('is a function of the step alone', () => {
    const reader = order();
    prepareBatch(data, config, 100, 3, reader);
    expect(prepareBatch(data, config, 100, 7, reader)).toEqual(prepareBatch(data, config, 100, 7, order()));
  });

  it('coupled, holds the same noise as uncoupled, in the order that is nearest to the latents', () => {
    const coupled = prepareBatch(data, config, 100, 0, order());
    const plain = prepareBatch(data, { ...config, coupling: 'independent' }, 100, 0, order());
    const rows = (values: Float32Array) =>
      Array.from({ length: config.batchSize }, (_, b) => values.slice(b * dimensions, (b + 1) * dimensions).join());
    expect(rows(coupled.noise).sort()).toEqual(rows(plain.noise).sort());
    const distance = (noise: Float32Array) => noise.reduce((sum, z, i) => sum + (z - coupled.x_0[i]!) ** 2, 0);
    expect(distance(coupled.noise)).toBeLessThan(distance(plain.noise));
  });

  it('pairs neighbouring levels: t > r, weight 1/(t − r), and the level count of the curriculum', () => {
    const { inputs, levels } = prepareBatch(data, config, 100, 99, order());
    expect(levels).toBe(17);
    inputs['t.sigma']!.forEach((t, b) => {
      const r = inputs['r.sigma']![b]!;
      expect(t).toBeGreaterThan(r);
      // The weights of all rows add up to a mean.
      expect(inputs['pairWeights']![b]! * config.batchSize * (t - r)).toBeCloseTo(1, 4);
    });
    const even = prepareBatch(data, consistencyConfig({ weighting: 'uniform' }), 100, 99, order());
    expect([...even.inputs['pairWeights']!]).toEqual(Array(config.batchSize).fill(1 / config.batchSize));
  });

  it('the diffusion weights are the mean over the selected samples, nothing without any', () => {
    const { inputs } = prepareBatch(data, config, 100, 99, order());
    const weights = inputs['diffusionWeights']!;
    const selected = [...weights].filter((weight) => weight > 0).length;
    weights.forEach((weight, b) => {
      if (weight > 0) expect(weight * selected).toBeCloseTo(inputs['t.sigma']![b]! ** -2 + 4, 0);
    });
    const none = prepareBatch(data, consistencyConfig({ diffusionLoss: { threshold: 1 } }), 100, 99, order());
    expect(none.inputs['diffusionWeights']!.every((weight) => weight === 0)).toBe(true);
  });

  it('multiplies the loss of each row by what its picture counts, says so, and changes nothing else', () => {
    const weights = Float64Array.from({ length: count }, (_, i) => (i % 3 === 0 ? 0.4 : 1.2));
    const plain = prepareBatch(data, config, 100, 99, order());
    const weighed = prepareBatch({ ...data, weights }, config, 100, 99, order());
    const rows = Array.from({ length: config.batchSize }, (_, b) => order().at(99 * config.batchSize + b));
    const expected = (values: Float32Array) => values.map((value, b) => value * weights[rows[b]!]!);
    const { pairWeights, diffusionWeights, ...others } = plain.inputs;
    expect(rows.some((picture) => picture % 3 === 0) && rows.some((picture) => picture % 3 > 0)).toBe(true);
    expect(plain).not.toHaveProperty('counts');
    expect(weighed).toEqual({
      ...plain,
      counts: Float32Array.from(rows, (picture) => weights[picture]!),
      inputs: {
        ...others,
        pairWeights: expected(pairWeights!),
        diffusionWeights: expected(diffusionWeights!),
      },
    });
  });

  it('carries no input that its loss does not use', () => {
    const batch = prepareBatch(data, consistencyConfig({ loss: 'l2', diffusionLoss: { weight: 0 } }), 100, 0, order());
    expect(Object.keys(batch.inputs)).not.toContain('c');
    expect(Object.keys(batch.inputs)).not.toContain('diffusionWeights');
    expect(batch.c).toBeUndefined();
  });
});

describe('schedules', () => {
  it('c is constant where the run says so, and in the batch where it is used', () => {
    const constant = consistencyConfig({ scaling: { kind: 'constant', c: 0.2 } });
    expect(prepareBatch(data, constant, 100, 99, order())).toMatchObject({
      c: 0.2,
      inputs: { c: Float32Array.of(0.2) },
    });
  });

  it('the smallest noise level leaves its input as it is', () => {
    const inputs = noiseInputs('t', [0.002], 0.002, 16);
    expect([inputs['t.c_skip']![0], inputs['t.c_out']![0]]).toEqual([1, 0]);
  });
});

describe('a plan', () => {
  it('keeps a fifth of many pictures aside, few of some, none of few', () => {
    expect([50, 99, 100, 999, 1000, 5120, 100_000].map(heldOutCount)).toEqual([0, 0, 5, 49, 200, 1024, 1024]);
  });

  it('averages over a share of the run', () => {
    const averages = [
      { kind: 'share', share: 0.1 },
      { kind: 'rate', rate: 0.99993 },
    ] as const;
    const { emaRates } = planRun({ ...config, averages: [...averages] }, tinyShape, 48, 1000);
    expect(emaRates[0]! ** 100).toBeCloseTo(0.5, 9);
    expect(emaRates[1]).toBe(0.99993);
  });

  it('refuses too few pictures', () => {
    expect(() => planRun(config, tinyShape, 15, 10)).toThrow(/15 pictures are too few/);
  });
});
