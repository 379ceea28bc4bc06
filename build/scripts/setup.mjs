/** Makes sure the libraries are installed: `npm ci` when they are missing or belong to another lock file. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashOf, readStamp, withLock, writeStamp } from './lib/files.mjs';
import { cache, nodeModules, root } from './lib/paths.mjs';
import { offlineSigns, runNpm } from './lib/run.mjs';
import { isMain, PlainError, runScript, say } from './lib/say.mjs';

const lockFile = join(root, 'package-lock.json');
const stampFile = join(nodeModules, '.cauchy-setup.json');
const oldestNode = [20, 19, 0];

/** Refuses a Node that is too old, in words. @param {string} [version] */
export function checkNode(version = process.versions.node) {
  const found = version.split('.').map(Number);
  for (const [i, needed] of oldestNode.entries()) {
    if ((found[i] ?? 0) > needed) return;
    if ((found[i] ?? 0) < needed) {
      throw new PlainError(
        `Cauchy Studio needs Node.js ${oldestNode.join('.')} or newer; this is ${version}.\n` +
          'Install the current LTS version from https://nodejs.org and run the command again.',
      );
    }
  }
}

/** What the installed libraries depend on. @param {string} lock */
const fingerprintOf = (lock) => hashOf(lock, process.platform, process.arch, process.versions.node.split('.')[0] ?? '');

/**
 * Whether what npm says it installed is what the lock file asks for. Optional packages may be absent (they belong to
 * other systems), additional ones may be present.
 * @param {string} lock text of package-lock.json
 * @param {string | undefined} installed text of npm's own node_modules/.package-lock.json
 */
export function isInstalled(lock, installed) {
  if (installed === undefined) return false;
  /** @typedef {{ version?: string, optional?: boolean, peer?: boolean, link?: boolean }} Entry */
  /** @type {Record<string, Entry>} */
  const wanted = JSON.parse(lock).packages;
  /** @type {Record<string, Entry>} */
  const have = JSON.parse(installed).packages;
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true;
    const found = have[path];
    return found ? found.version === version : optional === true;
  });
}

/** @param {string} path */
const readText = (path) => readFile(path, 'utf8').catch(() => undefined);

/** Installs what is missing. Costs a few milliseconds when nothing is. */
export async function setup() {
  checkNode();
  const lock = await readFile(lockFile, 'utf8');
  const fingerprint = fingerprintOf(lock);
  const isCurrent = async () => {
    const stamp = /** @type {{ fingerprint?: string } | undefined} */ (await readStamp(stampFile));
    return stamp?.fingerprint === fingerprint;
  };
  if (await isCurrent()) return;
  await withLock(
    join(cache, 'setup.lock'),
    () => say.line('Another start is installing the libraries; waiting for it …'),
    async () => {
      if (await isCurrent()) return;
      if (!isInstalled(lock, await readText(join(nodeModules, '.package-lock.json')))) await install(lock);
      await writeStamp(stampFile, { fingerprint });
    },
  );
}

/** @param {string} lock */
async function install(lock) {
  const count = Object.values(JSON.parse(lock).packages).filter((entry) => !entry.optional).length;
  const { code, text } = await say.during(
    `Installing the libraries of Cauchy Studio (about ${count}, once)`,
    async () => {
      const result = await runNpm([
        'ci',
        '--include=dev',
        '--prefer-offline',
        '--no-audit',
        '--no-fund',
        '--no-progress',
        '--loglevel=error',
      ]);
      if (result.code !== 0) throw installError(result.text);
      return result;
    },
  );
  if (code === 0 && /error/i.test(text)) say.line(text.trim());
}

/** @param {string} text what npm printed */
function installError(text) {
  if (offlineSigns.test(text)) {
    return new PlainError(
      'The libraries could not be downloaded: there is no way to the npm registry.\n' +
        'Connect to the internet once and run the command again; after that the studio works without a network.\n' +
        `npm said: ${firstLines(text)}`,
    );
  }
  if (/EACCES|EPERM|EROFS/.test(text)) {
    return new PlainError(`The libraries could not be written to ${nodeModules}.\nnpm said: ${firstLines(text)}`);
  }
  if (/ENOSPC/.test(text)) return new PlainError('The disk is full: the libraries need about 1 GB.');
  return new PlainError(`Installing the libraries failed.\nnpm said:\n${text.trim()}`);
}

/** @param {string} text */
const firstLines = (text) => text.trim().split('\n').slice(0, 3).join('\n  ');

if (await isMain(import.meta)) await runScript(setup);
