/**
 * The one place that loads sharp, on first use: one thread per picture, no cache, only the loaders that are needed.
 * Inside Electron on Linux sharp's native build crashes (two versions of GLib in one process), so there its
 * WebAssembly build is loaded from a folder of its own.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type sharpNamespace from 'sharp';
import { studioError } from '../base/errors.ts';
import { mostPixels, mostSeconds } from './limits.ts';

export type Sharp = typeof sharpNamespace;

/** Raw pixels, 8 bits, row by row: `channels` 3 is RGB, 4 is RGB and opacity. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
}

/** Which build of sharp a process loads. */
export type SharpBuild = { readonly kind: 'native' } | { readonly kind: 'wasm'; readonly folder: string };

/** Loaders of the formats that are read. Everything else (SVG, PDF, scripts of ImageMagick …) stays blocked. */
const loaders = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif', 'Tiff'].map((name) => `VipsForeignLoad${name}`);

let loaded: Sharp | undefined;

/** sharp, set up. Throws `dataset.decoderMissing`. */
export function loadSharp(): Sharp {
  if (loaded) return loaded;
  const build = chooseBuild(process.env, process.versions, process.platform);
  const sharp = requireSharp(build);
  // Every thread has a WebAssembly build of its own; the native one is the whole process's.
  if (build.kind === 'native') onceInProcess(setUpState, () => setUp(sharp));
  else setUp(sharp);
  return (loaded = sharp);
}

const states = { untouched: 0, working: 1, done: 2 } as const;
let setUpState = newSetUpState();

/** What the threads of a process must share before any of them opens a picture: see `onceInProcess`. */
export function newSetUpState(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4));
}
export function shareSetUpState(state: Int32Array<SharedArrayBuffer>): void {
  setUpState = state;
}

/**
 * Does `work` in the first thread that comes and lets the others wait for it. libvips is the whole process's: a thread
 * that set it up anew would block every loader for a moment, and refuse good pictures of the others.
 */
export function onceInProcess(state: Int32Array<SharedArrayBuffer>, work: () => void): void {
  while (Atomics.load(state, 0) !== states.done) {
    if (Atomics.compareExchange(state, 0, states.untouched, states.working) !== states.untouched) {
      Atomics.wait(state, 0, states.working);
      continue;
    }
    let outcome: number = states.untouched;
    try {
      work();
      outcome = states.done;
    } finally {
      Atomics.store(state, 0, outcome);
      Atomics.notify(state, 0);
    }
  }
}

/** `CAUCHY_SHARP=wasm` asks for the WebAssembly build anywhere; `CAUCHY_SHARP_WASM` says where it is. */
export function chooseBuild(
  env: Readonly<Record<string, string | undefined>>,
  versions: Readonly<Record<string, string | undefined>>,
  platform: string,
): SharpBuild {
  const crashes = versions['electron'] !== undefined && platform === 'linux';
  if (!crashes && env['CAUCHY_SHARP'] !== 'wasm') return { kind: 'native' };
  return { kind: 'wasm', folder: env['CAUCHY_SHARP_WASM'] ?? join(appRoot(), '.runtime', 'sharp-wasm') };
}

/** The nearest folder above this file that has a package.json. */
function appRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** Loads one build of sharp, without settings. Throws `dataset.decoderMissing`. */
export function requireSharp(build: SharpBuild): Sharp {
  const path = build.kind === 'wasm' ? build.folder : appRoot();
  try {
    // sharp's CommonJS entry is the function that its types describe.
    if (build.kind === 'native') return createRequire(import.meta.url)('sharp') as Sharp;
    return requireWasm(createRequire(join(build.folder, 'package.json')));
  } catch (thrown) {
    const reason = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0]!;
    throw studioError('dataset.decoderMissing', { path, reason }, thrown);
  }
}

/**
 * sharp asks for the native build of its platform first, and finds it in the application's own node_modules when the
 * folder lies below them. While it loads, these names stand for the WebAssembly build.
 */
function requireWasm(require: NodeJS.Require): Sharp {
  const wasm = require.resolve('@img/sharp-wasm32/sharp.node');
  require(wasm);
  const natives = ['linux', 'linuxmusl', 'darwin', 'win32'].flatMap((platform) => {
    try {
      return [require.resolve(`@img/sharp-${platform}-${process.arch}/sharp.node`)];
    } catch {
      return [];
    }
  });
  const before = natives.map((native) => require.cache[native]);
  for (const native of natives) require.cache[native] = require.cache[wasm];
  try {
    return require('sharp') as Sharp;
  } finally {
    natives.forEach((native, i) => {
      if (before[i]) require.cache[native] = before[i];
      else delete require.cache[native];
    });
  }
}

function setUp(sharp: Sharp): void {
  // Pictures are decoded side by side already; threads within one would only compete.
  sharp.concurrency(1);
  sharp.cache(false);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: loaders });
}

/** Opens encoded bytes strictly: too large, truncated or visibly damaged data is an error, and so is taking too long. */
export function openStrictly(bytes: Uint8Array): ReturnType<Sharp> {
  return loadSharp()(bytes, { failOn: 'warning', limitInputPixels: mostPixels, autoOrient: true }).timeout({
    seconds: mostSeconds,
  });
}

/** RGB pixels as PNG. `rgb` has 3·width·height bytes. The same pixels give the same bytes. */
export async function encodePng(rgb: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  return loadSharp()(rgb, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** The pixels of an encoded picture as 8-bit sRGB, without opacity (what is transparent shows its hidden colour). */
export async function decodeRgb(bytes: Uint8Array): Promise<Pixels> {
  const { data, info } = await openStrictly(bytes)
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: 3 };
}
