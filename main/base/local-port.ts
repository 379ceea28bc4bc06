/** Two ends of a channel inside one thread: the protocol of rpc.ts without a border, for tests and command-line tools. */
import type { StudioError } from './errors.ts';
import type { Port } from './rpc.ts';

/** Messages are delivered in order, after the sender has returned. */
export function localPorts(): [Port, Port] {
  const listeners: [((message: unknown) => void)[], ((message: unknown) => void)[]] = [[], []];
  const end = (mine: 0 | 1): Port => ({
    post: (message) => queueMicrotask(() => listeners[mine === 0 ? 1 : 0].forEach((listener) => listener(message))),
    onMessage: (listener) => void listeners[mine].push(listener),
    // Neither end can die alone.
    onClose: (_listener: (reason: StudioError) => void) => undefined,
  });
  return [end(0), end(1)];
}
