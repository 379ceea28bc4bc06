/** Finds a port on 127.0.0.1. */
import type { FastifyInstance } from 'fastify';
import { studioError } from '../base/errors.ts';

/** The usual port, so that the address stays the same from day to day. */
export const usualPort = 4747;
const attempts = 20;

const isTaken = (thrown: unknown) =>
  thrown instanceof Error && 'code' in thrown && (thrown.code === 'EADDRINUSE' || thrown.code === 'EACCES');

/** Listens on `wanted` or throws `host.portTaken`; without a wish, on the usual port or one of the next. */
export async function listen(fastify: FastifyInstance, wanted: number | undefined): Promise<number> {
  const candidates = wanted === undefined ? Array.from({ length: attempts }, (_, i) => usualPort + i) : [wanted];
  for (const port of candidates) {
    try {
      return await listenOn(fastify, port);
    } catch (thrown) {
      if (!isTaken(thrown)) throw thrown;
    }
  }
  if (wanted !== undefined) throw studioError('host.portTaken', { port: wanted });
  return listenOn(fastify, 0);
}

async function listenOn(fastify: FastifyInstance, port: number): Promise<number> {
  await fastify.listen({ host: '127.0.0.1', port });
  const address = fastify.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}
