/** The studio behind Electron's preload script: the bridge answers with results or errors as data. */
import { studioContract } from '../../main/api/contract/contract.ts';
import type { StudioContract } from '../../main/api/contract/contract.ts';
import { wireErrorSchema } from '../../main/api/contract/jobs.ts';
import { StudioError, studioError } from '../../main/base/errors.ts';
import { problemsOf } from '../../main/base/rpc.ts';
import type { Client } from '../../main/base/rpc.ts';
import type { Studio, StudioEvent } from './studio.ts';

/** What the preload script puts on the window. */
export interface StudioBridge {
  readonly call: Readonly<Record<string, (input: unknown) => Promise<unknown>>>;
  on(event: StudioEvent, listener: (payload: unknown) => void): () => void;
  pathsOf(files: readonly File[]): readonly string[];
  fileUrl(file: string): string;
}

export function electronStudio(bridge: StudioBridge): Studio {
  const invoke =
    (method: keyof StudioContract['methods']) =>
    async (input: unknown): Promise<unknown> => {
      const answer = await bridge.call[method]?.(input);
      if (!isAnswer(answer)) throw studioError('api.unknownMethod', { method });
      if (!answer.ok) throw new StudioError(wireErrorSchema.parse(answer.error));
      return parsed(`${method} (its answer)`, () => studioContract.methods[method].output.parse(answer.output));
    };
  return {
    call: Object.fromEntries(
      Object.keys(studioContract.methods).map((method) => [method, invoke(method as keyof StudioContract['methods'])]),
    ) as unknown as Client<StudioContract>,
    onEvent: (event, listener) =>
      // The schema of an event gives the payload type of that event; TypeScript can not correlate the two.
      bridge.on(event, (payload) => listener(studioContract.events[event].parse(payload) as never)),
    onConnection: () => () => undefined,
    fileUrl: (file) => bridge.fileUrl(file),
    pathsOf: (files) => bridge.pathsOf(files),
    upload: () =>
      Promise.reject(studioError('internal.assertion', { expected: 'paths of files in Electron', got: 'an upload' })),
  };
}

type Answer = { readonly ok: true; readonly output: unknown } | { readonly ok: false; readonly error: unknown };

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && 'ok' in value;
}

function parsed<T>(method: string, parse: () => T): T {
  try {
    return parse();
  } catch (thrown) {
    throw studioError('api.invalidInput', { method, problems: problemsOf(thrown) }, thrown);
  }
}
