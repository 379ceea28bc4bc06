/**
 * A GPU through WebGPU (Vulkan, Direct3D 12, Metal) as a device. State lives in GPU tensors in two sets: a step reads one and
 * writes the other, and they change places. Nothing of a burst of steps is read before its end, so the GPU's queue never drains.
 */
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { transferring } from '../base/rpc.ts';
import type { TensorData } from './contract.ts';
import { createGpuMemory } from './gpu-memory.ts';
import { fromTensor, fromTensors, toTensor } from './program.ts';
import type { DeviceInfo } from './schema.ts';
import { createPrograms, lookup, untilOutOfMemory } from './programs.ts';
import type { DeviceHandlers } from './programs.ts';

/** Session options. Every node must run on the GPU: a part on the CPU would be silently slow. */
const onGpu: InferenceSession.SessionOptions = {
  executionProviders: ['webgpu'],
  extra: { session: { disable_cpu_ep_fallback: '1' } },
};

/** A tensor of a state: its value, and room for the next one once a step has written it. */
interface Slot {
  value: Tensor;
  spare?: Tensor;
}
type State = Map<string, Slot>;

const burst = 8;

/** The handlers of a WebGPU device. All of a process's WebGPU work must be in the thread that calls them. */
export function createWebGpuDevice(info: Omit<DeviceInfo, 'kind'>): DeviceHandlers {
  const programs = createPrograms(onGpu);
  const memory = createGpuMemory(onGpu);
  const states = new Map<string, State>();
  /** Room for outputs that are not state, by program and number of the call in its burst. */
  const reports = new Map<string, Map<string, Tensor>>();

  function dispose(state: State | undefined): void {
    for (const { value, spare } of state?.values() ?? []) {
      value.dispose();
      spare?.dispose();
    }
  }
  function disposeReports(program: string): void {
    for (const [key, room] of reports) {
      if (!key.startsWith(`${program}\n`)) continue;
      for (const tensor of room.values()) tensor.dispose();
      reports.delete(key);
    }
  }

  /** Makes room for the next values of what `program` writes. */
  async function makeSpares(program: string, state: State): Promise<void> {
    const missing = programs
      .get(program)
      .outputs.flatMap(({ name }) => state.get(name) ?? [])
      .filter(({ spare }) => !spare);
    const copies = await memory.upload(missing.map(({ value }) => value));
    missing.forEach((slot, i) => (slot.spare = copies[i]!));
  }

  async function makeReports(program: string, call: number, state: State): Promise<ReadonlyMap<string, Tensor>> {
    const key = `${program}\n${call}`;
    const known = reports.get(key);
    if (known) return known;
    const outputs = programs.get(program).outputs.filter(({ name }) => !state.has(name));
    const zeros = outputs.map(({ shape }) => ({
      dtype: 'float32' as const,
      shape: [...shape],
      data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
    }));
    const room = await memory.upload(zeros.map(toTensor));
    const named = new Map(outputs.map(({ name }, i) => [name, room[i]!]));
    reports.set(key, named);
    return named;
  }

  async function oneStep(
    program: string,
    inputs: Readonly<Record<string, TensorData>>,
    state: State,
    room: ReadonlyMap<string, Tensor>,
  ): Promise<void> {
    const fetched = await programs.run(
      program,
      inputs,
      (name) => state.get(name)?.value,
      (name) => state.get(name)?.spare ?? room.get(name),
    );
    for (const [name, wrapper] of Object.entries(fetched)) {
      // A new handle of the buffer that was handed in; a few hundred bytes each step if kept.
      wrapper.dispose();
      const slot = state.get(name);
      if (slot?.spare) [slot.value, slot.spare] = [slot.spare, slot.value];
    }
  }

  return {
    info: () => ({ ...info, kind: 'webgpu' }),
    traits: () => ({ burst, layout: 'joined', workMemory: 'shared' }),
    // WebGPU tells neither how much is free nor how large a buffer may be.
    memory: () => (info.memoryBytes === undefined ? {} : { total: info.memoryBytes }),
    load: async (input, context) => {
      disposeReports(input.program);
      return programs.load(input, context);
    },
    unload: async (input, context) => {
      disposeReports(input.program);
      return programs.unload(input, context);
    },
    createState: async ({ state, tensors }) => {
      dispose(states.get(state));
      const values = await memory.upload(tensors.map(({ shape, data }) => toTensor({ dtype: 'float32', shape, data })));
      states.set(state, new Map(tensors.map(({ name }, i) => [name, { value: values[i]! }])));
      return {};
    },
    readState: async ({ state, prefix = '' }) => {
      const wanted = [...lookup(states, 'state', state)].filter(([name]) => name.startsWith(prefix));
      const values = await memory.download(wanted.map(([, { value }]) => value));
      return wanted.map(([name], i) => {
        const { shape, data } = fromTensor(values[i]!);
        return { name, shape, data: data as Float32Array };
      });
    },
    dropState: ({ state }) => {
      dispose(states.get(state));
      states.delete(state);
      return {};
    },
    run: async ({ program, state, inputs }) => {
      const kept = state === undefined ? undefined : lookup(states, 'state', state);
      const fetched = await programs.run(program, inputs, (name) => kept?.get(name)?.value);
      const { values, buffers } = fromTensors(Object.entries(fetched));
      return transferring(values, buffers);
    },
    steps: async ({ state: called, calls }) => {
      const state = lookup(states, 'state', called);
      const rooms: ReadonlyMap<string, Tensor>[] = [];
      // A call that fails has written spares at most: the values are those that the calls before it made.
      const end = await untilOutOfMemory(calls, async ({ program, inputs }, i) => {
        await makeSpares(program, state);
        const room = await makeReports(program, i, state);
        await oneStep(program, inputs, state, room);
        rooms.push(room);
      });
      const names = rooms.flatMap((room, call) => Array.from(room.keys(), (output) => [call, output] as const));
      const read = await memory.download(rooms.flatMap((room) => [...room.values()]));
      const outputs = rooms.map((): Record<string, TensorData> => ({}));
      names.forEach(([call, output], i) => (outputs[call]![output] = fromTensor(read[i]!)));
      return { outputs, ...end };
    },
  };
}
