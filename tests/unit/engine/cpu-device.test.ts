import { describe, expect, it } from 'vitest';
import { createLocalDevice } from '../../../main/engine/local-device.ts';
import type { TensorData } from '../../../main/engine/contract.ts';
import * as ops from '../../../main/tensor/ops.ts';
import { trace } from '../../../main/tensor/trace/trace.ts';
import { counter, scalar } from '../../support/counter.ts';

const float = (...shape: number[]) => ({ dtype: 'float32', shape }) as const;

describe('steps', () => {
  it('replace the state one after another and give the other outputs of each back', async () => {
    const { add, value } = await counter(createLocalDevice(1));
    const { outputs } = await add(2, 10);
    expect(outputs.map((one) => Object.entries(one).map(([name, { data }]) => [name, data[0]]))).toEqual([
      [['double', 6]],
      [['double', 26]],
    ]);
    expect(await value()).toBe(13);
  });

  it('that were handed a wrong shape or too little say which input', async () => {
    const { device } = await counter(createLocalDevice(1));
    const bad = { dtype: 'float32', shape: [2], data: new Float32Array(2) } as const;
    const call = (inputs: Record<string, TensorData>) =>
      device.steps({ state: 's', calls: [{ program: 'count', inputs }] });
    await expect(call({ x: { ...bad, shape: [2] } })).rejects.toThrow(/x \[\]/);
    await expect(call({})).rejects.toThrow(/its input x/);
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
  const { add } = await counter(createLocalDevice(1));
  const size = () => process.memoryUsage().rss / 2 ** 20;
  for (let i = 0; i < 200; i++) await add(0.001);
  const before = size();
  for (let i = 0; i < 1000; i++) await add(0.001);
  // Each step's tensors are 4 bytes; a leak of its wrappers alone would be 10 MB.
  expect(size() - before).toBeLessThan(30);
});
