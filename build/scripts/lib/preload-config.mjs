/** How Vite bundles the preload script: one CommonJS file, because a sandboxed preload can import nothing but Electron. */
import { join } from 'node:path';
import { dist, root } from './paths.mjs';

/** @type {import('vite').InlineConfig} */
export const preloadConfig = {
  configFile: false,
  root,
  publicDir: false,
  build: {
    outDir: join(dist, 'electron'),
    emptyOutDir: false,
    target: 'chrome130',
    minify: false,
    lib: { entry: join(root, 'electron', 'preload.ts'), formats: ['cjs'], fileName: () => 'preload.cjs' },
    rolldownOptions: { external: ['electron'] },
  },
};
