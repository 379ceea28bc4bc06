/**
 * One message protocol for every border: window ↔ main process ↔ engine process ↔ threads.
 * A contract names methods and events with their schemas; both sides parse what they receive.
 * Requests can be cancelled and report progress; whoever dies rejects what was pending, with a reason.
 */
import { StudioError, studioError, toWire } from './errors.ts';
import type { WireError } from './errors.ts';

/** What a zod schema is to this file. */
export interface Schema<T> {
  parse(value: unknown): T;
}
export type Parsed<S> = S extends Schema<infer T> ? T : never;

export interface MethodSchema {
  readonly input: Schema<unknown>;
  readonly output: Schema<unknown>;
  readonly progress?: Schema<unknown>;
}

export interface Contract {
  readonly methods: Readonly<Record<string, MethodSchema>>;
  readonly events: Readonly<Record<string, Schema<unknown>>>;
}

/** A two-way channel: worker port, process, socket, IPC. */
export interface Port {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, when the other side is gone. */
  onClose(listener: (reason: StudioError) => void): void;
}

type MethodName<C extends Contract> = keyof C['methods'] & string;
type InputOf<C extends Contract, M extends MethodName<C>> = Parsed<C['methods'][M]['input']>;
type OutputOf<C extends Contract, M extends MethodName<C>> = Parsed<C['methods'][M]['output']>;
type ProgressOf<C extends Contract, M extends MethodName<C>> = C['methods'][M] extends { progress: Schema<infer P> }
  ? P
  : never;

export interface CallOptions<P> {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: P) => void) | undefined;
  /** Buffers of the input that are handed over, not copied. */
  readonly transfer?: readonly ArrayBuffer[] | undefined;
}

export type Client<C extends Contract> = {
  readonly [M in MethodName<C>]: (
    input: InputOf<C, M>,
    options?: CallOptions<ProgressOf<C, M>>,
  ) => Promise<OutputOf<C, M>>;
};

export interface CallContext<P> {
  readonly signal: AbortSignal;
  progress(value: P): void;
}

export type Handlers<C extends Contract> = {
  readonly [M in MethodName<C>]: (
    input: InputOf<C, M>,
    context: CallContext<ProgressOf<C, M>>,
  ) => OutputOf<C, M> | Promise<OutputOf<C, M>>;
};

export type EventSink<C extends Contract> = <E extends keyof C['events'] & string>(
  event: E,
  payload: Parsed<C['events'][E]>,
) => void;

type Message =
  | { type: 'call'; id: number; method: string; input: unknown }
  | { type: 'cancel'; id: number }
  | { type: 'progress'; id: number; value: unknown }
  | { type: 'result'; id: number; output: unknown }
  | { type: 'error'; id: number; error: WireError }
  | { type: 'event'; event: string; payload: unknown };

/** The one cast of the protocol: a message is ours if it has our tag; its contents are parsed by the contract. */
function toMessage(value: unknown): Message | undefined {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
    ? (value as Message)
    : undefined;
}

/** Marks buffers of a handler's output as handed over to the caller. */
const handedOver = new WeakMap<object, readonly ArrayBuffer[]>();
export function transferring<T extends object>(output: T, buffers: readonly ArrayBuffer[]): T {
  handedOver.set(output, buffers);
  return output;
}

/** Parses with the contract's schema; a refusal becomes `api.invalidInput`, which names each problem. */
function parseInput(method: string, schema: Schema<unknown>, input: unknown): unknown {
  try {
    return schema.parse(input);
  } catch (thrown) {
    throw studioError('api.invalidInput', { method, problems: problemsOf(thrown) }, thrown);
  }
}

/** The readable problems of a schema's refusal (zod's issues, or the message). */
export function problemsOf(thrown: unknown): string[] {
  if (typeof thrown === 'object' && thrown !== null && 'issues' in thrown && Array.isArray(thrown.issues)) {
    return thrown.issues.map((issue: { path?: readonly PropertyKey[]; message?: string }) => {
      const where = issue.path?.map(String).join('.') ?? '';
      return where ? `${where}: ${issue.message}` : String(issue.message);
    });
  }
  return [thrown instanceof Error ? thrown.message : String(thrown)];
}

