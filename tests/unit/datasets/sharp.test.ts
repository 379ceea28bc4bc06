/** Loading sharp: which build, which formats, and that both builds agree. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Sharp as Pipeline } from 'sharp';
import { expect, test } from 'vitest';
import { decodePicture } from '../../../main/datasets/decode.ts';
import {
  chooseBuild,
  decodeRgb,
  encodePng,
  loadSharp,
  newSetUpState,
  onceInProcess,
  openStrictly,
  requireSharp,
} from '../../../main/datasets/sharp.ts';
import { animation, flat, gradient, paint, pngBomb, turned } from '../../corpus/pictures.ts';
import { settings } from '../../support/datasets.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { datasetFolders, javascriptOf } from '../../support/javascript.ts';

const root = join(import.meta.dirname, '..', '..', '..');

test('the WebAssembly build is chosen where the native one crashes, and on request', () => {
  const folder = join(root, '.runtime', 'sharp-wasm');
  expect(chooseBuild({}, { node: '24' }, 'linux')).toEqual({ kind: 'native' });
  expect(chooseBuild({}, { electron: '45' }, 'darwin')).toEqual({ kind: 'native' });
  expect(chooseBuild({}, { electron: '45' }, 'linux')).toEqual({ kind: 'wasm', folder });
  expect(chooseBuild({ CAUCHY_SHARP: 'wasm' }, {}, 'win32')).toEqual({ kind: 'wasm', folder });
  const elsewhere = { CAUCHY_SHARP_WASM: '/some where' };
  expect(chooseBuild(elsewhere, { electron: '45' }, 'linux')).toEqual({ kind: 'wasm', folder: '/some where' });
  expect(chooseBuild(elsewhere, {}, 'linux')).toEqual({ kind: 'native' });
});

test('a build that is not there is a clear error', async () => {
  const folder = await temporaryFolder();
  let thrown: unknown;
  try {
    requireSharp({ kind: 'wasm', folder });
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code: 'dataset.decoderMissing', details: { path: folder } });
});

test('only the loaders of the six formats are open', async () => {
  const sharp = loadSharp();
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>');
  await expect(sharp(svg).metadata()).rejects.toThrow('unsupported image format');
  const ppm = Buffer.concat([Buffer.from('P6 10 10 255\n'), Buffer.alloc(300)]);
  await expect(sharp(ppm).metadata()).rejects.toThrow('unsupported image format');
  expect(sharp.concurrency()).toBe(1);
  expect(sharp.cache()).toMatchObject({ files: { max: 0 }, items: { max: 0 }, memory: { max: 0 } });
});

test('the strict reader has a pixel limit of its own', async () => {
  await expect(openStrictly(pngBomb(20_000, 20_000)).raw().toBuffer()).rejects.toThrow('pixel limit');
});

test('pixels survive PNG, and the same pixels give the same bytes', async () => {
  const rgb = await gradient(24, 16).raw().toBuffer();
  const png = await encodePng(rgb, 24, 16);
  expect(await decodeRgb(png)).toEqual({ data: rgb, width: 24, height: 16, channels: 3 });
  expect(await encodePng(rgb, 24, 16)).toEqual(png);
});

const wasm = process.env['CAUCHY_SHARP_WASM'] ?? join(root, '.runtime', 'sharp-wasm');
const isThere = existsSync(join(wasm, 'node_modules', 'sharp'));
const how = isThere ? '' : ` (not run: needs “npm install --prefix .runtime/sharp-wasm --cpu=wasm32 sharp@0.35.5”)`;

const decodeProgram = `
import { readFile, writeFile } from 'node:fs/promises';
import { decodePicture } from './main/datasets/decode.js';
import { decodeRgb, loadSharp } from './main/datasets/sharp.js';
const [folder, settings, ...names] = JSON.parse(process.argv[2]);
const outcomes = {};
for (const name of names) {
  const outcome = await decodePicture({ source: { kind: 'file', path: folder + '/' + name }, settings });
  if (outcome.kind === 'refused') outcomes[name] = outcome;
  else {
    const { png, ...rest } = outcome;
    outcomes[name] = { ...rest, rgb: [...(await decodeRgb(png)).data] };
  }
}
await writeFile(folder + '/outcomes.json', JSON.stringify({ outcomes, emscripten: loadSharp().versions.emscripten }));
`;

test.skipIf(!isThere)(
  `the WebAssembly build decodes every format like the native one${how}`,
  { timeout: 120_000 },
  async () => {
    const folder = await temporaryFolder();
    const smooth = () => gradient(150, 110, 3);
    const files: Record<string, Pipeline> = {
      'rgb.jpg': smooth().jpeg({ quality: 90 }),
      'cmyk.jpg': smooth().toColourspace('cmyk').jpeg(),
      'grey.jpg': smooth().greyscale().jpeg(),
      'turned.jpg': turned(6, 90, 60, (x, y) => [x, 2 * y, 99]).jpeg({ quality: 95 }),
      'deep.png': smooth().toColourspace('rgb16').png(),
      'clear.png': paint(80, 80, (x, y) => [x, y, 200, 3 * x]).png(),
      'p3.png': smooth().withIccProfile('p3').png(),
      'a.webp': smooth().webp(),
      'a.avif': smooth().avif(),
      'moving.gif': (await animation([smooth(), flat(150, 110, [9, 9, 9])])).gif(),
      'moving.webp': (await animation([smooth(), flat(150, 110, [9, 9, 9])])).webp(),
      'a.tif': smooth().tiff({ compression: 'lzw' }),
      'cmyk.tif': smooth().toColourspace('cmyk').tiff({ compression: 'deflate' }),
      'upscaled.png': flat(9, 9, [5, 6, 7]).png(),
    };
    for (const [name, pipeline] of Object.entries(files))
      await writeFile(join(folder, name), await pipeline.toBuffer());
    const jpeg = await readFile(join(folder, 'rgb.jpg'));
    await writeFile(join(folder, 'cut.jpg'), jpeg.subarray(0, jpeg.length / 2));
    await writeFile(join(folder, 'bomb.png'), pngBomb(20_000, 20_000));
    await writeFile(join(folder, 'picture.svg'), '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>');

    const names = [...Object.keys(files), 'cut.jpg', 'bomb.png', 'picture.svg'];
    const program = await javascriptOf(datasetFolders);
    await writeFile(join(program, 'decode.js'), decodeProgram);
    // Below the application's own node_modules, where the native build lies, as it is in use.
    await cp(wasm, join(program, '.runtime', 'sharp-wasm'), { recursive: true });
    const child = spawn(process.execPath, [join(program, 'decode.js'), JSON.stringify([folder, settings, ...names])], {
      env: { ...process.env, CAUCHY_SHARP: 'wasm', CAUCHY_SHARP_WASM: undefined },
      stdio: 'inherit',
    });
    expect(await once(child, 'exit')).toEqual([0, null]);

    const answer = JSON.parse(await readFile(join(folder, 'outcomes.json'), 'utf8')) as {
      emscripten: string;
      outcomes: Record<string, { rgb?: number[] }>;
    };
    expect(answer.emscripten).toMatch(/^\d+\./);
    for (const name of names) {
      const outcome = await decodePicture({ source: { kind: 'file', path: join(folder, name) }, settings });
      const { rgb, ...rest } = answer.outcomes[name]!;
      if (outcome.kind === 'refused') expect(rest, name).toEqual(outcome);
      else {
        const { png, ...native } = outcome;
        expect(rest, name).toEqual(native);
        // The same sources, compiled for other vector instructions: results of rounding differ by a level or two.
        expect(rgb, name).toBeAllClose((await decodeRgb(png)).data, {
          rtol: 0,
          atol: 2,
          because: 'other SIMD rounding',
        });
      }
    }
  },
);

test('libvips is set up once in a process: the other threads wait for it, and a failure leaves it to the next', async () => {
  const state = newSetUpState();
  const log = new Int32Array(new SharedArrayBuffer(8));
  expect(() =>
    onceInProcess(state, () => {
      throw new Error('no');
    }),
  ).toThrow('no');
  const code = `
    const { workerData: { state, log, module } } = require('node:worker_threads');
    import(module).then(({ onceInProcess }) => {
      onceInProcess(state, () => {
        Atomics.add(log, 0, 1);
        Atomics.wait(log, 1, 0, 100);
        Atomics.store(log, 1, 1);
      });
      // Nobody passes before the work is done.
      process.exit(Atomics.load(log, 1) === 1 ? 0 : 1);
    });`;
  const module = pathToFileURL(join(await javascriptOf(datasetFolders), 'main', 'datasets', 'sharp.js')).href;
  const codes = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const worker = new Worker(code, { eval: true, workerData: { state, log, module } });
      const [exitCode] = (await once(worker, 'exit')) as [number];
      return exitCode;
    }),
  );
  expect(codes).toEqual([0, 0, 0, 0]);
  expect(log[0]).toBe(1);
});
