import { describe, expect, it } from 'vitest';
import { isStudioError, studioError, toWire } from '../../../../main/base/errors.ts';
import type { PickedFile, UploadProgress } from '../../../../renderer/api/studio.ts';
import { uploadFiles } from '../../../../renderer/api/upload.ts';
import type { HttpAnswer, SendHttp } from '../../../../renderer/api/upload.ts';

const picked = (path: string, text: string): PickedFile => ({ file: new File([text], path.split('/').at(-1)!), path });
const files = [picked('trip/day 1/a#1.png', 'aaaa'), picked('trip/b.png', 'bb'), picked('ü.zip', 'cccccc')];

/** A host that answers the first request with an id and the others with 204. */
function host(answer: (url: string) => HttpAnswer | Error = () => ({ status: 204, text: '' })) {
  const requests: string[] = [];
  const send: SendHttp = async ({ method, url, body, onSent }) => {
    requests.push(`${method} ${url}`);
    if (method === 'POST') return { status: 201, text: '{"id":"up 1"}' };
    onSent?.((body?.size ?? 0) / 2);
    await new Promise((resolve) => setTimeout(resolve, 0));
    const answered = answer(url);
    if (answered instanceof Error) throw answered;
    return answered;
  };
  return { requests, send };
}

describe('uploadFiles', () => {
  it('sends each file under the path it had in the folder, encoded', async () => {
    const { requests, send } = host();
    await expect(uploadFiles(send, 'http://h', files, () => undefined)).resolves.toEqual({ id: 'up 1' });
    expect(requests).toEqual([
      'POST http://h/upload',
      'PUT http://h/upload/up%201/trip/day%201/a%231.png',
      'PUT http://h/upload/up%201/trip/b.png',
      'PUT http://h/upload/up%201/%C3%BC.zip',
    ]);
  });

  it('counts bytes that have gone and files that have arrived, never backwards, up to all of them', async () => {
    const { send } = host();
    const seen: UploadProgress[] = [];
    await uploadFiles(send, 'http://h', files, (progress) => seen.push(progress));
    expect(seen[0]).toEqual({ files: 0, totalFiles: 3, bytes: 0, totalBytes: 12 });
    expect(seen.at(-1)).toEqual({ files: 3, totalFiles: 3, bytes: 12, totalBytes: 12 });
    seen.slice(1).forEach(({ bytes }, i) => expect(bytes).toBeGreaterThanOrEqual(seen[i]!.bytes));
    expect(seen.some(({ bytes }) => bytes > 0 && bytes < 12)).toBe(true);
  });

  it('sends no more than four files at once and stops at the first refusal, in the host’s own words', async () => {
    const many = Array.from({ length: 40 }, (_, i) => picked(`${i}.png`, 'x'));
    const refusal = toWire(studioError('storage.diskFull', { path: '/tmp' }));
    const { requests, send } = host(() => ({ status: 507, text: JSON.stringify(refusal) }));
    await expect(uploadFiles(send, 'http://h', many, () => undefined)).rejects.toSatisfy((thrown) =>
      isStudioError(thrown, 'storage.diskFull'),
    );
    expect(requests.length).toBeLessThanOrEqual(5);
  });

  it('says that it was cancelled, or that the connection was lost', async () => {
    const broken = host(() => new Error('no answer'));
    await expect(uploadFiles(broken.send, 'http://h', files, () => undefined)).rejects.toSatisfy((thrown) =>
      isStudioError(thrown, 'api.connectionLost'),
    );
    const controller = new AbortController();
    const cancelled = host(() => {
      controller.abort();
      return new Error('aborted');
    });
    await expect(uploadFiles(cancelled.send, 'http://h', files, () => undefined, controller.signal)).rejects.toSatisfy(
      (thrown) => isStudioError(thrown, 'api.cancelled'),
    );
  });

  it('does not take an answer that is no error of the studio for one', async () => {
    const { send } = host(() => ({ status: 502, text: '<html>' }));
    await expect(uploadFiles(send, 'http://h', files, () => undefined)).rejects.toThrow('502');
  });
});
