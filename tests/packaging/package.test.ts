/**
 * What an installed Cauchy Studio consists of: packs the built program with electron-builder around a stand-in for
 * Electron's distribution, looks into the result, and starts it under plain Node. Packing is for the system it runs
 * on; this test knows Linux's layout.
 */
import { extractAll, getRawHeader } from '@electron/asar';
import { getCurrentFuseWire, FuseV1Options } from '@electron/fuses';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pack } from '../../build/scripts/package.mjs';

const root = join(import.meta.dirname, '..', '..');
/** What @electron/fuses looks for in Electron's program, then version, count, and one character a fuse. */
const fuseWire = ['dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX', Buffer.from([1, 9]), '0'.repeat(9)];

interface Entry {
  readonly path: string;
  readonly isUnpacked: boolean;
}

/** Every file of the archive, also those that lie beside it. */
function entriesOf(archive: string): readonly Entry[] {
  interface Node {
    readonly files?: Readonly<Record<string, Node>>;
    readonly unpacked?: boolean;
  }
  const walk = (node: Node, path: string): Entry[] =>
    node.files
      ? Object.entries(node.files).flatMap(([name, child]) => walk(child, path === '' ? name : `${path}/${name}`))
      : [{ path, isUnpacked: node.unpacked === true }];
  return walk(getRawHeader(archive).header, '');
}

const matching = (entries: readonly Entry[], pattern: RegExp) =>
  entries.map(({ path }) => path).filter((path) => pattern.test(path));

