// What the page's tests share: a server of the built page, a browser, and inputs.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';

import { HEADER } from './csp.js';

export const dist = fileURLToPath(new URL('./dist', import.meta.url));
export const browserPath = process.env.PURGEPLAN_BROWSER;
/** Of every test that needs a browser. */
export const inBrowser = { skip: !browserPath && 'PURGEPLAN_BROWSER is not set' };

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm' };

/** Serves a folder on loopback. */
export async function serve(folder, headers = {}) {
  const server = createServer(({ url }, response) => {
    const path = join(folder, new URL(url, 'http://h').pathname.replace(/\/$/, '/index.html'));
    const known = existsSync(path);
    response.writeHead(known ? 200 : 404, { 'content-type': TYPES[extname(path)] ?? 'text/plain', ...headers });
    response.end(known ? readFileSync(path) : '');
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

/** A browser for the tests of one file, and the served page. */
export function stage() {
  const at = { folder: mkdtempSync(join(tmpdir(), 'purgeplan-page-')) };
  before(async () => {
    if (!browserPath) return;
    assert.ok(existsSync(join(dist, 'site/index.html')), 'the page is not built: run `npm run build` in js/page');
    const { chromium } = await import('playwright-core');
    at.server = await serve(join(dist, 'site'), { 'content-security-policy': HEADER });
    at.browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
  });
  after(async () => {
    await at.browser?.close();
    at.server?.close();
    rmSync(at.folder, { recursive: true });
  });
  /** Opens the page, `first` before it is asked for; when the test ends nothing may have gone wrong in it. */
  at.open = async (t, { url = at.server.url, hash = '', first = () => {}, ...options } = {}) => {
    const context = await at.browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const wrong = [];
    page.wrong = wrong;
    page.requests = [];
    page.on('request', (request) => page.requests.push(request.url()));
    page.on('pageerror', (error) => wrong.push(error.message));
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && wrong.push(message.text()));
    t.after(async () => {
      await context.close();
      assert.deepEqual(wrong, []);
    });
    await first(page);
    await page.goto(url + hash);
    await page.locator('html[data-loaded]').waitFor({ timeout: 60_000 });
    return page;
  };
  /** A page that is not ours, with `purgeplan/dashboard` as `mount` and `answerOfLog`; `script` uses them. */
  at.dashboard = async (t, name, script, options) => {
    const folder = join(at.folder, name);
    mkdirSync(folder);
    copyFileSync(fileURLToPath(new URL('../dist/dashboard.js', import.meta.url)), join(folder, 'dashboard.js'));
    const head = '<!doctype html><title>team</title><link rel="icon" href="data:,"><style>.row { display: none } p { color: red }</style>';
    const module = `import { answerOfLog, mount } from './dashboard.js';\n${script}\ndocument.documentElement.dataset.loaded = '';`;
    writeFileSync(join(folder, 'index.html'), `${head}<div id="plan"></div><div id="other"></div><script type="module">${module}</script>`);
    const server = await serve(folder);
    t.after(() => server.close());
    return at.open(t, { url: server.url, ...options });
  };
  /** A file with the content, to be opened or dropped. */
  at.file = (name, content) => {
    const path = join(at.folder, name);
    writeFileSync(path, content);
    return path;
  };
  return at;
}

export const field = (page, name) => page.locator(`[data-field=${name}]`);

/** Gives a diff, and waits until the answer is about it. */
export async function answered(page, give) {
  const before = await page.locator('.status').innerText();
  await give();
  await page.waitForTimeout(150);
  await page.locator('.status:not(.working)').waitFor({ timeout: 120_000 });
  return before;
}

export const typeDiff = (page, text) => answered(page, () => field(page, 'diffs').locator('textarea').fill(text));

/** Drops files of the disk on an element; `between` happens while they are held. */
export async function drop(page, selector, paths, between = () => {}) {
  await page.evaluate(() => {
    const input = document.createElement('input');
    Object.assign(input, { type: 'file', multiple: true, id: 'dropped', hidden: true });
    document.body.append(input);
  });
  await page.locator('#dropped').setInputFiles(paths);
  // The browser looks at the files now, not only when they are read.
  await page.locator('#dropped').evaluate(({ files }) => [...files].map(({ size, lastModified }) => [size, lastModified]));
  between();
  await page.evaluate((on) => {
    const input = document.getElementById('dropped');
    const dataTransfer = new DataTransfer();
    for (const file of input.files) dataTransfer.items.add(file);
    input.remove();
    const target = document.querySelector(on);
    for (const name of ['dragover', 'drop']) target.dispatchEvent(new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true }));
  }, selector);
}

/** The value of a fact of the summary. */
export const fact = (page, name) => page.locator('.facts > div', { has: page.getByText(name, { exact: true }) }).locator('dd').innerText();

export const tab = (page, name) => page.getByRole('tab', { name }).click();

/** What is read of the page once it is right; what was read last when it never is. The page draws a moment after a click. */
export async function comesTo(read, right) {
  for (let tries = 0; tries < 100 && !right(await read()); tries += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  return await read();
}
