/** The device for TensorFlow on TF.js's own backend, which is always there; tests/differential/tensorflow.test.ts has the real one. */
import { describe, expect, it } from 'vitest';
import { localDevice } from '../../../main/engine/local-device.ts';
import type { TensorData } from '../../../main/engine/contract.ts';
import { createTensorFlowDevice, tensorflowInfo } from '../../../main/engine/tensorflow-device.ts';
import * as ops from '../../../main/tensor/ops.ts';
import { tf } from '../../../main/tensor/tf.ts';
import { trace } from '../../../main/tensor/trace/trace.ts';
import { counter, scalar } from '../../support/counter.ts';

const loaded = { loaded: true, backend: 'cpu', version: '2.9.1', usesGpu: true } as const;
const newDevice = () => localDevice(createTensorFlowDevice(loaded));
const float = (...shape: number[]) => ({ dtype: 'float32', shape }) as const;

describe('steps', () => {
  it('replace the state one after another and give the other outputs of each back', async () => {
    const { add, value } = await counter(newDevice());
    const { outputs } = await add(2, 10);
    expect(outputs.map((one) => Object.entries(one).map(([name, { data }]) => [name, data[0]]))).toEqual([
      [['double', 6]],
      [['double', 26]],
    ]);
    expect(await value()).toBe(13);
  });

  it('that were handed a wrong shape or too little say which input, and leave the state and nothing else', async () => {
    const { device, value } = await counter(newDevice());
    const before = tf.memory().numTensors;
    const call = (inputs: Record<string, TensorData>) =>
      device.steps({ state: 's', calls: [{ program: 'count', inputs }] });
    await expect(call({ x: { dtype: 'float32', shape: [2], data: new Float32Array(2) } })).rejects.toThrow(
      /x float32\[\]/,
    );
    await expect(call({})).rejects.toThrow(/its input x/);
    expect(tf.memory().numTensors).toBe(before);
    expect(await value()).toBe(1);
  });

  it('leave no tensor behind, and a device that is emptied none at all', async () => {
    const empty = tf.memory().numTensors;
    const { device, add } = await counter(newDevice());
    await add(1);
    const before = tf.memory().numTensors;
    await add(1, 2, 3);
    await device.run({ program: 'count', state: 's', inputs: { x: scalar(1) } });
    expect(tf.memory().numTensors).toBe(before);
    await device.dropState({ state: 's' });
    await device.unload({ program: 'count' });
    expect(tf.memory().numTensors).toBe(empty);
  });
});

describe('state', () => {
  it('is read back whole or by prefix', async () => {
    const device = newDevice();
    const tensors = ['ema/a', 'm/a'].map((name, i) => ({ name, shape: [2], data: Float32Array.of(i, i) }));
    await device.createState({ state: 's', tensors });
    expect((await device.readState({ state: 's', prefix: 'ema/' })).map(({ name }) => name)).toEqual(['ema/a']);
    expect(await device.readState({ state: 's' })).toEqual(tensors);
  });

  it('is read as copies, even before a program has used it', async () => {
    const { device, value } = await counter(newDevice());
    (await device.readState({ state: 's' }))[0]!.data[0] = 100;
    expect(await value()).toBe(1);
  });

  it('that is made again or is not there is treated as such', async () => {
    const { device, value } = await counter(newDevice());
    const before = tf.memory().numTensors;
    await device.createState({ state: 's', tensors: [{ name: 'w', shape: [], data: Float32Array.of(7) }] });
    expect([await value(), tf.memory().numTensors]).toEqual([7, before]);
    await expect(device.readState({ state: 'nothing' })).rejects.toThrow(/state called nothing/);
  });
});

it('loading under the same name replaces the program', async () => {
  const device = newDevice();
  const load = (factor: number) =>
    device.load({ program: 'p', graph: trace('p', ({ x }) => ({ y: ops.mul(x!, factor) }), { x: float() }) });
  await load(2);
  await load(3);
  expect((await device.run({ program: 'p', inputs: { x: scalar(5) } }))['y']!.data[0]).toBe(15);
});

it('says of itself whether it is of use, and why not', () => {
  expect(tensorflowInfo(loaded)).toEqual({ kind: 'tensorflow', name: 'TensorFlow 2.9.1' });
  expect(tensorflowInfo({ ...loaded, usesGpu: false }).unusable).toMatch(/no NVIDIA card/);
  expect(tensorflowInfo({ loaded: false, reason: 'It is not installed.' }).unusable).toBe('It is not installed.');
});
