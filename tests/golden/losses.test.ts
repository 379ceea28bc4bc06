import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { consistencyLoss, diffusionLoss } from '../../main/consistency/loss.ts';
import type { LossChoice, RobustLoss } from '../../main/consistency/loss.ts';
import { preconditioning } from '../../main/consistency/preconditioning.ts';
import { scaleC } from '../../main/consistency/scaling-c.ts';
import { precisionRecall } from '../../main/evaluation/recall.ts';
import * as ops from '../../main/tensor/ops.ts';
import type { TensorFunction } from '../../main/tensor/trace/trace.ts';
import { runCompiled } from '../support/compiled.ts';
import { tensor } from '../support/tensors.ts';

const names = { l2: 'l2', huber: 'pseudoHuber', cauchy: 'cauchy', gm: 'gemanMcClure' } as const;
type GoldenName = keyof typeof names;
type ByLoss<T> = Record<GoldenName, T>;
const losses = Object.entries(names) as [GoldenName, RobustLoss][];

interface Step {
  c: number;
  cm_mean: number;
  diff_mean: number;
  total: number;
  grad_wrt_student_network_output: number[];
  student_F: number[];
  teacher_f: number[];
}
type Rows = ByLoss<{ loss: number; grad: number[] }>;
const golden = JSON.parse(readFileSync(new URL('method.json', import.meta.url), 'utf8')) as {
  losses: Record<string, { e: number[]; c: number; mean_reduction: Rows; sum_reduction: Rows }>;
  influence_c1_D1: Record<string, ByLoss<number> & Record<`loss_${GoldenName}`, number>>;
  influence_maxima_c1: Record<'cauchy_argmax' | 'cauchy_max' | 'gm_argmax' | 'gm_max', number>;
  toy_training_step: ByLoss<Step> & {
    shape: number[];
    x0: number[];
    noise: number[];
    sigma_t: number[];
    sigma_next: number[];
  };
  c_schedule: Record<'used_by_code' | 'times_sqrt2_later_variant', Record<string, number>>;
  precision_recall_toy: { real: number[][]; gen: number[][] } & Record<string, { precision: number; recall: number }>;
};

/** The loss of one sample whose student output is e, through the product's own batch form, and its gradient. */
const lossOf =
  (choice: LossChoice): TensorFunction =>
  ({ e, c }) => {
    const zeros = ops.mul(e!, 0);
    const { value, grads } = ops.valueAndGrads(({ f }) => consistencyLoss(f, zeros, ops.scalar(1), c!, choice).value, {
      f: e!,
    });
    return { value, gradient: grads.f };
  };
const rounding = { rtol: 2e-6, atol: 1e-12, because: 'float32' };

describe.each(losses)('the loss %s', (key, loss) => {
  it.each(['mean', 'sum'] as const)('of the %s of squares, and its gradient', async (reduction) => {
    for (const [name, row] of Object.entries(golden.losses)) {
      const { e, c } = row;
      const expected = row[`${reduction}_reduction`][key];
      const inputs = { e: tensor(e, [1, 1, 1, e.length]), c: tensor([c], []) };
      const { value, gradient } = await runCompiled(lossOf({ loss, reduction }), inputs);
      expect(value!.data, name).toBeAllClose([expected.loss], rounding);
      expect(gradient!.data, name).toBeAllClose(expected.grad, rounding);
    }
  });

  it('pulls as strongly as it should at small and at huge residuals', async () => {
    for (const [r, row] of Object.entries(golden.influence_c1_D1)) {
      const inputs = { e: tensor([Number(r)], [1, 1, 1, 1]), c: tensor([1], []) };
      const { value, gradient } = await runCompiled(lossOf({ loss, reduction: 'mean' }), inputs);
      expect(gradient!.data, r).toBeAllClose([row[key]], rounding);
      expect(value!.data, r).toBeAllClose([row[`loss_${key}`]], rounding);
    }
  });

  it('the toy training step: both losses and the gradient of the network’s output', async () => {
    const toy = golden.toy_training_step;
    const row = toy[key];
    const column = (values: number[]) => tensor(values, [values.length, 1, 1, 1]);
    const at = toy.sigma_t.map((sigma) => preconditioning(sigma, 0.002));
    const weights = toy.sigma_t.map((t, i) => 1 / (t - toy.sigma_next[i]!) / 4);
    const diffusion = toy.sigma_t.map((t, i) => (i < 2 ? 0 : (t ** -2 + 4) / 2));
    const fn: TensorFunction = ({ x0, noise, sigma, skip, out, F, teacher, lambda, w, c }) => {
      const x = ops.add(x0!, ops.mul(noise!, sigma!));
      const { value, grads, parts } = ops.valueGradsAndParts(
        (p) => {
          const student = ops.add(ops.mul(skip!, x), ops.mul(out!, p.F));
          const { value: consistency } = consistencyLoss(student, teacher!, lambda!, c!, { loss, reduction: 'mean' });
          const denoising = diffusionLoss(student, x0!, w!);
          return { value: ops.add(consistency, ops.mul(denoising, 5)), parts: { consistency, denoising } };
        },
        { F: F! },
      );
      return { ...parts, total: value, gradient: grads.F };
    };
    const result = await runCompiled(fn, {
      x0: tensor(toy.x0, toy.shape),
      noise: tensor(toy.noise, toy.shape),
      sigma: column(toy.sigma_t),
      skip: column(at.map(({ c_skip }) => c_skip)),
      out: column(at.map(({ c_out }) => c_out)),
      F: tensor(row.student_F, toy.shape),
      teacher: tensor(row.teacher_f, toy.shape),
      lambda: tensor(weights, [4]),
      w: tensor(diffusion, [4]),
      c: tensor([row.c], []),
    });
    const large = { rtol: 2e-5, atol: 2e-6, because: 'float32, with x up to 90 and differences of order 0.01' };
    expect(result['consistency']!.data).toBeAllClose([row.cm_mean], large);
    expect(result['denoising']!.data).toBeAllClose([row.diff_mean], large);
    expect(result['total']!.data).toBeAllClose([row.total], large);
    expect(result['gradient']!.data).toBeAllClose(row.grad_wrt_student_network_output, large);
  });
});

