/** The browser host: every method reaches its handler, and nobody without the token reaches anything. */
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { Agent, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startHost } from '../../main/host/host.ts';
import type { Host } from '../../main/host/host.ts';
import { createUploads, defaultLimits } from '../../main/host/uploads.ts';
import type { Uploads } from '../../main/host/uploads.ts';
import { studioError } from '../../main/base/errors.ts';
import { fakeStudio, inputs, jobState, methods, outputs } from '../support/fake-studio.ts';
import type { FakeStudio } from '../support/fake-studio.ts';
import { temporaryFolder } from '../support/folders.ts';
import { ask, openSocket, visit } from '../support/host-client.ts';
import type { Visitor } from '../support/host-client.ts';

interface Running {
  readonly host: Host;
  readonly app: FakeStudio;
  readonly visitor: Visitor;
  readonly folder: string;
}

async function running(
  options: { readonly files?: Readonly<Record<string, string>>; readonly uploads?: (folder: string) => Uploads } = {},
): Promise<Running> {
  const folder = await temporaryFolder();
  const renderer = join(folder, 'renderer');
  await mkdir(join(renderer, 'assets'), { recursive: true });
  await writeFile(join(renderer, 'index.html'), '<!doctype html><title>Studio</title>');
  await writeFile(join(renderer, 'assets', 'main-abc.js'), 'export {};');
  await writeFile(join(folder, 'secret.txt'), 'secret');
  const app = fakeStudio(options.files);
  const host = await startHost({ app, renderer, port: 0, uploads: options.uploads?.(folder) ?? createUploads(folder) });
  onTestFinished(() => host.close());
  return { host, app, visitor: await visit(host.url), folder };
}

const idOf = (answer: { json(): unknown }) => (answer.json() as { id: string }).id;

