/** A web server on this computer that serves one file, and misbehaves on request. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface FileServer {
  readonly url: string;
  /** The `range` header of each request, '' where there was none. */
  readonly requests: string[];
  bytes: Buffer;
  /** Bytes after which the connection breaks, or falls silent. */
  breakAfter: number | undefined;
  silentAfter: number | undefined;
  servesParts: boolean;
  status: number;
}

export async function fileServer(bytes: Buffer): Promise<FileServer> {
  const server = createServer((request, response) => {
    const range = request.headers.range ?? '';
    state.requests.push(range);
    const from = state.servesParts ? Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0) : 0;
    const body = state.bytes.subarray(from);
    const status = state.status === 200 && from > 0 ? 206 : state.status;
    response.writeHead(status, { 'content-length': body.length });
    const stopAt = state.breakAfter ?? state.silentAfter;
    if (stopAt === undefined) response.end(body);
    else response.write(body.subarray(0, stopAt), () => state.breakAfter !== undefined && response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const state: FileServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`,
    requests: [],
    bytes,
    breakAfter: undefined,
    silentAfter: undefined,
    servesParts: true,
    status: 200,
  };
  return state;
}
