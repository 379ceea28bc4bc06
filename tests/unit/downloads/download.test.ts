import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { arrived, download } from '../../../main/downloads/download.ts';
import { fileServer } from '../../support/file-server.ts';
import { temporaryFolder } from '../../support/folders.ts';

const contents = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 251));
const sha256 = createHash('sha256').update(contents).digest('hex');

async function rig() {
  const server = await fileServer(contents);
  const folder = await temporaryFolder();
  const path = join(folder, 'new', 'file');
  const file = { url: server.url, bytes: contents.length, sha256 };
  return { server, path, file, left: () => readdirSync(join(folder, 'new')) };
}

describe('a download', () => {
  it('is there when it is whole and right, and says how far it is', async () => {
    const { path, file, left } = await rig();
    const progress: number[] = [];
    await download(file, path, { onProgress: (done) => progress.push(done) });
    expect(readFileSync(path).equals(contents)).toBe(true);
    expect(progress.at(-1)).toBe(contents.length);
    expect(left()).toEqual(['file']);
  });

  it('that broke goes on from where it was', async () => {
    const { server, path, file } = await rig();
    server.breakAfter = 120_000;
    await expect(download(file, path)).rejects.toMatchObject({ code: 'download.failed' });
    expect(existsSync(path)).toBe(false);
    const before = await arrived(path);
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThanOrEqual(120_000);
    server.breakAfter = undefined;
    await download(file, path);
    expect(server.requests).toEqual(['', `bytes=${before}-`]);
    expect(readFileSync(path).equals(contents)).toBe(true);
  });

  it('starts anew where the server serves no parts, or where more is there than the file has', async () => {
    const { server, path, file } = await rig();
    server.breakAfter = 50_000;
    await expect(download(file, path)).rejects.toThrow();
    Object.assign(server, { breakAfter: undefined, servesParts: false });
    await download(file, path);
    expect(readFileSync(path).equals(contents)).toBe(true);

    writeFileSync(`${path}.part`, Buffer.alloc(contents.length + 1));
    await download(file, path);
    expect(readFileSync(path).equals(contents)).toBe(true);
  });

  it('of other bytes is refused and deleted', async () => {
    const { server, path, file, left } = await rig();
    server.bytes = Buffer.from(contents);
    server.bytes[1000]! ^= 1;
    const found = createHash('sha256').update(server.bytes).digest('hex');
    await expect(download(file, path)).rejects.toMatchObject({
      code: 'download.wrongFile',
      details: { url: file.url, expected: sha256, found },
    });
    expect(left()).toEqual([]);
  });

  it('that never ends is cut off', async () => {
    const { server, path, file } = await rig();
    server.bytes = Buffer.concat([contents, Buffer.alloc(1 << 20)]);
    await expect(download(file, path)).rejects.toThrow(/more than the expected 300000 bytes/);
    expect(existsSync(path)).toBe(false);
    expect(statSync(`${path}.part`).size).toBeLessThan(contents.length + (1 << 20));
  });

  it('fails with the reason: the server’s answer, silence, nobody there', async () => {
    const { server, path, file } = await rig();
    server.status = 404;
    await expect(download(file, path)).rejects.toThrow(/file could not be downloaded: the server answered 404\.$/);
    Object.assign(server, { status: 200, silentAfter: 10 });
    await expect(download(file, path, { patienceMs: 50 })).rejects.toThrow(/nothing came for 0\.05 seconds/);
    // The tests' server has a port of the range above; nothing listens at the last one.
    await expect(download({ ...file, url: 'http://127.0.0.1:65535/' }, path)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('that is cancelled keeps what arrived', async () => {
    const { server, path, file } = await rig();
    server.silentAfter = 60_000;
    const stop = new AbortController();
    const options = { signal: stop.signal, onProgress: () => stop.abort() };
    await expect(download(file, path, options)).rejects.toMatchObject({ code: 'api.cancelled' });
    expect(await arrived(path)).toBeGreaterThan(0);
  });
});
