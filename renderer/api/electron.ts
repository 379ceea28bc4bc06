/** The studio behind Electron's preload script: the bridge answers with results or errors as data. */
import type { StudioBridge } from '../../main/api/contract/bridge.ts';
import { studioContract } from '../../main/api/contract/contract.ts';
import type { StudioContract } from '../../main/api/contract/contract.ts';
import { StudioError, studioError } from '../../main/base/errors.ts';
import { problemsOf } from '../../main/base/rpc.ts';
import type { Client } from '../../main/base/rpc.ts';
import type { Studio } from './studio.ts';

type Method = keyof StudioContract['methods'];

export function electronStudio(bridge: StudioBridge<File>): Studio {
  const invoke =
    (method: Method) =>
    async (input: unknown): Promise<unknown> => {
      const answer = await bridge.call[method](input);
      if (!answer.ok) throw new StudioError(answer.error);
      try {
        return studioContract.methods[method].output.parse(answer.output);
      } catch (thrown) {
        throw studioError(
          'api.invalidInput',
          { method: `${method} (its answer)`, problems: problemsOf(thrown) },
          thrown,
        );
      }
    };
  return {
    call: Object.fromEntries(
      (Object.keys(studioContract.methods) as Method[]).map((method) => [method, invoke(method)]),
    ) as unknown as Client<StudioContract>,
    onEvent: (event, listener) =>
      // The schema of an event gives the payload type of that event; TypeScript can not correlate the two.
      bridge.on(event, (payload) => listener(studioContract.events[event].parse(payload) as never)),
    // The main process lives as long as its window.
    onConnection: () => () => undefined,
    fileUrl: (file) => bridge.fileUrl(file),
    pathsOf: (files) => bridge.pathsOf(files),
    upload: () =>
      Promise.reject(studioError('internal.assertion', { expected: 'paths of files in Electron', got: 'an upload' })),
  };
}
