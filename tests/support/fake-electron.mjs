/**
 * The part of Electron that the studio uses, for tests under plain Node: it records what it is told and lets a test
 * play the user, the page and the system. `fake` is the test's side of it.
 */
import { fork } from 'node:child_process';
import { EventEmitter } from 'node:events';

/** @typedef {(...args: any[]) => any} Handler */

const nothingYet = () => ({
  /** @type {Map<string, Handler>} */
  handlers: new Map(),
  /** @type {Map<string, (request: Request) => Promise<Response>>} */
  schemes: new Map(),
  /** @type {{ scheme: string, privileges: Record<string, boolean> }[]} */
  privileged: [],
  /** @type {FakeWindow[]} */
  windows: [],
  /** @type {FakeWindow | null} */
  focused: null,
  /** @type {Record<string, any>[]} every question and dialog, in order */
  dialogs: [],
  /** @type {any[]} answers of the person, in order */
  answers: [],
  /** @type {any[]} */
  menu: [],
  /** @type {Map<number, string>} */
  blockers: new Map(),
  nextBlocker: 1,
  /** @type {{ title: string, body: string }[]} */
  notifications: [],
  /** @type {Record<string, unknown>} */
  exposed: {},
  /** @type {{ channel: string, input: unknown }[]} */
  invoked: [],
  /** @type {string[]} */
  shown: [],
  /** @type {Record<string, string>} */
  paths: {},
  /** @type {{ script: string, options: any }[]} */
  forks: [],
  /** @type {Map<string, Handler>} */
  session: new Map(),
  /** @type {number | undefined} */
  exitCode: undefined,
  quits: 0,
  hasLock: true,
  appPath: '/app',
  isPackaged: false,
});

/** What happened, and what is to happen. */
export const fake = nothingYet();

/** Forgets everything; modules keep their listeners only until the next reset. */
export function resetFake() {
  Object.assign(fake, nothingYet());
  for (const emitter of [app, nativeTheme, ipcRenderer]) emitter.removeAllListeners();
  nativeTheme.shouldUseDarkColors = false;
  nativeTheme.themeSource = 'system';
  screen.displays = [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }];
}

class FakeApp extends EventEmitter {
  getAppPath = () => fake.appPath;
  get isPackaged() {
    return fake.isPackaged;
  }
  /** @param {string} name @param {string} path */
  setPath = (name, path) => void (fake.paths[name] = path);
  setAppUserModelId = () => undefined;
  requestSingleInstanceLock = () => fake.hasLock;
  whenReady = () => Promise.resolve();
  quit = () => {
    fake.quits++;
    let prevented = false;
    this.emit('before-quit', { preventDefault: () => (prevented = true) });
    if (prevented) return;
    for (const window of [...fake.windows]) window.close();
    fake.exitCode ??= 0;
    this.emit('quit');
  };
  /** @param {number} code */
  exit = (code) => void (fake.exitCode = code);
}
export const app = new FakeApp();

class FakeContents extends EventEmitter {
  mainFrame = { url: 'studio://app/', parent: null };
  /** @type {{ channel: string, args: unknown[] }[]} */
  sent = [];
  /** @type {Handler} */
  windowOpenHandler = () => ({ action: 'allow' });
  reloads = 0;
  /** @param {string} channel @param {...unknown} args */
  send = (channel, ...args) => void this.sent.push({ channel, args });
  /** @param {Handler} handler */
  setWindowOpenHandler = (handler) => void (this.windowOpenHandler = handler);
  reload = () => void this.reloads++;
  isDestroyed = () => false;
}

export class FakeWindow extends EventEmitter {
  /** @param {Record<string, any>} options */
  constructor(options) {
    super();
    this.options = options;
    this.webContents = new FakeContents();
    this.destroyed = false;
    this.visible = options['show'] !== false;
    this.url = '';
    /** @type {{ value: number, mode: string } | undefined} */
    this.progress = undefined;
    this.background = options['backgroundColor'];
    this.maximised = false;
    this.bounds = { x: options['x'] ?? 10, y: options['y'] ?? 20, width: options['width'], height: options['height'] };
    fake.windows.push(this);
    app.emit('web-contents-created', {}, this.webContents);
  }
  static getAllWindows = () => [...fake.windows];
  static getFocusedWindow = () => fake.focused;
  /** @param {string} url */
  loadURL = (url) => {
    this.url = url;
    return Promise.resolve();
  };
  show = () => void (this.visible = true);
  hide = () => void (this.visible = false);
  focus = () => void (fake.focused = this);
  isMinimized = () => false;
  restore = () => undefined;
  maximize = () => void (this.maximised = true);
  isMaximized = () => this.maximised;
  isDestroyed = () => this.destroyed;
  getNormalBounds = () => this.bounds;
  /** @param {string} colour */
  setBackgroundColor = (colour) => void (this.background = colour);
  /** @param {number} value @param {{ mode: string }} options */
  setProgressBar = (value, { mode }) => void (this.progress = { value, mode });
  close = () => {
    let prevented = false;
    this.emit('close', { preventDefault: () => (prevented = true) });
    if (prevented || this.destroyed) return;
    this.destroyed = true;
    fake.windows = fake.windows.filter((window) => window !== this);
    if (fake.focused === this) fake.focused = null;
    this.emit('closed');
    if (fake.windows.length === 0) app.emit('window-all-closed');
  };
}
export const BrowserWindow = FakeWindow;

