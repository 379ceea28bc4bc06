/** The formulas of Easy Consistency Tuning, MeanFlow and the diffusion model, against numbers worked out by hand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eulerSteps, samplingLevels } from '../../../main/consistency/diffusion.ts';
import { gapAdjustment, gapStage, logNormalLevel, teacherLevel } from '../../../main/consistency/easy-consistency.ts';
import {
  adaptiveWeight,
  drawInterval,
  embedInterval,
  meanFlowTarget,
  squaredError,
} from '../../../main/consistency/mean-flow.ts';
import { consistencyLoss } from '../../../main/consistency/loss.ts';
import { preconditioning } from '../../../main/consistency/preconditioning.ts';
import { runEager } from '../../../main/tensor/eager/run.ts';
import * as ops from '../../../main/tensor/ops.ts';
import type { TensorFunction } from '../../../main/tensor/trace/trace.ts';
import { normal, tensor } from '../../support/tensors.ts';

const schedule = { q: 2, k: 8, b: 1, doublings: 7 };
const float32 = { rtol: 1e-5, atol: 0, because: 'a few float32 roundings' };
const valueOf = (fn: () => ops.Tensor): ArrayLike<number> => runEager(() => ({ y: fn() }), {})['y']!.data;
const rows = (values: readonly number[]): ops.Tensor =>
  ops.constant(Float32Array.from(values), [values.length / 2, 1, 1, 2]);

describe('Easy Consistency Tuning', () => {
  it('maps t to r as worked out by hand', () => {
    // σ(−1) = 0.2689414213699951
    expect(gapAdjustment(1, schedule)).toBeCloseTo(3.1515313709599608, 12);
    // 1 − 3.1515/2 and 1 − 3.1515/4 at stages 0 and 1: clamped, then 0.21211715726000979
    expect(teacherLevel(1, 0, schedule)).toBe(0);
    expect(teacherLevel(1, 1, schedule)).toBeCloseTo(0.2121171572600098, 12);
    expect(teacherLevel(1, 7, schedule)).toBeCloseTo(1 - 3.1515313709599608 / 256, 12);
    // At large noise n is 1: r = t/2 at stage 0, 3/4 of t at stage 1.
    expect(teacherLevel(80, 0, schedule)).toBeCloseTo(40, 10);
    expect(teacherLevel(80, 1, schedule)).toBeCloseTo(60, 10);
  });

  it('keeps 0 ≤ r < t, and r comes nearer with every stage', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-4, max: 200, noNaN: true }), fc.integer({ min: 0, max: 12 }), (t, stage) => {
        const [r, later] = [teacherLevel(t, stage, schedule), teacherLevel(t, stage + 1, schedule)];
        expect(r).toBeGreaterThanOrEqual(0);
        expect(r).toBeLessThan(t);
        expect(later).toBeGreaterThanOrEqual(r);
      }),
    );
  });

  it('divides a run into doublings + 1 equal stages', () => {
    expect([0, 249, 250, 1999, 2000].map((k) => gapStage(k, 2000, 7))).toEqual([0, 0, 1, 7, 7]);
    expect([0, 5, 9].map((k) => gapStage(k, 10, 0))).toEqual([0, 0, 0]);
  });

  it('returns data unchanged without noise, whatever the network gives', () => {
    expect(preconditioning(0, 0)).toEqual({ c_skip: 1, c_out: 0, c_in: 2, c_noise: 0 });
    const { c_skip, c_out, c_in, c_noise } = preconditioning(1e-9, 0);
    expect([c_skip, c_out, c_in]).toBeAllClose([1, 1e-9, 2], { rtol: 1e-12, atol: 0, because: 'double precision' });
    expect(c_noise).toBeCloseTo(250 * Math.log(1e-9), 6);
  });

  it('draws levels whose logarithm is normal', () => {
    expect(logNormalLevel(0, { pMean: -1.1, pStd: 2 })).toBeCloseTo(Math.exp(-1.1), 14);
    expect(logNormalLevel(1.5, { pMean: -1.1, pStd: 2 })).toBeCloseTo(Math.exp(1.9), 12);
  });

  it('has the loss worked out by hand', () => {
    const choice = { loss: 'pseudoHuber', reduction: 'sum' } as const;
    const loss = (c: number) =>
      valueOf(
        () =>
          consistencyLoss(
            rows([3, 4, 0.001, 0]),
            rows([0, 0, 0, 0]),
            ops.constant(Float32Array.of(1, 3), [2]),
            ops.scalar(c),
            choice,
          ).value,
      );
    // Roots 5 and 0.001 with weights 1 and 3; then √(25 + 144) − 12 = 1 and √(1e-6 + 144) − 12 = 4.1667e-8.
    expect(loss(0)).toBeAllClose([5.003], float32);
    expect(loss(12)).toBeAllClose([1 + 3 * 4.166666e-8], float32);
  });
});

describe('MeanFlow', () => {
  const times = { logitMean: -0.4, logitStd: 1, differentShare: 0.25 };

  it('draws r ≤ t, and r = t for all but a share', () => {
    // logistic(−0.4 + 1.4) = logistic(1), logistic(−0.4 − 0.6) = logistic(−1)
    const [high, low] = [0.7310585786300049, 0.2689414213699951];
    const { t, r } = drawInterval([-0.6, 1.4], 0.2499, times);
    expect([t, r]).toEqual([expect.closeTo(high, 12), expect.closeTo(low, 12)]);
    const equal = drawInterval([1.4, -0.6], 0.25, times);
    expect([equal.t, equal.r]).toEqual([expect.closeTo(high, 12), expect.closeTo(high, 12)]);
  });

  it('embeds t and t − r, with the derivative by t at fixed r', () => {
    const size = 16;
    const at = (t: number, derivative = false) => {
      const out = new Float32Array(size + 1);
      embedInterval({ r: 0.2, t }, size, out, 1, derivative);
      return out.subarray(1);
    };
    const expected = [0.7, 0.5].flatMap((time) =>
      [Math.cos, Math.sin].flatMap((f) => [0, 1, 2, 3].map((i) => f(time * 10_000 ** (-i / 4)))),
    );
    expect(at(0.7)).toBeAllClose(expected, { rtol: 1e-6, atol: 1e-7, because: 'rounded to float32' });
    const [up, down] = [at(0.71), at(0.69)];
    expect(at(0.7, true)).toBeAllClose(
      up.map((value, i) => (value - down[i]!) / 0.02),
      { rtol: 1e-3, atol: 1e-5, because: 'central differences over 0.02 of float32 numbers' },
    );
  });

  it('is exact for a flow whose average velocity is known', () => {
    // All data at the point a: z_t = (1 − t)a + tε, so v(z, t) = (z − a)/t is constant along a path, and u(z, r, t) = (z − a)/t is its average.
    // The target is u itself: v − (t − r)·(v/t − (z − a)/t²) = v, for any t and r.
    const fn: TensorFunction = ({ z, a, t, gap, one }) => {
      const u = (at: ops.Tensor, time: ops.Tensor) => ops.div(ops.sub(at, a!), time);
      const v = u(z!, t!);
      const { value, tangent } = ops.jvp((at, time) => u(at, time), [z!, t!], [v, one!]);
      return { u: value, tangent, target: meanFlowTarget(v, gap!, tangent) };
    };
    const one = tensor([1, 1, 1], [3, 1, 1, 1]);
    const flat = runEager(fn, {
      z: normal([3, 1, 2, 2], 1),
      a: normal([1, 1, 2, 2], 2),
      t: tensor([0.2, 0.5, 0.9], [3, 1, 1, 1]),
      gap: tensor([0.1, 0.5, 0.8], [3, 1, 1, 1]),
      one,
    });
    const tolerance = { rtol: 1e-5, atol: 1e-5, because: 'float32; terms of size 1/t² cancel' };
    expect(flat['tangent']!.data).toBeAllClose(new Float32Array(12), { ...tolerance, atol: 1e-4 });
    expect(flat['target']!.data).toBeAllClose(flat['u']!.data, { ...tolerance, atol: 1e-4 });

    // Along a curved path: v(z, t) = z (it grows by e^t), so u(z, r, t) = z·(1 − e^(r − t))/(t − r).
    const curved: TensorFunction = ({ z, t, r, one }) => {
      const u = (at: ops.Tensor, time: ops.Tensor) => {
        const gap = ops.sub(time, r!);
        return ops.mul(at, ops.div(ops.sub(1, ops.exp(ops.neg(gap))), gap));
      };
      const { value, tangent } = ops.jvp((at, time) => u(at, time), [z!, t!], [z!, one!]);
      return { u: value, target: meanFlowTarget(z!, ops.sub(t!, r!), tangent) };
    };
    const { u, target } = runEager(curved, {
      z: normal([3, 1, 2, 2], 3),
      t: tensor([0.3, 0.6, 1], [3, 1, 1, 1]),
      r: tensor([0.1, 0.2, 0], [3, 1, 1, 1]),
      one,
    });
    expect(target!.data).toBeAllClose(u!.data, tolerance);
  });

  it('weights samples as worked out by hand', () => {
    const errors = () => squaredError(rows([3, 4, 1, 0]), rows([0, 0, 0, 0]));
    expect(valueOf(errors)).toBeAllClose([25, 1], float32);
    expect(valueOf(() => adaptiveWeight(errors(), 1, 0.01))).toBeAllClose([1 / 25.01, 1 / 1.01], float32);
    expect(valueOf(() => adaptiveWeight(errors(), 0.5, 0))).toBeAllClose([1 / 5, 1], float32);
    expect(valueOf(() => adaptiveWeight(errors(), 0, 0.01))).toBeAllClose([1, 1], float32);
  });
});

describe('the diffusion model', () => {
  const range = { sigmaMin: 0.002, sigmaMax: 80, rho: 7 };

  it('is sampled from σ_max over σ_min to 0', () => {
    expect(samplingLevels(1, range)).toEqual([80]);
    expect(samplingLevels(2, range)).toEqual([80, 0.002]);
    expect(samplingLevels(11, range)[5]).toBeCloseTo(2.515218976147159, 12);
    expect(eulerSteps([80, 20, 5])).toEqual([
      { sigma: 80, ratio: 0.25 },
      { sigma: 20, ratio: 0.25 },
      { sigma: 5, ratio: 0 },
    ]);
  });

  it('solves the flow of Gaussian data, with an error that falls with the steps', () => {
    // Data of N(0, s²): D(x, σ) = x·s²/(s² + σ²), and the flow takes x at 80 to x·s/√(s² + 80²).
    const s = 0.5;
    const end = (nfe: number) =>
      eulerSteps(samplingLevels(nfe, range)).reduce(
        (x, { sigma, ratio }) => ratio * x + (1 - ratio) * ((x * s ** 2) / (s ** 2 + sigma ** 2)),
        80,
      );
    const exact = (80 * s) / Math.hypot(s, 80);
    const [coarse, fine] = [Math.abs(end(64) - exact), Math.abs(end(256) - exact)];
    // Of first order: a quarter of the step, a quarter of the error.
    expect(coarse / fine).toBeGreaterThan(3.5);
    expect(coarse / fine).toBeLessThan(4.6);
    expect(fine / exact).toBeLessThan(0.02);
  });
});
