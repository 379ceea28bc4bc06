/**
 * TensorFlow as a device: programs run node by node, and state stays where TensorFlow computes. The addon can be loaded
 * by one thread of a process only, and that is the device thread.
 */
import { assertThat, StudioError } from '../base/errors.ts';
import { transferring } from '../base/rpc.ts';
import { interpretedProgram } from '../tensor/eager/interpret.ts';
import type { InterpretedProgram } from '../tensor/eager/interpret.ts';
import { readTensor } from '../tensor/eager/run.ts';
import { optimise } from '../tensor/passes/optimise.ts';
import { loadTensorFlow } from '../tensor/tensorflow.ts';
import type { LoadedTensorFlow } from '../tensor/tensorflow.ts';
import { tf, withBackend } from '../tensor/tf.ts';
import type { Tensor } from '../tensor/tf.ts';
import type { TensorData } from './contract.ts';
import { sessionError } from './program.ts';
import { lookup, untilOutOfMemory } from './programs.ts';
import type { DeviceHandlers } from './programs.ts';
import type { DeviceInfo } from './schema.ts';

type State = Map<string, Tensor>;
type Inputs = Readonly<Record<string, TensorData>>;

/** TensorFlow as people see it, with the reason where it is of no use. It loads the addon, so it is for the device thread. */
export function tensorflowInfo(tensorflow = loadTensorFlow()): DeviceInfo {
  if (!tensorflow.loaded) return { kind: 'tensorflow', name: 'TensorFlow', unusable: tensorflow.reason };
  const info = { kind: 'tensorflow', name: `TensorFlow ${tensorflow.version}` } as const;
  return tensorflow.usesGpu
    ? info
    : {
        ...info,
        unusable: 'It found no NVIDIA card that it can use, and on the processor the studio itself is faster.',
      };
}

/** The handlers of TensorFlow as a device. */
export function createTensorFlowDevice(tensorflow: LoadedTensorFlow): DeviceHandlers {
  const programs = new Map<string, InterpretedProgram>();
  const states = new Map<string, State>();

  function run(name: string, inputs: Inputs, kept: State | undefined): [string, Tensor][] {
    const program = lookup(programs, 'program', name);
    try {
      return Object.entries(
        program.run((input) => {
          const given = inputs[input];
          if (given) return toTensor(given);
          const tensor = kept?.get(input);
          assertThat(tensor !== undefined, `the program ${name} to get its input ${input}`, Object.keys(inputs));
          return tensor;
        }),
      );
    } catch (thrown) {
      throw thrown instanceof StudioError ? thrown : sessionError(name, thrown);
    }
  }

  function unload(name: string): void {
    programs.get(name)?.release();
    programs.delete(name);
  }

  function drop(name: string): void {
    for (const tensor of states.get(name)?.values() ?? []) tensor.dispose();
    states.delete(name);
  }

  return {
    info: () => tensorflowInfo(tensorflow),
    traits: () => ({ burst: 1, layout: 'joined', workMemory: 'shared' }),
    memory: () => ({}),
    load: ({ program, graph }) => {
      const started = performance.now();
      const optimised = optimise(graph);
      unload(program);
      programs.set(program, interpretedProgram(optimised, tensorflow.backend));
      return { nodes: optimised.nodes.length, milliseconds: performance.now() - started };
    },
    unload: ({ program }) => {
      unload(program);
      return {};
    },
    createState: ({ state, tensors }) => {
      drop(state);
      const values = withBackend(tensorflow.backend, () =>
        tensors.map(({ name, shape, data }) => [name, toTensor({ dtype: 'float32', shape, data })] as const),
      );
      states.set(state, new Map(values));
      return {};
    },
    readState: ({ state, prefix = '' }) => {
      const wanted = [...lookup(states, 'state', state)].filter(([name]) => name.startsWith(prefix));
      const tensors = wanted.map(([name, tensor]) => {
        const { shape, data } = fromTensor(tensor);
        return { name, shape, data: data as Float32Array };
      });
      return transferring(tensors, tensors.map(buffer));
    },
    dropState: ({ state }) => {
      drop(state);
      return {};
    },
    run: ({ program, state, inputs }) => {
      const kept = state === undefined ? undefined : lookup(states, 'state', state);
      const values = take(run(program, inputs, kept));
      return transferring(values, Object.values(values).map(buffer));
    },
    steps: async ({ state, calls }) => {
      const current = lookup(states, 'state', state);
      const outputs: Record<string, TensorData>[] = [];
      const end = await untilOutOfMemory(calls, ({ program, inputs }) => {
        const made = run(program, inputs, current);
        for (const [name, tensor] of made.filter(([name]) => current.has(name))) {
          current.get(name)!.dispose();
          current.set(name, tensor);
        }
        outputs.push(take(made.filter(([name]) => !current.has(name))));
      });
      return transferring(
        { outputs, ...end },
        outputs.flatMap((values) => Object.values(values).map(buffer)),
      );
    },
  };
}

const toTensor = ({ dtype, shape, data }: TensorData): Tensor => tf.tensor(data, shape, dtype);

/** A copy of a tensor's value: TF.js may still hold the array that it gives. */
function fromTensor(tensor: Tensor): TensorData {
  const { dtype, shape, data } = readTensor(tensor);
  return { dtype, shape: [...shape], data: data.slice() };
}

/** Reads tensors and frees them. */
function take(tensors: readonly (readonly [string, Tensor])[]): Record<string, TensorData> {
  const values = Object.fromEntries(tensors.map(([name, tensor]) => [name, fromTensor(tensor)]));
  for (const [, tensor] of tensors) tensor.dispose();
  return values;
}

const buffer = ({ data }: { readonly data: { readonly buffer: ArrayBufferLike } }): ArrayBuffer =>
  data.buffer as ArrayBuffer;
