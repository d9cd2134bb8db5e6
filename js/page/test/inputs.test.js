// What is given stays given: files beside text, examples, links, the focus; and what is told when a part is missing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';

import { answered, drop, fact, field, inBrowser, stage, tab, typeDiff } from '../harness.js';

const at = stage();
const box = (page, name) => field(page, name).locator('textarea');
const within = { timeout: 5000 };
const focused = (page) => page.evaluate(() => document.activeElement.closest('[data-field]')?.dataset.field ?? document.activeElement.id);

test('a file is all of a field that takes one; without it the text is there again', inBrowser, async (t) => {
  const page = await at.open(t);
  await page.getByText('Live site').click();
  await box(page, 'live').fill('typed.html\n');
  await typeDiff(page, 'M\ta/1.html\n');
  await answered(page, () => drop(page, '[data-field=live]', [at.file('keys.txt', 'a/1.html\nb.html\n')]));
  assert.equal(await box(page, 'live').count(), 0, 'nobody can type beside the file');
  assert.equal(await fact(page, 'Purged besides'), '0');
  await page.getByRole('button', { name: 'Remove keys.txt' }).click();
  assert.equal(await box(page, 'live').inputValue(), 'typed.html\n');
  await page.waitForFunction(() => document.activeElement.closest('[data-field=live]'), undefined, within);
});

test('an example takes nothing away unasked', inBrowser, async (t) => {
  const page = await at.open(t);
  const asked = [];
  page.on('dialog', (dialog) => (asked.push(dialog.message()), dialog.dismiss()));
  await page.getByText('Live site').click();
  await answered(page, () => drop(page, '[data-field=live]', [at.file('mine.txt', 'a.html\n')]));
  const dialog = page.waitForEvent('dialog');
  await page.getByRole('button', { name: 'Rename', exact: true }).click();
  await dialog;
  await page.getByRole('button', { name: 'Remove mine.txt' }).waitFor();
  assert.deepEqual(asked, ['An example takes the place of what is there. Go on?']);
  assert.equal(await box(page, 'diffs').inputValue(), '');
});

const GOOD = { diffs: [['', 'M\tlinked.html\n']], configs: [], live: [], policy: '', distribution: '', format: 'auto', preset: 'sound', liveKind: 'keys', liveComplete: true, used: 3 };
const linkOf = (state) => `#s1=${deflateRawSync(JSON.stringify(state)).toString('base64url')}`;

test('a link is taken whole or not at all', inBrowser, async (t) => {
  const page = await at.open(t);
  const broken = [{ live: 'x' }, { live: [['a']] }, { diffs: [['f.txt', '\u3042']] }, { format: 'none' }, { used: -1 }, { liveKind: 7 }, { policy: null }];
  for (const wrong of broken) {
    await page.evaluate((hash) => void (location.hash = hash), linkOf({ ...GOOD, diffs: [['', `M\tbroken.html\n`]], ...wrong }));
    await page.getByText('Nothing was taken from it').waitFor(within);
    assert.equal(await box(page, 'diffs').inputValue(), '', JSON.stringify(wrong));
    assert.equal(await page.locator('.chips').count(), 0, JSON.stringify(wrong));
    await page.evaluate((hash) => void (location.hash = hash), '');
    await page.getByText('Nothing was taken from it').waitFor({ state: 'detached' });
  }
  await page.evaluate((hash) => void (location.hash = hash), linkOf(GOOD));
  await page.locator('.rows .cell-path', { hasText: 'linked.html' }).waitFor(within);
  assert.equal(await page.getByLabel('Paths used this month').inputValue(), '3');
});

test('the link follows what is given, also what changes no answer', inBrowser, async (t) => {
  const page = await at.open(t);
  await typeDiff(page, 'M\tlinked.html\n');
  await tab(page, 'Take away');
  await page.getByRole('button', { name: 'Link' }).click();
  await page.locator('.taken', { hasText: '#s1=' }).waitFor();
  const first = await page.locator('.taken').innerText();
  const another = (than) => page.waitForFunction((text) => {
    const shown = document.querySelector('.taken').innerText;
    return shown !== text && shown.includes('#s1=') && shown;
  }, than, within).then((handle) => handle.jsonValue());
  await page.getByLabel('Paths used this month').fill('7');
  const second = await another(first);
  await box(page, 'diffs').fill('--- a/x\n+++ b/x\n@@ -1,3 +1,1 @@\n-old\nwrong\n');
  await page.locator('.problems').waitFor();
  const other = await at.open(t, { url: await another(second) });
  assert.match(await box(other, 'diffs').inputValue(), /wrong/);
  assert.equal(await page.getByRole('tab', { name: 'Take away' }).getAttribute('aria-selected'), 'true');
});