/** Answers calls on `port` with `handlers`. Returns the function that sends events. */
export function serve<C extends Contract>(contract: C, handlers: Handlers<C>, port: Port): EventSink<C> {
  const running = new Map<number, AbortController>();
  port.onClose(() => {
    for (const controller of running.values()) controller.abort();
  });
  port.onMessage((raw) => {
    const message = toMessage(raw);
    if (message?.type === 'cancel') running.get(message.id)?.abort();
    if (message?.type === 'call') void answer(message.id, message.method, message.input);
  });

  async function answer(id: number, method: string, input: unknown): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const schema = Object.hasOwn(contract.methods, method) ? contract.methods[method] : undefined;
      if (!schema) throw studioError('api.unknownMethod', { method });
      const context: CallContext<unknown> = {
        signal: controller.signal,
        progress: (value) => port.post({ type: 'progress', id, value } satisfies Message),
      };
      // The contract ties each name to its handler's types; indexing by a run-time name loses that tie.
      const handler = handlers[method as MethodName<C>] as (input: unknown, context: CallContext<unknown>) => unknown;
      const output = await handler(parseInput(method, schema.input, input), context);
      const transfer = typeof output === 'object' && output !== null ? handedOver.get(output) : undefined;
      port.post({ type: 'result', id, output } satisfies Message, transfer);
    } catch (thrown) {
      port.post({ type: 'error', id, error: toWire(thrown) } satisfies Message);
    } finally {
      running.delete(id);
    }
  }

  return (event, payload) => port.post({ type: 'event', event, payload } satisfies Message);
}

interface Pending {
  resolve(output: unknown): void;
  reject(error: StudioError): void;
  progress(value: unknown): void;
}

export interface Connection<C extends Contract> {
  readonly call: Client<C>;
  /** Listens to events; returns the function that stops listening. */
  onEvent<E extends keyof C['events'] & string>(
    event: E,
    listener: (payload: Parsed<C['events'][E]>) => void,
  ): () => void;
}

const badMessage = (method: string, part: string, thrown: unknown): StudioError =>
  studioError('api.invalidInput', { method: `${method} (${part})`, problems: problemsOf(thrown) }, thrown);

/** The calling side of `serve`. Every call is answered: by a result, an error, or the death of the other side. */
export function connect<C extends Contract>(contract: C, port: Port): Connection<C> {
  const pending = new Map<number, Pending>();
  const listeners = new Map<string, Set<(payload: unknown) => void>>();
  let nextId = 1;
  let closed: StudioError | undefined;

  port.onClose((reason) => {
    closed = reason;
    for (const call of pending.values()) call.reject(reason);
    pending.clear();
  });
  port.onMessage((raw) => {
    const message = toMessage(raw);
    if (message === undefined) return;
    if (message.type === 'event') {
      const schema = contract.events[message.event];
      const set = listeners.get(message.event);
      if (schema && set) for (const listener of set) listener(schema.parse(message.payload));
      return;
    }
    const call = 'id' in message ? pending.get(message.id) : undefined;
    if (!call) return;
    if (message.type === 'progress') return call.progress(message.value);
    pending.delete(message.id);
    if (message.type === 'error') call.reject(new StudioError(message.error));
    if (message.type === 'result') call.resolve(message.output);
  });

  function invoke(method: string, input: unknown, options: CallOptions<unknown> = {}): Promise<unknown> {
    const schema = contract.methods[method]!;
    return new Promise((resolve, reject) => {
      if (closed) return reject(closed);
      if (options.signal?.aborted) return reject(studioError('api.cancelled', {}));
      const id = nextId++;
      const cancel = () => port.post({ type: 'cancel', id } satisfies Message);
      const settle = () => options.signal?.removeEventListener('abort', cancel);
      options.signal?.addEventListener('abort', cancel);
      pending.set(id, {
        resolve: (output) => {
          settle();
          try {
            resolve(schema.output.parse(output));
          } catch (thrown) {
            reject(badMessage(method, 'its answer', thrown));
          }
        },
        reject: (error) => {
          settle();
          reject(error);
        },
        progress: (value) => {
          let parsed = value;
          try {
            if (schema.progress) parsed = schema.progress.parse(value);
          } catch (thrown) {
            // Thrown here it would end the process: nobody waits for a message.
            pending.delete(id);
            cancel();
            settle();
            reject(badMessage(method, 'its progress', thrown));
            return;
          }
          options.onProgress?.(parsed);
        },
      });
      port.post({ type: 'call', id, method, input } satisfies Message, options.transfer);
    });
  }

  const call = Object.fromEntries(
    Object.keys(contract.methods).map((method) => [
      method,
      (input: unknown, options?: CallOptions<unknown>) => invoke(method, input, options),
    ]),
  ) as unknown as Client<C>;
  return {
    call,
    onEvent(event, listener) {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set);
      // Payloads are parsed by the event's schema before they reach a listener.
      const entry = listener as (payload: unknown) => void;
      set.add(entry);
      return () => set.delete(entry);
    },
  };
}

/** Throws `api.cancelled` when the caller has given up. Call it between units of work. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw studioError('api.cancelled', {});
}
