import { describe, expect, it } from 'vitest';
import { fillNormal } from '../../../main/base/random.ts';
import { DataOrder, noiseInputs, prepareBatch, scaleC } from '../../../main/training/batch.ts';
import type { TrainingData } from '../../../main/training/batch.ts';
import { heldOutCount, planRun } from '../../../main/training/plan.ts';
import { tinyConfig, tinyShape } from '../../support/training.ts';

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
    const { t, r, pairWeights, levels } = prepareBatch(data, config, 100, 99, order());
    expect(levels).toBe(17);
    t.sigma.forEach((sigma, b) => {
      expect(sigma).toBeGreaterThan(r.sigma[b]!);
      expect(pairWeights[b]! * (sigma - r.sigma[b]!)).toBeCloseTo(1, 4);
    });
  });

  it('the diffusion weights are the mean over the selected samples, nothing without any', () => {
    const batch = prepareBatch(data, config, 100, 99, order());
    const selected = [...batch.diffusionWeights].filter((weight) => weight > 0).length;
    batch.diffusionWeights.forEach((weight, b) => {
      if (weight > 0) expect(weight * selected).toBeCloseTo(batch.t.sigma[b]! ** -2 + 4, 0);
    });
    const none = prepareBatch(data, { ...config, diffusionLoss: { threshold: 1, weight: 5 } }, 100, 99, order());
    expect(none.diffusionWeights.every((weight) => weight === 0)).toBe(true);
  });
});

describe('schedules', () => {
  it('c is constant where the run says so', () => {
    expect(scaleC(21, { ...config, loss: { schedule: 'constant', c: 0.2 } }, 4096)).toBe(0.2);
    expect(scaleC(21, config, 4096)).toBeCloseTo(0.0136353156, 9);
  });

  it('the smallest noise level leaves its input as it is', () => {
    const { c_skip, c_out } = noiseInputs([0.002], config);
    expect([c_skip[0], c_out[0]]).toEqual([1, 0]);
  });
});

describe('a plan', () => {
  it('keeps a fifth of many pictures aside, few of some, none of few', () => {
    expect([50, 99, 100, 999, 1000, 5120, 100_000].map(heldOutCount)).toEqual([0, 0, 5, 49, 200, 1024, 1024]);
  });

  it('averages over a share of the run', () => {
    const { emaRate } = planRun({ ...config, emaHalfLifeShare: 0.1 }, tinyShape, 48, 1000);
    expect(emaRate ** 100).toBeCloseTo(0.5, 9);
  });

  it('refuses too few pictures', () => {
    expect(() => planRun(config, tinyShape, 15, 10)).toThrow(/15 pictures are too few/);
  });
});