test('the focus stays where somebody works', inBrowser, async (t) => {
  const page = await at.open(t);
  await page.getByText('Live site').click();
  await box(page, 'live').focus();
  await page.keyboard.type('a');
  await page.waitForTimeout(50);
  await page.keyboard.press('Backspace');
  await page.waitForTimeout(100);
  assert.equal(await focused(page), 'live', 'an emptied field does not fold itself away');
  await page.keyboard.type('a.html');
  await page.getByRole('button', { name: 'Live site: Clear' }).click();
  await page.waitForTimeout(100);
  assert.equal(await focused(page), 'live', 'nor does a button that goes away take the focus along');
});

test('what is typed into the policy while its editor loads goes on in the editor', inBrowser, async (t) => {
  const page = await at.open(t);
  let go;
  const wait = new Promise((done) => (go = done));
  await page.route('**/editor-*.js', async (route) => (await wait, route.continue()));
  await page.reload({ waitUntil: 'commit' });
  await box(page, 'policy').focus();
  await page.keyboard.type('{ "ignore": [');
  go();
  await field(page, 'policy').locator('.cm-content').waitFor();
  await page.locator('html[data-loaded]').waitFor();
  await page.keyboard.type('"x"');
  assert.equal(await field(page, 'policy').locator('.cm-content').innerText(), '{ "ignore": ["x"');
});

test('what was typed just before a cancel is not asked in spite of it', inBrowser, async (t) => {
  const page = await at.open(t);
  const large = Array.from({ length: 150_000 }, (_, index) => `M\tp/some/deep/folder/page-${index}.html\n`).join('');
  await drop(page, 'body', [at.file('large.txt', large)]);
  await page.evaluate(async () => {
    for (;;) {
      const cancel = [...document.querySelectorAll('.working button')][0];
      if (cancel) {
        const text = document.querySelector('[data-field=diffs] textarea');
        text.value = 'M\tlate.html\n';
        text.dispatchEvent(new InputEvent('input', { bubbles: true }));
        await Promise.resolve();
        return cancel.click();
      }
      await new Promise(requestAnimationFrame);
    }
  });
  await page.waitForTimeout(600);
  await page.getByText('Stopped. The inputs are as they were.').waitFor(within);
  assert.equal(await focused(page), 'answer');
});

/** Refuses files of the page until `mended` is called. */
const without = (files) => {
  let broken = true;
  return {
    first: (page) => page.route(files, (route) => (broken ? route.abort() : route.continue())),
    mended: () => void (broken = false),
  };
};

test('a language that cannot be loaded leaves the page in English, and is told', inBrowser, async (t) => {
  const { first } = without('**/ja-*.js');
  const page = await at.open(t, { locale: 'ja-JP', first });
  await page.getByText('The language could not be loaded').waitFor(within);
  await typeDiff(page, 'M\tindex.html\n');
  assert.equal(await page.locator('.headline').innerText(), '2 paths for 2 stale URLs');
  page.wrong.length = 0;
});

test('a part that cannot be loaded is told; whoever wants to see it tries again', inBrowser, async (t) => {
  const { first, mended } = without('**/{later,examples}-*.js');
  const page = await at.open(t, { first });
  await page.getByText('A part of the page could not be loaded').waitFor(within);
  await page.getByRole('button', { name: 'Blog' }).click();
  await typeDiff(page, 'M\tindex.html\n');
  mended();
  await tab(page, 'Site');
  await page.getByRole('treeitem').first().waitFor(within);
  page.wrong.length = 0;
});

test('a module that cannot be loaded is told; the next try can do it', inBrowser, async (t) => {
  const { first, mended } = without('**/core-*.wasm');
  const page = await at.open(t, { first });
  await page.getByText('The page cannot go on').waitFor(within);
  mended();
  await answered(page, () => page.getByRole('button', { name: 'Answer again' }).click());
  await typeDiff(page, 'M\tindex.html\n');
  assert.equal(await page.locator('.headline').innerText(), '2 paths for 2 stale URLs');
  page.wrong.length = 0;
});