export const ipcMain = {
  /** @param {string} channel @param {Handler} handler */
  handle(channel, handler) {
    if (fake.handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    fake.handlers.set(channel, handler);
  },
  /** @param {string} channel */
  removeHandler: (channel) => void fake.handlers.delete(channel),
};

class FakeRenderer extends EventEmitter {
  /** @param {string} channel @param {unknown} input */
  invoke = (channel, input) => {
    fake.invoked.push({ channel, input });
    return Promise.resolve({ ok: true, output: channel });
  };
}
export const ipcRenderer = new FakeRenderer();
export const contextBridge = {
  /** @param {string} name @param {unknown} api */
  exposeInMainWorld: (name, api) => void (fake.exposed[name] = api),
};
export const webUtils = { getPathForFile: (/** @type {{ path: string }} */ file) => file.path };

export const protocol = {
  /** @param {typeof fake.privileged} schemes */
  registerSchemesAsPrivileged: (schemes) => void fake.privileged.push(...schemes),
  /** @param {string} scheme @param {(request: Request) => Promise<Response>} handler */
  handle: (scheme, handler) => void fake.schemes.set(scheme, handler),
};

/** @param {string} name */
const keep = (name) => (/** @type {Handler} */ handler) => void fake.session.set(name, handler);
export const session = {
  defaultSession: {
    setPermissionRequestHandler: keep('permissionRequest'),
    setPermissionCheckHandler: keep('permissionCheck'),
    setDevicePermissionHandler: keep('devicePermission'),
    webRequest: { onBeforeRequest: keep('beforeRequest') },
  },
};

/** @param {string} kind */
const dialogOf =
  (kind) =>
  (/** @type {any[]} */ ...args) => {
    fake.dialogs.push({ kind, ...args.at(-1) });
    return Promise.resolve(fake.answers.shift() ?? { response: 0, canceled: true, filePaths: [], filePath: '' });
  };
export const dialog = {
  showMessageBox: dialogOf('message'),
  showOpenDialog: dialogOf('open'),
  showSaveDialog: dialogOf('save'),
};

export const Menu = {
  /** @param {any[]} template */
  buildFromTemplate: (template) => template,
  /** @param {any[]} menu */
  setApplicationMenu: (menu) => void (fake.menu = menu),
};

export class Notification extends EventEmitter {
  /** @param {{ title: string, body: string }} options */
  constructor(options) {
    super();
    this.options = options;
  }
  static isSupported = () => true;
  show = () => void fake.notifications.push(this.options);
}

export const nativeTheme = Object.assign(new EventEmitter(), {
  shouldUseDarkColors: false,
  themeSource: 'system',
});

export const powerSaveBlocker = {
  /** @param {string} type */
  start(type) {
    fake.blockers.set(fake.nextBlocker, type);
    return fake.nextBlocker++;
  },
  /** @param {number} id */
  stop: (id) => void fake.blockers.delete(id),
};

export const screen = {
  displays: [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
  getAllDisplays: () => screen.displays,
};
export const shell = { showItemInFolder: (/** @type {string} */ path) => void fake.shown.push(path) };

/** A utility process under plain Node is a fork with the same messages. */
export const utilityProcess = {
  /** @param {string} script @param {string[]} args @param {{ env: NodeJS.ProcessEnv, execArgv: string[] }} options */
  fork(script, args, options) {
    fake.forks.push({ script, options });
    const child = fork(script, args, { env: options.env, execArgv: options.execArgv, serialization: 'advanced' });
    const process = new EventEmitter();
    child.on('message', (message) => process.emit('message', message));
    child.on('exit', (code, signal) => process.emit('exit', code ?? 128, signal));
    return Object.assign(process, {
      pid: child.pid,
      /** @param {any} message */
      postMessage: (message) => child.send(message, () => undefined),
      kill: () => child.kill('SIGKILL'),
    });
  },
};
