/** Small file helpers of the scripts: content hashes, stamps, and one script at a time. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { root } from './paths.mjs';
import { PlainError } from './say.mjs';

/** @param {...(string | Uint8Array)} parts */
export function hashOf(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 32);
}

/** The content hash of a file; `absent` when there is none. @param {string} path */
export async function hashFile(path) {
  const bytes = await readFile(path).catch(() => undefined);
  return bytes === undefined ? 'absent' : hashOf(bytes);
}

/** Paths from the repository root of all files below a folder that `wanted` accepts. @param {string} folder @param {(name: string) => boolean} [wanted] */
export async function filesBelow(folder, wanted = () => true) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && wanted(entry.name))
    .map((entry) => fromRoot(join(entry.parentPath, entry.name)))
    .sort();
}

/** @param {string} path absolute */
export const fromRoot = (path) => relative(root, path).split(sep).join('/');

/** Content hashes by path from the root. @param {readonly string[]} files @returns {Promise<Record<string, string>>} */
export async function hashFiles(files) {
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => /** @type {const} */ ([file, await hashFile(join(root, file))]))),
  );
}

/** @param {string} path @returns {Promise<unknown>} the parsed JSON; undefined when absent or torn */
export async function readStamp(path) {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {string} path @param {unknown} value */
export async function writeStamp(path, value) {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  await writeFile(temporary, JSON.stringify(value));
  await rename(temporary, path);
}

/** @param {string} path */
export const exists = (path) =>
  stat(path).then(
    () => true,
    () => false,
  );

/** How old the sign of life of a lock's holder may be. It is renewed every second. */
const staleAfterMs = 10_000;
const longestWaitMs = 20 * 60_000;

/**
 * Runs `work` while no other script holds the lock at `path`. A holder renews its lock; one that was killed does not,
 * and its lock is taken over.
 * @template T
 * @param {string} path
 * @param {() => void} onWait called once when another script holds it
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, onWait, work) {
  await mkdir(dirname(path), { recursive: true });
  const start = Date.now();
  for (let waited = false; !(await takeLock(path)); waited = true) {
    if (!waited) onWait();
    if (Date.now() - start > longestWaitMs) {
      throw new PlainError(`Another start has been busy for 20 minutes. If none is running, delete ${path} and retry.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  const alive = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), 1000);
  try {
    return await work();
  } finally {
    clearInterval(alive);
    await rm(path, { force: true });
  }
}

/** @param {string} path */
async function takeLock(path) {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown;
  }
  const held = await stat(path).catch(() => undefined);
  if (held && Date.now() - held.mtimeMs > staleAfterMs) {
    // Renaming first makes sure that of two takers only one removes the stale lock.
    const stale = `${path}.${randomUUID().slice(0, 8)}`;
    await rename(path, stale).then(
      () => rm(stale, { force: true }),
      () => undefined,
    );
  }
  return false;
}
