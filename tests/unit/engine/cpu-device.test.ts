import { describe, expect, it } from 'vitest';
import { createLocalDevice } from '../../../main/engine/local-device.ts';
import type { TensorData } from '../../../main/engine/contract.ts';
import * as ops from '../../../main/tensor/ops.ts';
import { trace } from '../../../main/tensor/trace/trace.ts';

const float = (...shape: number[]) => ({ dtype: 'float32', shape }) as const;
const scalar = (value: number): TensorData => ({ dtype: 'float32', shape: [], data: Float32Array.of(value) });

/** w ← w + x, and the loss log w, which breaks for w < 0. */
async function counter() {
  const device = createLocalDevice(1);
  const graph = trace('count', ({ x, w }) => ({ loss: ops.log(ops.add(w!, x!)), w: ops.add(w!, x!) }), {
    x: float(),
    w: float(),
  });
  await device.load({ program: 'count', graph });
  await device.createState({ state: 's', tensors: [{ name: 'w', shape: [], data: Float32Array.of(1) }] });
  const step = (x: number) => device.step({ program: 'count', state: 's', inputs: { x: scalar(x) }, finite: ['loss'] });
  const value = async () => (await device.readState({ state: 's' }))[0]!.data[0];
  return { device, step, value };
}

describe('a step', () => {
  it('replaces the state and gives the other outputs back', async () => {
    const { step, value } = await counter();
    const { committed, outputs } = await step(2);
    expect(committed).toBe(true);
    expect(Object.keys(outputs)).toEqual(['loss']);
    expect(outputs['loss']!.data[0]).toBeCloseTo(Math.log(3), 6);
    expect(await value()).toBe(3);
  });

  it('whose numbers are not finite leaves the state as it was, and the next one goes on from there', async () => {
    const { step, value } = await counter();
    const broken = await step(-5);
    expect(broken.committed).toBe(false);
    expect(broken.outputs['loss']!.data[0]).toBeNaN();
    expect(await value()).toBe(1);
    expect((await step(1)).committed).toBe(true);
    expect(await value()).toBe(2);
  });

  it('that was handed a wrong shape or too little says which input', async () => {
    const { device } = await counter();
    const bad = { dtype: 'float32', shape: [2], data: new Float32Array(2) } as const;
    await expect(
      device.step({ program: 'count', state: 's', inputs: { x: { ...bad, shape: [2] } }, finite: [] }),
    ).rejects.toThrow(/x \[\]/);
    await expect(device.step({ program: 'count', state: 's', inputs: {}, finite: [] })).rejects.toThrow(/its input x/);
  });
});

describe('state', () => {
  it('is read back whole or by prefix, as copies', async () => {
    const device = createLocalDevice(1);
    const tensors = ['ema/a', 'm/a'].map((name, i) => ({ name, shape: [2], data: Float32Array.of(i, i) }));
    await device.createState({ state: 's', tensors });
    expect((await device.readState({ state: 's', prefix: 'ema/' })).map(({ name }) => name)).toEqual(['ema/a']);
    expect(await device.readState({ state: 's' })).toEqual(tensors);
  });

  it('that is not there is named', async () => {
    await expect(createLocalDevice(1).readState({ state: 'nothing' })).rejects.toThrow(/state called nothing/);
  });
});

it('loading under the same name replaces the program', async () => {
  const device = createLocalDevice(1);
  const load = (factor: number) =>
    device.load({ program: 'p', graph: trace('p', ({ x }) => ({ y: ops.mul(x!, factor) }), { x: float() }) });
  await load(2);
  await load(3);
  expect((await device.run({ program: 'p', inputs: { x: scalar(5) } }))['y']!.data[0]).toBe(15);
});

it('a thousand steps do not grow memory', async () => {
  const { step } = await counter();
  const size = () => process.memoryUsage().rss / 2 ** 20;
  for (let i = 0; i < 200; i++) await step(0.001);
  const before = size();
  for (let i = 0; i < 1000; i++) await step(0.001);
  // Each step's tensors are 4 bytes; a leak of its wrappers alone would be 10 MB.
  expect(size() - before).toBeLessThan(30);
});
