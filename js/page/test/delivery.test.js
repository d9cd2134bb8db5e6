// What is delivered: its size, its policy, no request after load, the page of one file, the component, large inputs.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, createWriteStream, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

import { plan } from '../../dist/index.js';
import { answered, dist, drop, inBrowser, serve, stage, tab, typeDiff } from '../harness.js';

const at = stage();
const KILOBYTE = 1000;

test('the first load is small; what comes later is not in it', inBrowser, async (t) => {
  const assets = join(dist, 'site/assets');
  const size = (file) => gzipSync(readFileSync(file), { level: 9 }).length;
  const first = readdirSync(assets).filter((name) => /^(index|worker|core)-/.test(name));
  assert.equal(first.length, 4, 'script, style, worker, module');
  const sizes = Object.fromEntries([['index.html', size(join(dist, 'site/index.html'))], ...first.map((name) => [name.replace(/-.*\./, '.'), size(join(assets, name))])]);
  const total = Object.values(sizes).reduce((sum, each) => sum + each, 0);
  t.diagnostic(`first load with gzip: ${total} bytes: ${JSON.stringify(sizes)}`);
  assert.ok(total <= 250 * KILOBYTE, `${total} bytes`);
  const page = await at.open(t);
  assert.ok(page.requests.every((url) => url.startsWith(at.server.url)), 'no foreign origin');
});

test('once it is loaded the page needs no network', inBrowser, async (t) => {
  const page = await at.open(t);
  const loaded = page.requests.length;
  await page.context().setOffline(true);
  for (let index = 0; index < 4; index += 1) {
    await answered(page, () => page.locator('.examples button').nth(index).click());
    for (const name of ['Site', 'Cover', 'What if', 'Take away', 'Decisions']) await tab(page, name);
  }
  await page.getByLabel('Language').selectOption('ja');
  await page.locator('html[lang=ja]').waitFor();
  assert.deepEqual(page.requests.slice(loaded), []);
});

test('the page’s policy refuses inline and foreign scripts', inBrowser, async (t) => {
  const page = await at.open(t);
  const refused = await page.evaluate(async () => {
    const told = [];
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => told.push(effectiveDirective));
    const inline = document.createElement('script');
    inline.textContent = 'window.hurt = true';
    document.body.append(inline);
    await fetch('https://example.com/').catch(() => {});
    await new Promise((done) => setTimeout(done, 200));
    return [[...new Set(told)], window.hurt];
  });
  assert.deepEqual(refused, [['script-src-elem', 'connect-src'], undefined]);
  assert.ok(page.wrong.every((message) => message.includes('Content Security Policy')));
  page.wrong.length = 0;
});

test('the page of one file works from the disk', inBrowser, async (t) => {
  const copy = join(at.folder, 'alone.html');
  copyFileSync(join(dist, 'purgeplan.html'), copy);
  const page = await at.open(t, { url: pathToFileURL(copy).href, locale: 'ja-JP' });
  await typeDiff(page, 'M\tindex.html\n');
  assert.equal(await page.locator('.headline').innerText(), '古くなる URL 2 件に対してパス 2 件');
  await page.locator('.cm-content').waitFor();
  assert.deepEqual(page.requests.filter((url) => !/^(file|blob|data):/.test(url)), []);
});

