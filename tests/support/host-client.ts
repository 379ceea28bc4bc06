/** A browser as the host's tests need it: raw HTTP requests whose path is sent exactly as written, and sockets. */
import { request } from 'node:http';
import type { Agent, IncomingHttpHeaders } from 'node:http';
import { WebSocket } from 'ws';
import { studioContract } from '../../main/api/contract/contract.ts';
import type { StudioContract } from '../../main/api/contract/contract.ts';
import { studioError } from '../../main/base/errors.ts';
import { connect } from '../../main/base/rpc.ts';
import type { Connection } from '../../main/base/rpc.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  json(): unknown;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Keeps connections open from one request to the next. */
  readonly agent?: Agent;
}

/** Sends one request to 127.0.0.1. Nothing in `path` is normalised. */
export function ask(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body, agent }: Ask = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: agent ?? false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(pieces).toString('utf8');
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: () => JSON.parse(text) as unknown,
        });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export interface Visitor {
  readonly cookie: string;
  /** Headers that a page of the studio sends. */
  readonly headers: Readonly<Record<string, string>>;
  ask(path: string, request?: Ask): Promise<Answer>;
  connect(): Promise<Connection<StudioContract> & { readonly socket: WebSocket }>;
}

/** Opens the printed address, as a browser does, and keeps the cookie. */
export async function visit(url: string): Promise<Visitor> {
  const { port, pathname, search } = new URL(url);
  const entered = await ask(Number(port), pathname + search);
  const cookie = String(entered.headers['set-cookie']).split(';')[0] ?? '';
  const headers = { cookie, origin: `http://127.0.0.1:${port}` };
  return {
    cookie,
    headers,
    ask: (path, { headers: more, ...rest } = {}) =>
      ask(Number(port), path, { ...rest, headers: { ...headers, ...more } }),
    async connect() {
      const socket = await openSocket(Number(port), headers);
      return { ...connect(studioContract, portOf(socket)), socket };
    },
  };
}

/** Opens `/socket`; rejects with the status when the host refuses. */
export function openSocket(port: number, headers: Readonly<Record<string, string>>): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`, { headers });
    socket.on('open', () => resolve(socket));
    socket.on('error', reject);
  });
}

function portOf(socket: WebSocket): Parameters<typeof connect>[1] {
  return {
    post: (message) => socket.send(JSON.stringify(message)),
    onMessage: (listener) => void socket.on('message', (data) => listener(JSON.parse((data as Buffer).toString()))),
    onClose: (listener) =>
      void socket.on('close', () => listener(studioError('api.connectionLost', { peer: 'studio' }))),
  };
}
