import { describe, expect, it } from 'vitest';
import type { TensorData } from '../../../main/engine/contract.ts';
import { localDevice } from '../../../main/engine/local-device.ts';
import { createWebGpuDevice } from '../../../main/engine/webgpu-device.ts';
import * as ops from '../../../main/tensor/ops.ts';
import { trace } from '../../../main/tensor/trace/trace.ts';
import { noSoftwareVulkan, useSoftwareVulkan } from '../../support/software-vulkan.ts';

useSoftwareVulkan();
const float = (...shape: number[]) => ({ dtype: 'float32', shape }) as const;
const scalar = (value: number): TensorData => ({ dtype: 'float32', shape: [], data: Float32Array.of(value) });

/** w ← w + x and the sum of the new w; `frozen` is read and never written. */
async function counter() {
  const device = localDevice(createWebGpuDevice({ name: 'software Vulkan' }));
  const graph = trace(
    'count',
    ({ x, w, frozen }) => {
      const next = ops.add(ops.mul(frozen!, x!), w!);
      return { total: ops.sum(next), w: next };
    },
    { x: float(), w: float(3), frozen: float(3) },
  );
  await device.load({ program: 'count', graph });
  await device.createState({
    state: 's',
    tensors: [
      { name: 'w', shape: [3], data: Float32Array.of(1, 2, 3) },
      { name: 'frozen', shape: [3], data: Float32Array.of(1, 1, 1) },
    ],
  });
  const add = async (...xs: number[]) => {
    const calls = xs.map((x) => ({ program: 'count', inputs: { x: scalar(x) } }));
    const { outputs } = await device.steps({ state: 's', calls });
    return outputs.map(({ total }) => total!.data[0]);
  };
  const read = async (prefix?: string) =>
    Object.fromEntries(
      (await device.readState({ state: 's', ...(prefix === undefined ? {} : { prefix }) })).map(({ name, data }) => [
        name,
        [...data],
      ]),
    );
  return { device, add, read };
}

describe.skipIf(noSoftwareVulkan)('a WebGPU device', () => {
  it('keeps state on the GPU from step to step, and answers every call of a burst', async () => {
    const { add, read } = await counter();
    expect(await add(1, 10, 100)).toEqual([9, 39, 339]);
    expect(await add(1)).toEqual([342]);
    expect(await read()).toEqual({ w: [113, 114, 115], frozen: [1, 1, 1] });
    expect(await read('fro')).toEqual({ frozen: [1, 1, 1] });
  });

  it('gives the state to a program that only reads it, between steps', async () => {
    const { device, add } = await counter();
    await device.load({
      program: 'double',
      graph: trace('double', ({ w }) => ({ y: ops.mul(w!, 2) }), { w: float(3) }),
    });
    const double = async () => [...(await device.run({ program: 'double', state: 's', inputs: {} }))['y']!.data];
    expect(await double()).toEqual([2, 4, 6]);
    await add(1);
    expect(await double()).toEqual([4, 6, 8]);
    await add(1, 1);
    expect(await double()).toEqual([8, 10, 12]);
  });

  it('replaces programs and states under the same name', async () => {
    const { device, add, read } = await counter();
    await add(1);
    const graph = trace('less', ({ x, w }) => ({ w: ops.sub(w!, x!), total: ops.sum(w!), also: x! }), {
      x: float(),
      w: float(3),
    });
    await device.load({ program: 'count', graph });
    expect(await add(1)).toEqual([9]);
    expect((await read())['w']).toEqual([1, 2, 3]);
    await device.createState({ state: 's', tensors: [{ name: 'w', shape: [3], data: Float32Array.of(7, 7, 7) }] });
    expect(await add(7)).toEqual([21]);
    expect(await read()).toEqual({ w: [0, 0, 0] });
  });

  it('forgets what is dropped, and says what is missing', async () => {
    const { device } = await counter();
    await device.dropState({ state: 's' });
    await expect(device.readState({ state: 's' })).rejects.toThrow(/state called s/);
    await device.unload({ program: 'count' });
    await expect(device.run({ program: 'count', inputs: {} })).rejects.toThrow(/program called count/);
  });

  it('refuses an input of another shape, and the state is as it was', async () => {
    const { device, read } = await counter();
    const bad = { dtype: 'float32' as const, shape: [2], data: new Float32Array(2) };
    await expect(device.steps({ state: 's', calls: [{ program: 'count', inputs: { x: bad } }] })).rejects.toThrow(
      /x \[\]/,
    );
    expect((await read())['w']).toEqual([1, 2, 3]);
  });

  it('hundreds of steps do not grow memory', async () => {
    const { add } = await counter();
    const burst = Array.from({ length: 8 }, () => 0.001);
    const steps = async (bursts: number) => {
      for (let i = 0; i < bursts; i++) await add(...burst);
    };
    await steps(20);
    const before = process.memoryUsage().rss / 2 ** 20;
    await steps(100);
    // Kept handles alone would be 800 steps × 2 outputs × some kB of GPU buffer.
    expect(process.memoryUsage().rss / 2 ** 20 - before).toBeLessThan(25);
  });
});
