import { svelte } from '@sveltejs/vite-plugin-svelte';
import { join } from 'node:path';
import { defineConfig } from 'vite';

const root = import.meta.dirname;

// `vite` and `vite build --mode fake` give the product's screens an in-memory studio, for browser tests and for work
// on the screens; the product itself (mode `production`) knows nothing of it.
export default defineConfig(async ({ mode }) => ({
  root: join(root, 'renderer'),
  // Addresses in the page are relative: it is served from http://127.0.0.1 and from studio://app.
  base: './',
  plugins: [
    svelte({ configFile: false }),
    mode === 'production' ? undefined : (await import('./tests/support/drawn-faces-plugin.ts')).drawnFaces(),
  ],
  build: {
    outDir: mode === 'fake' ? join(root, '.cache', 'renderer-fake') : join(root, 'dist', 'renderer'),
    emptyOutDir: true,
    // Electron 45 is newer than this Chromium; current browsers of the other makers know as much.
    target: ['chrome130', 'firefox132', 'safari18'],
    // The content security policy allows no scripts, styles or fonts inside the page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
  },
  server: { port: 5199, strictPort: true },
}));
