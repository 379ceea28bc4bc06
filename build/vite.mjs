/** How Vite bundles the two things a browser engine runs: the renderer and the preload script. */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { join } from 'node:path';
import { dist, root } from './scripts/lib/paths.mjs';

/** Electron 45 is built on this Chromium; current browsers of the other makers know as much. */
const target = ['chrome130', 'firefox132', 'safari18'];

/** @returns {import('vite').InlineConfig} */
export const rendererConfig = () => ({
  configFile: false,
  root: join(root, 'renderer'),
  // Addresses in the page are relative: it is served from http://127.0.0.1 and from studio://app.
  base: './',
  logLevel: 'warn',
  plugins: [svelte({ configFile: false })],
  build: {
    outDir: join(dist, 'renderer'),
    emptyOutDir: true,
    target,
    sourcemap: true,
    // The content security policy allows no scripts, styles or fonts inside the page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
  },
});

/** @returns {import('vite').InlineConfig} */
export const preloadConfig = () => ({
  configFile: false,
  root,
  publicDir: false,
  logLevel: 'warn',
  build: {
    outDir: join(dist, 'electron'),
    emptyOutDir: false,
    target: 'chrome130',
    minify: false,
    lib: { entry: join(root, 'electron', 'preload.ts'), formats: ['cjs'], fileName: () => 'preload.cjs' },
    rolldownOptions: { external: ['electron'] },
  },
});
