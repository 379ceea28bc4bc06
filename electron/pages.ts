/** Files of the built renderer as answers, with the policy that says what the page may do. */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { projectOrigin } from './addresses.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

/** Scripts and styles come from files of the studio only; nothing is asked of any network. */
export const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  `img-src 'self' ${projectOrigin} blob: data:`,
  "font-src 'self'",
  `connect-src 'self' ${projectOrigin}`,
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A file of the renderer; undefined when there is none or when it is of no kind that a page has. */
export async function pageAnswer(path: string): Promise<Response | undefined> {
  const type = types[extname(path).toLowerCase()];
  // The files may lie inside the application's archive, which Node's streams read less well than whole files.
  const bytes = type === undefined ? undefined : await readFile(path).catch(() => undefined);
  if (!bytes) return undefined;
  return new Response(new Uint8Array(bytes), {
    headers: {
      'content-type': type!,
      'cache-control': 'no-cache',
      'content-security-policy': contentPolicy,
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
  });
}
