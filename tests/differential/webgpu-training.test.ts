/** Training on WebGPU: the software Vulkan device, with CPU fallback disabled, against the CPU. */
import { describe, expect, it } from 'vitest';
import { createLocalDevice, localDevice } from '../../main/engine/local-device.ts';
import { createWebGpuDevice } from '../../main/engine/webgpu-device.ts';
import { readMetrics } from '../../main/training/metrics.ts';
import type { RunConfigInput } from '../../main/training/schema.ts';
import { expectSameTraining } from '../support/same-training.ts';
import { noSoftwareVulkan, useSoftwareVulkan } from '../support/software-vulkan.ts';
import { residualsOf } from '../support/teaching.ts';
import { runTiny, tinyConfig } from '../support/training.ts';
import { tinyUnet } from '../support/unet.ts';

useSoftwareVulkan();
const gpu = localDevice(createWebGpuDevice({ name: 'software Vulkan' }));
const cpu = createLocalDevice(1);

const smallDit = { kind: 'dit', patch: 2, width: 32, depth: 2, heads: 2 } as const;
/** Networks whose whole training graph must run on a GPU. */
const networks: Readonly<Record<string, RunConfigInput['network']>> = {
  'a DiT': smallDit,
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
};

describe.skipIf(noSoftwareVulkan)('training on WebGPU', () => {
  const steps = 4;
  const tolerance = {
    rtol: 2e-3,
    atol: 2e-4,
    because: `${steps} updates of up to 1e-3 each; RAdam divides by √v, which lifts the rounding of tiny gradients`,
  };
  const configOf = (network: RunConfigInput['network']) => tinyConfig({ network, length: { kind: 'steps', steps } });

  // Every convolution of its own shape is a shader that the software device compiles for a second or two.
  it.each(Object.entries(networks))(
    'of %s makes the steps of the CPU: losses, weights, moments, averages',
    async (_, network) => {
      const config = configOf(network);
      const onGpu = await runTiny({ config, device: gpu });
      expect(onGpu.end).toMatchObject({ reason: 'finished', position: { step: steps, skipped: 0 } });
      await expectSameTraining(onGpu.folder, (await runTiny({ config })).folder, tolerance);
    },
    240_000,
  );

  it('in micro-batches makes the steps of the whole batch on the CPU', async () => {
    const config = configOf(smallDit);
    const onGpu = await runTiny({ config, device: gpu, microBatch: 4 });
    await expectSameTraining(onGpu.folder, (await runTiny({ config })).folder, tolerance);
  });

  it('goes on from a checkpoint of the CPU, and the CPU from one of the GPU', async () => {
    const config = configOf(smallDit);
    const whole = await runTiny({ config });
    const first = await runTiny({ config, stopAfter: 1 });
    const middle = await runTiny({ config, folder: first.folder, device: gpu, stopAfter: 2 });
    expect(middle.end).toMatchObject({ reason: 'stopped' });
    const last = await runTiny({ config, folder: first.folder });
    expect(last.end).toMatchObject({ reason: 'finished', position: { step: steps } });
    const [rows, expected] = [await readMetrics(first.folder), await readMetrics(whole.folder)];
    expect(rows.map(({ step }) => step)).toEqual(expected.map(({ step }) => step));
    expect(rows.map(({ loss }) => loss!)).toBeAllClose(
      expected.map(({ loss }) => loss!),
      tolerance,
    );
  });

  it('computes student − teacher without a step as the CPU does', async () => {
    const config = configOf(smallDit);
    const expected = await residualsOf(config, 60, cpu);
    const largest = Math.max(...expected.map(Math.abs));
    expect(await residualsOf(config, 60, gpu)).toBeAllClose(expected, {
      rtol: 1e-3,
      atol: 1e-4 * largest,
      because: 'float32 sums in another order; student and teacher cancel, so the largest value measures',
    });
  });
});
