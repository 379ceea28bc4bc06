import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { StudioError, studioError } from '../../../main/base/errors.ts';
import { localPorts } from '../../../main/base/local-port.ts';
import { connect, serve, throwIfCancelled } from '../../../main/base/rpc.ts';
import type { Handlers, Port } from '../../../main/base/rpc.ts';

const contract = {
  methods: {
    double: { input: z.number(), output: z.number() },
    refuse: { input: z.strictObject({}), output: z.strictObject({}) },
    lie: { input: z.strictObject({}), output: z.number() },
    boast: { input: z.strictObject({}), output: z.strictObject({}), progress: z.number() },
    wait: { input: z.strictObject({}), output: z.strictObject({}), progress: z.number() },
  },
  events: { tick: z.number() },
} as const;

const cancelled: string[] = [];
const handlers: Handlers<typeof contract> = {
  double: (x) => 2 * x,
  refuse: () => {
    throw studioError('dataset.tooFew', { found: 3, needed: 16 });
  },
  lie: () => 'a word' as unknown as number,
  boast: async (_, { signal, progress }) => {
    progress('nearly done' as unknown as number);
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    cancelled.push('boast');
    return {};
  },
  wait: async (_, { signal, progress }) => {
    progress(1);
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    throwIfCancelled(signal);
    return {};
  },
};

function pair() {
  const [here, there] = localPorts();
  const send = serve(contract, handlers, there);
  return { ...connect(contract, here), send, here };
}

describe('calls', () => {
  it('answer with the handler’s result', async () => {
    expect(await pair().call.double(21)).toBe(42);
  });

  it('carry an error across with its code, details and words', async () => {
    const error = await pair()
      .call.refuse({})
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StudioError);
    expect(error).toMatchObject({ code: 'dataset.tooFew', kind: 'user', details: { found: 3, needed: 16 } });
    expect((error as StudioError).words.what).toContain('3 pictures are too few');
  });

  it('refuse input that the schema does not allow, and name the problem', async () => {
    await expect(pair().call.double('two' as unknown as number)).rejects.toMatchObject({ code: 'api.invalidInput' });
  });

  it('refuse an answer that the schema does not allow', async () => {
    await expect(pair().call.lie({})).rejects.toMatchObject({ code: 'api.invalidInput' });
  });

  it('refuse progress that the schema does not allow, and end what reports it', async () => {
    await expect(pair().call.boast({})).rejects.toMatchObject({
      code: 'api.invalidInput',
      details: { method: 'boast (its progress)' },
    });
    await expect.poll(() => cancelled).toEqual(['boast']);
  });

  it('refuse a method that is not in the contract, and names every object has', async () => {
    const [here, there] = localPorts();
    serve(contract, handlers, there);
    const answers: unknown[] = [];
    here.onMessage((message) => answers.push(message));
    for (const [id, method] of ['constructor', 'nothing'].entries()) here.post({ type: 'call', id, method, input: {} });
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(answers).toMatchObject([{ error: { code: 'api.unknownMethod' } }, { error: { code: 'api.unknownMethod' } }]);
  });

  it('report progress and can be cancelled', async () => {
    const controller = new AbortController();
    const progress: number[] = [];
    const call = pair().call.wait(
      {},
      {
        signal: controller.signal,
        onProgress: (value) => {
          progress.push(value);
          controller.abort();
        },
      },
    );
    await expect(call).rejects.toMatchObject({ code: 'api.cancelled' });
    expect(progress).toEqual([1]);
  });

  it('are not even sent when they were cancelled before', async () => {
    await expect(pair().call.wait({}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'api.cancelled',
    });
  });
});

describe('the death of the other side', () => {
  it('rejects what was pending and everything after, with the reason', async () => {
    let die: (reason: StudioError) => void = () => undefined;
    const deaf: Port = { post: () => undefined, onMessage: () => undefined, onClose: (listener) => (die = listener) };
    const { call } = connect(contract, deaf);
    const pending = call.double(1);
    die(studioError('engine.stopped', { reason: 'it was tired' }));
    await expect(pending).rejects.toMatchObject({ code: 'engine.stopped', details: { reason: 'it was tired' } });
    await expect(call.double(2)).rejects.toMatchObject({ code: 'engine.stopped' });
  });
});

describe('events', () => {
  it('reach their listeners until these stop listening', async () => {
    const { onEvent, send } = pair();
    const seen: number[] = [];
    const stop = onEvent('tick', (value) => seen.push(value));
    send('tick', 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    stop();
    send('tick', 2);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(seen).toEqual([1]);
  });
});
