// How the page is built. `build.mjs` builds all of its forms.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

export const root = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig({
  root,
  base: './',
  publicDir: false,
  build: {
    outDir: 'dist/site',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    license: { fileName: 'licences.md' },
  },
  worker: { format: 'es' },
});
