import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Device } from '../../../main/engine/contract.ts';
import { tolerance } from '../../../main/engine/devices/choice.ts';
import { createLocalDevice, localDevice } from '../../../main/engine/local-device.ts';
import type { DeviceMeasurement } from '../../../main/engine/schema.ts';
import { createWebGpuDevice } from '../../../main/engine/webgpu-device.ts';
import { checkDevice, checkParts } from '../../../main/workers/device-check.ts';
import { deviation } from '../../../main/workers/device-numbers.ts';
import { noSoftwareVulkan, useSoftwareVulkan } from '../../support/software-vulkan.ts';
import { tinyConfig } from '../../support/training.ts';

const resources = join(import.meta.dirname, '..', '..', '..', 'resources');
const model = { name: 'Tiny', config: tinyConfig(), shape: [2, 4, 4] as [number, number, number] };

async function check(device: Device, reference: Device): Promise<DeviceMeasurement & { progress: number[] }> {
  const progress: number[] = [];
  const measured = await checkDevice({
    device,
    reference,
    resources,
    model,
    onProgress: (done) => progress.push(done),
  });
  return { ...measured, progress };
}

/** A device whose answers pass through `spoil`. */
function spoilt(spoil: Partial<Pick<Device, 'run' | 'load'>>): Device {
  return { ...createLocalDevice(1), ...spoil };
}

describe('the check of a device', () => {
  it('measures the CPU, which is compared with nothing', async () => {
    const cpu = createLocalDevice(1);
    const { deviations, gemm, step, problem, progress } = await check(cpu, cpu);
    expect(problem).toBeUndefined();
    expect(deviations).toEqual([]);
    expect(gemm!.gflops).toBeGreaterThan(0);
    expect(step).toMatchObject({ model: { name: 'Tiny', batchSize: 8 } });
    expect(progress.at(-1)).toBe(checkParts);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  });

  it('finds a device whose numbers are a little wrong, and by how much', async () => {
    const device = createLocalDevice(1);
    const wrong = spoilt({
      ...device,
      run: async (input, options) => {
        const outputs = await device.run(input, options);
        for (const { data } of Object.values(outputs)) data[0] = data[0]! + 0.1 * Math.max(...data);
        return outputs;
      },
    });
    const { deviations } = await check(wrong, createLocalDevice(1));
    expect(deviations.map(({ part }) => part)).toEqual(['encode', 'train', 'sample']);
    const [encode, train, sample] = deviations.map(({ deviation: share }) => share) as [number, number, number];
    expect(encode).toBeGreaterThan(0.01);
    expect(sample).toBeGreaterThan(0.01);
    // Training steps are another call, which is right here.
    expect(train).toBe(0);
  });

  it('keeps what was measured before a failure, with the words of the failure', async () => {
    const device = createLocalDevice(1);
    const failing = spoilt({
      ...device,
      load: (input, options) =>
        input.program === 'check step' ? Promise.reject(new Error('no room')) : device.load(input, options),
    });
    const measured = await check(failing, createLocalDevice(1));
    expect(measured.problem).toContain('no room');
    expect(measured.deviations).toHaveLength(3);
    expect(measured.gemm).toBeDefined();
    expect(measured.step).toBeUndefined();
  });

  it('tells numbers that are not finite apart from large differences', () => {
    const group = (...values: number[]) => [Float32Array.from(values)];
    expect(deviation(group(1, 3), group(1, 4))).toBe(0.25);
    expect(deviation(group(1, NaN), group(1, 4))).toBeUndefined();
    // Each group has a scale of its own: small numbers are not hidden by large ones.
    expect(deviation([...group(1000), ...group(0.5)], [...group(1000), ...group(1)])).toBe(0.5);
  });
});

describe.skipIf(noSoftwareVulkan !== undefined)('WebGPU, on a Vulkan device in software', () => {
  beforeAll(useSoftwareVulkan);

  it('gives the CPU’s numbers', async () => {
    const gpu = localDevice(createWebGpuDevice({ name: 'SwiftShader' }));
    const measured = await check(gpu, createLocalDevice(1));
    expect(measured.problem).toBeUndefined();
    expect(measured.deviations).toHaveLength(3);
    for (const { deviation: share } of measured.deviations) {
      expect(share).toBeGreaterThan(0);
      // Sums in another order; a hundredth of what the studio accepts.
      expect(share).toBeLessThan(tolerance / 50);
    }
  });
});
