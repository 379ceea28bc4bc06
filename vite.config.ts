import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// `--mode fake` builds the same screens with an in-memory studio, for browser tests and for work on the screens.
export default defineConfig(({ mode }) => ({
  root: 'renderer',
  // Served from a scheme of Electron's own as well as from a host: every address is relative.
  base: './',
  plugins: [svelte()],
  build: {
    outDir: mode === 'fake' ? '../.cache/renderer-fake' : '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome130',
    // The strict content policy has no place for data: scripts or styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  server: { port: 5199, strictPort: true },
}));