describe('the contract over a socket', () => {
  test('every method reaches its handler with its input and brings back its output', async () => {
    const { app, visitor } = await running();
    const { call } = await visitor.connect();
    for (const method of methods) {
      const output = await (call[method] as (input: unknown) => Promise<unknown>)(inputs[method]);
      expect(output, method).toEqual(outputs[method]);
      expect(app.calls.at(-1)).toEqual({ method, input: inputs[method] });
    }
    expect(app.calls.length).toBe(methods.length);
  });

  test('an unknown method, an inherited one and a bad payload are refused with words', async () => {
    const { app, visitor } = await running();
    const { socket } = await visitor.connect();
    const answers: { id: number; error: { code: string } }[] = [];
    socket.on('message', (data) => answers.push(JSON.parse((data as Buffer).toString()) as (typeof answers)[number]));
    socket.send(JSON.stringify({ type: 'call', id: 1, method: 'project.burn', input: {} }));
    socket.send(JSON.stringify({ type: 'call', id: 2, method: 'toString', input: {} }));
    socket.send(JSON.stringify({ type: 'call', id: 3, method: 'project.open', input: { path: 5 } }));
    socket.send(JSON.stringify({ type: 'call', id: 4, method: 'project.open', input: { path: 'x', extra: 1 } }));
    await expect.poll(() => answers.length).toBe(4);
    const codes = Object.fromEntries(answers.map(({ id, error }) => [id, error.code]));
    expect(codes).toEqual({
      1: 'api.unknownMethod',
      2: 'api.unknownMethod',
      3: 'api.invalidInput',
      4: 'api.invalidInput',
    });
    expect(app.calls).toEqual([]);
  });

  test('an error of the application arrives with its code, details and words', async () => {
    const { app, visitor } = await running();
    app.answer('project.open', () => {
      throw studioError('storage.notFound', { path: '/gone' });
    });
    const { call } = await visitor.connect();
    await expect(call['project.open']({ path: '/gone' })).rejects.toMatchObject({
      code: 'storage.notFound',
      details: { path: '/gone' },
      words: { what: 'There is nothing at /gone.' },
    });
  });

  test('what is no JSON ends the connection of that window and nothing else', async () => {
    const { visitor } = await running();
    const one = await visitor.connect();
    const other = await visitor.connect();
    const closed = new Promise<number>((resolve) => one.socket.on('close', resolve));
    one.socket.send('{');
    expect(await closed).toBe(1007);
    await expect(other.call['studio.info']({})).resolves.toEqual(outputs['studio.info']);
  });

  test('every window hears every event, and a window that left is no longer told', async () => {
    const { app, visitor } = await running();
    const windows = [await visitor.connect(), await visitor.connect()];
    const heard = windows.map((window) => {
      const events: unknown[] = [];
      window.onEvent('job', (job) => events.push(job));
      window.onEvent('project', (project) => events.push(project));
      return events;
    });
    app.tell('job', jobState({ done: 3 }));
    app.tell('project', null);
    await expect.poll(() => heard).toEqual([0, 1].map(() => [jobState({ done: 3 }), null]));
    expect(app.listeners()).toBe(2);
    windows[0]!.socket.terminate();
    await expect.poll(() => app.listeners()).toBe(1);
    app.tell('project', null);
    await expect.poll(() => heard[1]!.length).toBe(3);
    expect(heard[0]!.length).toBe(2);
  });

  test('a window that comes back is served again and hears events', async () => {
    const { app, visitor } = await running();
    const first = await visitor.connect();
    const closed = new Promise((resolve) => first.socket.on('close', resolve));
    first.socket.terminate();
    await closed;
    await expect(first.call['studio.info']({})).rejects.toMatchObject({ code: 'api.connectionLost' });
    const second = await visitor.connect();
    const events: unknown[] = [];
    second.onEvent('job', (job) => events.push(job));
    await expect(second.call['studio.info']({})).resolves.toEqual(outputs['studio.info']);
    app.tell('job', jobState());
    await expect.poll(() => events).toEqual([jobState()]);
  });

  test('a window that does not read holds nobody up, and afterwards gets everything but superseded progress', async () => {
    const { app, visitor } = await running();
    const slow = await visitor.connect();
    const quick = await visitor.connect();
    const jobs: number[] = [];
    const statuses: string[] = [];
    slow.onEvent('job', ({ done, status }) => (status === 'running' ? jobs.push(done) : statuses.push(status)));
    let metrics = 0;
    slow.onEvent('metrics', () => (metrics += 1));
    slow.socket.pause();
    const title = 'x'.repeat(100_000);
    const start = performance.now();
    for (let done = 1; done <= 300; done++) app.tell('job', jobState({ done, title }));
    for (let row = 0; row < 50; row++) app.tell('metrics', { run: 'run-1', rows: [] });
    app.tell('job', jobState({ status: 'done', done: 300 }));
    await expect(quick.call['studio.info']({})).resolves.toEqual(outputs['studio.info']);
    // 300 events of 100 kB are serialised for two windows; waiting for the slow one would take for ever.
    expect(performance.now() - start).toBeLessThan(10_000);
    slow.socket.resume();
    await expect.poll(() => statuses).toEqual(['done']);
    expect(metrics).toBe(50);
    expect(jobs.at(-1)).toBe(300);
    expect(jobs.length).toBeLessThan(300);
    expect(jobs).toEqual([...jobs].sort((a, b) => a - b));
  });
});

