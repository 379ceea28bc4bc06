import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { embedNoise } from '../../main/consistency/preconditioning.ts';
import { ditSpecs, timeEmbeddingSize } from '../../main/models/dit.ts';
import { networkOutput } from '../../main/models/network.ts';
import { runEager } from '../../main/tensor/eager/run.ts';
import type { EagerTensor } from '../../main/tensor/eager/run.ts';
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
const golden = JSON.parse(readFileSync(new URL('method.json', import.meta.url), 'utf8')) as {
  dit_small_relu_uncond: NetworkGolden;
  dit_small_gate_relu_condmix: NetworkGolden;
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
