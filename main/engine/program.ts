/** A graph made ready to run: optimised, written as ONNX, and opened as a session of ONNX Runtime. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { studioError } from '../base/errors.ts';
import type { Graph } from '../tensor/ir/graph.ts';
import { sameShape, typeOf } from '../tensor/ir/graph.ts';
import { writeOnnx } from '../tensor/onnx/write.ts';
import { optimise } from '../tensor/passes/optimise.ts';
import type { TensorData } from './contract.ts';

export type Fetched = Readonly<Record<string, Tensor>>;

export interface Program {
  /** What it computes, after the passes. */
  readonly graph: Graph;
  readonly inputs: readonly string[];
  /** Names of the outputs, in order, with their shapes. */
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly nodes: number;
  /** Runs with tensors by the graph's input names; gives tensors by its output names, written to `fetches` where it names one. */
  run(feeds: (name: string) => Tensor, fetches?: (name: string) => Tensor | undefined): Promise<Fetched>;
  release(): Promise<void>;
}

export function toTensor({ dtype, shape, data }: TensorData): Tensor {
  return new Tensor(dtype, data, shape);
}

/** The value of a tensor that lives in main memory. One that lives on a GPU has none: reading it would end the process. */
export function fromTensor(tensor: Tensor): TensorData {
  if (tensor.location !== 'cpu')
    throw studioError('internal.assertion', { expected: 'a tensor in main memory', got: tensor.location });
  const { type, dims, data } = tensor;
  if (type === 'float32' && data instanceof Float32Array) return { dtype: type, shape: [...dims], data };
  if (type === 'int32' && data instanceof Int32Array) return { dtype: type, shape: [...dims], data };
  if (type === 'bool' && data instanceof Uint8Array) return { dtype: type, shape: [...dims], data };
  throw studioError('internal.assertion', { expected: 'a float32, int32 or bool tensor', got: type });
}

/** Values for a caller, whose buffers are handed over: ONNX Runtime made them for this call. */
export function fromTensors(outputs: Iterable<readonly [string, Tensor]>): {
  values: Record<string, TensorData>;
  buffers: ArrayBuffer[];
} {
  const values = Object.fromEntries(Array.from(outputs, ([name, tensor]) => [name, fromTensor(tensor)]));
  return { values, buffers: Object.values(values).map(({ data }) => data.buffer as ArrayBuffer) };
}

/** What ONNX Runtime's arena, C++, the kernel and WebGPU say when there is no memory. */
const noMemory = /failed to allocate|cannot allocate|bad_alloc|out of memory|outofmemory/i;

/** A session failure as a catalogue error. */
export function sessionError(program: string, thrown: unknown): unknown {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  const code = noMemory.test(reason) ? 'engine.outOfMemory' : 'engine.sessionFailed';
  return studioError(code, { program, reason }, thrown);
}

/** Opens a session for a model. Throws `engine.outOfMemory` and `engine.sessionFailed`. */
export async function openSession(
  program: string,
  model: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(model, { graphOptimizationLevel: 'all', logSeverityLevel: 3, ...options });
  } catch (thrown) {
    throw sessionError(program, thrown);
  }
}

/** Fails when a tensor that was handed in has another shape than the program wants. */
export function checkShape(program: string, input: string, got: readonly number[], shape: readonly number[]): void {
  if (sameShape(got, shape)) return;
  throw studioError('internal.assertion', {
    expected: `${program}: ${input} [${shape.join(',')}]`,
    got: `[${got.join(',')}]`,
  });
}

/** Opens a session for a graph. Throws `engine.outOfMemory` and `engine.sessionFailed`. */
export async function createProgram(graph: Graph, options: InferenceSession.SessionOptions): Promise<Program> {
  const optimised = optimise(graph);
  const session = await openSession(graph.name, writeOnnx(optimised), options);
  const outputs = optimised.outputs.map(({ name, value }) => ({ name, shape: typeOf(optimised, value).shape }));
  return {
    graph: optimised,
    inputs: optimised.inputs.map(({ name }) => name),
    outputs,
    nodes: optimised.nodes.length,
    async run(feeds, fetches) {
      const inputs: Record<string, Tensor> = {};
      optimised.inputs.forEach(({ name, value }, i) => {
        const tensor = feeds(name);
        checkShape(graph.name, name, tensor.dims, typeOf(optimised, value).shape);
        inputs[`in${i}`] = tensor;
      });
      try {
        const fetched = await (fetches
          ? session.run(inputs, Object.fromEntries(outputs.map(({ name }, i) => [`out${i}`, fetches(name) ?? null])))
          : session.run(inputs));
        return Object.fromEntries(outputs.map(({ name }, i) => [name, fetched[`out${i}`]!]));
      } catch (thrown) {
        throw sessionError(graph.name, thrown);
      }
    },
    release: () => session.release(),
  };
}
