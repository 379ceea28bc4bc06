/** Where the parts of the program are: in the checkout, or in the installed application's archive and beside it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface ProgramPaths {
  readonly renderer: string;
  readonly preload: string;
  readonly icon: string;
  /** What ships: presets, the starter VAE. Read by the engine, so never inside the archive. */
  readonly resources: string;
  readonly engine: string;
  /** sharp's WebAssembly build, where the application brings one along. */
  readonly sharpWasm: string | undefined;
}

/**
 * @param root `app.getAppPath()`: the checkout, or …/resources/app.asar
 * @param resourcesPath `process.resourcesPath`
 */
export function programPaths(root: string, resourcesPath: string | undefined): ProgramPaths {
  // Threads, native libraries and what they load are unpacked beside the archive: only Electron's main process and
  // its pages can read inside it.
  const unpacked = root.replace(/app\.asar$/, 'app.asar.unpacked');
  const sharpWasm = resourcesPath === undefined ? undefined : join(resourcesPath, 'sharp-wasm');
  return {
    renderer: join(root, 'dist', 'renderer'),
    preload: join(root, 'dist', 'electron', 'preload.cjs'),
    icon: join(root, 'build', 'icons', 'icon.png'),
    resources: join(unpacked, 'resources'),
    engine: join(unpacked, 'dist', 'main', 'workers', 'engine.process.js'),
    sharpWasm: sharpWasm !== undefined && existsSync(sharpWasm) ? sharpWasm : undefined,
  };
}
