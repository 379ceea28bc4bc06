/** One window's WebSocket as a port of the protocol in base/rpc.ts; messages are JSON texts. */
import type { RawData, WebSocket } from 'ws';
import { studioError } from '../base/errors.ts';
import type { StudioError } from '../base/errors.ts';
import type { Port } from '../base/rpc.ts';
import { Outbox, supersedesOf } from './outbox.ts';

/** A window that answers no ping for this long is gone: a closed laptop, a killed browser. */
const pingEveryMs = 30_000;

export function socketPort(socket: WebSocket): Port {
  const outbox = new Outbox(socket);
  const messageListeners: ((message: unknown) => void)[] = [];
  const closeListeners: ((reason: StudioError) => void)[] = [];

  let answered = true;
  const heartbeat = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, pingEveryMs);
  heartbeat.unref();
  socket.on('pong', () => (answered = true));

  socket.on('message', (data, isBinary) => {
    const message = isBinary ? undefined : parse(data);
    if (message === undefined) return socket.close(1007, 'messages are JSON texts');
    for (const listener of messageListeners) listener(message);
  });
  // 'close' always follows.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearInterval(heartbeat);
    outbox.close();
    for (const listener of closeListeners) listener(studioError('api.connectionLost', { peer: 'window' }));
  });
  return {
    post: (message) => outbox.push(JSON.stringify(message), supersedesOf(message)),
    onMessage: (listener) => void messageListeners.push(listener),
    onClose: (listener) => void closeListeners.push(listener),
  };
}

function parse(data: RawData): unknown {
  try {
    // Text messages arrive as one Buffer (ws's default binary type).
    return JSON.parse((data as Buffer).toString('utf8'));
  } catch {
    return undefined;
  }
}
