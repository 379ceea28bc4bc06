/** The preload script as it is built: one file that a sandbox can load, with exactly the contract on the window. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { expect, onTestFinished, test } from 'vitest';
import { runInNewContext } from 'node:vm';
import { preloadConfig } from '../../build/scripts/lib/preload-config.mjs';
import { studioContract } from '../../main/api/contract/contract.ts';

test('needs nothing but Electron, runs without eval, and exposes every method of the contract', async () => {
  const outDir = await mkdtemp(join(tmpdir(), 'preload-'));
  onTestFinished(() => rm(outDir, { recursive: true, force: true }));
  await build({ ...preloadConfig, logLevel: 'silent', build: { ...preloadConfig.build, outDir } });
  const script = await readFile(join(outDir, 'preload.cjs'), 'utf8');

  const exposed: Record<string, { call: Record<string, unknown> }> = {};
  const required: string[] = [];
  const electron = {
    contextBridge: { exposeInMainWorld: (name: string, api: (typeof exposed)[string]) => (exposed[name] = api) },
    ipcRenderer: { on: () => undefined, invoke: () => Promise.resolve() },
    webUtils: {},
  };
  // A sandboxed preload has `require` for a handful of modules, and no Node besides.
  const require = (name: string) => {
    required.push(name);
    if (name !== 'electron') throw new Error(`module not found: ${name}`);
    return electron;
  };
  const sandbox = { require, module: { exports: {} }, exports: {}, URL, File, console };
  runInNewContext(script, sandbox, { contextCodeGeneration: { strings: false, wasm: false } });
  expect([...new Set(required)]).toEqual(['electron']);
  expect(Object.keys(exposed)).toEqual(['studio']);
  expect(Object.keys(exposed['studio']!.call)).toEqual(Object.keys(studioContract.methods));
});
