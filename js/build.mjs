// Makes `dist` from `src` and from what wasm-bindgen generated: `node build.mjs`, as `cargo xtask package` does.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { build, transform } from 'esbuild';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

rmSync(at('dist'), { recursive: true, force: true });
mkdirSync(at('dist/cdk'), { recursive: true });
copyFileSync(at('generated/core.wasm'), at('dist/core.wasm'));
for (const name of ['LICENSE-APACHE', 'LICENSE-MIT']) copyFileSync(at(`../${name}`), at(`dist/${name}`));

// Of `package.json` the package says its version, and holds no more.
const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
const manifest = {
  name: 'manifest',
  setup: ({ onLoad }) => onLoad({ filter: /[/\\]package\.json$/ }, () => ({ contents: JSON.stringify({ version }), loader: 'json' })),
};
const common = {
  bundle: true,
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'warning',
  absWorkingDir: at('.'),
  plugins: [manifest],
};
await build({ ...common, entryPoints: ['src/index.ts'], platform: 'node', format: 'esm', outfile: 'dist/index.js' });
// A page without a bundler loads it as it is. Only wasm-bindgen's unused ways warn.
const small = { minifyWhitespace: true, minifySyntax: true, drop: ['console'] };
const page = { entryPoints: ['src/browser.ts'], platform: 'browser', format: 'esm', outfile: 'dist/browser.js', write: false };
const [{ text, path }] = (await build({ ...common, ...small, ...page })).outputFiles;
// Without its exports it is no module, and then what stands at the top keeps its name, for whoever reads a stack.
const exported = text.lastIndexOf('export{');
const { code } = await transform(text.slice(0, exported), { minify: true, target: common.target });
writeFileSync(path, code + text.slice(exported));
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
const commonjs = {
  platform: 'node',
  format: 'cjs',
  define: { 'import.meta.url': 'fileUrl' },
  banner: { js: "const fileUrl = require('node:url').pathToFileURL(__filename).href;" },
};
await build({ ...common, ...commonjs, entryPoints: ['src/index.ts'], outfile: 'dist/index.cjs' });

// The construct asks the module beside it, and finds the user's own CDK.
const construct = {
  ...common,
  entryPoints: ['src/cdk/index.ts'],
  external: ['aws-cdk-lib', 'constructs'],
  // Without the workers that its build for Node brings.
  alias: { fflate: 'fflate/browser' },
};
const beside = (path) => ({
  name: 'beside',
  setup: ({ onResolve }) => onResolve({ filter: /^\.\.\/index\.js$/ }, () => ({ path, external: true })),
});
await build({ ...construct, platform: 'node', format: 'esm', outfile: 'dist/cdk/index.js', plugins: [manifest, beside('../index.js')] });
await build({ ...construct, ...commonjs, outfile: 'dist/cdk/index.cjs', plugins: [manifest, beside('../index.cjs')] });
// Its zip library is bundled, and so is its licence.
copyFileSync(at('node_modules/fflate/LICENSE'), at('dist/cdk/LICENSE-fflate'));
// The function's executables, where they were built: `cargo xtask package` does.
if (existsSync(at('generated/lambda'))) cpSync(at('generated/lambda'), at('dist/lambda'), { recursive: true });

rmSync(at('generated/types'), { recursive: true, force: true });
execFileSync(process.execPath, [at('node_modules/typescript/bin/tsc'), '--project', at('.')], { stdio: 'inherit' });
// The same types for `require`: files of their own, which say what kind of module they stand for.
const program = ['cli.d.ts', 'arguments.d.ts'];
const types = (folder) => readdirSync(at(`generated/types/src/${folder}`)).filter((name) => name.endsWith('.d.ts') && !program.includes(name));
for (const name of [...types(''), ...types('cdk').map((name) => `cdk/${name}`)]) {
  const text = readFileSync(at(`generated/types/src/${name}`), 'utf8');
  writeFileSync(at(`dist/${name}`), text);
  const commonjs = text.replaceAll(/'(\.\.?\/[\w-]+)\.js'/g, "'$1.cjs'");
  if (name !== 'browser.d.ts') writeFileSync(at(`dist/${name.replace(/ts$/, 'cts')}`), commonjs);
}
