import { describe, expect, it } from 'vitest';
import { planBurst } from '../../../main/engine/burst.ts';
import type { TensorData } from '../../../main/engine/contract.ts';
import { createLocalDevice } from '../../../main/engine/local-device.ts';
import * as ops from '../../../main/tensor/ops.ts';
import { trace } from '../../../main/tensor/trace/trace.ts';
import { readCheckpoint } from '../../../main/training/checkpoint.ts';
import { readMetrics } from '../../../main/training/metrics.ts';
import { burstDevice } from '../../support/devices.ts';
import { runTiny } from '../../support/training.ts';

const float = (...shape: number[]) => ({ dtype: 'float32', shape }) as const;
const scalar = (value: number): TensorData => ({ dtype: 'float32', shape: [], data: Float32Array.of(value) });
const vector = (...data: number[]): TensorData => ({
  dtype: 'float32',
  shape: [data.length],
  data: Float32Array.from(data),
});

/** sum ← sum + frozen·x of each call of `add`; `keep`: total ← total·factor + sum, sum ← 0. */
async function accumulator(device = burstDevice()) {
  const add = trace('add', ({ x, sum, frozen }) => ({ norm: ops.sum(x!), sum: ops.add(sum!, ops.mul(frozen!, x!)) }), {
    x: float(2),
    sum: float(2),
    frozen: float(2),
  });
  const keep = trace(
    'keep',
    ({ factor, sum, total }) => {
      const next = ops.add(ops.mul(total!, factor!), sum!);
      return { total: next, sum: ops.mul(sum!, 0), largest: ops.sum(next) };
    },
    { factor: float(), sum: float(2), total: float(2) },
  );
  await device.load({ program: 'add', graph: add });
  await device.load({ program: 'keep', graph: keep });
  const tensors = Object.entries({ sum: [0, 0], total: [0, 0], frozen: [1, 10], untouched: [7] });
  await device.createState({
    state: 's',
    tensors: tensors.map(([name, data]) => ({ name, shape: [data.length], data: Float32Array.from(data) })),
  });
  const calls = (...step: (readonly [number, number] | number)[]) =>
    step.map((one) =>
      typeof one === 'number'
        ? { program: 'keep', inputs: { factor: scalar(one) } }
        : { program: 'add', inputs: { x: vector(...one) } },
    );
  const run = async (...steps: Parameters<typeof calls>) => {
    const { outputs } = await device.steps({ state: 's', calls: calls(...steps) });
    return outputs.map((one) => Object.fromEntries(Object.entries(one).map(([name, { data }]) => [name, data[0]])));
  };
  const read = async () =>
    Object.fromEntries((await device.readState({ state: 's' })).map(({ name, data }) => [name, [...data]]));
  return { device, run, read };
}

describe('the plan of a burst', () => {
  it('is the shortest pattern that its programs repeat', () => {
    expect(planBurst(['t', 't', 't'])).toEqual({ parts: [{ program: 't', times: 1 }], steps: 3 });
    const parts = [
      { program: 'g', times: 2 },
      { program: 'u', times: 1 },
    ];
    expect(planBurst(['g', 'g', 'u'])).toEqual({ parts, steps: 1 });
    expect(planBurst(['g', 'g', 'u', 'g', 'g', 'u'])).toEqual({ parts, steps: 2 });
    expect(planBurst(['g', 'g', 'u', 'g'])).toEqual({ parts: [...parts, { program: 'g', times: 1 }], steps: 1 });
  });
});