test('purgeplan/dashboard shows a given answer, another one, and a failure', inBrowser, async (t) => {
  const folder = join(at.folder);
  const live = { '': ['/a/1.html', '/a/2.html', '/b.html'] };
  const answer = plan({ diffs: 'M\ta/1.html\nD\tx.css\n', live: { content: 'a/1.html\na/2.html\nb.html\n' } });
  const page1 = `<!doctype html><title>team</title><link rel="icon" href="data:,"><style>.row { display: none } p { color: red }</style><div id="plan"></div><script type="module">
    import { mount } from './dashboard.js';
    window.dashboard = mount(document.querySelector('#plan'), ${JSON.stringify(answer)}, { language: 'en', live: ${JSON.stringify(live)}, used: 999 });
    document.documentElement.dataset.loaded = '';
  </script>`;
  writeFileSync(join(folder, 'index.html'), page1);
  copyFileSync(join(dist, '../../dist/dashboard.js'), join(folder, 'dashboard.js'));
  const server = await serve(folder);
  t.after(() => server.close());
  const page = await at.open(t, { url: server.url });
  assert.equal(await page.locator('.headline').innerText(), '2 paths for 2 stale URLs');
  assert.equal(await page.locator('.facts .cost dd').innerText(), '$0.005');
  await page.locator('.rows .row', { hasText: 'x.css' }).click();
  await page.getByRole('complementary', { name: 'Why' }).getByText('deleted').first().waitFor();
  await tab(page, 'Site');
  assert.match(await page.getByRole('treeitem').first().textContent(), /2 Purged2 Unchanged/);
  await tab(page, 'Cover');
  await page.locator('.icicle').waitFor();
  assert.equal(await page.getByRole('tab').count(), 4, 'no what-if without the core');
  await page.evaluate((next) => window.dashboard.update(next), plan({ diffs: 'M\tz.html\n' }));
  await page.locator('.headline', { hasText: '1 path for 1 stale URL' }).waitFor();
  await page.evaluate((next) => window.dashboard.update(next), plan({ diffs: '--- a/x\n+++ b/x\n@@ -1,3 +1,1 @@\n-old\nwrong\n' }));
  await page.locator('.problems').waitFor();
  await page.evaluate(() => window.dashboard.unmount());
  assert.equal(await page.locator('.purgeplan').count(), 0);
});

const cli = process.env.PURGEPLAN_CLI;

test('purgeplan/dashboard shows what the Lambda logged', { skip: inBrowser.skip || (!cli && 'PURGEPLAN_CLI is not set') }, async (t) => {
  const repo = join(at.folder, 'repo');
  const git = (...args) => execFileSync('git', ['-C', repo, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args]);
  const commit = (files) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(repo, name), text);
    git('add', '--all');
    git('commit', '--quiet', '--message=t');
  };
  mkdirSync(repo);
  git('init', '--quiet');
  commit({ 'index.html': '1', 'old.html': '1', 'notes.md': '1' });
  rmSync(join(repo, 'old.html'));
  commit({ 'index.html': '2', 'notes.md': '2' });
  // The real Lambda, and what it writes kept on the way.
  const [log, kept] = [join(at.folder, 'lambda.log'), join(at.folder, 'bootstrap')];
  const bootstrap = process.env.PURGEPLAN_BOOTSTRAP ?? join(dirname(cli), 'bootstrap');
  writeFileSync(kept, `#!/bin/sh\n'${bootstrap}' | tee -a '${log}'\n`, { mode: 0o755 });
  const env = { ...process.env, AWS_LAMBDA_LOG_LEVEL: 'debug' };
  const policy = at.file('logged.json', '{ "ignore": ["*.md"] }');
  execFileSync(cli, ['local', '--repo', repo, '--trigger', 'pipeline-job', '--policy', policy, '--bootstrap', kept], { env });

  const folder = join(at.folder, 'log');
  mkdirSync(folder);
  copyFileSync(join(dist, '../../dist/dashboard.js'), join(folder, 'dashboard.js'));
  writeFileSync(join(folder, 'index.html'), `<!doctype html><title>team</title><link rel="icon" href="data:,"><div id="plan"></div><script type="module">
    import { answerOfLog, mount } from './dashboard.js';
    mount(document.querySelector('#plan'), answerOfLog(${JSON.stringify(readFileSync(log, 'utf8')).replaceAll('<', '\\u003c')}), { language: 'en' });
    document.documentElement.dataset.loaded = '';
  </script>`);
  const server = await serve(folder);
  t.after(() => server.close());
  const page = await at.open(t, { url: server.url });
  assert.equal(await page.locator('.headline').innerText(), '3 paths for 3 stale URLs');
  const shown = (await page.locator('.rows .row').allInnerTexts()).map((text) => text.split('\n').map((cell) => cell.trim()).filter(Boolean));
  assert.deepEqual(shown.map(([outcome, , path, reason]) => [outcome, path, reason]), [
    ['Purge', 'index.html', 'modified'],
    ['Keep', 'notes.md', 'ignored'],
    ['Purge', 'old.html', 'deleted'],
  ]);
  await tab(page, 'Take away');
  await page.getByRole('button', { name: 'API JSON' }).click();
  await page.locator('.taken', { hasText: 'purgeplan1:' }).waitFor();
});

