/** A graph made ready to run: optimised, written as ONNX, and opened as a session of ONNX Runtime on the CPU. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { studioError } from '../base/errors.ts';
import type { Graph } from '../tensor/ir/graph.ts';
import { typeOf } from '../tensor/ir/graph.ts';
import { writeOnnx } from '../tensor/onnx/write.ts';
import { optimise } from '../tensor/passes/optimise.ts';
import type { TensorData } from './contract.ts';

export type Fetched = Readonly<Record<string, Tensor>>;

export interface Program {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: number;
  /** Runs with tensors by the graph's input names; gives tensors by its output names. */
  run(feeds: (name: string) => Tensor): Promise<Fetched>;
  release(): Promise<void>;
}

export function toTensor({ dtype, shape, data }: TensorData): Tensor {
  return new Tensor(dtype, data, shape);
}

/** The value of a tensor that lives in main memory. */
export function fromTensor(tensor: Tensor): TensorData {
  const { type, dims, data } = tensor;
  if (type === 'float32' && data instanceof Float32Array) return { dtype: type, shape: [...dims], data };
  if (type === 'int32' && data instanceof Int32Array) return { dtype: type, shape: [...dims], data };
  if (type === 'bool' && data instanceof Uint8Array) return { dtype: type, shape: [...dims], data };
  throw studioError('internal.assertion', { expected: 'a float32, int32 or bool tensor', got: type });
}

/** A session failure as a catalogue error; ONNX Runtime names its allocator when memory ran out. */
function sessionError(program: string, thrown: unknown): unknown {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  const code = /alloc|out of memory|bad_alloc/i.test(reason) ? 'engine.outOfMemory' : 'engine.sessionFailed';
  return studioError(code, { program, reason }, thrown);
}

/** Opens a CPU session. `threads` is the number of physical cores: more than that slows it down. */
export async function createProgram(graph: Graph, options: { readonly threads: number }): Promise<Program> {
  const optimised = optimise(graph);
  const names = { inputs: graph.inputs.map(({ name }) => name), outputs: graph.outputs.map(({ name }) => name) };
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(writeOnnx(optimised), {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      intraOpNumThreads: options.threads,
      // Measured: the same speed with half the memory.
      enableMemPattern: false,
      logSeverityLevel: 3,
      extra: { session: { set_denormal_as_zero: '1' } },
    });
  } catch (thrown) {
    throw sessionError(graph.name, thrown);
  }
  return {
    ...names,
    nodes: optimised.nodes.length,
    async run(feeds) {
      const inputs: Record<string, Tensor> = {};
      optimised.inputs.forEach(({ name, value }, i) => {
        const tensor = feeds(name);
        const { shape } = typeOf(optimised, value);
        if (tensor.dims.length !== shape.length || tensor.dims.some((size, axis) => size !== shape[axis])) {
          throw studioError('internal.assertion', {
            expected: `${graph.name}: ${name} [${shape.join(',')}]`,
            got: `[${tensor.dims.join(',')}]`,
          });
        }
        inputs[`in${i}`] = tensor;
      });
      try {
        const fetched = await session.run(inputs);
        return Object.fromEntries(names.outputs.map((name, i) => [name, fetched[`out${i}`]!]));
      } catch (thrown) {
        throw sessionError(graph.name, thrown);
      }
    },
    release: () => session.release(),
  };
}