describe('who is let in', () => {
  test('the printed address sets a cookie that scripts can not read and sends the browser to the address without it', async () => {
    const { host } = await running();
    const { pathname, search } = new URL(host.url);
    const answer = await ask(host.port, pathname + search);
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe('/');
    expect(String(answer.headers['set-cookie'])).toMatch(/^cauchy_\d+=[\w-]{32}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(String(answer.headers['set-cookie'])).not.toContain(new URL(host.url).searchParams.get('token'));
  });

  test('without the cookie nothing is served: pages, files, uploads, sockets', async () => {
    const { host } = await running();
    const origin = { origin: `http://127.0.0.1:${host.port}` };
    for (const path of ['/', '/assets/main-abc.js', '/files/a.png', '/upload', '/nothing']) {
      expect((await ask(host.port, path)).status, path).toBe(403);
    }
    expect((await ask(host.port, '/upload', { method: 'POST', headers: origin })).status).toBe(403);
    expect((await ask(host.port, '/?token=wrong')).status).toBe(403);
    await expect(openSocket(host.port, origin)).rejects.toThrow('403');
    await expect(openSocket(host.port, { ...origin, cookie: `cauchy_${host.port}=${'x'.repeat(32)}` })).rejects.toThrow(
      '403',
    );
  });

  test('a browser without the cookie is told what to do, in a page without scripts', async () => {
    const { host } = await running();
    const answer = await ask(host.port, '/', { headers: { accept: 'text/html' } });
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.text).toContain('Open the complete address that the studio printed');
    expect(answer.text).not.toContain('<script');
  });

  test('another host name is refused even with the cookie: DNS rebinding', async () => {
    const { host, visitor } = await running();
    for (const name of ['evil.example', `evil.example:${host.port}`, '127.0.0.1', `127.0.0.1:${host.port + 1}`]) {
      expect((await visitor.ask('/', { headers: { host: name } })).status, name).toBe(403);
      await expect(openSocket(host.port, { ...visitor.headers, host: name })).rejects.toThrow('403');
    }
    const origin = `http://localhost:${host.port}`;
    expect((await visitor.ask('/', { headers: { host: `localhost:${host.port}`, origin } })).status).toBe(200);
  });

  test('another page is refused even with the cookie: sockets and writes need our origin', async () => {
    const { host, visitor } = await running();
    const { cookie } = visitor;
    for (const origin of ['http://evil.example', 'null', `https://127.0.0.1:${host.port}`, 'http://127.0.0.1:1']) {
      await expect(openSocket(host.port, { cookie, origin })).rejects.toThrow('403');
      expect((await visitor.ask('/upload', { method: 'POST', headers: { origin } })).status, origin).toBe(403);
      expect((await visitor.ask('/', { headers: { origin } })).status, origin).toBe(403);
    }
    await expect(openSocket(host.port, { cookie })).rejects.toThrow('403');
    expect((await ask(host.port, '/upload', { method: 'POST', headers: { cookie } })).status).toBe(403);
  });

  test('only loopback is listened on', async () => {
    const { host } = await running();
    expect(host.url.startsWith(`http://127.0.0.1:${host.port}/?token=`)).toBe(true);
    expect(new URL(host.url).searchParams.get('token')).toMatch(/^[\w-]{32}$/);
  });

  test('every answer forbids foreign scripts, frames and guessing of types', async () => {
    const { host, visitor } = await running();
    const answers = [await visitor.ask('/'), await visitor.ask('/nothing'), await ask(host.port, '/')];
    for (const { headers } of answers) {
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(policy).not.toMatch(/unsafe/);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      });
    }
  });
});

