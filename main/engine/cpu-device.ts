/** The CPU as a device: programs, and state that each step replaces. */
import { availableParallelism, cpus, totalmem } from 'node:os';
import type { Tensor } from 'onnxruntime-node';
import { transferring } from '../base/rpc.ts';
import { fromTensor, fromTensors, toTensor } from './program.ts';
import { createPrograms, lookup } from './programs.ts';
import type { DeviceHandlers } from './programs.ts';

/** Threads for matrix products: one for each core that may be used; more only get in each other's way. */
export const computeThreads = (): number => Math.max(1, Math.min(availableParallelism(), 16));

/** The handlers of a CPU device. They are called one at a time: a run blocks its thread until it is done. */
export function createCpuDevice(threads = computeThreads()): DeviceHandlers {
  const states = new Map<string, ReadonlyMap<string, Tensor>>();
  const programs = createPrograms({
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    // Measured: the same speed with half the memory.
    enableMemPattern: false,
    extra: { session: { set_denormal_as_zero: '1' } },
  });

  return {
    info: () => ({ kind: 'cpu', name: cpus()[0]?.model.trim() ?? 'CPU', threads, memoryBytes: totalmem() }),
    traits: () => ({ burst: 1, layout: 'separate' }),
    load: programs.load,
    unload: programs.unload,
    createState: ({ state, tensors }) => {
      states.set(
        state,
        new Map(tensors.map(({ name, shape, data }) => [name, toTensor({ dtype: 'float32', shape, data })])),
      );
      return {};
    },
    readState: ({ state, prefix = '' }) =>
      [...lookup(states, 'state', state)]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, tensor]) => ({ name, shape: [...tensor.dims], data: fromTensor(tensor).data as Float32Array })),
    dropState: ({ state }) => {
      states.delete(state);
      return {};
    },
    run: async ({ program, state, inputs }) => {
      const kept = state === undefined ? undefined : lookup(states, 'state', state);
      const { values, buffers } = fromTensors(
        Object.entries(await programs.run(program, inputs, (name) => kept?.get(name))),
      );
      return transferring(values, buffers);
    },
    steps: async ({ state, calls }) => {
      const answers = [];
      for (const { program, inputs } of calls) {
        const current = lookup(states, 'state', state);
        const fetched = Object.entries(await programs.run(program, inputs, (name) => current.get(name)));
        states.set(state, new Map([...current, ...fetched.filter(([name]) => current.has(name))]));
        answers.push(fromTensors(fetched.filter(([name]) => !current.has(name))));
      }
      return transferring(
        { outputs: answers.map(({ values }) => values) },
        answers.flatMap(({ buffers }) => buffers),
      );
    },
  };
}
