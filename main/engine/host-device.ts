/**
 * A device whose state lies in main memory between runs, which is all that ONNX Runtime's binding for Node offers but on
 * WebGPU. Where it computes is its sessions' matter. On the CPU each call is a run; across a bus, a burst of calls is one.
 */
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { transferring } from '../base/rpc.ts';
import { createBurst, planBurst } from './burst.ts';
import type { Burst, Call } from './burst.ts';
import type { TensorData } from './contract.ts';
import { fromTensor, fromTensors, toTensor } from './program.ts';
import { createPrograms, lookup, untilOutOfMemory } from './programs.ts';
import type { DeviceHandlers } from './programs.ts';
import type { DeviceInfo, DeviceMemory } from './schema.ts';

export interface HostDeviceOptions {
  readonly session: InferenceSession.SessionOptions;
  readonly info: () => DeviceInfo | Promise<DeviceInfo>;
  readonly memory: () => DeviceMemory;
  /** The most steps that are worth one run; 1 makes a run of each call. */
  readonly burst: number;
}

type State = ReadonlyMap<string, Tensor>;

/**
 * Gives memory back at once where the runtime can (Node 22 and later). Each step leaves a whole state behind; until the
 * collector comes for it, the next ones are made in fresh memory, which is slow and grows.
 */
function free(tensor: Tensor): void {
  const buffer = fromTensor(tensor).data.buffer as ArrayBuffer & { transfer?: (size: number) => ArrayBuffer };
  buffer.transfer?.(0);
}

/** The next state: what was written replaces what was there, and that goes. */
function replaced(current: State, written: Iterable<readonly [string, Tensor]>): State {
  const next = new Map(current);
  for (const [name, tensor] of written) {
    const old = current.get(name);
    next.set(name, tensor);
    if (old) free(old);
  }
  return next;
}

/** The handlers of such a device. They are called one at a time: a run blocks its thread until it is done. */
export function createHostDevice({ session, info, memory, burst: most }: HostDeviceOptions): DeviceHandlers {
  const states = new Map<string, State>();
  const programs = createPrograms(session);
  /** Bursts that were made already, with the programs in them and the state they are for. */
  const bursts: { readonly key: string; readonly programs: readonly string[]; readonly state: string; burst: Burst }[] =
    [];

  async function forget(isStale: (entry: (typeof bursts)[number]) => boolean): Promise<void> {
    for (const entry of bursts.filter(isStale)) {
      bursts.splice(bursts.indexOf(entry), 1);
      await entry.burst.release();
    }
  }

  async function burstFor(calls: readonly Call[], state: string): Promise<Burst> {
    const { parts } = planBurst(calls.map(({ program }) => program));
    const key = JSON.stringify([state, parts]);
    const known = bursts.find((entry) => entry.key === key);
    if (known) return known.burst;
    const burst = await createBurst(
      parts.map((part) => ({ ...part, graph: programs.get(part.program).graph })),
      new Set(lookup(states, 'state', state).keys()),
      session,
    );
    bursts.push({ key, programs: parts.map(({ program }) => program), state, burst });
    return burst;
  }

  async function oneRun(calls: readonly Call[], state: string): Promise<Record<string, TensorData>[]> {
    const current = lookup(states, 'state', state);
    const { next, outputs } = await (await burstFor(calls, state)).run(calls, current);
    states.set(state, replaced(current, next));
    return outputs;
  }

  async function runAlone({ program, inputs }: Call, state: string): Promise<Record<string, TensorData>> {
    const current = lookup(states, 'state', state);
    const fetched = Object.entries(await programs.run(program, inputs, (name) => current.get(name)));
    states.set(
      state,
      replaced(
        current,
        fetched.filter(([name]) => current.has(name)),
      ),
    );
    return fromTensors(fetched.filter(([name]) => !current.has(name))).values;
  }

  return {
    info,
    traits: () => ({ burst: most, layout: 'separate', workMemory: 'own' }),
    memory,
    load: async (input, context) => {
      await forget((entry) => entry.programs.includes(input.program));
      return programs.load(input, context);
    },
    unload: async (input, context) => {
      await forget((entry) => entry.programs.includes(input.program));
      return programs.unload(input, context);
    },
    createState: async ({ state, tensors }) => {
      await forget((entry) => entry.state === state);
      states.set(
        state,
        // Copies: the device frees what it replaces.
        new Map(
          tensors.map(({ name, shape, data }) => [name, toTensor({ dtype: 'float32', shape, data: data.slice() })]),
        ),
      );
      return {};
    },
    readState: ({ state, prefix = '' }) => {
      const copies = [...lookup(states, 'state', state)]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, tensor]) => ({
          name,
          shape: [...tensor.dims],
          data: (fromTensor(tensor).data as Float32Array).slice(),
        }));
      return transferring(
        copies,
        copies.map(({ data }) => data.buffer),
      );
    },
    dropState: async ({ state }) => {
      await forget((entry) => entry.state === state);
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
      const outputs: Record<string, TensorData>[] = [];
      const end =
        most === 1
          ? await untilOutOfMemory(calls, async (call) => void outputs.push(await runAlone(call, state)))
          : await untilOutOfMemory([calls], async (all) => void outputs.push(...(await oneRun(all, state))));
      const buffers = outputs.flatMap((one) => Object.values(one).map(({ data }) => data.buffer as ArrayBuffer));
      return transferring({ outputs, ...end }, buffers);
    },
  };
}
