import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { indexFor, indexProbabilities, sigmas } from '../../main/consistency/noise-levels.ts';
import { sigmaData } from '../../main/consistency/preconditioning.ts';
import { adaptiveC, initialC } from '../../main/consistency/scaling-c.ts';
import { emaHalfLife, emaUpdate } from '../../main/optim/ema.ts';
import type { Tensor } from '../../main/tensor/ops.ts';
import { runConfigSchema } from '../../main/training/schema.ts';
import { runCompiled } from '../support/compiled.ts';
import { tensor } from '../support/tensors.ts';

const golden = JSON.parse(readFileSync(new URL('method.json', import.meta.url), 'utf8')) as {
  constants: Record<string, number>;
  c_schedule: { later_variant_s0_8: Record<string, number> };
  p_index: Record<'N=11' | 'N=11_unnormalised', number[]>;
  'cdf_N=11': { cdf: number[]; inverse_cdf_examples: Record<string, number> };
  'ema_0.99993': { start: number; params: number[]; ema: number[]; half_life_0_9999: number };
};
const exact = { rtol: 1e-9, atol: 1e-15, because: 'doubles' };

it('a run’s defaults are the method’s constants', () => {
  const { objective, optimiser } = runConfigSchema.parse({
    network: { kind: 'unet', width: 128 },
    batchSize: 128,
    length: { kind: 'steps', steps: 1 },
  });
  const { constants: known } = golden;
  expect(objective).toEqual({
    kind: 'consistency',
    noise: {
      sigmaMin: known['sigma_min'],
      sigmaMax: known['sigma_max'],
      rho: known['rho'],
      pMean: known['P_mean'],
      pStd: known['P_std'],
    },
    curriculum: { s0: known['s0'], s1: known['s1'] },
    loss: 'cauchy',
    reduction: 'mean',
    weighting: 'inverseGap',
    scaling: { kind: 'adaptive' },
    diffusionLoss: { threshold: known['diff_rate'], weight: known['lambda_diff'] },
  });
  expect(optimiser).toMatchObject({ learningRate: 1e-4, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 1e-4 });
  expect(sigmaData).toBe(known['sigma_data']);
  expect([initialC(known['D_latent']!)]).toBeAllClose([known['c0']!], exact);
});

it('the later curriculum from 8 keeps the line of c; its first c is ours to three digits', () => {
  const { 9: first, ...line } = golden.c_schedule.later_variant_s0_8;
  for (const [levels, c] of Object.entries(line)) expect([adaptiveC(Number(levels), 8, 4096)]).toBeAllClose([c], exact);
  // The authors typed 0.0345 for 0.00054 · 64 = 0.03456.
  expect(adaptiveC(9, 8, 4096)).toBeCloseTo(first!, 3);
});

it('the masses of the noise levels add up to those the authors draw with', () => {
  const raw = golden.p_index['N=11_unnormalised'];
  const total = raw.reduce((sum, p) => sum + p, 0);
  const p = indexProbabilities(sigmas(11, { sigmaMin: 0.002, sigmaMax: 80, rho: 7 }), { pMean: -1.1, pStd: 2 });
  expect(p).toBeAllClose(
    raw.map((mass) => mass / total),
    exact,
  );
  let sum = 0;
  expect([...p].map((mass) => (sum += mass))).toBeAllClose(golden['cdf_N=11'].cdf, exact);
  for (const [u, index] of Object.entries(golden['cdf_N=11'].inverse_cdf_examples))
    expect(indexFor(Number(u), p), u).toBe(index);
});

it('the moving average over four steps, in float32', async () => {
  const { start, params, ema, half_life_0_9999: halfLife } = golden['ema_0.99993'];
  const inputs = {
    start: tensor([start], [1]),
    take: tensor([1 - 0.99993], []),
    ...Object.fromEntries(params.map((p, i) => [`p${i}`, tensor([p], [1])])),
  };
  const found = await runCompiled((x) => {
    let average: Tensor = x['start']!;
    return Object.fromEntries(
      params.map((_, i) => [`e${i}`, (average = emaUpdate(average, x[`p${i}`]!, x['take']!))] as const),
    );
  }, inputs);
  expect(params.map((_, i) => found[`e${i}`]!.data[0]!)).toBeAllClose(ema, {
    rtol: 2e-7,
    atol: 0,
    because: 'float32 near 1',
  });
  expect([emaHalfLife(0.9999)]).toBeAllClose([halfLife], exact);
});
