// What the tree says of URLs that are live: new ones, uncached ones, those of odd distributions, and very many.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { plan } from '../../dist/index.js';
import { answered, drop, field, inBrowser, stage, tab, typeDiff } from '../harness.js';

const at = stage();
const within = { timeout: 5000 };
const chain = (page) => page.getByRole('complementary', { name: 'Why' });
/** What the panel says; it opens before the worker has told what is in it. */
async function told(page, name) {
  await chain(page).filter({ hasText: name }).waitFor(within);
  return chain(page).innerText();
}

const ADDED = 'M\ta/1.html\nM\ta/2.html\nA\ta/3.html\nM\tb/1.html\nM\tb/2.html\n';
const LIVE = 'a/1.html\na/2.html\na/3.html\na/4.html\nb/1.html\nb/2.html\nc.html\n';
const POLICY = { added: 'skip', max_paths: { limit: 2, then: 'widen' } };
for (const kind of ['keys', 'urls']) {
  test(`a new file that is not purged is kept, not purged without need, as the core counts: ${kind}`, inBrowser, async (t) => {
    const page = await at.open(t);
    // Of a list of URLs the core does not know that the folder's own one is of the new file.
    const keys = `${LIVE}a/index.html\nelsewhere/1.html\n`;
    const live = kind === 'urls' ? `${keys.trim().replaceAll(/^/gm, '/')}\n/a/\n` : keys;
    const diffs = `${ADDED}A\ta/index.html\n`;
    await page.getByText('Live site').click();
    await page.getByLabel('These are').selectOption(kind);
    await field(page, 'live').locator('textarea').fill(live);
    await answered(page, () => drop(page, '[data-field=policy]', [at.file('added.json', JSON.stringify(POLICY))]));
    await typeDiff(page, diffs);
    await tab(page, 'Site');
    const root = page.getByRole('treeitem').first();
    await root.waitFor();
    const over = Number(/(\d+) Purged without need/.exec(await root.textContent())[1]);
    assert.equal(over, kind === 'urls' ? 2 : 1);
    assert.equal(over, plan({ diffs, live: { content: live, kind }, policy: POLICY }).distributions[0].over_purged);
    await page.getByRole('treeitem', { name: /^a\// }).click();
    await page.getByRole('treeitem', { name: '4.html Purged without need' }).waitFor(within);
    await page.getByRole('treeitem', { name: '3.html Kept' }).click();
    assert.match(await told(page, 'a/3.html'), /a\/3\.html[^]*added[^]*added files are left out/);
  });
}

test('the dashboard keeps new files that are not purged, too', inBrowser, async (t) => {
  const answer = plan({ diffs: ADDED, live: { content: LIVE }, policy: POLICY });
  const live = { '': LIVE.trim().split('\n').map((key) => `/${key}`) };
  const page = await at.dashboard(t, 'added', `mount(document.querySelector('#plan'), ${JSON.stringify(answer)}, { language: 'en', live: ${JSON.stringify(live)} });`);
  await tab(page, 'Site');
  await page.getByRole('treeitem').first().waitFor();
  assert.match(await page.getByRole('treeitem').first().textContent(), /4 Purged1 Purged without need2 Kept/);
});

test('a URL that is not cached is kept, whatever changed; its words are not that nothing did', inBrowser, async (t) => {
  const page = await at.open(t);
  const config = { DistributionConfig: { DefaultRootObject: '', Origins: { Items: [{ Id: 's', DomainName: 'b.s3.amazonaws.com', OriginPath: '' }] }, DefaultCacheBehavior: { TargetOriginId: 's', CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad' } } };
  await page.getByText('Distribution', { exact: false }).first().click();
  await answered(page, () => drop(page, '[data-field=configs]', [at.file('uncached.json', JSON.stringify(config))]));
  await typeDiff(page, 'M\ta.html\n');
  await page.locator('.headline', { hasText: 'Nothing to purge' }).waitFor(within);
  await tab(page, 'Site');
  await page.getByRole('treeitem', { name: 'a.html Kept' }).click();
  await chain(page).getByText('not cached').first().waitFor(within);
  assert.equal(await page.locator('.results').getByText('Unchanged', { exact: true }).count(), 0);
});

test('a distribution whose id holds a space: folders open, URLs tell why', inBrowser, async (t) => {
  const page = await at.open(t);
  await page.getByText('Live site').click();
  await field(page, 'live').locator('textarea').fill(LIVE);
  await page.getByText('Distribution', { exact: false }).first().click();
  await page.getByLabel('Distribution id').fill('my site');
  await typeDiff(page, 'M\ta/1.html\n');
  await tab(page, 'Site');
  await page.getByRole('treeitem', { name: 'c.html Kept' }).click();
  assert.match(await told(page, '/c.html'), /\/c\.html · distribution my site|\/c\.html\s+distribution my site/);
  await tab(page, 'Cover');
  await page.getByRole('button', { name: /^a\// }).press('Enter');
  await page.getByRole('img', { name: /^1\.html: 1 purged/ }).waitFor(within);
});

test('a tree with more lines than are shown says so', inBrowser, async (t) => {
  const page = await at.open(t);
  const many = Array.from({ length: 200_050 }, (_, index) => `M\tp/${index}.html\n`).join('');
  await answered(page, () => drop(page, 'body', [at.file('many.txt', many)]));
  await page.locator('.headline', { hasText: '200,050 paths' }).waitFor({ timeout: 120_000 });
  await tab(page, 'Site');
  await page.getByRole('treeitem').first().waitFor({ timeout: 60_000 });
  assert.equal(await page.getByText('Only the first').count(), 0);
  await page.getByRole('button', { name: 'Unfold all' }).click();
  await page.getByText('Only the first 200,000 lines are shown').waitFor({ timeout: 30_000 });
});

test('what another origin answers is not live here, as the core counts', inBrowser, async (t) => {
  const page = await at.open(t);
  const origin = (Id, bucket) => ({ Id, DomainName: `${bucket}.s3.amazonaws.com`, OriginPath: '' });
  const caching = (TargetOriginId) => ({ TargetOriginId, CachePolicyId: 'x' });
  const config = { DistributionConfig: { DefaultRootObject: '', Origins: { Items: [origin('s', 'site'), origin('o', 'other')] }, DefaultCacheBehavior: caching('s'), CacheBehaviors: { Items: [{ PathPattern: '/a/other*', ...caching('o') }] } } };
  const policy = { bucket: 'site', cover: { mode: 'lossless', other_origins: true }, max_paths: { limit: 2, then: 'widen' } };
  const [diffs, live] = ['M\ta/1.html\nM\ta/2.html\nM\ta/3.html\n', 'a/1.html\na/2.html\na/3.html\na/other.html\nc.html\n'];
  const answer = plan({ diffs, policy, live: { content: live }, distributionConfigs: [{ content: JSON.stringify(config) }] });
  assert.deepEqual([answer.paths, answer.distributions[0].over_purged], [['/a/*'], 0]);
  await page.getByText('Live site').click();
  await field(page, 'live').locator('textarea').fill(live);
  await page.getByText('Distribution', { exact: false }).first().click();
  await answered(page, () => drop(page, '[data-field=configs]', [at.file('origins.json', JSON.stringify(config))]));
  await answered(page, () => drop(page, '[data-field=policy]', [at.file('bucket.json', JSON.stringify(policy))]));
  await typeDiff(page, diffs);
  await tab(page, 'Site');
  await page.getByRole('treeitem').first().waitFor();
  assert.match(await page.getByRole('treeitem').first().textContent(), /3 Purged1 Kept/);
});
