/** The CPU as a device: programs, and state that each step replaces as a whole or leaves as it was. */
import { availableParallelism, cpus, totalmem } from 'node:os';
import type { Tensor } from 'onnxruntime-node';
import { assertThat } from '../base/errors.ts';
import type { Handlers } from '../base/rpc.ts';
import { transferring } from '../base/rpc.ts';
import type { deviceContract, TensorData } from './contract.ts';
import { createProgram, fromTensor, toTensor } from './program.ts';
import type { Fetched, Program } from './program.ts';

type State = ReadonlyMap<string, Tensor>;

/** Threads for matrix products: one for each core that may be used; more only get in each other's way. */
export const computeThreads = (): number => Math.max(1, Math.min(availableParallelism(), 16));

function lookup<T>(table: ReadonlyMap<string, T>, kind: string, name: string): T {
  const found = table.get(name);
  assertThat(found !== undefined, `a ${kind} called ${name}`, [...table.keys()]);
  return found;
}

const isFinite = ({ data }: TensorData): boolean => data.every((value) => Number.isFinite(value));

/** The handlers of a CPU device. They are called one at a time: a run blocks its thread until it is done. */
export function createCpuDevice(threads = computeThreads()): Handlers<typeof deviceContract> {
  const programs = new Map<string, Program>();
  const states = new Map<string, State>();

  function feed(
    program: Program,
    name: string,
    inputs: Readonly<Record<string, TensorData>>,
    state?: State,
  ): Promise<Fetched> {
    return program.run((input) => {
      const given = inputs[input];
      if (given) return toTensor(given);
      const kept = state?.get(input);
      assertThat(kept !== undefined, `the program ${name} to get its input ${input}`, Object.keys(inputs));
      return kept;
    });
  }

  /** Values for the caller, whose buffers are handed over: ONNX Runtime made them for this call. */
  function answer(outputs: readonly (readonly [string, Tensor])[]): {
    values: Record<string, TensorData>;
    buffers: ArrayBuffer[];
  } {
    const values = Object.fromEntries(outputs.map(([name, tensor]) => [name, fromTensor(tensor)]));
    return { values, buffers: Object.values(values).map(({ data }) => data.buffer as ArrayBuffer) };
  }

  return {
    info: () => ({ kind: 'cpu', name: cpus()[0]?.model.trim() ?? 'CPU', threads, memoryBytes: totalmem() }),
    load: async ({ program, graph }) => {
      const started = performance.now();
      const previous = programs.get(program);
      const loaded = await createProgram(graph, { threads });
      programs.set(program, loaded);
      await previous?.release();
      return { nodes: loaded.nodes, milliseconds: performance.now() - started };
    },
    unload: async ({ program }) => {
      await programs.get(program)?.release();
      programs.delete(program);
      return {};
    },
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
      const fetched = await feed(
        lookup(programs, 'program', program),
        program,
        inputs,
        state === undefined ? undefined : lookup(states, 'state', state),
      );
      const { values, buffers } = answer(Object.entries(fetched));
      return transferring(values, buffers);
    },
    step: async ({ program, state, inputs, finite }) => {
      const current = lookup(states, 'state', state);
      const fetched = Object.entries(await feed(lookup(programs, 'program', program), program, inputs, current));
      const { values, buffers } = answer(fetched.filter(([name]) => !current.has(name)));
      const committed = finite.every((name) => isFinite(lookup(new Map(Object.entries(values)), 'output', name)));
      if (committed) states.set(state, new Map([...current, ...fetched.filter(([name]) => current.has(name))]));
      return transferring({ committed, outputs: values }, buffers);
    },
  };
}
