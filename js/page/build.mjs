// Builds the page: `dist/site` for a server, `dist/purgeplan.html` alone, and the package's `purgeplan/dashboard`.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { build } from 'vite';

import { META, ofOneFile } from './csp.js';
import config, { root } from './vite.config.js';

const at = (path) => join(root, path);
const quiet = { configFile: false, logLevel: 'warn' };

rmSync(at('dist'), { recursive: true, force: true });
typescript(['--project', at('.')]);

await site();
await oneFile();
await dashboard();

/** Of several files. The same policy belongs into a header, which covers the worker too: see README.md. */
async function site() {
  await build({ ...config, ...quiet });
  const file = at('dist/site/index.html');
  writeFileSync(file, withPolicy(readFileSync(file, 'utf8'), META));
}

/** Of one file: everything is text in it, and a hash allows each piece. */
async function oneFile() {
  const start = { name: 'one-file-start', enforce: 'pre', resolveId: (id) => (id.endsWith('/engine/start.js') ? at('src/engine/start-one.ts') : null) };
  const { output } = await build({
    ...config,
    ...quiet,
    plugins: [start],
    build: { ...config.build, write: false, cssCodeSplit: false, rolldownOptions: { output: { codeSplitting: false } } },
    worker: { format: 'iife' },
  });
  const script = inScript(output.find(({ type }) => type === 'chunk').code);
  const style = output.find(({ fileName }) => fileName.endsWith('.css')).source;
  const licences = output.find(({ fileName }) => fileName === 'licences.md').source.replaceAll('--', '- -');
  const core = readFileSync(at('../generated/core.wasm')).toString('base64');
  const page = readFileSync(at('index.html'), 'utf8').replace(/\s*<script type="module".*<\/script>/, '');
  const parts = `<script type="application/wasm-base64" id="core">${core}</script>\n    <script type="module">${script}</script>\n    <!--\n${licences}\n-->\n  </body>`;
  const whole = page.replace('</head>', () => `  <style>${style}</style>\n  </head>`).replace('</body>', () => parts);
  writeFileSync(at('dist/purgeplan.html'), withPolicy(whole, ofOneFile(hash(script), hash(style))));
}

/** The component, as a file of the npm package. */
async function dashboard() {
  await build({
    ...config,
    ...quiet,
    build: {
      ...config.build,
      outDir: '../dist',
      emptyOutDir: false,
      license: { fileName: 'dashboard-licences.md' },
      lib: { entry: at('src/dashboard.tsx'), formats: ['es'], fileName: () => 'dashboard.js' },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  typescript(['--project', at('.'), '--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--outDir', at('dist/types')]);
  for (const name of ['dashboard', 'log']) {
    const types = readFileSync(at(`dist/types/page/src/${name}.d.ts`), 'utf8');
    writeFileSync(at(`../dist/${name === 'log' ? 'dashboard-log' : name}.d.ts`), types.replace('../../src/types.js', './types.js').replace('./log.js', './dashboard-log.js'));
  }
  rmSync(at('dist/types'), { recursive: true });
}

function typescript(args) {
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  execFileSync(process.execPath, [compiler, ...args], { stdio: 'inherit' });
}

function hash(text) {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** Text that may stand in a script element: nothing in it ends or opens one. */
function inScript(text) {
  return text.replaceAll(/<(?=\/script|script|!--)/gi, '\\x3c');
}

/** The content security policy stands before everything that it is about. */
function withPolicy(page, policy) {
  const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
  return page.replace('<meta charset="utf-8">', (first) => `${first}\n    ${meta}`);
}
