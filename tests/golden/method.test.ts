import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assign, pairCosts } from '../../main/consistency/coupling.ts';
import { erf } from '../../main/consistency/erf.ts';
import {
  diffusionWeight,
  firstDiffusionIndex,
  indexFor,
  indexProbabilities,
  levelsAt,
  pairWeight,
  sigmaAt,
  sigmas,
  stageSteps,
} from '../../main/consistency/noise-levels.ts';
import { embedNoise, preconditioning, sigmaData } from '../../main/consistency/preconditioning.ts';
import { samplingPlan } from '../../main/consistency/sampler.ts';
import type { SamplingSteps } from '../../main/consistency/sampler.ts';
import { adaptiveC, initialC } from '../../main/consistency/scaling-c.ts';
import { ropeAngles, rotateHalf, sinCosValues } from '../../main/models/dit-tables.ts';
import { emaHalfLife, emaRate } from '../../main/optim/ema.ts';
import { radamRates } from '../../main/optim/radam.ts';
import { runEager } from '../../main/tensor/eager/run.ts';
import { tensor } from '../support/tensors.ts';

type Table<T> = Record<string, T>;
interface Golden {
  karras_sigmas: Table<number[]>;
  karras_sigmas_selected: Table<Table<number>>;
  curriculum: Table<{
    Kprime: number;
    N: Table<number>;
    first_k_of_each_N?: Table<number>;
    boundary_checks?: Table<number>;
    K?: number;
  }>;
  p_index: Table<number[]>;
  'cdf_N=11': { inverse_cdf_examples: Table<number> };
  lambda: Table<number[]>;
  per_N_table: Table<Table<number>>;
  precond: Table<Table<number>>;
  c_schedule: { used_by_code: Table<number>; 'c0_rule_0.00054*sqrt(D)': Table<number> };
  erf: Table<number>;
  ot_6x6: { cost: number[][]; assignment_row_to_col: number[]; total: number };
  ot_points: { x: number[][]; z: number[][]; assignment: number[] };
  radam: Table<{
    p0: number;
    grads: number[];
    lr: number;
    wd: number;
    eps: number;
    beta1: number;
    beta2: number;
    steps: { step: number; rho_t: number; update: number; param: number; m: number; v: number }[];
  }>;
  ema_0_99993: never;
  'ema_0.99993': { half_life_steps: number };
  dit_t_emb_256_at_sigma0_5: never;
  'dit_t_emb_256_at_sigma0.5': { cos_first4: number[]; sin_first4: number[] };
  dit_sincos_D16_g4: Table<number[]>;
  dit_rope_headdim8_g4: Record<'cos_token6(row1,col2)' | 'sin_token6(row1,col2)' | 'rotate_half([1..8])', number[]>;
  sampling_toy_F0: Table<number[]> & { two_step_sigma: number; two_step_noise_std: number };
  'sampling_toy_Fconst0.37': Table<number[]>;
}
const golden = JSON.parse(readFileSync(new URL('method.json', import.meta.url), 'utf8')) as Golden;

const exact = { rtol: 1e-9, atol: 1e-15, because: 'both sides are double precision' };
const range = { sigmaMin: 0.002, sigmaMax: 80, rho: 7 };
const logNormal = { pMean: -1.1, pStd: 2 };

