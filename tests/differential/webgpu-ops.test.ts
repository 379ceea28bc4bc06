/** Every op on WebGPU: the software Vulkan device, with CPU fallback disabled, against the CPU. */
import { describe, expect, it } from 'vitest';
import type { Device, TensorData } from '../../main/engine/contract.ts';
import { createLocalDevice, localDevice } from '../../main/engine/local-device.ts';
import { createWebGpuDevice } from '../../main/engine/webgpu-device.ts';
import { trace } from '../../main/tensor/trace/trace.ts';
import type { TensorFunction } from '../../main/tensor/trace/trace.ts';
import type { EagerTensor } from '../../main/tensor/eager/run.ts';
import { noSoftwareVulkan, useSoftwareVulkan } from '../support/software-vulkan.ts';
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
