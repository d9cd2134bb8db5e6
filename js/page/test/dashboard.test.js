// The component: a given answer, what a Lambda logged, what outlives an update, and what each mount has of its own.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

import { plan } from '../../dist/index.js';
import { inBrowser, stage, tab } from '../harness.js';

const at = stage();
const inline = (value) => JSON.stringify(value).replaceAll('<', '\\u003c');

test('purgeplan/dashboard shows a given answer, another one, and a failure', inBrowser, async (t) => {
  const live = { '': ['/a/1.html', '/a/2.html', '/b.html'] };
  const answer = plan({ diffs: 'M\ta/1.html\nD\tx.css\n', live: { content: 'a/1.html\na/2.html\nb.html\n' } });
  const page = await at.dashboard(t, 'given', `window.dashboard = mount(document.querySelector('#plan'), ${JSON.stringify(answer)}, { language: 'en', live: ${JSON.stringify(live)}, used: 999 });`);
  assert.equal(await page.locator('.headline').innerText(), '2 paths for 2 stale URLs');
  assert.equal(await page.locator('.facts .cost dd').innerText(), '$0.005');
  await page.locator('.rows .row', { hasText: 'x.css' }).click();
  await page.getByRole('complementary', { name: 'Why' }).getByText('deleted').first().waitFor();
  await tab(page, 'Site');
  assert.match(await page.getByRole('treeitem').first().textContent(), /2 Purged2 Kept/);
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

  const logged = JSON.stringify(readFileSync(log, 'utf8')).replaceAll('<', '\\u003c');
  const page = await at.dashboard(t, 'log', `mount(document.querySelector('#plan'), answerOfLog(${logged}), { language: 'en' });`);
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

test('an update keeps the tab and the open folders, and a failure between does too', inBrowser, async (t) => {
  const answer = plan({ diffs: 'M\ta/1.html\nM\ta/2.html\nM\tb/1.html\n' });
  const page = await at.dashboard(t, 'update', `window.dashboard = mount(document.querySelector('#plan'), ${inline(answer)}, { language: 'en' });`);
  await tab(page, 'Site');
  await page.getByRole('treeitem', { name: /^a\// }).click();
  await page.getByRole('treeitem', { name: '2.html' }).waitFor();
  await page.evaluate((next) => window.dashboard.update(next), plan({ diffs: '--- a/x\n+++ b/x\n@@ -1,3 +1,1 @@\n-old\nwrong\n' }));
  await page.locator('.problems').waitFor();
  await page.evaluate((next) => window.dashboard.update(next), plan({ diffs: 'M\ta/1.html\nM\ta/3.html\nM\tb/1.html\n' }));
  await page.getByRole('treeitem', { name: '3.html' }).waitFor({ timeout: 5000 });
});

test('two of them speak two languages, each with its own lang', inBrowser, async (t) => {
  const answer = inline(plan({ diffs: 'M\tindex.html\n' }));
  const page = await at.dashboard(t, 'two', `mount(document.querySelector('#plan'), ${answer}, { language: 'en' });\nmount(document.querySelector('#other'), ${answer}, { language: 'ja' });`);
  await page.getByText('古くなる URL 2 件をパス 2 件で無効化').waitFor({ timeout: 5000 });
  await page.getByText('2 paths for 2 stale URLs').waitFor({ timeout: 5000 });
  assert.deepEqual(await page.locator('.purgeplan').evaluateAll((hosts) => hosts.map(({ lang }) => lang)), ['en', 'ja']);
});

test('live URLs that cannot be had are told, and asked for again', inBrowser, async (t) => {
  const answer = plan({ diffs: 'M\ta/1.html\nM\tb.html\n' });
  const script = `const live = { get ['']() { if (!window.mended) throw new Error('no list today'); return ['/c.html']; } };
    mount(document.querySelector('#plan'), ${inline(answer)}, { language: 'en', live });`;
  const page = await at.dashboard(t, 'failing', script);
  for (const name of ['Site', 'Cover']) {
    await tab(page, name);
    await page.getByRole('alert').getByText('no list today').waitFor({ timeout: 5000 });
  }
  await page.evaluate(() => (window.mended = true));
  await tab(page, 'Site');
  await page.getByRole('treeitem', { name: 'c.html Kept' }).waitFor({ timeout: 5000 });
});

/** A line as the Lambda writes it. */
const line = (message, fields = {}, id = 'r1') => JSON.stringify({ level: 'DEBUG', message, ...fields, span: { request_id: id, name: 'invocation' } });
const decision = (path) => line('decision', { change: 'modified', path, key: path, outcome: 'purge', reason: 'modified', rule: 'preset:sound', urls: `/${path}`, forms: 'object', paths: `/${path}` });
const failed = line('failed', { code: 'throttled', error: 'CloudFront is busy', help: 'try later' });
const summary = line('summary', { preset: 'sound', billed_paths: 1, wildcards: 0 });
const LOGS = {
  'a failure, then an answer': { text: [decision('a.html'), failed, decision('a.html'), summary], shown: '1 path for 1 stale URL', rows: ['a.html'] },
  'an answer that was cut off by the time, then one': { text: ['START RequestId: r1 Version: $LATEST', decision('old.html'), 'START RequestId: r1 Version: $LATEST', decision('a.html'), summary], shown: '1 path for 1 stale URL', rows: ['a.html'] },
  'the same in JSON': { text: [decision('old.html'), '{"type":"platform.start","record":{"requestId":"r1"}}', decision('a.html'), summary], shown: '1 path for 1 stale URL', rows: ['a.html'] },
  'an answer, then a start alone': { text: [decision('a.html'), summary, 'START RequestId: r1 Version: $LATEST', line('base found')], shown: '1 path for 1 stale URL', rows: ['a.html'] },
};
test('of several attempts of a Lambda the last one is shown', inBrowser, async (t) => {
  const page = await at.dashboard(t, 'attempts', `window.show = (text) => { window.last?.unmount(); window.last = mount(document.querySelector('#plan'), answerOfLog(text), { language: 'en' }); };`);
  for (const [name, { text, shown, rows }] of Object.entries(LOGS)) {
    await page.evaluate((log) => window.show(log), text.join('\n'));
    assert.equal(await page.locator('.headline').innerText(), shown, name);
    assert.deepEqual(await page.locator('.rows .cell-path').allInnerTexts(), rows, name);
  }
  await page.evaluate((log) => window.show(log), [decision('a.html'), summary, failed].join('\n'));
  await page.getByRole('alert').getByText('CloudFront is busy').waitFor();
});
