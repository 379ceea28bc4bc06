/** Everything that is compiled, on WebGPU: the software Vulkan device, with CPU fallback disabled, against the CPU. */
import { describe, expect, it } from 'vitest';
import type { Device, TensorData } from '../../main/engine/contract.ts';
import { createLocalDevice, localDevice } from '../../main/engine/local-device.ts';
import { createWebGpuDevice } from '../../main/engine/webgpu-device.ts';
import { trace } from '../../main/tensor/trace/trace.ts';
import type { TensorFunction } from '../../main/tensor/trace/trace.ts';
import type { EagerTensor } from '../../main/tensor/eager/run.ts';
import { readMetrics } from '../../main/training/metrics.ts';
import type { RunConfigInput } from '../../main/training/schema.ts';
import { expectSameTraining } from '../support/same-training.ts';
import { noSoftwareVulkan, useSoftwareVulkan } from '../support/software-vulkan.ts';
import { runTiny, tinyConfig } from '../support/training.ts';
import { tinyUnet } from '../support/unet.ts';
import { cases } from './cases.ts';
import { distinctSizes, gradients } from './gradients.ts';

useSoftwareVulkan();
const gpu = localDevice(createWebGpuDevice({ name: 'software Vulkan' }));
const cpu = createLocalDevice(1);

async function run(device: Device, fn: TensorFunction, inputs: Readonly<Record<string, EagerTensor>>) {
  await device.load({ program: 'test', graph: trace('test', fn, inputs) });
  const plain = Object.fromEntries(
    Object.entries(inputs).map(([name, { dtype, shape, data }]): [string, TensorData] => [
      name,
      { dtype, shape: [...shape], data },
    ]),
  );
  return device.run({ program: 'test', inputs: plain });
}

describe.skipIf(noSoftwareVulkan)(
  'every op computes on WebGPU what it computes on the CPU, value and gradients',
  () => {
    const rounding = {
      rtol: 1e-4,
      atol: 1e-4,
      because:
        'float32 sums in another order; exp, log and tanh of WGSL may err by a few units in the fourth decimal of their argument',
    };
    it.each(cases)('$title', async (row) => {
      const inputs = row.inputs(distinctSizes);
      const fn: TensorFunction = (x) => ({
        y: row.run(x, distinctSizes),
        ...gradients(row, distinctSizes, Object.keys(inputs))(x),
      });
      const expected = await run(cpu, fn, inputs);
      const actual = await run(gpu, fn, inputs);
      for (const [name, { shape, data }] of Object.entries(expected)) {
        expect(actual[name]!.shape, name).toEqual(shape);
        expect(actual[name]!.data, name).toBeAllClose(data, rounding);
      }
    });
  },
);

/** Networks whose whole training graph must run on a GPU. */
const networks: Readonly<Record<string, RunConfigInput['network']>> = {
  'a DiT': { kind: 'dit', patch: 2, width: 32, depth: 2, heads: 2 },
  'a DiT with gated MLP and frequency filter': {
    kind: 'dit',
    patch: 1,
    width: 16,
    depth: 1,
    heads: 2,
    mlp: 'gatedRelu',
    frequencyFilter: true,
  },
  'a U-Net': tinyUnet,
  'a U-Net with GroupNorm': { ...tinyUnet, norm: 'group' },
};

describe.skipIf(noSoftwareVulkan).each(Object.entries(networks))('training %s on WebGPU', (_, network) => {
  const tolerance = {
    rtol: 2e-3,
    atol: 2e-4,
    because: '12 updates of up to 1e-3 each; RAdam divides by √v, which lifts the rounding of tiny gradients',
  };
  it.each([undefined, 4])(
    'makes the steps of the CPU: losses, weights, moments, averages (micro-batch %s)',
    async (microBatch) => {
      const config = tinyConfig({ network });
      const onGpu = await runTiny({ config, device: gpu, ...(microBatch === undefined ? {} : { microBatch }) });
      const onCpu = await runTiny({ config });
      expect(onGpu.end).toMatchObject({ reason: 'finished', position: { step: 12, skipped: 0 } });
      await expectSameTraining(onGpu.folder, onCpu.folder, tolerance);
    },
  );

  it('goes on from a checkpoint of the CPU, and the CPU from one of the GPU', async () => {
    const config = tinyConfig({ network });
    const whole = await runTiny({ config });
    const first = await runTiny({ config, stopAfter: 4 });
    const middle = await runTiny({ config, folder: first.folder, device: gpu, stopAfter: 5 });
    expect(middle.end).toMatchObject({ reason: 'stopped' });
    const last = await runTiny({ config, folder: first.folder });
    expect(last.end).toMatchObject({ reason: 'finished', position: { step: 12 } });
    const [rows, expected] = [await readMetrics(first.folder), await readMetrics(whole.folder)];
    expect(rows.map(({ step }) => step)).toEqual(expected.map(({ step }) => step));
    expect(rows.map(({ loss }) => loss!)).toBeAllClose(
      expected.map(({ loss }) => loss!),
      tolerance,
    );
  });
});
