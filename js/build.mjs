// Makes `dist` from `src` and from what wasm-bindgen generated: `node build.mjs`, as `cargo xtask package` does.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

rmSync(at('dist'), { recursive: true, force: true });
mkdirSync(at('dist'));
copyFileSync(at('generated/core.wasm'), at('dist/core.wasm'));
for (const name of ['LICENSE-APACHE', 'LICENSE-MIT']) copyFileSync(at(`../${name}`), at(`dist/${name}`));

const common = { bundle: true, target: 'es2022', legalComments: 'none', logLevel: 'warning', absWorkingDir: at('.') };
await build({ ...common, entryPoints: ['src/index.ts'], platform: 'node', format: 'esm', outfile: 'dist/index.js' });
await build({ ...common, entryPoints: ['src/browser.ts'], platform: 'browser', format: 'esm', outfile: 'dist/browser.js' });
await build({
  ...common,
  entryPoints: ['src/cli.ts'],
  platform: 'node',
  format: 'esm',
  outfile: 'dist/cli.js',
  external: ['./index.js'],
  banner: { js: '#!/usr/bin/env node' },
});
// CommonJS has no `import.meta`: the file's own URL stands in for it.
await build({
  ...common,
  entryPoints: ['src/index.ts'],
  platform: 'node',
  format: 'cjs',
  outfile: 'dist/index.cjs',
  define: { 'import.meta.url': 'fileUrl' },
  banner: { js: "const fileUrl = require('node:url').pathToFileURL(__filename).href;" },
});

execFileSync(process.execPath, [at('node_modules/typescript/bin/tsc'), '--project', at('.')], { stdio: 'inherit' });
// The same types for `require`: files of their own, which say what kind of module they stand for.
for (const name of ['index', 'browser', 'api', 'engine', 'inputs', 'types', 'wire']) {
  const text = readFileSync(at(`generated/types/src/${name}.d.ts`), 'utf8');
  writeFileSync(at(`dist/${name}.d.ts`), text);
  if (name !== 'browser') writeFileSync(at(`dist/${name}.d.cts`), text.replaceAll(/'(\.\/\w+)\.js'/g, "'$1.cjs'"));
}