describe('the influence of a residual', () => {
  const { influence_maxima_c1: maxima } = golden;
  it.each([
    ['cauchy', maxima.cauchy_argmax, maxima.cauchy_max],
    ['gemanMcClure', maxima.gm_argmax, maxima.gm_max],
  ] as const)('of %s peaks at %d', async (loss, at, most) => {
    const influence = async (r: number) => {
      const inputs = { e: tensor([r], [1, 1, 1, 1]), c: tensor([1], []) };
      return (await runCompiled(lossOf({ loss, reduction: 'mean' }), inputs))['gradient']!.data[0]!;
    };
    expect([await influence(at)]).toBeAllClose([most], rounding);
    expect(await influence(at * 0.98)).toBeLessThan(most);
    expect(await influence(at * 1.02)).toBeLessThan(most);
  });

  it('Pseudo-Huber keeps its digits where it is tiny beside c, which the difference form loses', async () => {
    const [e, c] = [3e-6, 0.0345];
    const { value } = await runCompiled(lossOf({ loss: 'pseudoHuber', reduction: 'mean' }), {
      e: tensor([e], [1, 1, 1, 1]),
      c: tensor([c], []),
    });
    expect(value!.data).toBeAllClose([Math.sqrt(e * e + c * c) - c], {
      rtol: 1e-3,
      atol: 0,
      because: 'doubles cancel, too',
    });
    expect(Math.fround(Math.sqrt(Math.fround(e * e + c * c))) - Math.fround(c)).toBe(0);
  });
});

describe('the scale c', () => {
  const schedule = golden.c_schedule;
  it.each([
    ['adaptive', schedule.used_by_code],
    ['adaptiveSqrt2', schedule.times_sqrt2_later_variant],
  ] as const)('%s', (kind, expected) => {
    for (const [levels, c] of Object.entries(expected))
      expect([scaleC({ kind }, Number(levels), 10, 4096)]).toBeAllClose([c], {
        rtol: 1e-9,
        atol: 0,
        because: 'doubles',
      });
  });

  it('a table holds from its number of levels on, and its first entry before', () => {
    const values = [
      { levels: 41, c: 0.2 },
      { levels: 11, c: 0.5 },
    ];
    expect([5, 11, 40, 41, 641].map((levels) => scaleC({ kind: 'table', values }, levels, 10, 4096))).toEqual([
      0.5, 0.5, 0.5, 0.2, 0.2,
    ]);
  });
});

it.each(['k=1', 'k=2', 'k=3'])('precision and recall with %s neighbours', (key) => {
  const { real, gen, [key]: expected } = golden.precision_recall_toy;
  const found = precisionRecall(Float32Array.from(real.flat()), Float32Array.from(gen.flat()), 2, Number(key[2]));
  expect([found.precision, found.recall]).toBeAllClose([expected!.precision, expected!.recall], {
    rtol: 1e-12,
    atol: 0,
    because: 'counts of points',
  });
});