describe('a burst', () => {
  it('hands the state from call to call and from program to program, and answers each call', async () => {
    const { run, read } = await accumulator();
    expect(await run([1, 2], [3, 4], 1, [5, 6], [7, 8], 2)).toEqual([
      { norm: 3 },
      { norm: 7 },
      { largest: 64 },
      { norm: 11 },
      { norm: 15 },
      { largest: 280 },
    ]);
    expect(await read()).toEqual({ sum: [0, 0], total: [20, 260], frozen: [1, 10], untouched: [7] });
  });

  it('goes on from the last one, of whatever length, as single runs do', async () => {
    const { run, read } = await accumulator();
    const single = await accumulator(createLocalDevice(1));
    const bursts: Parameters<typeof run>[] = [
      [[1, 1]],
      [[0.1, 0.2], [0.3, 0.4], 0.5],
      [
        [2, 2],
        [3, 3],
        [4, 4],
      ],
      [0.1, 0.2],
      [[0.1, 0.2], [0.3, 0.4], 0.7, [0.5, 0.6], [0.7, 0.8], 0.9],
    ];
    for (const burst of bursts) {
      expect(await run(...burst)).toEqual(await single.run(...burst));
      expect(await read()).toEqual(await single.read());
    }
  });

  it('of new programs or a new state is made anew', async () => {
    const { device, run, read } = await accumulator();
    await run([1, 2]);
    const twice = trace('add', ({ x, sum }) => ({ sum: ops.add(sum!, ops.mul(x!, 2)) }), {
      x: float(2),
      sum: float(2),
    });
    await device.load({ program: 'add', graph: twice });
    expect(await run([1, 2])).toEqual([{}]);
    expect((await read())['sum']).toEqual([3, 24]);
    await device.createState({ state: 's', tensors: [{ name: 'total', shape: [2], data: Float32Array.of(1, 1) }] });
    await expect(run([1, 2])).rejects.toThrow(/its input sum/);
  });

  it('that lacks an input, has one of a wrong shape, or one that is state, says which', async () => {
    const { device } = await accumulator();
    const one = (inputs: Record<string, TensorData>) =>
      device.steps({ state: 's', calls: [{ program: 'add', inputs }] });
    await expect(one({})).rejects.toThrow(/its input x/);
    await expect(one({ x: vector(1, 2, 3) })).rejects.toThrow(/x \[2\], got \[3\]/);
    await expect(one({ x: vector(1, 2), sum: vector(1, 2) })).rejects.toThrow(/no state/);
  });
});

/** Everything a run leaves behind but its times. */
async function trained(options: Parameters<typeof runTiny>[0]) {
  const { folder, end } = await runTiny(options);
  const rows = (await readMetrics(folder)).map(({ stepSeconds: _s, seconds: _t, ...row }) => row);
  const { state } = (await readCheckpoint(folder))!;
  const bits = ({ buffer, byteOffset, byteLength }: Float32Array) =>
    Buffer.from(buffer, byteOffset, byteLength).toString('base64');
  return { reason: end.reason, rows, state: Object.fromEntries(state.map(({ name, data }) => [name, bits(data)])) };
}

describe('training', () => {
  it('in bursts is training step by step, bit for bit', async () => {
    const single = await trained({});
    expect(single.rows).toHaveLength(12);
    expect(await trained({ device: burstDevice() })).toEqual(single);
  });

  it('in bursts of micro-batches, too', async () => {
    expect(await trained({ device: burstDevice(), microBatch: 2 })).toEqual(await trained({ microBatch: 2 }));
  });

  it('a step whose numbers break changes nothing, and those after it in its burst are made', async () => {
    const spoil: NonNullable<Parameters<typeof runTiny>[0]>['spoil'] = (batch, k) =>
      k === 3 ? { ...batch, x_0: batch.x_0.map(() => NaN) } : batch;
    const [single, burst] = [await trained({ spoil }), await trained({ device: burstDevice(), spoil })];
    expect(burst.rows.slice(0, 4)).toEqual(single.rows.slice(0, 4));
    // The host counts updates burst by burst, so that the rates after the broken step differ from those of single steps.
    expect(burst.rows.map(({ skipped }) => skipped)).toEqual(single.rows.map(({ skipped }) => skipped));
    expect(burst.rows[4]!.loss).toBeCloseTo(single.rows[4]!.loss!, 3);
  });
});

it('bursts do not grow memory', async () => {
  const { run } = await accumulator();
  const size = () => process.memoryUsage().rss / 2 ** 20;
  const many = Array.from({ length: 32 }, () => [0.001, 0.001] as const);
  for (let i = 0; i < 100; i++) await run(...many);
  const before = size();
  for (let i = 0; i < 500; i++) await run(...many);
  // A run's tensors are a few hundred bytes; 500 bursts whose sessions or wrappers stayed would be tens of MB.
  expect(size() - before).toBeLessThan(30);
});