describe('noise levels', () => {
  it.each(Object.entries(golden.karras_sigmas))('sigmas at %s', (name, expected) => {
    expect(sigmas(Number(name.slice(2)), range)).toBeAllClose(expected, exact);
  });
  it.each(Object.entries(golden.karras_sigmas_selected))('selected sigmas at %s', (name, expected) => {
    const levels = Number(name.slice(2));
    expect(Object.keys(expected).map((i) => sigmaAt(Number(i), levels, range))).toBeAllClose(
      Object.values(expected),
      exact,
    );
  });
  it('drawing probabilities of the indices', () => {
    expect(indexProbabilities(sigmas(11, range), logNormal)).toBeAllClose(golden.p_index['N=11']!, exact);
    expect(indexProbabilities(sigmas(21, range), logNormal)).toBeAllClose(golden.p_index['N=21']!, exact);
    expect(indexProbabilities(sigmas(11, range), { pMean: -0.8, pStd: 1.5 })).toBeAllClose(
      golden.p_index['N=11,P_mean=-0.8,P_std=1.5']!,
      exact,
    );
  });
  it('the index for a uniform number', () => {
    const p = indexProbabilities(sigmas(11, range), logNormal);
    for (const [u, index] of Object.entries(golden['cdf_N=11'].inverse_cdf_examples))
      expect(indexFor(Number(u), p), u).toBe(index);
  });
  it.each(['N=11', 'N=21'])('pair weights at %s', (name) => {
    const list = sigmas(Number(name.slice(2)), range);
    expect(Array.from({ length: list.length - 1 }, (_, i) => pairWeight(list[i]!, list[i + 1]!))).toBeAllClose(
      golden.lambda[name]!,
      exact,
    );
  });
  it.each(Object.entries(golden.per_N_table))('what the diffusion loss selects at N = %s', (name, row) => {
    const list = sigmas(Number(name), range);
    const first = firstDiffusionIndex(list.length, 0.75);
    const p = indexProbabilities(list, logNormal);
    expect(first).toBe(row['diff_first_index']);
    const share = p.slice(first).reduce((a, b) => a + b, 0);
    const expectedWeight = p.reduce((sum, share, i) => sum + share * pairWeight(list[i]!, list[i + 1]!), 0);
    expect([
      list[first]!,
      share,
      expectedWeight,
      diffusionWeight(list[first]!, sigmaData),
      diffusionWeight(list.at(-2)!, sigmaData),
    ]).toBeAllClose(
      ['diff_sigma_at_first_index', 'P_diff', 'E_lambda', 'diff_weight_at_first', 'diff_weight_at_last'].map(
        (key) => row[key]!,
      ),
      exact,
    );
  });
  it('the curriculum', () => {
    for (const [name, { Kprime, N, first_k_of_each_N: first, boundary_checks: borders }] of Object.entries(
      golden.curriculum,
    )) {
      const [K, s0, s1] =
        name === 'celeba_hq_paper_run'
          ? [294_000, 10, 640]
          : /K=(\d+),s0=(\d+),s1=(\d+)/.exec(name)!.slice(1).map(Number);
      const curriculum = { s0: s0!, s1: s1! };
      expect(stageSteps(K!, curriculum), name).toBe(Kprime);
      for (const [k, levels] of Object.entries({ ...N, ...borders }))
        expect(levelsAt(Number(k), K!, curriculum), `${name} k=${k}`).toBe(levels);
      for (const [levels, k] of Object.entries(first ?? {}))
        expect(levelsAt(k, K!, curriculum), `${name} k=${k}`).toBe(Number(levels));
    }
  });
});

describe('preconditioning, scale and embedding', () => {
  it.each(Object.entries(golden.precond))('coefficients at sigma %s', (sigma, row) => {
    const { c_skip, c_out, c_in, c_noise } = preconditioning(Number(sigma), range.sigmaMin);
    expect([c_skip, c_out, c_in, c_noise, diffusionWeight(Number(sigma), sigmaData)]).toBeAllClose(
      ['c_skip', 'c_out', 'c_in', 'c_noise', 'karras_weight'].map((key) => row[key]!),
      exact,
    );
  });
  it('the adaptive c', () => {
    for (const [levels, c] of Object.entries(golden.c_schedule.used_by_code))
      expect([adaptiveC(Number(levels), 10, 4096)], levels).toBeAllClose([c], exact);
    for (const [size, c] of Object.entries(golden.c_schedule['c0_rule_0.00054*sqrt(D)']))
      expect([initialC(Number(size))], size).toBeAllClose([c], exact);
  });
  it('erf', () => {
    const wanted = { rtol: 0, atol: 1e-12, because: 'the method asks for 1e-12' };
    expect(Object.keys(golden.erf).map((x) => erf(Number(x)))).toBeAllClose(Object.values(golden.erf), wanted);
  });
  it('the noise embedding', () => {
    const out = new Float32Array(256);
    embedNoise(250 * Math.log(0.5), 256, out);
    const { cos_first4: cos, sin_first4: sin } = golden['dit_t_emb_256_at_sigma0.5'];
    expect([...out.slice(0, 4), ...out.slice(128, 132)]).toBeAllClose([...cos, ...sin], {
      rtol: 0,
      atol: 6e-8,
      because: 'stored as float32',
    });
  });
});

