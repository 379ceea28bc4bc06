/** The scheme studio://: pages of the renderer and files of the open project, and nothing else of the computer. */
import { protocol } from 'electron';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileAnswer } from '../main/api/shell/file-answer.ts';
import { pathSegments } from '../main/api/shell/url-path.ts';
import type { StudioApp } from '../main/api/studio.ts';
import { appOrigin, projectOrigin, scheme } from './addresses.ts';
import { pageAnswer } from './pages.ts';

/** Must run before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
  ]);
}

/** @param renderer the folder of the built renderer */
export function serveScheme(renderer: string, resolveFile: StudioApp['resolveFile']): void {
  protocol.handle(scheme, (request) => answer(request, renderer, resolveFile));
}

/** Answers one request. The path is read from the address as it was sent, before anything is normalised. */
export async function answer(
  request: Request,
  renderer: string,
  resolveFile: StudioApp['resolveFile'],
): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return empty(405);
  const { url } = request;
  if (url.startsWith(`${appOrigin}/`)) {
    const segments = pathSegments(url, `${appOrigin}/`);
    const isIndex = new URL(url).pathname === '/';
    if (!segments && !isIndex) return empty(404);
    return (await pageAnswer(join(renderer, ...(isIndex ? ['index.html'] : (segments ?? []))))) ?? empty(404);
  }
  const segments = pathSegments(url, `${projectOrigin}/`);
  const path = segments && (await resolveFile(segments.join('/')));
  if (path === undefined) return empty(404);
  const download = new URL(url).searchParams.get('download') ?? undefined;
  const found = await fileAnswer(path, { download, seen: request.headers.get('if-none-match') ?? undefined });
  if (!found) return empty(404);
  // Pages of the studio may read the bytes: studio://project is another origin than studio://app.
  const headers = { ...found.headers, 'access-control-allow-origin': appOrigin };
  return new Response(found.body ? bodyOf(found.body) : null, { status: found.status, headers });
}

const empty = (status: number) => new Response(null, { status });

/** Node's own web stream and the one of `Response` are the same class under two names. */
const bodyOf = (stream: Readable) => Readable.toWeb(stream) as unknown as ConstructorParameters<typeof Response>[0];
