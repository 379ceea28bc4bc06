/**
 * The archive for computers without a screen: lays it out around this Node, and runs it where nothing else is set: no
 * PATH, a home of its own, through a link, in a folder with spaces. Compressing it all takes minutes, so the archive
 * itself is tested with a small folder.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { fillNormal } from '../../main/base/random.ts';
import { compress, layOut, packedFiles } from '../../build/scripts/pack-headless.mjs';
import { temporaryFolder } from '../support/folders.ts';
import { visit } from '../support/host-client.ts';
import { tinyConfig } from '../support/training.ts';

const run = promisify(execFile);

/** What the program may take from the computer: glibc, the C++ library that Node needs, and a loader for the GPU. */
const systemLibraries = /^(ld-linux-x86-64|lib(c|m|dl|rt|pthread|resolv|gcc_s|stdc\+\+|vulkan))\.so\.\d+$/;

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('the headless program', () => {
  let folder: string;
  let program: string;
  let launcher: string;
  /** The dynamic linker's notes of every process, one file each. */
  let linked: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cauchy headless '));
    program = join(folder, 'the program');
    await mkdir(program);
    await layOut(program, process.execPath);
    launcher = join(folder, 'cauchy link');
    await symlink(join('the program', 'cauchy'), launcher);
    linked = join(folder, 'linked');
    await mkdir(linked);
    const home = join(folder, 'home');
    await mkdir(home);
    env = { HOME: home, TMPDIR: home, LD_DEBUG: 'libs', LD_DEBUG_OUTPUT: join(linked, 'process') };
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('holds the program and what it imports, this system’s libraries, and nothing for browsers or compilers', async () => {
    const files = await packedFiles();
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'dist/main/cli/main.js',
        'dist/main/workers/engine.process.js',
        'dist/renderer/index.html',
        'resources/vae/starter.safetensors',
        'node_modules/fastify/package.json',
        'node_modules/@tensorflow/tfjs/dist/tf.node.js',
      ]),
    );
    const native = files.filter((file) => /\.(node|so|dylib|dll)(\.\d+)*$/.test(file)).map((file) => basename(file));
    expect(native.sort()).toEqual([
      'libonnxruntime.so.1',
      expect.stringMatching(/^libvips-cpp\.so/),
      'onnxruntime_binding.node',
      expect.stringMatching(/^sharp-linux-x64-.*\.node$/),
    ]);
    expect(
      files.filter((file) => /\.(ts|map|cc)$|^(tests|main)\/|^node_modules\/(vite|electron|core-js)\//.test(file)),
    ).toEqual([]);
    expect(files.filter((file) => file.startsWith('node_modules/@tensorflow/tfjs/dist/'))).toHaveLength(1);
  });

  test('draws, encodes and trains in a browser’s studio, and makes a grid in the terminal, with nothing but itself', async () => {
    const project = await serveAndTrain();
    const grid = join(folder, 'grid.png');
    const args = [
      'grid',
      '--project',
      project,
      '--run',
      'run-001',
      '--rows',
      '2',
      '--cols',
      '2',
      '--out',
      grid,
      '--json',
    ];
    const { stdout } = await run(launcher, args, { env, cwd: folder });
    expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toMatchObject({ type: 'result', step: 20 });
    expect(await sharp(grid).metadata()).toMatchObject({ width: 128, height: 128 });
    const outside = (await loaded()).filter((path) => !path.startsWith(`${program}/`));
    expect(outside.filter((path) => !systemLibraries.test(basename(path)))).toEqual([]);
    const inside = (await loaded()).filter((path) => path.startsWith(`${program}/`)).map((path) => basename(path));
    expect(inside).toEqual(expect.arrayContaining(['libonnxruntime.so.1', 'onnxruntime_binding.node']));
  }, 120_000);

  /** Goes from nothing to a trained run through the browser's door; returns the project's folder. */
  async function serveAndTrain(): Promise<string> {
    const studio = spawn(launcher, ['serve', '--json'], { env, cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void studio.kill('SIGKILL'));
    const lines = createInterface(studio.stdout);
    const [first = 'the studio ended'] = (await Promise.race([once(lines, 'line'), once(lines, 'close')])) as string[];
    const { url } = JSON.parse(first) as { url: string };
    const visitor = await visit(url);
    expect((await visitor.ask('/')).text).toContain('<title>');
    const { call, onEvent, socket } = await visitor.connect();
    const ended = new Map<number, string>();
    onEvent('job', ({ id, status, error }) => ended.set(id, error?.what ?? status));
    const finish = (job: number) => expect.poll(() => ended.get(job), { timeout: 60_000 }).toBe('done');

    const { path } = await call['project.create']({ name: 'Bare', parent: folder });
    const settings = { size: 64, framing: 'crop', background: '#ffffff' } as const;
    await finish((await call['pictures.import']({ source: { kind: 'samples', count: 32, seed: 0 }, settings })).job);
    await finish((await call['latents.encode']({ vae: 'starter' })).job);
    const config = tinyConfig({ length: { kind: 'steps', steps: 20 } });
    await finish((await call['runs.start']({ config })).job);
    socket.close();
    studio.kill('SIGINT');
    await once(studio, 'exit');
    return path;
  }

  /** Every library that the dynamic linker has started in any of the processes. */
  async function loaded(): Promise<string[]> {
    const notes = await Promise.all((await readdir(linked)).map((name) => readFile(join(linked, name), 'utf8')));
    return [...new Set(notes.flatMap((text) => [...text.matchAll(/calling init: (.+)/g)].map(([, path]) => path!)))];
  }
});

describe.runIf(process.platform === 'linux')('the archive', () => {
  test('unpacks to the same files, is the same when made again, and is refused with its size when too large', async () => {
    const folder = await temporaryFolder('cauchy archive ');
    const name = 'cauchy-headless-test';
    const program = join(folder, name);
    await mkdir(program);
    // Does not compress.
    const noise = new Float32Array(1 << 16);
    fillNormal(noise, { seed: 1, stream: 'test', index: 0 });
    const bytesOfNoise = Buffer.from(noise.buffer);
    await writeFile(join(program, 'cauchy'), '#!/bin/sh\necho ready\n', { mode: 0o755 });
    await writeFile(join(program, 'noise'), bytesOfNoise);
    const archive = join(folder, 'out', `${name}.tar.xz`);
    expect(await compress(program, archive)).toBe('0.2 MiB');
    const bytes = await readFile(archive);
    await rm(archive);
    await writeFile(join(program, 'cauchy'), '#!/bin/sh\necho ready\n');
    await compress(program, archive);
    expect((await readFile(archive)).equals(bytes)).toBe(true);

    const elsewhere = join(folder, 'elsewhere');
    await mkdir(elsewhere);
    await run('tar', ['-xJf', archive, '-C', elsewhere]);
    expect((await readFile(join(elsewhere, name, 'noise'))).equals(bytesOfNoise)).toBe(true);
    expect((await run(join(elsewhere, name, 'cauchy'))).stdout).toBe('ready\n');

    await expect(compress(program, archive, 0.1)).rejects.toThrow(/would have 0\.2 MiB; .* more than 0\.1 MiB/);
    await expect(stat(archive)).rejects.toThrow('ENOENT');
  });
});
