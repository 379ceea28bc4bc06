/** The browser host: the application behind HTTP and WebSocket on 127.0.0.1, for windows that hold its token. */
import fastifyStatic from '@fastify/static';
import Fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { existsSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { studioContract } from '../api/contract/contract.ts';
import { fileAnswer } from '../api/shell/file-answer.ts';
import { pathSegments } from '../api/shell/url-path.ts';
import type { StudioApp } from '../api/studio.ts';
import { studioError, toWire } from '../base/errors.ts';
import { serve } from '../base/rpc.ts';
import { createAccess, newToken, securityHeaders } from './access.ts';
import type { Access } from './access.ts';
import { listen } from './listen.ts';
import { refusalPage } from './refusal-page.ts';
import { socketPort } from './socket-port.ts';
import { statusOf } from './status.ts';
import { createUploads } from './uploads.ts';
import type { Uploads } from './uploads.ts';

export interface HostOptions {
  readonly app: StudioApp;
  /** Folder of the built renderer. */
  readonly renderer: string;
  /** Exactly this port, or a refusal; absent: the usual one, or the next that is free. */
  readonly port?: number | undefined;
  readonly token?: string | undefined;
  /** Where files are uploaded to, when the application was given their folders. Closed with the host. */
  readonly uploads?: Uploads | undefined;
}

export interface Host {
  /** The address with its token, to be opened in a browser. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

interface Door {
  access?: Access;
}

/** No message of a window is larger: pictures travel as uploads. */
const largestMessage = 16 << 20;

/** Serves `app` until `close`. Throws `host.noRenderer` and `host.portTaken`. */
export async function startHost(options: HostOptions): Promise<Host> {
  const index = join(options.renderer, 'index.html');
  if (!existsSync(index)) throw studioError('host.noRenderer', { path: index });
  const token = options.token ?? newToken();
  const uploads = options.uploads ?? createUploads(tmpdir());
  const fastify = Fastify({
    // Uploads may take long and are limited by size, not by time; everything else is short.
    requestTimeout: 0,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 4096 },
  });
  // Requests are judged by the port they came to, which is known once the host listens.
  const door: Door = {};
  guard(fastify, door);
  routeFiles(fastify, options.app);
  routeUploads(fastify, uploads);
  await fastify.register(fastifyStatic, {
    root: options.renderer,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const isHashed = /[\\/]assets[\\/]/.test(path);
      void reply.header('cache-control', isHashed ? 'private, max-age=31536000, immutable' : 'private, no-cache');
    },
  });
  const port = await listen(fastify, options.port);
  door.access = createAccess(token, port);
  const closeSockets = serveSockets(fastify, options.app, door.access);
  return {
    url: `http://127.0.0.1:${port}/?token=${token}`,
    port,
    async close() {
      closeSockets();
      await fastify.close();
      await uploads.close();
    },
  };
}

/** Every request is judged before anything else looks at it, and every answer carries the security headers. */
function guard(fastify: FastifyInstance, door: Door): void {
  fastify.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders(request.socket.localPort ?? 0));
    const { method, url = '', headers } = request.raw;
    const verdict = door.access?.judge({ method: method ?? 'GET', url, headers });
    if (verdict?.kind === 'allowed') return;
    if (verdict?.kind === 'enter') {
      return reply
        .header('set-cookie', verdict.cookie)
        .header('cache-control', 'no-store')
        .redirect(verdict.location, 303);
    }
    const error = studioError('host.refused', { reason: verdict?.reason ?? 'the studio is still starting' });
    reply.code(403).header('cache-control', 'no-store');
    const wantsPage = String(headers.accept ?? '').includes('text/html');
    return wantsPage ? reply.type('text/html; charset=utf-8').send(refusalPage(error)) : reply.send(toWire(error));
  });
  fastify.setErrorHandler((error, _request, reply) => sendError(reply, error));
  fastify.setNotFoundHandler((request, reply) => sendError(reply, notFound(request)));
}

function sendError(reply: FastifyReply, thrown: unknown): FastifyReply {
  // The stack stays here: it names folders of this computer.
  const { stack: _stack, ...wire } = toWire(thrown);
  return reply.code(statusOf(wire.code, thrown)).header('cache-control', 'no-store').send(wire);
}

const notFound = (request: FastifyRequest) =>
  studioError('storage.notFound', { path: request.url.split('?')[0] ?? '' });

function routeFiles(fastify: FastifyInstance, app: StudioApp): void {
  fastify.get('/files/*', async (request, reply) => {
    const segments = pathSegments(request.raw.url ?? '', '/files/');
    const path = segments && (await app.resolveFile(segments.join('/')));
    const { download } = request.query as { readonly download?: unknown };
    const answer =
      path === undefined
        ? undefined
        : await fileAnswer(path, {
            download: typeof download === 'string' ? download : undefined,
            seen: request.headers['if-none-match'],
          });
    if (!answer) return sendError(reply, notFound(request));
    return reply.code(answer.status).headers(answer.headers).send(answer.body);
  });
}

function routeUploads(fastify: FastifyInstance, uploads: Uploads): void {
  void fastify.register(async (scope) => {
    // Bodies are files: they are passed on as streams, whatever type the browser gives them.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.post('/upload', async (_request, reply) => reply.code(201).send({ id: await uploads.create() }));
    scope.put<{ Params: { id: string } }>('/upload/:id/*', async (request, reply) => {
      const { id } = request.params;
      const segments = pathSegments(request.raw.url ?? '', `/upload/${encodeURIComponent(id)}/`);
      if (!segments) {
        throw studioError('upload.badName', { name: request.url.slice(0, 200), reason: 'it would leave its folder' });
      }
      const announced = Number(request.headers['content-length']);
      await uploads.write(id, segments, request.raw, Number.isFinite(announced) ? announced : undefined);
      return reply.code(204).send();
    });
  });
}

/** Upgrades `/socket`; each window gets the contract and every event. Returns the function that ends them all. */
function serveSockets(fastify: FastifyInstance, app: StudioApp, access: Access): () => void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: largestMessage, perMessageDeflate: false });
  fastify.server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const { method = 'GET', url = '', headers } = request;
    const isAllowed = url === '/socket' && access.judge({ method, url, headers }, true).kind === 'allowed';
    if (!isAllowed) return void stream.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    sockets.handleUpgrade(request, stream, head, (socket) => {
      const port = socketPort(socket);
      const send = serve(studioContract, app.handlers, port);
      const unsubscribe = app.subscribe(send);
      port.onClose(unsubscribe);
    });
  });
  return () => {
    for (const socket of sockets.clients) socket.close(1001, 'the studio is closing');
    sockets.close();
    // A window that does not answer the goodbye must not keep the program from ending.
    setTimeout(() => sockets.clients.forEach((socket) => socket.terminate()), 500).unref();
  };
}
