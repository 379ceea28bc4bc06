/**
 * Builds what has changed since the last build: dist/main and dist/electron file by file, the preload script as one
 * file (a sandboxed preload can not import), dist/renderer by Vite. Types are checked by `npm test`, not here: a type
 * error must not keep anyone from starting the studio.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { filesBelow, fromRoot, hashFiles, hashOf, readStamp, withLock, writeStamp } from './lib/files.mjs';
import { cache, dist, root } from './lib/paths.mjs';
import { preloadConfig } from './lib/preload-config.mjs';
import { isMain, PlainError, runScript, say } from './lib/say.mjs';
import { setup } from './setup.mjs';
import { outputOf, removeOutputs, transpile } from './lib/transpile.mjs';

/** @typedef {Record<string, string>} Hashes */
/** @typedef {{ tools: string, node: Hashes, preload: Hashes, renderer: Hashes }} Stamp */
/** @typedef {'node' | 'renderer'} Part */

const stampFile = join(cache, 'build.json');
const preloadSource = 'electron/preload.ts';
const preloadOutput = 'dist/electron/preload.cjs';
const rendererEntry = 'renderer/index.html';
/** @type {import('vite').InlineConfig} */
const rendererConfig = {
  configFile: join(root, 'vite.config.ts'),
  build: { rolldownOptions: { checks: { pluginTimings: false } } },
};

/** Whatever changes how everything is built. */
const toolFiles = [
  'package-lock.json',
  'tsconfig.base.json',
  'tsconfig.node.json',
  'vite.config.ts',
  'build/scripts/build.mjs',
  'build/scripts/lib/preload-config.mjs',
  'build/scripts/lib/transpile.mjs',
];

/** @type {Stamp} */
const nothingBuilt = { tools: '', node: {}, preload: {}, renderer: {} };

/** @param {Hashes} a @param {Hashes} b */
const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/**
 * What there is to do, from the content of the sources and the last build's stamp.
 * @param {readonly Part[]} parts
 */
async function plan(parts) {
  const tools = hashOf(JSON.stringify(await hashFiles(toolFiles)));
  const last = /** @type {Stamp | undefined} */ (await readStamp(stampFile));
  const stamp = last?.tools === tools ? last : { ...nothingBuilt, tools };
  const built = (/** @type {string} */ file) => existsSync(join(root, file));

  const sources = [...(await filesBelow(join(root, 'main'))), ...(await filesBelow(join(root, 'electron')))].filter(
    (file) => /\.(ts|json)$/.test(file) && !file.endsWith('.d.ts') && file !== preloadSource,
  );
  const node = await hashFiles(sources);
  const changed = sources.filter((file) => stamp.node[file] !== node[file] || !built(outputOf(file)));
  const gone = Object.keys(last?.node ?? {}).filter((file) => !(file in node));

  // The stamp of a bundle names every file that went into it; the folder's own files catch what is new.
  const preload = await hashFiles([...new Set([...Object.keys(stamp.preload), preloadSource])].sort());
  const rendererFiles = [...Object.keys(stamp.renderer), ...(await filesBelow(join(root, 'renderer')))];
  const renderer = await hashFiles([...new Set(rendererFiles)].sort());
  return {
    stamp,
    node,
    changed,
    gone,
    preload: built(preloadSource) && (!isSame(preload, stamp.preload) || !built(preloadOutput)),
    renderer:
      parts.includes('renderer') &&
      built(rendererEntry) &&
      (!isSame(renderer, stamp.renderer) || !built(`dist/${rendererEntry}`)),
  };
}

/**
 * Brings dist/ up to date. Costs some tens of milliseconds when it is.
 * @param {{ parts?: readonly Part[] }} [options]
 */
export async function build({ parts = ['node', 'renderer'] } = {}) {
  if (isEmpty(await plan(parts))) return;
  await withLock(
    join(cache, 'build.lock'),
    () => say.line('Another start is building; waiting for it …'),
    async () => {
      const todo = await plan(parts);
      if (isEmpty(todo)) return;
      await say.during('Building what has changed', () => carryOut(todo));
    },
  );
}

/** @param {Awaited<ReturnType<typeof plan>>} todo */
const isEmpty = ({ changed, gone, preload, renderer }) =>
  changed.length === 0 && gone.length === 0 && !preload && !renderer;

/** @param {Awaited<ReturnType<typeof plan>>} todo */
async function carryOut({ stamp, node, changed, gone, preload, renderer }) {
  let next = stamp;
  const remember = async (/** @type {Partial<Stamp>} */ done) => {
    next = { ...next, ...done };
    await writeStamp(stampFile, next);
  };
  if (changed.length > 0 || gone.length > 0) {
    await transpile(changed);
    await removeOutputs(gone);
    await remember({ node });
  }
  if (preload) await remember({ preload: await bundle(preloadConfig, [preloadSource]) });
  if (renderer) {
    await remember({
      renderer: await bundle(rendererConfig, [rendererEntry, ...(await filesBelow(join(root, 'renderer')))]),
    });
  }
}

/**
 * Runs Vite and returns the content hashes of every file of ours that went in.
 * @param {import('vite').InlineConfig} config
 * @param {readonly string[]} sources
 */
async function bundle(config, sources) {
  const { build: viteBuild } = await import('vite');
  const before = await hashFiles(sources);
  /** @type {Set<string>} */
  const modules = new Set();
  /** @type {import('vite').Plugin} */
  const collect = {
    name: 'studio:modules',
    generateBundle() {
      for (const id of this.getModuleIds()) {
        const file = id.split('?')[0] ?? id;
        if (isAbsolute(file) && file.startsWith(root) && !file.includes('node_modules') && existsSync(file)) {
          modules.add(fromRoot(file));
        }
      }
    },
  };
  try {
    await viteBuild({ ...config, logLevel: 'warn', plugins: [...(config.plugins ?? []), collect] });
  } catch (thrown) {
    const reason = stripVTControlCharacters(thrown instanceof Error ? thrown.message : String(thrown));
    throw new PlainError(`Vite could not build ${sources[0]}: ${reason}`);
  }
  const hashes = { ...(await hashFiles([...modules])), ...before };
  return Object.fromEntries(Object.entries(hashes).sort(([a], [b]) => (a < b ? -1 : 1)));
}

if (await isMain(import.meta)) {
  await runScript(async () => {
    await setup();
    if (process.argv.includes('--clean'))
      await Promise.all([dist, stampFile].map((path) => rm(path, { recursive: true, force: true })));
    await build();
  });
}