describe('the renderer and project files', () => {
  test('the page is checked for changes each time, its hashed parts are kept', async () => {
    const { visitor } = await running();
    const page = await visitor.ask('/');
    expect(page.text).toContain('<title>Studio</title>');
    expect(page.headers['cache-control']).toBe('private, no-cache');
    const script = await visitor.ask('/assets/main-abc.js');
    expect(script.headers['content-type']).toMatch(/javascript/);
    expect(script.headers['cache-control']).toContain('immutable');
  });

  test('a file of the project comes with its type, is confirmed unchanged, and can be saved under a name', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'ü 100%.png');
    await writeFile(path, 'pixels');
    const { visitor } = await running({
      files: { 'gallery/ü 100%.png': path, 'run.html': path.replace('.png', '.html') },
    });
    const url = '/files/gallery/%C3%BC%20100%25.png';
    const answer = await visitor.ask(url);
    expect(answer).toMatchObject({ status: 200, text: 'pixels' });
    expect(answer.headers).toMatchObject({ 'content-type': 'image/png', 'content-length': '6' });
    expect(answer.headers['content-disposition']).toBeUndefined();
    expect(answer.headers['content-security-policy']).toBe("default-src 'none'; sandbox");
    const again = await visitor.ask(url, { headers: { 'if-none-match': String(answer.headers.etag) } });
    expect(again).toMatchObject({ status: 304, text: '' });
    await writeFile(path, 'other pixels');
    const changed = await visitor.ask(url, { headers: { 'if-none-match': String(answer.headers.etag) } });
    expect(changed).toMatchObject({ status: 200, text: 'other pixels' });
    const saved = await visitor.ask(`${url}?download=${encodeURIComponent('Gesicht "ß"\n/1.png')}`);
    expect(saved.headers['content-disposition']).toBe(
      `attachment; filename="Gesicht _____1.png"; filename*=UTF-8''Gesicht%20_%C3%9F___1.png`,
    );
  });

  test('what is no picture is never shown as a page', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.html');
    await writeFile(path, '<script>alert(1)</script>');
    const { visitor } = await running({ files: { 'a.html': path } });
    const { headers } = await visitor.ask('/files/a.html');
    expect(headers).toMatchObject({ 'content-type': 'application/octet-stream', 'content-disposition': 'attachment' });
  });

  test('no way out of the project or the renderer, however it is written', async () => {
    const { app, visitor, folder } = await running();
    const asked: string[] = [];
    const spied = { ...app, resolveFile: (file: string) => (asked.push(file), app.resolveFile(file)) };
    const host = await startHost({ app: spied, renderer: join(folder, 'renderer'), port: 0 });
    onTestFinished(() => host.close());
    const other = await visit(host.url);
    const ways = [
      '../secret.txt',
      '..%2fsecret.txt',
      '%2e%2e/secret.txt',
      '%2e%2e%2fsecret.txt',
      '..%5csecret.txt',
      'a/../../secret.txt',
      'a//b.png',
      './a.png',
      '%2fetc%2fpasswd',
      '/etc/passwd',
      'C:%5cWindows%5cwin.ini',
      'a%00.png',
      '%ff',
      '%E0%A4%A',
      '',
    ];
    for (const way of ways) {
      const file = await other.ask(`/files/${way}`);
      expect([400, 404], `/files/${way}`).toContain(file.status);
      expect((await visitor.ask(`/${way}`)).text, `/${way}`).not.toBe('secret');
    }
    expect(asked).toEqual([]);
  });
});

