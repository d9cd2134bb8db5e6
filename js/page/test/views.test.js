// The tree, the picture, the what-if, and what is taken away.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { plan } from '../../dist/index.js';
import { answered, drop, field, inBrowser, stage, tab, typeDiff } from '../harness.js';

const at = stage();
const DIFF = 'M\ta/1.html\nM\ta/2.html\nM\tb/1.html\nM\tindex.html\n';
const LIVE = 'a/1.html\na/2.html\na/3.html\nb/1.html\nc/1.html\nindex.html\nrobots.txt\n';
const POLICY = '{ "max_paths": { "limit": 4, "then": "widen" } }';

async function filled(t, options) {
  const page = await at.open(t, options);
  await page.getByText('Live site').click();
  await field(page, 'live').locator('textarea').fill(LIVE);
  await answered(page, () => drop(page, '[data-field=policy]', [at.file('policy.json', POLICY)]));
  await typeDiff(page, DIFF);
  return page;
}

const names = (page) => page.locator('[role=treeitem] .name').allInnerTexts();

test('the tree: coloured as the core counts, folds, filters, is searched', inBrowser, async (t) => {
  const page = await filled(t);
  const answer = plan({ diffs: DIFF, live: { content: LIVE }, policy: POLICY });
  await tab(page, 'Site');
  const root = page.getByRole('treeitem').first();
  await root.waitFor();
  const [, purged, over, kept] = /(\d+) Purged(\d+) Purged without need(\d+) Kept/.exec(await root.textContent());
  assert.equal(Number(over), answer.distributions[0].over_purged, 'what the tree counts is what the core counts');
  assert.equal(Number(purged), 5);
  assert.equal(Number(purged) + Number(over) + Number(kept), 8);
  assert.deepEqual(await names(page), ['/', 'a/', 'b/', 'c/', 'index.html', 'robots.txt']);
  await page.getByRole('treeitem', { name: /^a\// }).click();
  await page.getByRole('treeitem', { name: '3.html Purged without need' }).waitFor();
  await page.getByRole('button', { name: 'Fold all', exact: true }).click();
  await page.getByRole('treeitem', { name: '3.html' }).waitFor({ state: 'detached' });
  await page.getByLabel('Purged', { exact: true }).uncheck();
  await page.getByLabel('Kept', { exact: true }).uncheck();
  await page.getByRole('treeitem', { name: /^c\// }).waitFor({ state: 'detached' });
  assert.deepEqual(await names(page), ['/', 'a/']);
  await page.getByLabel('Kept', { exact: true }).check();
  await page.getByLabel('Search URLs').fill('c/1');
  await page.getByRole('treeitem', { name: '1.html' }).waitFor();
  assert.deepEqual(await names(page), ['/', 'c/', '1.html']);
});

test('the tree by keyboard; why a URL is purged without need', inBrowser, async (t) => {
  const page = await filled(t);
  await tab(page, 'Site');
  await page.getByRole('treeitem', { name: /^a\// }).waitFor();
  await page.getByRole('tree').focus();
  // As slow as a person: the page draws in between.
  for (const key of ['ArrowDown', 'ArrowRight']) await page.keyboard.press(key, { delay: 50 });
  await page.getByRole('treeitem', { name: '3.html' }).waitFor();
  for (let line = 0; line < 3; line += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const chain = page.getByRole('complementary', { name: 'Why' });
  await chain.getByText('/a/*').waitFor();
  assert.match(await chain.innerText(), /Live, and no change is about it[^]*\/a\/3\.html[^]*reaches 2 stale URLs and 1 unchanged one/);
});

test('the picture: areas in proportion, the wildcard’s sweep, a folder opens', inBrowser, async (t) => {
  const page = await filled(t);
  await tab(page, 'Cover');
  const width = async (name) => (await page.locator('.area', { hasText: name }).first().boundingBox()).width;
  await page.getByLabel(/^a\/: 2 purged, 1 purged without need, 0 kept, \/a\/\*/).waitFor();
  const ratio = (await width('a/')) / (await width('c/'));
  assert.ok(ratio > 2.7 && ratio < 3.3, `three URLs to one: ${ratio}`);
  assert.equal(await page.locator('.sweep').count(), 1);
  assert.match(await page.locator('.sweeps tbody tr').first().innerText(), /\/a\/\*\s+2\s+1/);
  await page.getByRole('button', { name: /^a\// }).press('Enter');
  await page.getByRole('img', { name: /^3\.html: 0 purged, 1 purged without need/ }).waitFor();
  await page.getByRole('button', { name: 'Back to all' }).click();
  await page.getByRole('button', { name: /^a\// }).waitFor();
});

test('what if: the slider redraws cost against over-purge, and the policy takes the limit', inBrowser, async (t) => {
  const page = await filled(t);
  await tab(page, 'What if');
  const slider = page.getByRole('slider');
  await slider.waitFor();
  const now = page.locator('.what-if-now');
  for (const limit of [3, 2, 5]) {
    await slider.fill(String(limit));
    const answer = plan({ diffs: DIFF, live: { content: LIVE }, widenTo: limit });
    const over = answer.distributions[0].over_purged;
    await now.getByText(`${answer.billed_paths} path${answer.billed_paths === 1 ? '' : 's'}, $0.00`).waitFor({ timeout: 5000 });
    assert.match(await now.innerText(), new RegExp(`${over} unchanged URLs? purged besides`));
  }
  assert.ok((await page.locator('.curve .point').count()) >= 2);
  await slider.fill('2');
  await page.getByRole('button', { name: 'Put it into the policy' }).click();
  const { billed_paths: billed } = plan({ diffs: DIFF, live: { content: LIVE }, widenTo: 2 });
  await page.locator('.facts dd').nth(2).getByText(String(billed), { exact: true }).waitFor({ timeout: 5000 });
  assert.match(await field(page, 'policy').locator('.cm-content').innerText(), /"max_paths": \{\s+"limit": 2,/);
});

test('what is taken away is what the core writes', inBrowser, async (t) => {
  const page = await filled(t, { acceptDownloads: true, permissions: ['clipboard-read', 'clipboard-write'] });
  const request = { diffs: DIFF, live: { content: LIVE }, policy: POLICY };
  const answer = plan(request);
  const [batch] = answer.distributions[0].batches;
  const api = [{ DistributionId: '', InvalidationBatch: { Paths: { Quantity: batch.paths.length, Items: batch.paths }, CallerReference: batch.caller_reference } }];
  const wanted = {
    Paths: answer.paths.map((path) => `${path}\n`).join(''),
    'AWS CLI': plan({ ...request, render: 'aws-cli' }).rendered,
    'API JSON': `${JSON.stringify(api, null, 2)}\n`,
    Markdown: plan({ ...request, render: 'markdown' }).rendered,
    'Whole answer': `${JSON.stringify(answer, null, 2)}\n`,
  };
  await tab(page, 'Take away');
  for (const [name, text] of Object.entries(wanted)) {
    await page.getByRole('button', { name, exact: true }).click();
    await page.locator('.taken[aria-busy=false]').waitFor();
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByText('Copied').waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), text, name);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download' }).click()]);
    assert.equal(readFileSync(await download.path(), 'utf8'), text, name);
  }
});

test('a link carries the inputs, files too, and bytes that are not UTF-8', inBrowser, async (t) => {
  const page = await filled(t);
  await answered(page, () => drop(page, 'body', [at.file('raw.txt', Buffer.from('M\tcaf\xe9.html\n', 'latin1'))]));
  await page.getByLabel('Paths used this month').fill('7');
  await tab(page, 'Take away');
  await page.getByRole('button', { name: 'Link' }).click();
  await page.locator('.taken', { hasText: '#s1=' }).waitFor();
  const link = await page.locator('.taken').innerText();
  const other = await at.open(t, { url: link });
  await other.locator('.headline').waitFor();
  assert.equal(await other.locator('.headline').innerText(), await page.locator('.headline').innerText());
  assert.equal(await field(other, 'diffs').locator('textarea').inputValue(), DIFF);
  assert.equal(await other.getByLabel('Paths used this month').inputValue(), '7');
  assert.ok((await other.locator('.rows .cell-path').allInnerTexts()).includes('caf\\xE9.html'));
});

test('a link that was cut is told, one that would be too long refused', inBrowser, async (t) => {
  const page = await at.open(t, { hash: '#s1=AAAA' });
  await page.getByText('The link’s inputs cannot be read').waitFor();
  const random = Array.from({ length: 6000 }, (_, index) => `M\t${((index + 1) * 2654435761 % 2 ** 32).toString(36)}${(index * 40503 % 65536).toString(36)}.html\n`).join('');
  await answered(page, () => drop(page, 'body', [at.file('random.txt', random)]));
  await tab(page, 'Take away');
  await page.getByRole('button', { name: 'Link' }).click();
  await page.getByText(/too large for a link: \d+ KB compressed, and 29 KB is the most/).waitFor({ timeout: 5000 });
});

test('every example has an answer, and fills in nothing but itself', inBrowser, async (t) => {
  const page = await at.open(t);
  for (const [name, said] of [['Blog', 'shows what changed'], ['Documentation release', 'Purged besides'], ['Rename', 'renamed'], ['Hostile names', 'onerror']]) {
    await answered(page, () => page.getByRole('button', { name, exact: true }).click());
    await page.locator('.answer', { hasText: said }).waitFor({ timeout: 10_000 });
    assert.equal(await page.locator('.problems').count(), 0, name);
  }
  assert.equal(await field(page, 'live').locator('textarea').inputValue(), '');
});

test('under the preset of the article the tree has what did not change, from listings one after the other', inBrowser, async (t) => {
  const page = await at.open(t);
  await page.getByText('Live site').click();
  const listing = (...keys) => JSON.stringify({ Contents: keys.map((Key) => ({ Key, Size: 1 })) });
  const live = `${listing('a/1.html', 'a/{2}".html')}\n${JSON.stringify({ Contents: null })}\n${listing('b.html')}\n`;
  await field(page, 'live').locator('textarea').fill(live);
  await page.getByLabel('Without a policy').selectOption('article');
  await typeDiff(page, 'M\ta/1.html\nM\tc.html\nM\td.html\n');
  await tab(page, 'Site');
  await page.getByRole('treeitem', { name: 'b.html Kept' }).waitFor();
  await tab(page, 'What if');
  await page.getByRole('button', { name: 'Put it into the policy' }).click();
  await field(page, 'policy').locator('.cm-content', { hasText: '"article"' }).waitFor({ timeout: 5000 });
});

test('a large paste takes the place of what is selected', inBrowser, async (t) => {
  const page = await at.open(t);
  await typeDiff(page, 'M\told.html\n');
  const box = field(page, 'diffs').locator('textarea');
  await box.focus();
  await page.keyboard.press('Control+A');
  await answered(page, () => box.evaluate((element) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', Array.from({ length: 4000 }, (_, at) => `M\tpages/the-page-${at}.html\n`).join(''));
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }));
  assert.equal(await box.inputValue(), '');
  await page.locator('.headline', { hasText: '4,000 stale URLs' }).waitFor();
});
