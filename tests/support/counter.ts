/** A program of two lines on any device: w ← w + x, and twice the new w. */
import type { Device, TensorData } from '../../main/engine/contract.ts';
import * as ops from '../../main/tensor/ops.ts';
import { trace } from '../../main/tensor/trace/trace.ts';

const float = { dtype: 'float32', shape: [] } as const;
export const scalar = (value: number): TensorData => ({ ...float, shape: [], data: Float32Array.of(value) });

/** The device with the program `count` and the state `s`, in which w is 1. */
export async function counter(device: Device) {
  const graph = trace('count', ({ x, w }) => ({ double: ops.mul(ops.add(w!, x!), 2), w: ops.add(w!, x!) }), {
    x: float,
    w: float,
  });
  await device.load({ program: 'count', graph });
  await device.createState({ state: 's', tensors: [{ name: 'w', shape: [], data: Float32Array.of(1) }] });
  const add = (...xs: number[]) =>
    device.steps({ state: 's', calls: xs.map((x) => ({ program: 'count', inputs: { x: scalar(x) } })) });
  const value = async () => (await device.readState({ state: 's' }))[0]!.data[0];
  return { device, add, value };
}