describe('uploads', () => {
  test('files arrive under their names, in the folder of their upload', async () => {
    const { visitor, folder } = await running({ uploads: (parent) => createUploads(parent) });
    const created = await visitor.ask('/upload', { method: 'POST' });
    expect(created.status).toBe(201);
    const id = idOf(created);
    const put = (path: string, body: string) => visitor.ask(`/upload/${id}/${path}`, { method: 'PUT', body });
    expect((await put('urlaub/strand%20%231%20100%25.jpg', 'one')).status).toBe(204);
    expect((await put('%E6%BC%A2%E5%AD%97.png', 'two')).status).toBe(204);
    const [uploads] = (await readdir(folder)).filter((name) => name.startsWith('cauchy-uploads-'));
    const at = join(folder, uploads!, id);
    expect(await readFile(join(at, 'urlaub', 'strand #1 100%.jpg'), 'utf8')).toBe('one');
    expect((await readdir(at, { recursive: true })).sort()).toEqual([
      'urlaub',
      'urlaub/strand #1 100%.jpg',
      '漢字.png',
    ]);
  });

  test('a name that leads out of the upload is refused and nothing is written', async () => {
    const { visitor, folder } = await running();
    const id = idOf(await visitor.ask('/upload', { method: 'POST' }));
    for (const path of [
      '../x',
      '..%2fx',
      '%2e%2e/x',
      'a/..%2f..%2fx',
      '%2fetc%2fx',
      'a%5c..%5cx',
      'a%00',
      '',
      'a//b',
    ]) {
      const answer = await visitor.ask(`/upload/${id}/${path}`, { method: 'PUT', body: 'x' });
      expect([400, 404], path).toContain(answer.status);
    }
    const [uploads] = (await readdir(folder)).filter((name) => name.startsWith('cauchy-uploads-'));
    expect(await readdir(join(folder, uploads!), { recursive: true })).toEqual([id]);
  });

  test('an unknown upload, and one too large, are refused with words; what was there stays', async () => {
    const limits = { ...defaultLimits, fileBytes: 10, uploadBytes: 15, files: 3 };
    const { visitor } = await running({ uploads: (parent) => createUploads(parent, limits) });
    const id = idOf(await visitor.ask('/upload', { method: 'POST' }));
    const put = (path: string, size: number, headers: Readonly<Record<string, string>> = {}) =>
      visitor.ask(`/upload/${path}`, { method: 'PUT', body: 'x'.repeat(size), headers });
    expect((await put('nothing/a', 1)).json()).toMatchObject({ code: 'upload.unknown' });
    expect((await put(`${id}/a`, 10)).status).toBe(204);
    const tooLarge = await put(`${id}/b`, 11);
    expect([tooLarge.status, tooLarge.json()]).toEqual([413, expect.objectContaining({ code: 'upload.tooLarge' })]);
    // Without an announced length the bytes themselves are counted.
    const chunked = await put(`${id}/b`, 6, { 'transfer-encoding': 'chunked' });
    expect([chunked.status, chunked.json()]).toEqual([413, expect.objectContaining({ code: 'upload.tooLarge' })]);
    expect((await put(`${id}/c`, 5)).status).toBe(204);
    expect((await put(`${id}/d`, 1)).status).toBe(413);
  });

  test('a refusal in the middle of a body leaves the connection whole, so that a browser reads it', async () => {
    const limits = { ...defaultLimits, fileBytes: 10 };
    const { visitor } = await running({ uploads: (parent) => createUploads(parent, limits) });
    const id = idOf(await visitor.ask('/upload', { method: 'POST' }));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const headers = { 'transfer-encoding': 'chunked' };
    const refused = await visitor.ask(`/upload/${id}/a`, {
      method: 'PUT',
      body: 'x'.repeat(8_000_000),
      headers,
      agent,
    });
    expect(refused.status).toBe(413);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const connections = Object.values(agent.freeSockets).flat();
    expect(connections.map((connection) => connection?.destroyed)).toEqual([false]);
  });

  test('a refusal tells words and no folder of this computer', async () => {
    const { visitor, folder } = await running();
    const answer = await visitor.ask('/upload/nothing/a', { method: 'PUT', body: 'x' });
    expect(Object.keys(answer.json() as object).sort()).toEqual(['advice', 'code', 'details', 'kind', 'means', 'what']);
    expect(answer.text).not.toContain(folder);
  });

  test('they are gone when the host closes', async () => {
    const { host, visitor, folder } = await running();
    const id = idOf(await visitor.ask('/upload', { method: 'POST' }));
    await visitor.ask(`/upload/${id}/a`, { method: 'PUT', body: 'x' });
    await host.close();
    expect((await readdir(folder)).filter((name) => name.startsWith('cauchy-uploads-'))).toEqual([]);
  });
});

describe('starting and ending', () => {
  test('a port that is asked for and taken is an error that names it', async () => {
    const { app, folder } = await running();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    await expect(startHost({ app, renderer: join(folder, 'renderer'), port })).rejects.toMatchObject({
      code: 'host.portTaken',
      details: { port },
    });
  });

  test('without a wish two studios get different ports', async () => {
    const { app, folder } = await running();
    const hosts = [1, 2].map(() => startHost({ app, renderer: join(folder, 'renderer') }));
    const [a, b] = await Promise.all(hosts);
    onTestFinished(async () => void (await Promise.all([a!.close(), b!.close()])));
    expect(a!.port).not.toBe(b!.port);
  });

  test('a renderer that was not built is an error that says so', async () => {
    const { app, folder } = await running();
    await expect(startHost({ app, renderer: folder, port: 0 })).rejects.toMatchObject({ code: 'host.noRenderer' });
  });

  test('closing tells every window and frees the port', async () => {
    const { host, visitor, app, folder } = await running();
    const { socket } = await visitor.connect();
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    await host.close();
    expect(await closed).toBe(1001);
    const again = await startHost({ app, renderer: join(folder, 'renderer'), port: host.port });
    await again.close();
  });
});
