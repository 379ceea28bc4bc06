import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { consistencyLoss, diffusionLoss } from '../../main/consistency/loss.ts';
import { embedNoise, preconditioning } from '../../main/consistency/preconditioning.ts';
import { ditSpecs, timeEmbeddingSize } from '../../main/models/dit.ts';
import { networkOutput } from '../../main/models/network.ts';
import { runEager } from '../../main/tensor/eager/run.ts';
import type { EagerTensor } from '../../main/tensor/eager/run.ts';
import * as ops from '../../main/tensor/ops.ts';
import type { TensorFunction } from '../../main/tensor/trace/trace.ts';
import { runCompiled } from '../support/compiled.ts';
import { ditConfig } from '../support/dit.ts';
import { tensor } from '../support/tensors.ts';

interface NetworkGolden {
  param_list: { k: number; name: string; shape: number[] }[];
  labels?: number[];
  output: number[];
  sum: number;
}
interface StepGolden {
  c: number;
  cm_mean: number;
  diff_mean: number;
  total: number;
  grad_wrt_student_network_output: number[];
  student_F: number[];
  teacher_f: number[];
}
interface LossGolden {
  e: number[];
  c: number;
  mean_reduction: { cauchy: { loss: number; grad: number[] } };
}
const golden = JSON.parse(readFileSync(new URL('method.json', import.meta.url), 'utf8')) as {
  dit_small_relu_uncond: NetworkGolden;
  dit_small_gate_relu_condmix: NetworkGolden;
  toy_training_step: {
    shape: number[];
    x0: number[];
    noise: number[];
    sigma_t: number[];
    sigma_next: number[];
    cauchy: StepGolden;
  };
  losses: Record<string, LossGolden>;
  influence_c1_D1: Record<string, { cauchy: number; loss_cauchy: number }>;
  influence_maxima_c1: { cauchy_argmax: number; cauchy_max: number };
};

const networks = [
  { name: 'unconditional, ReLU', expected: golden.dit_small_relu_uncond, config: { ...ditConfig, classes: 0 } },
  {
    name: 'three classes, gated ReLU, cond-mixing',
    expected: golden.dit_small_gate_relu_condmix,
    config: { ...ditConfig, mlp: 'gatedRelu', classes: 3, condMixing: true } as const,
  },
];

describe.each(networks)('DiT $name', ({ expected, config }) => {
  it('has the parameters of the reference, in order', () => {
    expect(ditSpecs(config).map(({ name, shape }) => ({ name, shape: [...shape] }))).toEqual(
      expected.param_list.map(({ name, shape }) => ({ name, shape })),
    );
  });

  it('gives the reference’s output, eagerly and compiled', async () => {
    const parameters = Object.fromEntries(
      ditSpecs(config).map(({ name, shape }, k) => {
        const size = shape.reduce((a, b) => a * b, 1);
        return [
          name,
          tensor(
            Array.from({ length: size }, (_, j) => 0.2 * Math.sin(0.37 * (j + 1) + 1.3 * k)),
            shape,
          ),
        ] as const;
      }),
    );
    const time = new Float32Array(2 * timeEmbeddingSize);
    [0.002, 2.5].forEach((sigma, b) =>
      embedNoise(250 * Math.log(sigma), timeEmbeddingSize, time, b * timeEmbeddingSize),
    );
    const inputs: Record<string, EagerTensor> = {
      ...parameters,
      x: tensor(
        Array.from({ length: 512 }, (_, j) => Math.sin(0.11 * (j + 1))),
        [2, 4, 8, 8],
      ),
      time: { dtype: 'float32', shape: [2, timeEmbeddingSize], data: time },
      classes: tensor(
        (expected.labels ?? [0, 0]).flatMap((label) =>
          Array.from({ length: config.classes + 1 }, (_, i) => (i === label ? 1 : 0)),
        ),
        [2, config.classes + 1],
      ),
    };
    const fn: TensorFunction = ({ x, time, classes, ...p }) => ({
      y: networkOutput(p, x!, time!, { kind: 'dit', ...config }, config.classes > 0 ? classes : undefined),
    });
    const tolerance = { rtol: 1e-4, atol: 1e-4, because: 'the method’s tolerance for whole networks in float32' };
    expect(runEager(fn, inputs)['y']!.data).toBeAllClose(expected.output, tolerance);
    const compiled = (await runCompiled(fn, inputs))['y']!;
    expect(compiled.data).toBeAllClose(expected.output, tolerance);
    expect(Array.from(compiled.data).reduce((a, b) => a + b, 0)).toBeCloseTo(expected.sum, 2);
  });
});