describe('coupling', () => {
  it('the unique optimum of the 6 × 6 example', () => {
    const { cost, assignment_row_to_col: expected } = golden.ot_6x6;
    expect([...assign(Float64Array.from(cost.flat()), 6)]).toEqual(expected);
  });
  it('the point example, by inner products', () => {
    const { x, z, assignment } = golden.ot_points;
    expect([...assign(pairCosts(Float32Array.from(x.flat()), Float32Array.from(z.flat()), 5), 5)]).toEqual(assignment);
  });
});

describe('optimiser and average', () => {
  it.each(Object.entries(golden.radam))('RAdam, %s', (_, row) => {
    const config = { learningRate: row.lr, beta1: row.beta1, beta2: row.beta2, eps: row.eps, weightDecay: row.wd };
    let [p, m, v] = [row.p0, 0, 0];
    for (const expected of row.steps) {
      const { adaptive, momentum, rho } = radamRates(expected.step, config);
      const g = row.grads[expected.step - 1]! + row.wd * p;
      m = row.beta1 * m + (1 - row.beta1) * g;
      v = row.beta2 * v + (1 - row.beta2) * g * g;
      const update = m * (adaptive / (Math.sqrt(v) + row.eps) + momentum);
      p -= update;
      expect([rho, m, v, update, p]).toBeAllClose(
        [expected.rho_t, expected.m, expected.v, expected.update, expected.param],
        exact,
      );
    }
  });
  it('half-lives', () => {
    const { half_life_steps: steps } = golden['ema_0.99993'];
    expect([emaHalfLife(0.99993), emaRate(steps)]).toBeAllClose([steps, 0.99993], exact);
  });
});

describe('networks and sampling', () => {
  it('positions and rotations', () => {
    const positions = sinCosValues(16, 4);
    for (const [name, expected] of Object.entries(golden.dit_sincos_D16_g4)) {
      const token = Number(/token(\d+)/.exec(name)![1]);
      expect(positions.slice(token * 16, token * 16 + 16), name).toBeAllClose(expected, {
        rtol: 0,
        atol: 6e-8,
        because: 'stored as float32',
      });
    }
    const angles = ropeAngles(8, 4).slice(6 * 8, 7 * 8);
    expect(angles.map(Math.cos)).toBeAllClose(golden.dit_rope_headdim8_g4['cos_token6(row1,col2)'], exact);
    expect(angles.map(Math.sin)).toBeAllClose(golden.dit_rope_headdim8_g4['sin_token6(row1,col2)'], exact);
    const turned = runEager(({ x }) => ({ y: rotateHalf(x!) }), { x: tensor([1, 2, 3, 4, 5, 6, 7, 8], [1, 8]) });
    expect([...turned['y']!.data]).toEqual(golden.dit_rope_headdim8_g4['rotate_half([1..8])']);
  });
  // A network whose output is the same everywhere makes the whole sampler arithmetic.
  it.each([
    { F: 0, one: 'one_step', two: 'two_step_output', toy: golden.sampling_toy_F0 },
    { F: 0.37, one: 'one_step', two: 'two_step', toy: golden['sampling_toy_Fconst0.37'] },
  ])('one and two sampling steps where F = $F', ({ F, one, two, toy }) => {
    const { z_T, z_2, two_step_sigma, two_step_noise_std } = golden.sampling_toy_F0;
    const run = (steps: SamplingSteps): number[] => {
      let x = z_T!.map(() => 0);
      for (const [k, { sigma, noiseStd }] of samplingPlan(steps, range).entries()) {
        const { c_skip, c_out } = preconditioning(sigma, range.sigmaMin);
        x = x.map((x_d, d) => c_skip * (x_d + noiseStd * [z_T, z_2][k]![d]!) + c_out * F);
      }
      return x;
    };
    expect(run({ kind: 'nfe', nfe: 1 })).toBeAllClose(toy[one]!, exact);
    expect(run({ kind: 'nfe', nfe: 2 })).toBeAllClose(toy[two]!, exact);
    // The published list, whose last index is where f leaves x as it is; and the same by its noise levels.
    expect(run({ kind: 'indices', levels: 641, indices: [0, 420, 640] })).toBeAllClose(toy[two]!, exact);
    expect(run({ kind: 'sigmas', sigmas: [80, two_step_sigma] })).toBeAllClose(toy[two]!, exact);
    const [, second] = samplingPlan({ kind: 'indices', levels: 641, indices: [0, 420] }, range);
    expect([second!.sigma, second!.noiseStd]).toBeAllClose([two_step_sigma, two_step_noise_std], exact);
  });
});
