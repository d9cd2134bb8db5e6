// Inputs, the summary, the table, and the chain of a decision.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { plan } from '../../dist/index.js';
import { answered, drop, fact, field, inBrowser, stage, typeDiff } from '../harness.js';

const at = stage();
const rows = (page) => page.locator('.rows .row .cell-path').allInnerTexts();
const DIFF = 'M\tindex.html\nA\tdocs/a b.html\nD\told.html\nR100\tx.css\ty.css\n';

test('the page answers as one types, with the core’s own numbers', inBrowser, async (t) => {
  const page = await at.open(t);
  const box = field(page, 'diffs').locator('textarea');
  await answered(page, () => box.pressSequentially('M\tindex.html\n'));
  assert.equal(await page.locator('.headline').innerText(), '2 paths for 2 stale URLs');
  await typeDiff(page, DIFF);
  const answer = plan({ diffs: DIFF });
  assert.equal(await fact(page, 'Changes'), '4');
  assert.equal(await fact(page, 'Billed paths'), String(answer.billed_paths));
  assert.equal(await fact(page, 'Stale URLs'), String(answer.paths.length));
  assert.equal(await fact(page, 'Purged besides'), 'not known');
  assert.deepEqual(await rows(page), answer.decisions.map(({ path, from }) => (from ? `${path} (was ${from})` : path)));
});

test('the cost begins where the free paths end', inBrowser, async (t) => {
  const page = await at.open(t);
  await typeDiff(page, DIFF);
  assert.equal(await fact(page, 'Cost'), '$0.00');
  await page.getByLabel('Paths used this month').fill('998');
  const { billed_paths: billed } = plan({ diffs: DIFF });
  assert.equal(await fact(page, 'Cost'), `$${((billed - 2) * 0.005).toFixed(2)}`);
});

test('files: opened, several, dropped anywhere, dropped on a field, taken away', inBrowser, async (t) => {
  const page = await at.open(t);
  const codecommit = { differences: [{ changeType: 'M', beforeBlob: { blobId: '1'.repeat(40), path: 'cc.html', mode: '100644' }, afterBlob: { blobId: '2'.repeat(40), path: 'cc.html', mode: '100644' } }] };
  const [one, two, three] = [at.file('one.txt', 'M\tone.html\n'), at.file('two.txt', 'M\ttwo.html\n'), at.file('cc.json', JSON.stringify(codecommit))];
  await answered(page, () => field(page, 'diffs').locator('input[type=file]').setInputFiles([one, two]));
  await answered(page, () => drop(page, 'body', [three]));
  assert.deepEqual(await rows(page), ['cc.html', 'one.html', 'two.html']);
  await answered(page, () => page.getByRole('button', { name: 'Remove two.txt' }).click());
  assert.deepEqual(await rows(page), ['cc.html', 'one.html']);
  await answered(page, () => drop(page, '[data-field=policy]', [at.file('policy.json', '{ "ignore": ["one.*"] }')]));
  assert.match(await page.locator('.row', { hasText: 'one.html' }).innerText(), /Keep[^]*ignored/);
});

test('two lists of keys are one diff', inBrowser, async (t) => {
  const page = await at.open(t);
  const files = [at.file('before.txt', 'a.html\t11111111\nb.html\t22222222\n'), at.file('after.txt', 'a.html\t11111111\nb.html\t33333333\n')];
  await page.getByLabel('Format').selectOption('manifests');
  await answered(page, () => drop(page, 'body', files));
  assert.deepEqual(await rows(page), ['b.html']);
});

test('a large paste does not go through the text field', inBrowser, async (t) => {
  const page = await at.open(t);
  const text = Array.from({ length: 12_000 }, (_, index) => `M\tpages/p${index}.html\n`).join('');
  await answered(page, () =>
    page.evaluate((pasted) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', pasted);
      document.querySelector('[data-field=diffs] textarea').dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, text),
  );
  assert.equal(await field(page, 'diffs').locator('textarea').inputValue(), '');
  assert.match(await field(page, 'diffs').locator('.chips').innerText(), /Pasted text/);
  assert.equal(await fact(page, 'Changes'), '12,000');
});

test('the table is searched, sorted, filtered', inBrowser, async (t) => {
  const page = await at.open(t);
  await typeDiff(page, 'M\tb.html\nM\tA.html\nD\tc/z.css\nA\tc/y.css\n');
  const shown = async (wanted) => {
    await page.waitForFunction((texts) => JSON.stringify([...document.querySelectorAll('.rows .row .cell-path')].map((cell) => cell.innerText)) === texts, JSON.stringify(wanted), { timeout: 5000 });
  };
  // By keyboard too.
  await page.getByRole('button', { name: 'File', exact: true }).press('Enter');
  await shown(['A.html', 'b.html', 'c/y.css', 'c/z.css']);
  await page.getByRole('button', { name: 'File', exact: true }).click();
  await shown(['c/z.css', 'c/y.css', 'b.html', 'A.html']);
  assert.equal(await page.getByRole('columnheader', { name: 'File' }).getAttribute('aria-sort'), 'descending');
  await page.getByLabel('Search paths, URLs and reasons').fill('C/');
  await shown(['c/z.css', 'c/y.css']);
  await page.getByRole('button', { name: 'Keep', exact: true }).click();
  await page.getByText('Nothing fits.').waitFor();
});

