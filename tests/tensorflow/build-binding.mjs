/**
 * Builds TensorFlow's backend of TF.js from its own source, for the tests: Linux x64, no GPU. See README.md.
 *
 *   node tests/tensorflow/build-binding.mjs
 *
 * JavaScript and C++ come from the npm package @tensorflow/tfjs-node, the library and its headers from PyPI's
 * tensorflow-cpu, the headers of N-API from npm. What is there already is not made again.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const packages = ['@tensorflow/tfjs-node@4.22.0', 'node-api-headers@1.9.0'];
/** The highest N-API version that tfjs-node names: it looks for its binding in a folder of that name. */
const napi = 8;
const python = process.env['PYTHON'] ?? 'python3';
const compiler = process.env['CXX'] ?? 'g++';

const cache = resolve(import.meta.dirname, '..', '..', '.cache', 'tensorflow');
const npm = join(cache, 'npm');
const pypi = join(cache, 'pypi');
const library = join(pypi, 'tensorflow');
const tfjsNode = join(npm, 'node_modules', '@tensorflow', 'tfjs-node');
const binding = join(tfjsNode, 'lib', `napi-v${napi}`, 'tfjs_binding.node');

/** @param {string} command @param {readonly string[]} args @param {string} [cwd] */
const run = (command, args, cwd) => execFileSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });

/**
 * Makes `result` unless it is there. It gets its name when it is whole, so an interrupted run leaves nothing half made.
 * @param {string} what @param {string} result @param {(partial: string) => void} make
 */
function once(what, result, make) {
  if (existsSync(result)) return;
  console.log(what);
  const partial = `${result}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(dirname(result), { recursive: true });
  make(partial);
  renameSync(partial, result);
}

/** @param {string} folder */
function fetchSource(folder) {
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  // tfjs-node's install script would download a library from a host of its own.
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...packages], folder);
  const scope = join(folder, 'node_modules', '@tensorflow');
  // Without a TF.js of its own it finds the studio's, one folder tree up, as it does where a person adds it.
  for (const name of readdirSync(scope)) if (name !== 'tfjs-node') rmSync(join(scope, name), { recursive: true });
}

/** @param {string} folder */
function fetchLibrary(folder) {
  mkdirSync(folder);
  // The wheel is only unpacked, never imported, so any Python will do.
  const target = ['--python-version', '3.11', '--platform', 'manylinux_2_17_x86_64', '--only-binary', ':all:'];
  const requirements = join(import.meta.dirname, 'requirements.txt');
  run(python, [
    '-m',
    'pip',
    'download',
    '-q',
    '--no-deps',
    '--require-hashes',
    ...target,
    '-r',
    requirements,
    '-d',
    folder,
  ]);
  const wheel = join(folder, /** @type {string} */ (readdirSync(folder)[0]));
  const unpack = `
import sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
wanted = ('tensorflow/libtensorflow_', 'tensorflow/include/tensorflow/', 'tensorflow/include/tsl/')
wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if name.startswith(wanted)])`;
  run(python, ['-c', unpack, wheel, folder]);
  rmSync(wheel);
}

/** @param {string} file */
function compile(file) {
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(tfjsNode, 'binding', name));
  const include = [join(npm, 'node_modules', 'node-api-headers', 'include'), join(library, 'include')];
  run(compiler, [
    ...['-std=c++17', '-O2', '-fPIC', '-shared', '-w', `-DNAPI_VERSION=${napi}`],
    ...include.flatMap((folder) => ['-isystem', folder]),
    ...sources,
    ...['-o', file, `-L${library}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
    `-Wl,-rpath,$ORIGIN/${relative(dirname(binding), library)}`,
  ]);
}

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.error('This builds for Linux x64 only: PyPI has no tensorflow-cpu with a library for this computer.');
  process.exit(1);
}
once(`Fetching ${packages.join(' and ')} from npm …`, npm, fetchSource);
once('Fetching tensorflow-cpu from PyPI, 200 MB …', pypi, fetchLibrary);
once('Compiling the binding …', binding, compile);
console.log(`The binding is ready: ${relative(process.cwd(), binding)}`);
