/** Sending files to the browser host: one request a file, a few at once, progress counted in bytes. */
import { z } from 'zod';
import { wireErrorSchema } from '../../main/base/wire-error.ts';
import { StudioError, studioError } from '../../main/base/errors.ts';
import { encodePath } from './file-url.ts';
import type { PickedFile, UploadProgress } from './studio.ts';

/** One HTTP answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** Sends a request and reports how many bytes of its body have gone; rejects when no answer came. */
export type SendHttp = (request: {
  readonly method: 'POST' | 'PUT';
  readonly url: string;
  readonly body?: Blob | undefined;
  readonly signal?: AbortSignal | undefined;
  onSent?(bytes: number): void;
}) => Promise<HttpAnswer>;

const createdSchema = z.object({ id: z.string().min(1) });
/** Enough to keep a loopback connection busy, few enough to keep memory low. */
const mostAtOnce = 4;

/**
 * Uploads `files` under one new id. The first failure stops the rest.
 * Throws `api.cancelled`, `api.connectionLost`, or the error that the host sent.
 */
export async function uploadFiles(
  send: SendHttp,
  origin: string,
  files: readonly PickedFile[],
  onProgress: (progress: UploadProgress) => void,
  signal?: AbortSignal,
): Promise<{ readonly id: string }> {
  const ask = (request: Parameters<SendHttp>[0]) => answered(send, { ...request, signal });
  const { id } = createdSchema.parse(JSON.parse(await ask({ method: 'POST', url: `${origin}/upload` })));
  const totalBytes = files.reduce((sum, { file }) => sum + file.size, 0);
  const sent = new Map<PickedFile, number>();
  let finished = 0;
  const report = () =>
    onProgress({
      files: finished,
      totalFiles: files.length,
      bytes: [...sent.values()].reduce((sum, bytes) => sum + bytes, doneBytes),
      totalBytes,
    });
  let doneBytes = 0;
  const waiting = [...files];
  report();

  async function sendNext(): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const picked = next;
      await ask({
        method: 'PUT',
        url: `${origin}/upload/${encodeURIComponent(id)}/${encodePath(picked.path)}`,
        body: picked.file,
        onSent: (bytes) => {
          sent.set(picked, bytes);
          report();
        },
      });
      sent.delete(picked);
      doneBytes += picked.file.size;
      finished += 1;
      report();
    }
  }
  try {
    await Promise.all(Array.from({ length: mostAtOnce }, sendNext));
  } finally {
    waiting.length = 0;
  }
  return { id };
}

async function answered(send: SendHttp, request: Parameters<SendHttp>[0]): Promise<string> {
  let answer: HttpAnswer;
  try {
    answer = await send(request);
  } catch (thrown) {
    if (request.signal?.aborted) throw studioError('api.cancelled', {});
    throw studioError('api.connectionLost', { peer: 'studio' }, thrown);
  }
  if (answer.status >= 200 && answer.status < 300) return answer.text;
  throw refusal(answer);
}

/** The host refuses with an error of the catalogue; anything else is unexpected. */
function refusal({ status, text }: HttpAnswer): StudioError {
  try {
    return new StudioError(wireErrorSchema.parse(JSON.parse(text)));
  } catch {
    return studioError('internal.unexpected', { message: `the upload was answered with HTTP ${status}` });
  }
}

/** XMLHttpRequest, because `fetch` can not tell how much of a body has been sent. */
export const sendByXhr: SendHttp = ({ method, url, body, signal, onSent }) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.upload.onprogress = ({ loaded }) => onSent?.(loaded);
    request.onload = () => resolve({ status: request.status, text: request.responseText });
    request.onerror = () => reject(new Error('no answer'));
    request.onabort = () => reject(new Error('aborted'));
    if (signal?.aborted) return reject(new Error('aborted'));
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.send(body ?? null);
  });
