/**
 * `npm start`: installs and builds what is missing, then opens the studio in Electron, or, where that can not be,
 * says so in one line and serves it to the browser.
 *   npm start -- --browser     the browser even where Electron would run
 *   npm start -- --port 4800   the browser, on exactly this port
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { ensureSharpWasm, fetchElectron, whyNoWindow } from './lib/electron.mjs';
import { dist, root } from './lib/paths.mjs';
import { PlainError, runScript, say } from './lib/say.mjs';
import { setup } from './setup.mjs';

/** An Electron that ends with an error so soon never showed a window. */
const soonMs = 15_000;

function readArguments() {
  try {
    const { values } = parseArgs({ options: { browser: { type: 'boolean' }, port: { type: 'string' } } });
    if (values.port !== undefined && !/^\d{1,5}$/.test(values.port)) throw new Error(`“${values.port}” is no port`);
    return values;
  } catch (thrown) {
    throw new PlainError(
      `${thrown instanceof Error ? thrown.message : thrown}\nUse: npm start -- [--browser] [--port N]`,
    );
  }
}

await runScript(async () => {
  const { browser, port } = readArguments();
  await setup();
  await build();
  const reason = browser || port !== undefined ? 'asked for' : await startElectron();
  if (reason === undefined) return;
  if (reason !== 'asked for') say.line(`Without Electron (${reason}) the studio runs in your browser:`);
  // The terminal's own command serves it, in this process: Ctrl-C saves what trains and ends everything.
  const cli = join(dist, 'main', 'cli', 'main.js');
  process.argv = [process.execPath, cli, 'serve', ...(port === undefined ? [] : ['--port', port])];
  await import(pathToFileURL(cli).href);
});

/** Runs Electron to its end. Returns why it could not, or undefined when it did. */
async function startElectron() {
  const noWindow = whyNoWindow();
  if (noWindow) return noWindow;
  const fetched = await fetchElectron();
  if ('reason' in fetched) return fetched.reason;
  const noDecoder = process.platform === 'linux' ? await ensureSharpWasm() : undefined;
  if (noDecoder) return noDecoder;

  const env = { ...process.env };
  delete env['ELECTRON_RUN_AS_NODE'];
  const began = Date.now();
  // Ctrl-C reaches Electron, too, which saves what trains and quits; this process ends after it.
  process.on('SIGINT', () => undefined);
  const child = spawn(fetched.program, [root], { stdio: 'inherit', env, windowsHide: false });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  /** @type {{ code: number | null, signal: NodeJS.Signals | null }} */
  const { code, signal } = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (exitCode, exitSignal) => resolve({ code: exitCode, signal: exitSignal }));
  });
  if (code === 0 || signal === 'SIGINT' || signal === 'SIGTERM') return undefined;
  if (Date.now() - began < soonMs) return `it ended at once with ${signal ?? `code ${code}`}`;
  process.exitCode = code ?? 1;
  return undefined;
}
