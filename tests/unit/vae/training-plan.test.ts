import { describe, expect, it } from 'vitest';
import type { ParameterValue } from '../../../main/models/parameters.ts';
import { loadVae } from '../../../main/vae/load.ts';
import { klWeightAt, learningRateAt, quietSteps, startState, startWeights } from '../../../main/vae/training-plan.ts';
import { vaeTrainingConfigSchema } from '../../../main/vae/training-schema.ts';
import { resources } from '../../support/vae-training.ts';

const config = vaeTrainingConfigSchema.parse({ learningRate: 0.01, loss: { kl: 0.5, klWarmUp: 0.1 } });

const dataOf = (values: readonly ParameterValue[], name: string) => values.find((value) => value.name === name)?.data;

describe('the plan of a VAE’s training', () => {
  it('lets the learning rate rise, then fall to nothing', () => {
    const rates = [1, 25, 50, 501, 1000].map((update) => learningRateAt(config, 1000, update));
    expect(rates[0]).toBeCloseTo(0.01 / 50, 9);
    expect(rates[1]! / rates[2]!).toBeCloseTo(0.5, 2);
    expect(rates[3]).toBeCloseTo(0.005, 9);
    expect(rates[4]).toBeLessThan(1e-6);
    // However long the run, no more than 200 steps are spent on it.
    expect(learningRateAt(config, 100_000, 200)).toBeCloseTo(0.01, 6);
  });

  it('lets the weight of the KL divergence rise over its share of the steps', () => {
    expect([1, 50, 100, 1000].map((update) => klWeightAt(config, 1000, update))).toEqual([0.005, 0.25, 0.5, 0.5]);
    const atOnce = vaeTrainingConfigSchema.parse({ loss: { kl: 0.5, klWarmUp: 0 } });
    expect(klWeightAt(atOnce, 1000, 1)).toBe(0.5);
  });

  it('keeps the discriminator out for its share of the steps', () => {
    const judged = vaeTrainingConfigSchema.parse({ loss: { discriminator: { kind: 'patch', after: 0.25 } } });
    expect([quietSteps(judged, 1000), quietSteps(config, 1000)]).toEqual([250, 1000]);
  });

  it('begins with the starter VAE’s weights wherever shapes agree', async () => {
    const starter = await loadVae('starter', { resources });
    const same = startWeights(config, starter);
    expect(same.adopted).toBe(starter.parameters.reduce((sum, { data }) => sum + data.length, 0));
    // The very same arrays: comparing millions of numbers would take longer.
    for (const { name, data } of same.weights) expect(data).toBe(dataOf(starter.parameters, name));
    const wider = startWeights({ ...config, latentChannels: 8 }, starter);
    const differing = wider.weights.filter(({ name, data }) => dataOf(starter.parameters, name) !== data); // prettier-ignore
    expect(differing.map(({ name }) => name)).toEqual(['encoder.out.weight', 'encoder.out.bias', 'decoder.in.weight']);
    expect(startWeights(config, undefined).adopted).toBe(0);
    const state = startState(same.weights);
    expect(dataOf(state, 'ema/encoder.in.bias')).toEqual(dataOf(starter.parameters, 'encoder.in.bias'));
    expect(dataOf(state, 'v/encoder.in.bias')!.every((value) => value === 0)).toBe(true);
  });
});
