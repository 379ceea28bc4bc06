/** Calls one method of the application for a shell whose answers are data: parsed input, errors as values. */
import { studioError, toWire } from '../../base/errors.ts';
import { problemsOf } from '../../base/rpc.ts';
import type { CallContext } from '../../base/rpc.ts';
import type { BridgeAnswer } from '../contract/bridge.ts';
import { studioContract } from '../contract/contract.ts';
import type { StudioContract } from '../contract/contract.ts';
import type { StudioApp } from '../studio.ts';

export type StudioMethod = keyof StudioContract['methods'];
export const studioMethods = Object.keys(studioContract.methods) as readonly StudioMethod[];

/** Never throws. Long work is a job, so a call has no progress and is not cancelled. */
export async function callStudio(
  handlers: StudioApp['handlers'],
  method: StudioMethod,
  input: unknown,
): Promise<BridgeAnswer> {
  try {
    const parsed = studioContract.methods[method].input.safeParse(input);
    if (!parsed.success) throw studioError('api.invalidInput', { method, problems: problemsOf(parsed.error) });
    const context: CallContext<never> = { signal: new AbortController().signal, progress: () => undefined };
    // The contract ties each name to its handler's types; indexing by a run-time name loses that tie.
    const handler = handlers[method] as (input: unknown, context: CallContext<never>) => unknown;
    return { ok: true, output: await handler(parsed.data, context) };
  } catch (thrown) {
    return { ok: false, error: toWire(thrown) };
  }
}
