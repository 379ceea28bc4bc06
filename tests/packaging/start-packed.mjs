/**
 * Starts a packed Cauchy Studio under plain Node, with a hand-written Electron in the place of the real one, does
 * with it what its window would do, and prints what came of it as one JSON line.
 *   node start-packed.mjs <resources folder> <a picture> <folder for the project>
 */
import { register } from 'node:module';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [resources = '', picture = '', parent = ''] = process.argv.slice(2);
const fakeUrl = new URL('../support/fake-electron.mjs', import.meta.url).href;
const hook = `export const resolve = (name, context, next) =>
  name === 'electron' ? { url: ${JSON.stringify(fakeUrl)}, shortCircuit: true } : next(name, context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);

const { app, fake } = await import('../support/fake-electron.mjs');
const root = join(resources, 'app.asar');
Object.assign(fake, { appPath: root, isPackaged: true });
Object.assign(process, { resourcesPath: resources });

/** @param {() => unknown} isThere @param {string} what */
async function until(isThere, what) {
  for (let i = 0; i < 300; i++) {
    if (isThere()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited 30 s for ${what}`);
}

await import(pathToFileURL(join(root, 'dist', 'electron', 'main.js')).href);
await until(() => fake.windows.length > 0, 'the window');
const [window] = fake.windows;
if (!window) throw new Error('the window is gone');

/** @param {string} method @param {unknown} input */
async function call(method, input) {
  const event = { sender: window?.webContents, senderFrame: window?.webContents.mainFrame };
  const answer = await fake.handlers.get(`studio:call:${method}`)?.(event, input);
  if (!answer?.ok) throw new Error(`${method}: ${JSON.stringify(answer)}`);
  return answer.output;
}

const page = await fake.schemes.get('studio')?.(new Request('studio://app/'));
const { vaes } = await call('vaes.list', {});
await call('project.create', { name: 'Packed', parent });
const { job } = await call('pictures.import', {
  source: { kind: 'paths', paths: [picture] },
  settings: { size: 64, framing: 'crop', background: '#ffffff' },
});
/** The newest state of a job that the window was told. @param {number} id */
const told = (id) => {
  const events = window.webContents.sent
    .filter(({ args }) => args[0] === 'job')
    .map(({ args }) => /** @type {any} */ (args[1]));
  return events.filter((event) => event.id === id).at(-1);
};
/** @param {number} id */
const ended = (id) => until(() => told(id) && told(id).status !== 'running', 'a job');
await ended(job);
const check = await call('devices.check', { kinds: ['cpu'] });
await ended(check.job);
const { devices } = await call('devices.list', {});
const pictures = await call('pictures.page', { show: 'all', offset: 0, limit: 10 });
const shown = await fake.schemes.get('studio')?.(new Request(`studio://project/${pictures.rows[0]?.file}`));

// The compiler's TF.js, as the engine's threads load it.
const tensor = await import(pathToFileURL(join(`${root}.unpacked`, 'dist', 'main', 'tensor', 'tf.js')).href);
const { pid } = /** @type {{ pid: number }} */ (/** @type {unknown} */ (fake.forks[0]));
app.quit();
await until(() => fake.exitCode !== undefined, 'the end');

const result = {
  page: page?.status,
  cpu: devices.find((/** @type {any} */ row) => row.kind === 'cpu'),
  vaes: vaes.length,
  import: told(job),
  rows: pictures.rows.map((/** @type {any} */ row) => ({
    kind: row.kind,
    source: basename(row.source ?? ''),
    reason: row.reason,
  })),
  shown: [shown?.status, shown?.headers.get('content-type')],
  engine: fake.forks[0]?.script,
  enginePid: pid,
  telemetry: fake.forks[0]?.options.env['ORT_DISABLE_TELEMETRY'],
  tf: tensor.tf.version.tfjs,
  exitCode: fake.exitCode,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);