/** A diff of so many bytes: files with one large hunk each. */
function largeDiff(path, bytes) {
  const line = `+${'<p>The gulls of the harbour know the hour of the last boat.</p>'.repeat(2)}\n`;
  const lines = 190;
  const hunk = `@@ -1,1 +1,${lines + 1} @@\n <html>\n${line.repeat(lines)}`;
  const out = createWriteStream(path);
  const one = (index) => `diff --git a/p/f${index}.html b/p/f${index}.html\nindex 1111111..2222222 100644\n--- a/p/f${index}.html\n+++ b/p/f${index}.html\n${hunk}`;
  const files = Math.ceil(bytes / one(0).length);
  for (let index = 0; index < files; index += 1) out.write(one(index));
  return new Promise((done) => out.end(() => done(files)));
}

test('a dropped diff of 50 MB: the page stays free, shows progress, can be stopped, answers', inBrowser, async (t) => {
  const path = join(at.folder, 'large.diff');
  const files = await largeDiff(path, 50_000_000);
  const page = await at.open(t);
  await page.evaluate(() => {
    const watched = { longest: 0, steps: new Set() };
    window.watched = watched;
    const channel = new MessageChannel();
    let last = performance.now();
    channel.port1.onmessage = () => {
      const now = performance.now();
      watched.longest = Math.max(watched.longest, now - last);
      last = now;
      const step = document.querySelector('.working progress')?.getAttribute('aria-label');
      if (step) watched.steps.add(step);
      setTimeout(() => channel.port2.postMessage(0), 5);
    };
    channel.port2.postMessage(0);
  });
  const watch = () => page.evaluate(() => (window.watched.longest = 0));
  const longest = async () => Math.round(await page.evaluate(() => window.watched.longest));
  await watch();
  await page.waitForTimeout(1000);
  const idle = await longest();
  await watch();
  const cancel = page.getByRole('button', { name: 'Cancel' });
  await drop(page, 'body', [path]);
  await cancel.click({ timeout: 20_000 });
  await page.getByText('Stopped. The inputs are as they were.').waitFor();
  assert.equal(await page.locator('.chips li').count(), 1);

  const dropped = await longest();
  await watch();
  const begun = Date.now();
  await page.getByRole('button', { name: 'Answer again' }).click();
  await page.locator('.headline', { hasText: `${files.toLocaleString('en')} paths` }).waitFor({ timeout: 120_000 });
  const milliseconds = Date.now() - begun;
  const answering = await longest();
  const steps = await page.evaluate(() => [...window.watched.steps]);
  t.diagnostic(`${statSync(path).size} bytes, ${files} files: answered in ${milliseconds} ms; longest block of the page: ${dropped} ms dropping, ${answering} ms answering, ${idle} ms at rest; steps seen: ${steps.join(', ')}`);
  assert.ok(steps.length > 0, 'progress was shown');
  // The target is 100 ms; a shared machine may take the page's turn away for longer.
  assert.ok(Math.max(dropped, answering) < 1000, `the page was blocked for ${dropped} and ${answering} ms`);
});
