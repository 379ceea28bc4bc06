/** Electron's side of the studio, against a hand-written Electron that records what it is told. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { studioContract } from '../../../main/api/contract/contract.ts';
import type { BridgeAnswer, StudioBridge } from '../../../main/api/contract/bridge.ts';
import { studioError } from '../../../main/base/errors.ts';
import { fake, resetFake } from '../../support/fake-electron.mjs';
import { fakeStudio, inputs, jobState, methods, outputs } from '../../support/fake-studio.ts';
import { temporaryFolder } from '../../support/folders.ts';

vi.mock('electron', () => import('../../support/fake-electron.mjs'));
const { BrowserWindow, app, ipcRenderer, nativeTheme, screen } = await import('../../support/fake-electron.mjs');
const { serveIpc } = await import('../../../electron/ipc.ts');
const { registerScheme, serveScheme } = await import('../../../electron/protocol.ts');
const { isAllowedUrl, restrictPages } = await import('../../../electron/security.ts');
const { background, createWindow } = await import('../../../electron/window.ts');
const { watchTraining } = await import('../../../electron/training.ts');
const { keepAwake } = await import('../../../electron/power.ts');
const { showProgress } = await import('../../../electron/progress.ts');
const { createQuit } = await import('../../../electron/quit.ts');
const { followMenu } = await import('../../../electron/menu-actions.ts');
const { followTheme } = await import('../../../electron/theme.ts');
const { programPaths } = await import('../../../electron/paths.ts');

beforeEach(resetFake);
afterEach(() => vi.useRealTimers());

const openWindow = async () => createWindow({ preload: '/preload.cjs', stateFile: join(await temporaryFolder(), 'w') });
const pageOf = (window: InstanceType<typeof BrowserWindow>) => ({
  sender: window.webContents,
  senderFrame: window.webContents.mainFrame,
});
const ask = (method: string, event: unknown, input: unknown) =>
  fake.handlers.get(`studio:call:${method}`)!(event, input) as Promise<BridgeAnswer>;

describe('the contract over IPC', () => {
  test('every method has a handler, and nothing else has one', async () => {
    const studio = fakeStudio();
    serveIpc(studio);
    expect([...fake.handlers.keys()].sort()).toEqual(methods.map((method) => `studio:call:${method}`).sort());
    const page = pageOf(new BrowserWindow({}));
    for (const method of methods) {
      expect(await ask(method, page, inputs[method]), method).toEqual({ ok: true, output: outputs[method] });
      expect(studio.calls.at(-1)).toEqual({ method, input: inputs[method] });
    }
  });

  test('a payload that the contract does not know is refused before it reaches the application', async () => {
    const studio = fakeStudio();
    serveIpc(studio);
    const page = pageOf(new BrowserWindow({}));
    for (const input of [{ path: 5 }, { path: 'x', more: 1 }, null, undefined, 'x', []]) {
      const answer = await ask('project.open', page, input);
      expect(answer).toMatchObject({ ok: false, error: { code: 'api.invalidInput' } });
    }
    expect(studio.calls).toEqual([]);
  });

  test('an error keeps its code, details and words on the way', async () => {
    const studio = fakeStudio();
    serveIpc(studio);
    studio.answer('project.open', () => {
      throw studioError('storage.notFound', { path: '/gone' });
    });
    const answer = await ask('project.open', pageOf(new BrowserWindow({})), { path: '/gone' });
    expect(answer).toMatchObject({
      ok: false,
      error: { code: 'storage.notFound', details: { path: '/gone' }, what: 'There is nothing at /gone.' },
    });
  });

  test('a frame inside the page, another page and a page that is gone are refused', async () => {
    const studio = fakeStudio();
    serveIpc(studio);
    const { webContents } = new BrowserWindow({});
    const foreign = [
      { sender: webContents, senderFrame: null },
      { sender: webContents, senderFrame: { url: 'studio://app/', parent: webContents.mainFrame } },
      ...['https://evil.example/', 'studio://app.evil.example/', 'studio://project/a.html', 'about:blank'].map(
        (url) => {
          const mainFrame = { url, parent: null };
          return { sender: { mainFrame }, senderFrame: mainFrame };
        },
      ),
    ];
    for (const event of foreign) {
      const answer = await ask('settings.get', event, {});
      expect(answer).toMatchObject({ ok: false, error: { code: 'host.refused' } });
    }
    expect(studio.calls).toEqual([]);
  });

  test('events reach every window until the serving stops', () => {
    const studio = fakeStudio();
    const stop = serveIpc(studio);
    const windows = [new BrowserWindow({}), new BrowserWindow({})];
    studio.tell('job', jobState({ done: 4 }));
    for (const { webContents } of windows) {
      expect(webContents.sent).toEqual([{ channel: 'studio:event', args: ['job', jobState({ done: 4 })] }]);
    }
    stop();
    studio.tell('job', jobState());
    expect(windows[0]!.webContents.sent.length).toBe(1);
    expect(fake.handlers.size).toBe(0);
  });
});

describe('the preload script', () => {
  const load = async () => {
    vi.resetModules();
    await import('../../../electron/preload.ts');
    return fake.exposed['studio'] as StudioBridge;
  };

  test('exposes one object with the methods of the contract and four verbs, all frozen', async () => {
    const bridge = await load();
    expect(Object.keys(fake.exposed)).toEqual(['studio']);
    expect(Object.keys(bridge).sort()).toEqual(['call', 'fileUrl', 'on', 'pathsOf']);
    expect(Object.keys(bridge.call)).toEqual(Object.keys(studioContract.methods));
    expect(Object.isFrozen(bridge) && Object.isFrozen(bridge.call)).toBe(true);
  });

  test('a call goes to the channel of its method', async () => {
    const { call } = await load();
    await call['project.open']({ path: '/p' });
    expect(fake.invoked).toEqual([{ channel: 'studio:call:project.open', input: { path: '/p' } }]);
  });

  test('listeners hear their event without Electron’s own event object, until they stop', async () => {
    const bridge = await load();
    const heard: unknown[][] = [];
    const listener = (...args: unknown[]) => void heard.push(args);
    const stop = bridge.on('job', listener);
    const stopAgain = bridge.on('job', listener);
    ipcRenderer.emit('studio:event', { sender: 'Electron' }, 'job', { id: 1 });
    expect(heard).toEqual([[{ id: 1 }], [{ id: 1 }]]);
    stop();
    ipcRenderer.emit('studio:event', {}, 'job', { id: 2 });
    ipcRenderer.emit('studio:event', {}, 'project', null);
    expect(heard.length).toBe(3);
    stopAgain();
    expect(() => bridge.on('nothing' as 'job', listener)).toThrow('no event');
  });

  test('files become paths, project files become addresses', async () => {
    const bridge = await load();
    expect(bridge.pathsOf([{ path: '/a' }, { path: '/b' }])).toEqual(['/a', '/b']);
    expect(bridge.fileUrl('gallery/ü 100%#1?.png')).toBe('studio://project/gallery/%C3%BC%20100%25%231%3F.png');
  });
});

describe('pages and their limits', () => {
  test('the window has no Node, an isolated and sandboxed preload, and web security', async () => {
    const { options } = (await openWindow()) as unknown as InstanceType<typeof BrowserWindow>;
    expect(options['webPreferences']).toEqual({
      preload: '/preload.cjs',
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    });
  });

  test('permissions and devices are denied, whatever is asked for', () => {
    restrictPages();
    let decided: boolean | undefined;
    fake.session.get('permissionRequest')!({}, 'media', (allowed: boolean) => (decided = allowed));
    expect(decided).toBe(false);
    expect(fake.session.get('permissionCheck')!({}, 'geolocation')).toBe(false);
    expect(fake.session.get('devicePermission')!({ deviceType: 'usb' })).toBe(false);
  });

  test('no request leaves for a network or the disk', () => {
    restrictPages();
    const isCancelled = (url: string) => {
      let result: { cancel?: boolean } = {};
      fake.session.get('beforeRequest')!({ url }, (answer: { cancel: boolean }) => (result = answer));
      return result.cancel;
    };
    for (const url of ['https://example.org/', 'http://127.0.0.1/', 'ws://x/', 'file:///etc/passwd', 'ftp://x/'])
      expect(isCancelled(url), url).toBe(true);
    for (const url of ['studio://app/main.js', 'studio://project/a.png', 'blob:studio://app/1', 'data:image/png,'])
      expect(isCancelled(url), url).toBe(false);
    expect(isAllowedUrl('studios://app/')).toBe(false);
  });

  test('every page stays where it is, opens no windows and attaches no views', () => {
    restrictPages();
    const { webContents } = new BrowserWindow({});
    const isPrevented = (name: string, url: string) => {
      let prevented = false;
      webContents.emit(name, { url, preventDefault: () => (prevented = true) });
      return prevented;
    };
    for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect']) {
      for (const url of ['https://example.org/', 'file:///x', 'studio://project/a.png', 'studio://app.example/']) {
        expect(isPrevented(name, url), `${name} ${url}`).toBe(true);
      }
      expect(isPrevented(name, 'studio://app/#train')).toBe(false);
    }
    expect(isPrevented('will-attach-webview', '')).toBe(true);
    expect(webContents.windowOpenHandler({ url: 'https://example.org' })).toEqual({ action: 'deny' });
  });

  test('the scheme is standard and secure, and does not get around the policy', () => {
    registerScheme();
    expect(fake.privileged).toEqual([
      { scheme: 'studio', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
    ]);
  });
});

describe('studio://', () => {
  async function served() {
    const folder = await temporaryFolder();
    const renderer = join(folder, 'renderer');
    await mkdir(join(renderer, 'assets'), { recursive: true });
    await writeFile(join(renderer, 'index.html'), '<title>Studio</title>');
    await writeFile(join(renderer, 'assets', 'main.js'), 'export {};');
    await writeFile(join(folder, 'secret.json'), 'secret');
    await writeFile(join(folder, 'a b%.png'), 'pixels');
    const asked: string[] = [];
    serveScheme(renderer, (file) => {
      asked.push(file);
      return Promise.resolve(file === 'gallery/a b%.png' ? join(folder, 'a b%.png') : undefined);
    });
    // As Electron gives it: an address that was not normalised, which `new Request` would do.
    const fetch = (url: string, { method = 'GET', headers = {} } = {}) =>
      fake.schemes.get('studio')!({ url, method, headers: new Headers(headers) } as Request);
    return { fetch, asked };
  }

  test('the page comes with a policy that allows scripts of the studio only', async () => {
    const { fetch } = await served();
    const page = await fetch('studio://app/');
    expect(await page.text()).toContain('<title>Studio</title>');
    const policy = page.headers.get('content-security-policy')!;
    expect(policy).toContain(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' studio://project",
    );
    expect(policy).not.toMatch(/unsafe|https?:/);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const script = await fetch('studio://app/assets/main.js?v=1#x');
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  });

  test('a project file is shown, confirmed unchanged, and saved under a name', async () => {
    const { fetch } = await served();
    const url = 'studio://project/gallery/a%20b%25.png';
    const file = await fetch(url);
    expect([file.status, await file.text(), file.headers.get('content-type')]).toEqual([200, 'pixels', 'image/png']);
    expect(file.headers.get('access-control-allow-origin')).toBe('studio://app');
    const again = await fetch(url, { headers: { 'if-none-match': file.headers.get('etag') } });
    expect(again.status).toBe(304);
    const saved = await fetch(`${url}?download=face.png`);
    expect(saved.headers.get('content-disposition')).toContain('attachment; filename="face.png"');
    await saved.text();
  });

  test('no way out of the renderer or the project, however it is written', async () => {
    const { fetch, asked } = await served();
    for (const way of [
      '../secret.json',
      '..%2fsecret.json',
      '%2e%2e/secret.json',
      '%2e%2e%2fsecret.json',
      '..%5csecret.json',
      'assets/../../secret.json',
      'assets/..%2f..%2fsecret.json',
      '%2fetc%2fpasswd',
      '/etc/passwd',
      'C:%5csecret.json',
      'a%00.json',
      '%ff.json',
      'assets',
      '',
    ]) {
      for (const origin of ['studio://app', 'studio://project']) {
        if (origin === 'studio://app' && way === '') continue;
        const answer = await fetch(`${origin}/${way}`);
        expect([answer.status, (await answer.text()).includes('secret')], `${origin}/${way}`).toEqual([404, false]);
      }
    }
    // Only a plain name ever reaches the application, which looks it up among the project's files.
    expect(asked).toEqual(['assets']);
  });

  test('other hosts and other methods find nothing', async () => {
    const { fetch } = await served();
    expect((await fetch('studio://other/index.html')).status).toBe(404);
    expect((await fetch('studio://app/', { method: 'POST' })).status).toBe(405);
  });
});

describe('the window', () => {
  test('is shown once it is drawn, in front of a background of the theme', async () => {
    nativeTheme.shouldUseDarkColors = true;
    const window = (await openWindow()) as unknown as InstanceType<typeof BrowserWindow>;
    expect([window.visible, window.url, window.background]).toEqual([false, 'studio://app/', background.dark]);
    window.emit('ready-to-show');
    expect(window.visible).toBe(true);
    nativeTheme.shouldUseDarkColors = false;
    nativeTheme.emit('updated');
    expect(window.background).toBe(background.light);
  });

  test('opens where it was closed, unless that display is gone', async () => {
    const stateFile = join(await temporaryFolder(), 'window.json');
    const open = () => createWindow({ preload: '/p', stateFile }) as unknown as InstanceType<typeof BrowserWindow>;
    const first = open();
    expect(first.options).toMatchObject({ width: 1320, height: 880 });
    expect(first.options['x']).toBeUndefined();
    first.bounds = { x: 2100, y: 50, width: 1000, height: 700 };
    first.maximised = true;
    first.close();
    expect(JSON.parse(await readFile(stateFile, 'utf8'))).toEqual({ bounds: first.bounds, maximised: true });
    screen.displays.push({ workArea: { x: 1920, y: 0, width: 1920, height: 1080 } });
    const second = open();
    expect(second.options).toMatchObject({ x: 2100, y: 50, width: 1000, height: 700 });
    expect(second.maximised).toBe(true);
    screen.displays.pop();
    expect(open().options['x']).toBeUndefined();
    await writeFile(stateFile, '{"bounds":{"x":"here"}');
    expect(open().options).toMatchObject({ width: 1320, height: 880 });
  });

  test('a page that dies is loaded again, but not for ever', async () => {
    vi.useFakeTimers({ now: 1_000_000 });
    const { webContents } = (await openWindow()) as unknown as InstanceType<typeof BrowserWindow>;
    const die = (reason: string) => webContents.emit('render-process-gone', {}, { reason });
    die('clean-exit');
    expect(webContents.reloads).toBe(0);
    die('crashed');
    die('crashed');
    expect(webContents.reloads).toBe(1);
    vi.setSystemTime(1_020_000);
    die('oom');
    expect(webContents.reloads).toBe(2);
  });
});

describe('while a run trains', () => {
  test('the computer stays awake exactly as long as a training job runs', () => {
    const studio = fakeStudio();
    keepAwake(watchTraining(studio));
    const tell = (state: Parameters<typeof jobState>[0]) => studio.tell('job', jobState(state));
    tell({ kind: 'import' });
    expect(fake.blockers.size).toBe(0);
    tell({ id: 2 });
    tell({ id: 2, done: 10 });
    expect([...fake.blockers.values()]).toEqual(['prevent-app-suspension']);
    tell({ id: 2, status: 'paused' });
    expect(fake.blockers.size).toBe(0);
    tell({ id: 2 });
    expect(fake.blockers.size).toBe(1);
    tell({ id: 2, status: 'done' });
    expect(fake.blockers.size).toBe(0);
    for (const status of ['failed', 'cancelled'] as const) {
      tell({ id: 3 });
      tell({ id: 3, status });
      expect(fake.blockers.size, status).toBe(0);
    }
  });

  test('the task bar shows how far it is, and nothing once it has ended', () => {
    const studio = fakeStudio();
    showProgress(watchTraining(studio), () => undefined);
    const window = new BrowserWindow({});
    studio.tell('job', jobState({ done: 25, total: 100 }));
    expect(window.progress).toEqual({ value: 0.25, mode: 'normal' });
    studio.tell('job', jobState({ status: 'paused', done: 25, total: 100 }));
    expect(window.progress).toEqual({ value: 0.25, mode: 'paused' });
    studio.tell('job', jobState({ done: 5 }));
    expect(window.progress!.value).toBeGreaterThan(1);
    studio.tell('job', jobState({ status: 'done', done: 100 }));
    expect(window.progress).toEqual({ value: -1, mode: 'normal' });
  });

  test('its end is told when the window is not in front, and not when the person ended it', () => {
    const studio = fakeStudio();
    showProgress(watchTraining(studio), () => undefined);
    const end = (state: Parameters<typeof jobState>[0]) => {
      studio.tell('job', jobState());
      studio.tell('job', jobState(state));
    };
    end({ status: 'cancelled' });
    fake.focused = new BrowserWindow({});
    end({ status: 'done' });
    expect(fake.notifications).toEqual([]);
    fake.focused = null;
    end({ status: 'done', done: 2000 });
    expect(fake.notifications).toEqual([{ title: 'Training is finished', body: '2,000 steps. Your model is ready.' }]);
    const { code, kind, details, words } = studioError('engine.stopped', { reason: 'it crashed' });
    end({ status: 'failed', error: { code, kind, details, ...words } });
    expect(fake.notifications[1]!.title).toBe('Training has stopped');
    expect(fake.notifications[1]!.body).toContain('it crashed');
  });
});

describe('quitting', () => {
  function program(answer?: number) {
    const studio = fakeStudio();
    const done: string[] = [];
    const questions: { buttons?: string[]; cancelId?: number }[] = [];
    let release: (choice: number) => void = () => undefined;
    const quit = createQuit({
      training: watchTraining(studio),
      ask: (question) => {
        questions.push(question);
        return answer === undefined ? new Promise((resolve) => (release = resolve)) : Promise.resolve(answer);
      },
      closeStudio: async () => void done.push('saved'),
      exit: () => done.push('exit'),
      hideWindows: () => done.push('hidden'),
    });
    const train = (status: 'running' | 'done' = 'running') => studio.tell('job', jobState({ status }));
    return { quit, done, questions, train, choose: (choice: number) => release(choice) };
  }

  test('without training nothing is asked, and the studio is closed first', async () => {
    const { quit, done, questions } = program();
    await quit.request();
    expect([done, questions]).toEqual([['saved', 'exit'], []]);
  });

  test('“save and quit” saves and ends; “cancel” changes nothing', async () => {
    const saving = program(0);
    saving.train();
    await saving.quit.request();
    expect(saving.done).toEqual(['saved', 'exit']);
    expect(saving.questions[0]!.buttons).toEqual(['Save and quit', 'Keep training in the background', 'Cancel']);
    const staying = program(2);
    staying.train();
    await staying.quit.request();
    expect(staying.done).toEqual([]);
    expect(staying.questions[0]!.cancelId).toBe(2);
  });

  test('in the background training goes on without a window and ends the program when it is finished', async () => {
    const { quit, done, train } = program(1);
    train();
    await quit.request();
    expect(done).toEqual(['hidden']);
    train('done');
    await expect.poll(() => done).toEqual(['hidden', 'saved', 'exit']);
  });

  test('a window that is opened again keeps the program after training', async () => {
    const { quit, done, train } = program(1);
    train();
    await quit.request();
    quit.windowShown();
    train('done');
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(done).toEqual(['hidden']);
  });

  test('it asks once at a time, and training that ends meanwhile does not leave a hidden program behind', async () => {
    const { quit, done, questions, train, choose } = program();
    train();
    const asked = quit.request();
    await quit.request();
    expect(questions.length).toBe(1);
    train('done');
    choose(1);
    await asked;
    expect(done).toEqual(['saved', 'exit']);
  });

  test('the end of the session saves without asking, even while a question is open', async () => {
    const { quit, done, train, choose } = program();
    train();
    const asked = quit.request();
    await quit.now();
    choose(1);
    await asked;
    expect(done).toEqual(['saved', 'exit']);
  });

  test('the program ends even when saving fails', async () => {
    const exits: string[] = [];
    const quit = createQuit({
      training: watchTraining(fakeStudio()),
      ask: () => Promise.resolve(0),
      closeStudio: () => Promise.reject(new Error('the disk is gone')),
      exit: () => exits.push('exit'),
      hideWindows: () => undefined,
    });
    await expect(quit.request()).rejects.toThrow('the disk is gone');
    expect(exits).toEqual(['exit']);
  });
});

describe('the menu and the theme', () => {
  interface Item {
    readonly label?: string;
    readonly role?: string;
    readonly enabled?: boolean;
    readonly submenu?: readonly Item[];
    click?(): void;
  }
  const top = (name: string) => (fake.menu as Item[]).find(({ label, role }) => label === name || role === name)!;
  const item = (name: string, inside: string) => top(inside).submenu!.find(({ label }) => label === name)!;
  const ports = (studio: ReturnType<typeof fakeStudio>) => ({ studio, projectsFolder: '/p', settingsFile: '/s.json' });

  test('has the menus of its system', async () => {
    await followMenu(ports(fakeStudio()), 'darwin');
    const names = () => (fake.menu as Item[]).map(({ label, role }) => role ?? label);
    expect(names()).toEqual(['appMenu', '&File', 'editMenu', '&View', 'windowMenu', 'help']);
    expect(top('&File').submenu!.at(-1)!.role).toBe('close');
    await followMenu(ports(fakeStudio()), 'linux');
    expect(names()).toEqual(['&File', 'editMenu', '&View', 'windowMenu', 'help']);
    expect(top('&File').submenu!.at(-1)!.role).toBe('quit');
  });

  test('follows the recent projects and the open one', async () => {
    const studio = fakeStudio();
    await followMenu(ports(studio), 'linux');
    expect(item('Open &Recent', '&File').enabled).toBe(false);
    expect(item('&Close Project', '&File').enabled).toBe(false);
    const recent = [{ path: '/p/A & B.cauchy', name: 'A & B', openedAt: '2026-01-01T00:00:00.000Z' }];
    studio.tell('settings', { theme: 'system', device: 'auto', recent });
    studio.tell('project', outputs['project.open']);
    expect(item('Open &Recent', '&File').submenu![0]!.label).toBe('A && B (/p/A && B.cauchy)');
    expect(item('&Close Project', '&File').enabled).toBe(true);
    item('Open &Recent', '&File').submenu![0]!.click!();
    await expect
      .poll(() => studio.calls.at(-1))
      .toEqual({
        method: 'project.open',
        input: { path: '/p/A & B.cauchy' },
      });
  });

  test('makes and opens projects, and shows a refusal in its own words', async () => {
    const studio = fakeStudio();
    await followMenu(ports(studio), 'linux');
    fake.answers.push({ canceled: false, filePath: '/home/me/Faces.cauchy' });
    item('&New Project…', '&File').click!();
    await expect
      .poll(() => studio.calls.at(-1))
      .toEqual({
        method: 'project.create',
        input: { name: 'Faces', parent: '/home/me' },
      });
    studio.answer('project.open', () => {
      throw studioError('storage.notFound', { path: '/gone' });
    });
    fake.answers.push({ canceled: false, filePaths: ['/gone'] });
    item('&Open Project…', '&File').click!();
    await expect
      .poll(() => fake.dialogs.at(-1))
      .toMatchObject({ kind: 'message', message: 'There is nothing at /gone.' });
    const calls = studio.calls.length;
    item('&Open Project…', '&File').click!();
    await expect.poll(() => fake.dialogs.at(-1)).toMatchObject({ kind: 'open' });
    expect(studio.calls.length).toBe(calls);
  });

  test('the theme of the settings is the theme of the window', async () => {
    const studio = fakeStudio();
    studio.answer('settings.get', () => ({ theme: 'dark', recent: [] }));
    await followTheme(studio);
    expect(nativeTheme.themeSource).toBe('dark');
    studio.tell('settings', { theme: 'light', device: 'auto', recent: [] });
    expect(nativeTheme.themeSource).toBe('light');
  });
});

test('an installed program runs its engine beside the archive, a checkout runs everything where it is', () => {
  expect(programPaths('/opt/x/resources/app.asar', '/opt/x/resources')).toMatchObject({
    renderer: join('/opt/x/resources/app.asar/dist/renderer'),
    preload: join('/opt/x/resources/app.asar/dist/electron/preload.cjs'),
    engine: join('/opt/x/resources/app.asar.unpacked/dist/main/workers/engine.process.js'),
    resources: join('/opt/x/resources/app.asar.unpacked/resources'),
    sharpWasm: undefined,
  });
  expect(programPaths('/src/studio', undefined).engine).toBe(join('/src/studio/dist/main/workers/engine.process.js'));
  expect(app.getAppPath()).toBe('/app');
});