const cauchyOfMean = { loss: 'cauchy', reduction: 'mean' } as const;

describe('losses', () => {
  const rounding = { rtol: 2e-6, atol: 1e-12, because: 'float32' };
  /** The Cauchy loss of one sample whose student output is e, through the product's own batch form. */
  const cauchyOf: TensorFunction = ({ e, c }) => {
    const zeros = ops.mul(e!, 0);
    const { value, grads } = ops.valueAndGrads(({ f }) => consistencyLoss(f, zeros, ops.scalar(1), c!, cauchyOfMean), {
      f: e!,
    });
    return { value, gradient: grads.f };
  };
  it.each(Object.entries(golden.losses))('Cauchy, %s', async (_, { e, c, mean_reduction: { cauchy: expected } }) => {
    const { value, gradient } = await runCompiled(cauchyOf, { e: tensor(e, [1, 1, 1, e.length]), c: tensor([c], []) });
    expect(value!.data).toBeAllClose([expected.loss], rounding);
    expect(gradient!.data).toBeAllClose(expected.grad, rounding);
  });
  it('the influence of a residual rises, peaks at √2·c, and falls', async () => {
    const influence = async (r: number) =>
      (await runCompiled(cauchyOf, { e: tensor([r], [1, 1, 1, 1]), c: tensor([1], []) }))['gradient']!.data[0]!;
    for (const [r, row] of Object.entries(golden.influence_c1_D1))
      expect([await influence(Number(r))], r).toBeAllClose([row.cauchy], rounding);
    const { cauchy_argmax: at, cauchy_max: most } = golden.influence_maxima_c1;
    expect([await influence(at)]).toBeAllClose([most], rounding);
    expect(await influence(at * 0.98)).toBeLessThan(most);
    expect(await influence(at * 1.02)).toBeLessThan(most);
  });
});

it('the toy training step: Cauchy and diffusion loss and the gradient of the network’s output', async () => {
  const toy = golden.toy_training_step;
  const row = toy.cauchy;
  const column = (values: number[]) => tensor(values, [values.length, 1, 1, 1]);
  const at = toy.sigma_t.map((sigma) => preconditioning(sigma, 0.002));
  const weights = toy.sigma_t.map((t, i) => 1 / (t - toy.sigma_next[i]!) / 4);
  const diffusion = toy.sigma_t.map((t, i) => (i < 2 ? 0 : (t ** -2 + 4) / 2));
  const fn: TensorFunction = ({ x0, noise, sigma, skip, out, F, teacher, lambda, w, c }) => {
    const x = ops.add(x0!, ops.mul(noise!, sigma!));
    const parts: Record<string, ops.Tensor> = {};
    const { value, grads } = ops.valueAndGrads(
      (p) => {
        const student = ops.add(ops.mul(skip!, x), ops.mul(out!, p.F));
        parts['consistency'] = consistencyLoss(student, teacher!, lambda!, c!, cauchyOfMean);
        parts['diffusion'] = diffusionLoss(student, x0!, w!);
        return ops.add(parts['consistency'], ops.mul(parts['diffusion'], 5));
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
  const rounding = { rtol: 2e-5, atol: 2e-6, because: 'float32, with x up to 90 and differences of order 0.01' };
  expect(result['consistency']!.data).toBeAllClose([row.cm_mean], rounding);
  expect(result['diffusion']!.data).toBeAllClose([row.diff_mean], rounding);
  expect(result['total']!.data).toBeAllClose([row.total], rounding);
  expect(result['gradient']!.data).toBeAllClose(row.grad_wrt_student_network_output, rounding);
});
