/** TensorFlow itself, where it was built (tests/tensorflow/): every op, a training run, and the functions at once. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Device } from '../../main/engine/contract.ts';
import { localDevice } from '../../main/engine/local-device.ts';
import { createTensorFlowDevice } from '../../main/engine/tensorflow-device.ts';
import { runEager } from '../../main/tensor/eager/run.ts';
import type { EagerTensor } from '../../main/tensor/eager/run.ts';
import { loadTensorFlow } from '../../main/tensor/tensorflow.ts';
import { trace } from '../../main/tensor/trace/trace.ts';
import type { TensorTypes } from '../../main/tensor/trace/trace.ts';
import type { RunConfigInput } from '../../main/training/schema.ts';
import { gradientStep, runLayout, trainingStep } from '../../main/training/step.ts';
import { runGraph } from '../support/compiled.ts';
import { expectTensors } from '../support/expect-tensors.ts';
import { runInterpreted } from '../support/interpreted.ts';
import { expectSameTraining } from '../support/same-training.ts';
import { builtTensorFlow, whyNoTensorFlow } from '../support/tensorflow.ts';
import { normal } from '../support/tensors.ts';
import { runTiny, tinyConfig, tinyShape } from '../support/training.ts';
import { cases } from './cases.ts';
import { distinctSizes, valueAndGradients } from './gradients.ts';
import { sampleGraphs } from './samples.ts';

const rounding = {
  rtol: 2e-5,
  atol: 2e-5,
  because: 'float32 sums of some dozen terms in another order, exp and tanh by polynomial',
};

const networks: Readonly<Record<string, RunConfigInput['network']>> = {
  'a DiT': { kind: 'dit', patch: 2, width: 64, depth: 2, heads: 4 },
  'a DiT with gated MLP and frequency filter': {
    kind: 'dit',
    patch: 1,
    width: 32,
    depth: 1,
    heads: 2,
    mlp: 'gatedRelu',
    frequencyFilter: true,
  },
  'a U-Net': { kind: 'unet', width: 32, multipliers: [1, 2], blocks: 1, attentionSides: [2], headChannels: 32 },
};

const afterTwentySteps = {
  rtol: 1e-5,
  atol: 3e-6,
  because:
    'float32 sums in another order, over 20 updates of up to 1e-2 each; ten times what was seen (weights 2e-7, moments 8e-7)',
};

/** Random values for inputs of a training step; positive where the method's are (noise levels, weights of the loss, rates). */
function plausible(types: TensorTypes): Record<string, EagerTensor> {
  const signed = /^(x_0|noise|parameters|m|ema|gradients|sums)(\/|$)/;
  return Object.fromEntries(
    Object.entries(types).map(([name, { shape }], i) => {
      const { data, ...type } = normal(shape, i, 0.3);
      return [name, { ...type, data: signed.test(name) ? data : data.map((value) => Math.abs(value) + 0.1) }];
    }),
  );
}

describe.skipIf(whyNoTensorFlow)(`TensorFlow ${whyNoTensorFlow ?? ''}`, () => {
  let device: Device;
  beforeAll(() => {
    const loaded = loadTensorFlow(builtTensorFlow);
    if (!loaded.loaded) throw new Error(loaded.reason);
    device = localDevice(createTensorFlowDevice(loaded));
  });

  it('says what it is, and that without a card it is of no use', async () => {
    expect(await device.info({})).toEqual({
      kind: 'tensorflow',
      name: 'TensorFlow 2.15.1',
      unusable: expect.stringContaining('no NVIDIA card') as string,
    });
  });

  it.each(cases)('$title: at once and node by node as in JavaScript', (row) => {
    for (const sizes of [distinctSizes, { i: 1, j: 4, k: 1, l: 2 }]) {
      const inputs = row.inputs(sizes);
      const fn = valueAndGradients(row, sizes, Object.keys(inputs));
      const expected = runEager(fn, inputs);
      expectTensors(runEager(fn, inputs, 'tensorflow'), expected, rounding);
      const graph = trace('test', fn, inputs);
      expectTensors(runInterpreted(graph, inputs, 'tensorflow'), expected, rounding);
    }
  });

  it.each(sampleGraphs)('$name gives what it gives compiled', async ({ graph, inputs }) => {
    expectTensors(runInterpreted(graph, inputs, 'tensorflow'), await runGraph(graph, inputs), rounding);
  });

  describe.each(Object.entries(networks))('training %s', (_, network) => {
    const config = tinyConfig({ network, optimiser: { learningRate: 1e-2 }, length: { kind: 'steps', steps: 20 } });

    it.each([undefined, 4])('makes the 20 steps of the compiled engine (micro-batch %s)', async (microBatch) => {
      const options = { config, ...(microBatch === undefined ? {} : { microBatch }) };
      const onTensorFlow = await runTiny({ ...options, device });
      const compiled = await runTiny({ config });
      expect(onTensorFlow.end).toMatchObject({ reason: 'finished', position: { step: 20, skipped: 0 } });
      await expectSameTraining(onTensorFlow.folder, compiled.folder, afterTwentySteps);
    });

    it.each(['trainingStep', 'gradientStep'] as const)(
      'runs the function %s at once, gradients by TensorFlow’s own kernels',
      async (name) => {
        const layout = runLayout(config.network, tinyShape, 'separate');
        const { fn, types } = { trainingStep, gradientStep }[name](config, tinyShape, layout, config.batchSize);
        const inputs = plausible(types);
        const expected = await runGraph(trace(name, fn, types), inputs);
        const actual = runEager(fn, inputs, 'tensorflow');
        expect(Object.keys(actual)).toEqual(Object.keys(expected));
        for (const [output, { data }] of Object.entries(expected)) {
          const largest = Math.max(...Array.from(data as Float32Array, Math.abs));
          expect(actual[output]!.data, output).toBeAllClose(data, {
            rtol: 1e-5,
            atol: 1e-5 * largest,
            because:
              'an element is a float32 sum of hundreds of terms as large as the largest element, in another order',
          });
        }
      },
    );
  });
});
