/** Electron's runtime: whether it is here, whether it can run here, and how to get it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exists } from './files.mjs';
import { nodeModules, root, runtime } from './paths.mjs';
import { runNode, runNpm } from './run.mjs';
import { say } from './say.mjs';

const folder = join(nodeModules, 'electron');
const downloadLimitMs = 20 * 60_000;
const reachLimitMs = 8000;

/** The path of Electron's program, if it is installed in its right version. Downloads nothing. */
export function electronProgram() {
  try {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const dist = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(folder, 'dist');
    if (readFileSync(join(dist, 'version'), 'utf8').replace(/^v/, '').trim() !== version) return undefined;
    const program = join(dist, readFileSync(join(folder, 'path.txt'), 'utf8').trim());
    return existsSync(program) ? program : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Why this computer can not show an Electron window, in words; undefined when nothing is known against it.
 * @param {NodeJS.Platform} [platform]
 * @param {NodeJS.ProcessEnv} [env]
 * @param {number | undefined} [user]
 */
export function whyNoWindow(platform = process.platform, env = process.env, user = process.getuid?.()) {
  if (platform !== 'linux') return undefined;
  if (!env['DISPLAY'] && !env['WAYLAND_DISPLAY']) return 'there is no display';
  return user === 0 ? 'Electron does not run for root' : undefined;
}

/** Gets the runtime with Electron's own installer. Returns its path, or why there is none. @returns {Promise<{ program: string } | { reason: string }>} */
export async function fetchElectron() {
  const here = electronProgram();
  if (here) return { program: here };
  // Where a firewall swallows packets, the installer would wait for minutes.
  const address = process.env['ELECTRON_MIRROR'] ?? process.env['npm_config_electron_mirror'] ?? 'https://github.com';
  const isReachable = await fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(reachLimitMs) }).then(
    () => true,
    () => false,
  );
  if (!isReachable) return { reason: `its runtime is not installed and ${new URL(address).host} can not be reached` };
  const { code, text } = await say.during('Downloading the Electron runtime (about 120 MB, once)', () =>
    runNode([join(folder, 'install.js')], { limitMs: downloadLimitMs }),
  );
  const program = electronProgram();
  if (code === 0 && program) return { program };
  const lastLine =
    text
      .trim()
      .split('\n')
      .find((line) => /error/i.test(line)) ?? 'the download failed';
  return { reason: `its runtime could not be downloaded (${lastLine.trim()})` };
}

/**
 * sharp's native build crashes inside Electron on Linux (two versions of GLib in one process), so there its
 * WebAssembly build is used, from a folder of its own: npm would remove it from node_modules as a foreign platform's.
 * Returns why it is missing, or undefined when it is there.
 */
export async function ensureSharpWasm() {
  const { version } = JSON.parse(readFileSync(join(nodeModules, 'sharp', 'package.json'), 'utf8'));
  const prefix = join(runtime, 'sharp-wasm');
  const isThere = async () =>
    (await exists(join(prefix, 'node_modules', '@img', 'sharp-wasm32', 'package.json'))) &&
    JSON.parse(readFileSync(join(prefix, 'node_modules', 'sharp', 'package.json'), 'utf8')).version === version;
  if (await isThere().catch(() => false)) return undefined;
  const args = ['install', '--prefix', prefix, '--cpu=wasm32', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, text } = await say.during('Fetching the picture decoder for Electron on Linux (16 MB, once)', () =>
    runNpm([...args, '--ignore-scripts', `sharp@${version}`], { cwd: root }),
  );
  if (code === 0 && (await isThere().catch(() => false))) return undefined;
  return `its picture decoder could not be fetched (${text.trim().split('\n')[0] ?? 'npm failed'})`;
}
