/** The desktop program, in the order in which it comes to life. */
import { app, BrowserWindow, shell } from 'electron';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { createStudio } from '../main/app.ts';
import type { StudioApp } from '../main/api/studio.ts';
import { toStudioError, toWire } from '../main/base/errors.ts';
import { studioFolders } from '../main/base/folders.ts';
import { version } from '../main/base/version.ts';
import { ask, pickFolders, showError } from './dialogs.ts';
import { spawnEngine } from './engine.ts';
import { serveIpc } from './ipc.ts';
import { followMenu } from './menu-actions.ts';
import { programPaths } from './paths.ts';
import { keepAwake } from './power.ts';
import { showProgress } from './progress.ts';
import { registerScheme, serveScheme } from './protocol.ts';
import { createQuit } from './quit.ts';
import { restrictPages } from './security.ts';
import { followTheme } from './theme.ts';
import { watchTraining } from './training.ts';
import { createWindow } from './window.ts';

const paths = programPaths(app.getAppPath(), app.isPackaged ? process.resourcesPath : undefined);
const folders = studioFolders(process.env, process.platform, homedir());
const stateFile = join(dirname(folders.settingsFile), 'window.json');

process.setSourceMapsEnabled(true);
// Chromium's own files lie beside the settings, so that one folder moves everything.
app.setPath('userData', join(dirname(folders.settingsFile), 'window'));
app.setAppUserModelId('org.cauchystudio.app');
registerScheme();

if (app.requestSingleInstanceLock()) void app.whenReady().then(run).catch(fail);
else app.quit();

async function run(): Promise<void> {
  restrictPages();
  const sharp = paths.sharpWasm === undefined ? undefined : { CAUCHY_SHARP_WASM: paths.sharpWasm };
  Object.assign(process.env, sharp);
  const studio = await createStudio({
    version,
    resources: paths.resources,
    ...folders,
    program: 'the studio window',
    shell: { kind: 'electron' },
    spawnEngine: (device) => spawnEngine(paths.engine, device, sharp),
    pickFolders: () => pickFolders(),
    reveal: (path) => shell.showItemInFolder(path),
  });
  serveScheme(paths.renderer, studio.resolveFile);
  serveIpc(studio);
  const training = watchTraining(studio);
  keepAwake(training);
  await followTheme(studio);
  await followMenu({ studio, ...folders }, process.platform);
  const showWindow = live(studio, training);
  showProgress(training, showWindow);
  showWindow();
}

/** Windows and the program's end. Returns the function that brings the window to the front, or opens it anew. */
function live(studio: StudioApp, training: ReturnType<typeof watchTraining>): () => void {
  let isEnding = false;
  const quit = createQuit({
    training,
    ask,
    closeStudio: () => studio.close(),
    exit: () => {
      isEnding = true;
      app.quit();
    },
    hideWindows: () => BrowserWindow.getAllWindows().forEach((window) => window.hide()),
  });
  const show = () => {
    quit.windowShown();
    const window = BrowserWindow.getAllWindows()[0];
    // A new window shows itself when it is drawn.
    if (!window) return void open();
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  };
  const open = () => {
    const window = createWindow({ preload: paths.preload, icon: paths.icon, stateFile });
    window.on('close', (event) => {
      // On a Mac a program lives on without windows.
      if (isEnding || process.platform === 'darwin') return;
      event.preventDefault();
      void quit.request();
    });
    // Windows is shutting down or the person signs out: nobody can be asked.
    window.on('query-session-end', () => void quit.now());
    return window;
  };
  app.on('second-instance', show);
  app.on('activate', show);
  app.on('window-all-closed', () => undefined);
  app.on('before-quit', (event) => {
    if (isEnding) return;
    event.preventDefault();
    void quit.request();
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void quit.now());
  return show;
}

async function fail(thrown: unknown): Promise<void> {
  process.stderr.write(`${toStudioError(thrown).stack}\n`);
  await showError(toWire(thrown));
  app.exit(1);
}