test('a row’s chain: change, rule with its words, URLs, behaviour, covering path; by mouse and by keyboard', inBrowser, async (t) => {
  const page = await at.open(t);
  const policy = '{ "dependents": [{ "when": "posts/*.md", "purge": ["/feed.xml"] }], "ignore": ["posts/**"] }';
  const config = { DistributionConfig: { DefaultRootObject: '', Origins: { Items: [{ Id: 's', DomainName: 'b.s3.amazonaws.com', OriginPath: '' }] }, DefaultCacheBehavior: { TargetOriginId: 's', CachePolicyId: 'x' }, CacheBehaviors: { Items: [{ PathPattern: '*.xml', TargetOriginId: 's', CachePolicyId: 'x' }] } } };
  await answered(page, () => drop(page, '[data-field=policy]', [at.file('chain.json', policy)]));
  await page.getByText('Distribution', { exact: false }).first().click();
  await answered(page, () => drop(page, '[data-field=configs]', [at.file('config.json', JSON.stringify(config))]));
  await typeDiff(page, 'M\tposts/one.md\n');
  await page.locator('.rows .row', { hasText: 'Purge' }).click();
  const chain = page.getByRole('complementary', { name: 'Why' });
  // The panel opens before the worker has told what is in it.
  await chain.filter({ hasText: 'posts/one.md' }).waitFor();
  const text = await chain.innerText();
  for (const said of ['posts/one.md', 'modified', '/dependents/0', '"purge":["/feed.xml"]', '/feed.xml', '*.xml', 'reaches 1 stale URL']) {
    assert.ok(text.includes(said), `${said} in ${text}`);
  }
  await page.keyboard.press('Escape');
  await chain.waitFor({ state: 'detached' });
  // The focus is back in the table.
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.locator('.rows .row[aria-selected=true]').count(), 1);
  await page.keyboard.press('Enter');
  await chain.waitFor();
});

test('the search finds reasons by the words that are shown, in their language', inBrowser, async (t) => {
  for (const [locale, label, word] of [['en-GB', 'Search paths, URLs and reasons', 'Shows what'], ['ja-JP', 'パス・URL・理由を検索', '関連ペ']]) {
    const page = await at.open(t, { locale });
    await answered(page, () => drop(page, '[data-field=policy]', [at.file('words.json', '{ "dependents": [{ "when": "posts/*.md", "purge": ["/feed.xml"] }] }')]));
    await typeDiff(page, 'M\tother.html\nM\tposts/one.md\n');
    await page.waitForFunction(() => document.querySelectorAll('.rows .row').length === 3);
    await page.getByLabel(label).fill(word);
    await page.waitForFunction(() => document.querySelectorAll('.rows .row').length === 1, undefined, { timeout: 5000 });
    assert.equal(await page.locator('.rows .cell-leads').innerText(), '/feed.xml');
  }
});

test('an open chain follows its row, and closes when that is gone; the focus stays with what is typed', inBrowser, async (t) => {
  const page = await at.open(t);
  await typeDiff(page, 'M\tb.html\nM\tc.html\n');
  await page.locator('.rows .row', { hasText: 'b.html' }).click();
  const chain = page.getByRole('complementary', { name: 'Why' });
  await chain.getByText('/b.html').first().waitFor();
  await typeDiff(page, 'M\ta.html\nD\tz.html\nM\tb.html\n');
  assert.match(await chain.innerText(), /b\.html/);
  assert.doesNotMatch(await chain.innerText(), /[acz]\.html/);
  const box = field(page, 'diffs').locator('textarea');
  await box.focus();
  await typeDiff(page, 'M\ta.html\n');
  await chain.waitFor({ state: 'detached', timeout: 5000 });
  assert.ok(await box.evaluate((element) => element === document.activeElement));
});

test('100,000 decisions: any of them is reached, sorted and found', inBrowser, async (t) => {
  const page = await at.open(t);
  const lines = Array.from({ length: 100_000 }, (_, index) => `M\tsite/s${String(index % 400).padStart(3, '0')}/page-${String(index).padStart(6, '0')}.html\n`);
  await answered(page, () => drop(page, 'body', [at.file('many.txt', lines.join(''))]));
  await page.locator('.headline', { hasText: '100,000 paths' }).waitFor({ timeout: 120_000 });
  const grid = page.getByRole('grid');
  assert.equal(await grid.getAttribute('aria-rowcount'), '100001');
  assert.ok((await page.locator('.rows .row').count()) < 120, 'only what is seen is in the page');
  await grid.focus();
  const begun = Date.now();
  await page.keyboard.press('End');
  await page.getByRole('row', { name: 'page-099999' }).waitFor({ timeout: 10_000 });
  const jumped = Date.now() - begun;
  const frames = await grid.evaluate(async (box) => {
    let longest = 0;
    for (let step = 0, last = performance.now(); step < 60; step += 1) {
      box.scrollTop = (box.scrollHeight * step) / 60;
      const now = await new Promise(requestAnimationFrame);
      longest = Math.max(longest, now - last);
      last = now;
    }
    return longest;
  });
  await page.getByLabel('Search paths, URLs and reasons').fill('page-077777');
  await page.locator('.tools [role=status]', { hasText: '1 decision' }).waitFor();
  t.diagnostic(`100,000 rows: ${jumped} ms to the last one, longest frame while scrolling ${Math.round(frames)} ms`);
});
