/** The studio behind a browser host: a socket that comes back by itself, files and uploads over HTTP. */
import { studioContract } from '../../main/api/contract/contract.ts';
import type { StudioContract } from '../../main/api/contract/contract.ts';
import type { StudioError } from '../../main/base/errors.ts';
import { studioError } from '../../main/base/errors.ts';
import { connect } from '../../main/base/rpc.ts';
import type { Client, Connection, Port } from '../../main/base/rpc.ts';
import { encodePath } from './file-url.ts';
import type { ConnectionState, Studio, StudioEvent } from './studio.ts';
import { sendByXhr, uploadFiles } from './upload.ts';
import type { SendHttp } from './upload.ts';

/** What this file needs of a WebSocket. */
export interface Socket {
  readonly readyState: number;
  send(data: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  onerror: (() => void) | null;
}

export interface BrowserPorts {
  /** Where the host serves, without a slash at the end. */
  readonly origin: string;
  createSocket(url: string): Socket;
  after(ms: number, callback: () => void): void;
  readonly sendHttp: SendHttp;
}

const open = 1;
const firstWaitMs = 500;
const longestWaitMs = 8000;

/** Connects to the host and keeps connecting. Calls made while there is no connection are refused at once. */
export function browserStudio(ports: BrowserPorts): Studio {
  const lost = () => studioError('api.connectionLost', { peer: 'studio' });
  const stateListeners = new Set<(state: ConnectionState) => void>();
  // Listeners outlive a connection: each new connection is subscribed to every event and passes it on.
  const eventListeners = new Map<StudioEvent, Set<(payload: unknown) => void>>();
  let state: ConnectionState = 'connected';
  let current: Promise<Connection<StudioContract>>;
  let waitMs = firstWaitMs;

  function setState(next: ConnectionState): void {
    if (state === next) return;
    state = next;
    for (const listener of stateListeners) listener(next);
  }

  function begin(): Promise<Connection<StudioContract>> {
    return new Promise((resolve, reject) => {
      const socket = ports.createSocket(`${ports.origin.replace(/^http/, 'ws')}/socket`);
      const port = socketPort(socket, lost);
      socket.onopen = () => {
        waitMs = firstWaitMs;
        const connection = connect(studioContract, port);
        for (const event of Object.keys(studioContract.events) as StudioEvent[]) forward(connection, event);
        resolve(connection);
        setState('connected');
      };
      port.onClose((reason) => {
        reject(reason);
        setState('lost');
        ports.after(waitMs, () => {
          current = begin();
          // A refusal reaches whoever calls; nobody has to be waiting for it.
          current.catch(() => undefined);
        });
        waitMs = Math.min(2 * waitMs, longestWaitMs);
      });
    });
  }

  function forward(connection: Connection<StudioContract>, event: StudioEvent): void {
    connection.onEvent(event, (payload) => {
      for (const listener of eventListeners.get(event) ?? []) listener(payload);
    });
  }

  current = begin();
  current.catch(() => undefined);

  const invoke =
    (method: string) =>
    async (input: unknown, options?: unknown): Promise<unknown> => {
      if (state === 'lost') throw lost();
      const connection = await current;
      const call = connection.call[method as keyof Client<StudioContract>] as (
        input: unknown,
        options?: unknown,
      ) => Promise<unknown>;
      return call(input, options);
    };

  return {
    call: Object.fromEntries(
      Object.keys(studioContract.methods).map((method) => [method, invoke(method)]),
    ) as unknown as Client<StudioContract>,
    onEvent(event, listener) {
      const set = eventListeners.get(event) ?? new Set();
      eventListeners.set(event, set);
      // The set of an event is only ever given payloads of that event, parsed by its schema.
      const entry = listener as (payload: unknown) => void;
      set.add(entry);
      return () => set.delete(entry);
    },
    onConnection(listener) {
      stateListeners.add(listener);
      return () => stateListeners.delete(listener);
    },
    fileUrl: (file) => `${ports.origin}/files/${encodePath(file)}`,
    pathsOf: () => undefined,
    upload: (files, onProgress, signal) => uploadFiles(ports.sendHttp, ports.origin, files, onProgress, signal),
  };
}

/** A socket as a port of the protocol: messages are JSON texts. */
function socketPort(socket: Socket, lost: () => StudioError): Port {
  const messageListeners: ((message: unknown) => void)[] = [];
  const closeListeners: ((reason: StudioError) => void)[] = [];
  let closed = false;
  socket.onmessage = ({ data }) => {
    if (typeof data !== 'string') return;
    const message: unknown = JSON.parse(data);
    for (const listener of messageListeners) listener(message);
  };
  socket.onclose = () => {
    if (closed) return;
    closed = true;
    const reason = lost();
    for (const listener of closeListeners) listener(reason);
  };
  socket.onerror = () => socket.close();
  return {
    post(message) {
      if (socket.readyState === open) socket.send(JSON.stringify(message));
    },
    onMessage: (listener) => void messageListeners.push(listener),
    onClose: (listener) => void closeListeners.push(listener),
  };
}

/** The real browser's ports. */
export function windowPorts(): BrowserPorts {
  return {
    origin: location.origin,
    createSocket: (url) => new WebSocket(url) as unknown as Socket,
    after: (ms, callback) => void setTimeout(callback, ms),
    sendHttp: sendByXhr,
  };
}
