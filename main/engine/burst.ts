/** Calls of programs on one state, made as one run of a Loop, so that the state crosses to the device and back once. */
import { Tensor } from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import { assertThat } from '../base/errors.ts';
import type { Graph } from '../tensor/ir/graph.ts';
import { sizeOf } from '../tensor/ir/graph.ts';
import { writeLoop } from '../tensor/onnx/loop.ts';
import type { StackedValue } from '../tensor/onnx/loop.ts';
import type { TensorData } from './contract.ts';
import { checkShape, fromTensor, openSession, sessionError, toTensor } from './program.ts';

export interface Call {
  readonly program: string;
  readonly inputs: Readonly<Record<string, TensorData>>;
}

export interface BurstPlan {
  /** Programs in order, each made `times` times in a row. */
  readonly parts: readonly { readonly program: string; readonly times: number }[];
  /** How often all of it is made. */
  readonly steps: number;
}

/** The shortest pattern that a list of programs repeats: G G U G G U is two steps of (G twice, U). */
export function planBurst(programs: readonly string[]): BurstPlan {
  const lengths = programs.map((_, i) => i + 1).filter((length) => programs.length % length === 0);
  const length = lengths.find((period) => programs.every((name, i) => name === programs[i % period])) ?? 0;
  const parts: { program: string; times: number }[] = [];
  for (const program of programs.slice(0, length)) {
    const last = parts.at(-1);
    if (last?.program === program) last.times++;
    else parts.push({ program, times: 1 });
  }
  return { parts, steps: length === 0 ? 0 : programs.length / length };
}

export interface Burst {
  /** Makes the calls, as many as whole steps of the plan. Gives the next values of the state, and what each call reports. */
  run(
    calls: readonly Call[],
    state: ReadonlyMap<string, Tensor>,
  ): Promise<{ next: Map<string, Tensor>; outputs: Record<string, TensorData>[] }>;
  release(): Promise<void>;
}

/** @param state names of the tensors of the state */
export async function createBurst(
  parts: readonly { readonly program: string; readonly times: number; readonly graph: Graph }[],
  state: ReadonlySet<string>,
  options: InferenceSession.SessionOptions,
): Promise<Burst> {
  const title = parts.map(({ program, times }) => `${program} × ${times}`).join(', ');
  const model = writeLoop(title, parts, state);
  const session = await openSession(title, model.bytes, options);
  const callsPerStep = parts.reduce((sum, { times }) => sum + times, 0);
  const firstCall = parts.map((_, p) => parts.slice(0, p).reduce((sum, { times }) => sum + times, 0));
  /** The calls of a part, in the order of the stack. */
  const callsOf = (part: number, steps: number): number[] =>
    Array.from({ length: steps }, (_, s) =>
      Array.from({ length: parts[part]!.times }, (_call, m) => s * callsPerStep + firstCall[part]! + m),
    ).flat();

  function stack({ part, name, type }: StackedValue, calls: readonly Call[], steps: number): Tensor {
    const { program, times } = parts[part]!;
    const given = callsOf(part, steps).map((call) => {
      const input = calls[call]!.inputs[name];
      assertThat(
        input !== undefined,
        `the program ${program} to get its input ${name}`,
        Object.keys(calls[call]!.inputs),
      );
      checkShape(program, name, input.shape, type.shape);
      return input.data;
    });
    const size = sizeOf(type.shape);
    const length = size * given.length;
    const { dtype } = type;
    assertThat(dtype !== 'float16', 'inputs of a graph that are not float16');
    const data =
      dtype === 'float32'
        ? new Float32Array(length)
        : dtype === 'int32'
          ? new Int32Array(length)
          : new Uint8Array(length);
    given.forEach((values, i) => data.set(values, i * size));
    const shape = [steps, ...(times === 1 ? [] : [times]), ...type.shape];
    return toTensor({ dtype, shape, data });
  }

  return {
    async run(calls, current) {
      const steps = calls.length / callsPerStep;
      assertThat(Number.isInteger(steps), `calls in steps of ${callsPerStep}`, String(calls.length));
      const doubled = calls.flatMap(({ inputs }) => Object.keys(inputs)).find((name) => state.has(name));
      assertThat(doubled === undefined, 'inputs that are no state', doubled);
      const feeds: Record<string, Tensor> = { [model.steps]: new Tensor('int64', BigInt64Array.of(BigInt(steps)), []) };
      for (const { name, input } of model.state) feeds[input] = current.get(name)!;
      for (const taken of model.taken) feeds[taken.value] = stack(taken, calls, steps);
      let fetched: InferenceSession.OnnxValueMapType;
      try {
        fetched = await session.run(feeds);
      } catch (thrown) {
        throw sessionError(title, thrown);
      }
      const outputs = calls.map((): Record<string, TensorData> => ({}));
      for (const { part, name, value, type } of model.reported) {
        const { dtype, data } = fromTensor(fetched[value] as Tensor);
        const size = sizeOf(type.shape);
        callsOf(part, steps).forEach((call, i) => {
          outputs[call]![name] = { dtype, shape: [...type.shape], data: data.slice(i * size, (i + 1) * size) };
        });
      }
      const next = new Map(
        model.state.flatMap(({ name, output }) => (output === undefined ? [] : [[name, fetched[output] as Tensor]])),
      );
      return { next, outputs };
    },
    release: () => session.release(),
  };
}
