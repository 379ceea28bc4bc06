/** Answers a request for one file on disk: type, validators, download name; the bytes are streamed. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Readable } from 'node:stream';

export interface FileAnswer {
  readonly status: 200 | 304;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Readable;
}

/** Types that a window shows. Everything else is bytes to be saved: never a page, never a script. */
const types: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.avif': 'image/avif',
  '.json': 'application/json; charset=utf-8',
  '.jsonl': 'text/plain; charset=utf-8',
  '.log': 'text/plain; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
};

/**
 * The answer for a regular file; undefined when there is none.
 * @param download the name to save it under; absent: shown where its type can be shown
 * @param seen the validator of the copy that the asker has (If-None-Match)
 */
export async function fileAnswer(
  path: string,
  { download, seen }: { readonly download?: string | undefined; readonly seen?: string | undefined } = {},
): Promise<FileAnswer | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  const etag = `"${found.size.toString(36)}-${Math.round(found.mtimeMs).toString(36)}"`;
  const type = types[extname(path).toLowerCase()];
  const headers: Record<string, string> = {
    etag,
    // A file may be written again under its name: the copy is kept, and asked about before it is shown.
    'cache-control': 'private, no-cache',
    'content-type': type ?? 'application/octet-stream',
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  };
  if (download !== undefined || type === undefined) headers['content-disposition'] = attachment(download);
  if (seen === etag) return { status: 304, headers };
  return {
    status: 200,
    headers: { ...headers, 'content-length': String(found.size) },
    body: createReadStream(path),
  };
}

/** RFC 6266: a plain name for old readers, the real one in UTF-8. */
function attachment(name = ''): string {
  if (name === '') return 'attachment';
  // Controls, quotes and separators can not be part of a file name in a header.
  const safe = name.replace(/[\p{Cc}"\\/]/gu, '_');
  const plain = safe.replace(/[^\x20-\x7e]/g, '_');
  const utf8 = encodeURIComponent(safe).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${utf8}`;
}
