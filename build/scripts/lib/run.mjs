/** Child processes of the scripts. */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { exists } from './files.mjs';
import { root } from './paths.mjs';

/**
 * @typedef {object} RunOptions
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string} [cwd]
 * @property {'keep' | 'show'} [output] `keep`: collected and returned; `show`: passed on to this terminal
 * @property {number} [limitMs] ended when it takes longer
 */

/**
 * Runs a program to its end and returns its exit code and, with `keep`, what it printed.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ code: number, text: string }>}
 */
export function run(program, args, { env = process.env, cwd = root, output = 'keep', limitMs } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env,
      stdio: output === 'show' ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const timer = limitMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), limitMs);
    /** @type {Buffer[]} */
    const pieces = [];
    child.stdout?.on('data', (piece) => pieces.push(piece));
    child.stderr?.on('data', (piece) => pieces.push(piece));
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, text: Buffer.concat(pieces).toString('utf8') });
    });
  });
}

/** Runs a Node script with this Node. @param {readonly string[]} args @param {RunOptions} [options] */
export const runNode = (args, options) => run(process.execPath, args, options);

/**
 * The path of npm's own script, so that it runs with this Node and without a shell: the npm that started us, or the
 * one that was installed beside Node.
 */
export async function npmScript() {
  const beside = dirname(process.execPath);
  const candidates = [
    process.env['npm_execpath'],
    join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    '/usr/share/nodejs/npm/bin/npm-cli.js',
  ];
  for (const candidate of candidates) {
    if (candidate && /npm-cli\.c?js$/.test(candidate) && (await exists(candidate))) return candidate;
  }
  return undefined;
}

/** Runs npm. @param {readonly string[]} args @param {RunOptions} [options] */
export async function runNpm(args, options = {}) {
  // ONNX Runtime would download its CUDA provider; the studio offers that separately.
  const env = { ...process.env, ...options.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  const script = await npmScript();
  if (script) return runNode([script, ...args], { ...options, env });
  // On Windows `npm` is a command script, which only a shell can start; these arguments hold no special characters.
  return process.platform === 'win32'
    ? run('cmd.exe', ['/d', '/s', '/c', 'npm', ...args], { ...options, env })
    : run('npm', args, { ...options, env });
}

/** What npm and fetch print when there is no way to the registry. */
export const offlineSigns =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|fetch failed|network/i;