describe.runIf(process.platform === 'linux')('the packed program', () => {
  let folder: string;
  let resources: string;
  let entries: readonly Entry[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cauchy package '));
    const electron = join(folder, 'electron');
    await mkdir(join(electron, 'resources'), { recursive: true });
    await mkdir(join(electron, 'locales'));
    const program = Buffer.concat(['#!/bin/sh\n', ...fuseWire].map((part) => Buffer.from(part as string)));
    await writeFile(join(electron, 'electron'), program, { mode: 0o755 });
    const { version } = JSON.parse(await readFile(join(root, 'node_modules', 'electron', 'package.json'), 'utf8')) as {
      version: string;
    };
    await writeFile(join(electron, 'version'), version);
    for (const name of ['LICENSE', 'LICENSES.chromium.html']) await writeFile(join(electron, name), name);
    const out = join(folder, 'out');
    await pack(['--dir', '--linux', `-c.electronDist=${electron}`, `-c.directories.output=${out}`]);
    resources = join(out, 'linux-unpacked', 'resources');
    entries = entriesOf(join(resources, 'app.asar'));
  }, 240_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('holds the program: shell and pages in the archive, what the engine loads beside it', () => {
    const packed = entries.filter(({ isUnpacked }) => !isUnpacked).map(({ path }) => path);
    for (const path of ['dist/electron/main.js', 'dist/electron/preload.cjs', 'dist/renderer/index.html']) {
      expect(packed).toContain(path);
    }
    expect(packed.filter((path) => !/^(dist\/(electron|renderer)|build\/icons)\//.test(path))).toEqual([]);
    for (const path of [
      'package.json',
      'dist/main/app.js',
      'dist/main/workers/engine.process.js',
      'resources/presets',
      'resources/vae',
      'node_modules/zod/package.json',
      'node_modules/@tensorflow/tfjs/dist/tf.node.js',
    ]) {
      expect(existsSync(join(resources, 'app.asar.unpacked', path)), path).toBe(true);
    }
  });

  test('holds the native libraries of this system and no other’s', () => {
    const here = `node_modules/onnxruntime-node/bin/napi-v6/${process.platform}/${process.arch}/`;
    const native = entries.filter(({ path }) => /\.(node|so|dylib|dll)(\.\d+)*$/.test(path));
    expect(native.every(({ path, isUnpacked }) => isUnpacked && path.startsWith(here))).toBe(true);
    for (const name of ['onnxruntime_binding.node', 'libonnxruntime.so.1']) {
      expect(existsSync(join(resources, 'app.asar.unpacked', here, name)), name).toBe(true);
    }
    expect(matching(entries, /onnxruntime-node\/bin\/[^/]+\/(win32|darwin)/)).toEqual([]);
    expect(matching(entries, /node_modules\/(sharp|@img)\//)).toEqual([]);
    expect(existsSync(join(resources, 'sharp-wasm', 'node_modules', '@img', 'sharp-wasm32', 'package.json'))).toBe(
      true,
    );
  });

  test('holds no tools, tests, sources, maps or settings of the checkout', async () => {
    const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    const modules = new Set(
      matching(entries, /^node_modules\//).map((path) =>
        path
          .split('/')
          .slice(1, path[13] === '@' ? 3 : 2)
          .join('/'),
      ),
    );
    const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { dev?: boolean }>;
    };
    // A library that we import may bring one of its own that our tools use, too.
    const isImported = (name: string) =>
      Object.entries(lock.packages).some(([path, { dev }]) => path.endsWith(`node_modules/${name}`) && !dev);
    expect(Object.keys(devDependencies).filter((name) => modules.has(name) && !isImported(name))).toEqual([]);
    expect(
      matching(entries, /^(tests|main|electron|renderer|node_modules\/\.)|\.(ts|map|svelte|tsbuildinfo)$/),
    ).toEqual([]);
    expect(matching(entries, /^(?!node_modules|dist|resources)/).sort()).toEqual([
      'build/icons/icon.png',
      'package.json',
    ]);
    expect(matching(entries, /^dist\/main\/(host|cli)\//)).toEqual([]);
    const manifest = await readFile(join(resources, 'app.asar.unpacked', 'package.json'), 'utf8');
    expect(JSON.parse(manifest)).toMatchObject({
      main: 'dist/electron/main.js',
      type: 'module',
      name: 'cauchy-studio',
    });
    expect(manifest).not.toContain('devDependencies');
  });

  test('its Electron runs no other code: not as Node, not from outside the archive', async () => {
    const program = join(resources, '..', 'cauchy-studio');
    const wire = await getCurrentFuseWire(program);
    const state = (fuse: FuseV1Options) => String.fromCharCode(Number(wire[fuse]));
    expect({
      asNode: state(FuseV1Options.RunAsNode),
      nodeOptions: state(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
      inspect: state(FuseV1Options.EnableNodeCliInspectArguments),
      fileProtocol: state(FuseV1Options.GrantFileProtocolExtraPrivileges),
      onlyArchive: state(FuseV1Options.OnlyLoadAppFromAsar),
      integrity: state(FuseV1Options.EnableEmbeddedAsarIntegrityValidation),
      cookies: state(FuseV1Options.EnableCookieEncryption),
    }).toEqual({
      asNode: '0',
      nodeOptions: '0',
      inspect: '0',
      fileProtocol: '0',
      onlyArchive: '1',
      integrity: '1',
      cookies: '1',
    });
  });

  test('starts, shows its page, and its engine imports a picture with what came along', async () => {
    // Plain Node can not read inside the archive, so it becomes a folder of its name, in a copy of the layout.
    const laid = join(folder, 'laid');
    await mkdir(laid);
    extractAll(join(resources, 'app.asar'), join(laid, 'app.asar'));
    await rename(join(resources, 'app.asar.unpacked'), join(laid, 'app.asar.unpacked'));
    await rename(join(resources, 'sharp-wasm'), join(laid, 'sharp-wasm'));
    const picture = join(folder, 'red.png');
    await sharp({ create: { width: 80, height: 60, channels: 3, background: '#c02020' } })
      .png()
      .toFile(picture);

    const script = join(import.meta.dirname, 'start-packed.mjs');
    const env = { ...process.env, CAUCHY_HOME: join(folder, 'home'), CAUCHY_SHARP: 'wasm', NODE_OPTIONS: '' };
    const { stdout } = await promisify(execFile)(process.execPath, [script, laid, picture, folder], { env });
    const result = JSON.parse(stdout) as Record<string, unknown> & { enginePid: number; vaes: number };
    expect(result).toMatchObject({
      page: 200,
      import: { status: 'done', counts: {} },
      rows: [{ kind: 'used', source: 'red.png' }],
      shown: [200, 'image/png'],
      engine: join(laid, 'app.asar.unpacked', 'dist', 'main', 'workers', 'engine.process.js'),
      telemetry: '1',
      tf: '4.22.0',
      exitCode: 0,
    });
    // ONNX Runtime came along and computes.
    expect(result['cpu']).toMatchObject({ state: 'ready', check: { gemm: { gflops: expect.any(Number) as number } } });
    expect(result.vaes).toBeGreaterThan(0);
    await expect.poll(() => isAlive(result.enginePid)).toBe(false);
    expect(await readdir(join(folder, 'Packed.cauchy'))).toContain('project.json');
  }, 120_000);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
