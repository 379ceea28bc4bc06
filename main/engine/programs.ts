/** The programs of a device by name, and how their inputs are found. */
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { assertThat, isStudioError, toWire } from '../base/errors.ts';
import type { WireError } from '../base/errors.ts';
import type { Handlers } from '../base/rpc.ts';
import type { deviceContract, TensorData } from './contract.ts';
import { createProgram, toTensor } from './program.ts';
import type { Fetched, Program } from './program.ts';

export type DeviceHandlers = Handlers<typeof deviceContract>;
type Inputs = Readonly<Record<string, TensorData>>;

export function lookup<T>(table: ReadonlyMap<string, T>, kind: string, name: string): T {
  const found = table.get(name);
  assertThat(found !== undefined, `a ${kind} called ${name}`, [...table.keys()]);
  return found;
}

/** Makes the calls one after another until memory runs out; then says why there were no more. */
export async function untilOutOfMemory<C>(
  calls: readonly C[],
  make: (call: C, index: number) => Promise<void> | void,
): Promise<{ outOfMemory?: WireError }> {
  try {
    for (const [i, call] of calls.entries()) await make(call, i);
    return {};
  } catch (thrown) {
    if (!isStudioError(thrown, 'engine.outOfMemory')) throw thrown;
    return { outOfMemory: toWire(thrown) };
  }
}

export interface Programs extends Pick<DeviceHandlers, 'load' | 'unload'> {
  get(name: string): Program;
  /** Runs a program; what `inputs` lacks comes from `kept`. */
  run(
    name: string,
    inputs: Inputs,
    kept: (name: string) => Tensor | undefined,
    fetches?: (name: string) => Tensor | undefined,
  ): Promise<Fetched>;
}

export function createPrograms(options: InferenceSession.SessionOptions): Programs {
  const programs = new Map<string, Program>();
  return {
    get: (name) => lookup(programs, 'program', name),
    run: (name, inputs, kept, fetches) =>
      lookup(programs, 'program', name).run((input) => {
        const given = inputs[input];
        if (given) return toTensor(given);
        const tensor = kept(input);
        assertThat(tensor !== undefined, `the program ${name} to get its input ${input}`, Object.keys(inputs));
        return tensor;
      }, fetches),
    load: async ({ program, graph }) => {
      const started = performance.now();
      const previous = programs.get(program);
      const loaded = await createProgram(graph, options);
      programs.set(program, loaded);
      await previous?.release();
      return { nodes: loaded.nodes, milliseconds: performance.now() - started };
    },
    unload: async ({ program }) => {
      await programs.get(program)?.release();
      programs.delete(program);
      return {};
    },
  };
}
