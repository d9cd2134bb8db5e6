// Languages, colours, phones, keyboards, screen readers.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import { answered, comesTo, drop, inBrowser, stage, typeDiff } from '../harness.js';

const at = stage();
const example = (page, index) => answered(page, () => page.locator('.examples button').nth(index).click());

/** What axe-core finds wrong; its script comes through the debugger, which no policy of the page concerns. */
async function violations(page) {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const { violations: found } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  // The arrow keys move through the editor's list of completions from the text; axe looks for a focus in the list itself.
  const ours = found.filter(({ id, nodes }) => id !== 'scrollable-region-focusable' || nodes.some(({ target }) => !String(target).includes('#cm-ac-')));
  return ours.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join(' | ')}`);
}

const SETTINGS = {
  'light, English': {},
  'dark, Japanese': { colorScheme: 'dark', locale: 'ja-JP' },
  'a phone': { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
};
/** Each state of the page, and what leads to it from the one before. */
const STATES = {
  empty: () => {},
  'an answer, all sections open': async (page) => {
    await example(page, 1);
    await page.locator('details').evaluateAll((all) => all.forEach((each) => (each.open = true)));
  },
  'a chain beside the table': (page) => page.locator('.rows .row').nth(1).click(),
  'a search that finds nothing': async (page) => {
    await page.keyboard.press('Escape');
    await page.locator('.tools input[type=search]').fill('nothing like this');
  },
  'the tree': (page) => page.getByRole('tab').nth(1).click(),
  'a chain beside the tree': async (page) => {
    await page.locator('.tools button').first().click();
    await page.locator('[role=treeitem]:not([aria-expanded])').first().click();
  },
  'the picture': (page) => page.getByRole('tab').nth(2).click(),
  'a folder of the picture': (page) => page.locator('.icicle [role=button]').first().press('Enter'),
  'what if': (page) => page.getByRole('tab').nth(3).click(),
  'what is taken away': (page) => page.getByRole('tab').nth(4).click(),
  'a link': (page) => page.locator('.take .choices button').last().click(),
  'files, and a question that was stopped': async (page) => {
    await drop(page, 'body', [at.file('stopped.txt', 'M\tstopped.html\n'.repeat(200_000))]);
    // The work is short; a real click would come too late.
    await page.waitForFunction(() => document.querySelector('.working button')?.click() ?? document.querySelector('.status:not(.working) button'));
  },
  'names that are hidden': async (page) => {
    page.once('dialog', (dialog) => dialog.accept());
    await example(page, 3);
  },
  'a drop': (page) => page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([''], 'a.txt'));
    document.body.dispatchEvent(new DragEvent('dragover', { dataTransfer, bubbles: true, cancelable: true }));
  }),
  'a wrong diff and the last answer': (page) => typeDiff(page, '--- a/x\n+++ b/x\n@@ -1,3 +1,1 @@\n-old\nwrong\n'),
  'a wrong policy, and completions': async (page) => {
    await typeDiff(page, 'M\ta.html\n');
    await page.locator('[data-field=policy] .cm-content').click();
    await page.keyboard.press('Control+A');
    await answered(page, () => page.keyboard.insertText('{ "ignore": ["a["], '));
    await page.keyboard.press('Control+Space');
  },
  'a broken link': async (page) => {
    await page.keyboard.press('Escape');
    await page.evaluate(() => void (location.hash = '#s1=AAAA'));
  },
};

for (const [name, options] of Object.entries(SETTINGS)) {
  test(`axe-core finds nothing wrong in any state: ${name}`, inBrowser, async (t) => {
    const page = await at.open(t, options);
    const found = {};
    for (const [state, lead] of Object.entries(STATES)) {
      await lead(page);
      await page.waitForTimeout(300);
      const wrong = await violations(page);
      if (wrong.length > 0) found[state] = wrong;
    }
    assert.deepEqual(found, {});
  });
}

test('the language is the browser’s, or the chosen one, which is remembered', inBrowser, async (t) => {
  const page = await at.open(t, { locale: 'ja-JP' });
  assert.equal(await page.locator('html').getAttribute('lang'), 'ja');
  await typeDiff(page, 'M\tindex.html\n');
  assert.equal(await page.locator('.headline').innerText(), '古くなる URL 2 件をパス 2 件で無効化');
  await page.getByLabel('言語').selectOption('en');
  assert.equal(await page.locator('.headline').innerText(), '2 paths for 2 stale URLs');
  await page.reload();
  await page.locator('html[data-loaded]').waitFor();
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
});

test('in Japanese nothing of the page’s own words stays English', inBrowser, async (t) => {
  const page = await at.open(t, { locale: 'ja-JP' });
  await example(page, 1);
  const english = new Set();
  for (let index = 0; index < 5; index += 1) {
    await page.getByRole('tab').nth(index).click();
    await page.waitForTimeout(300);
    const texts = await page.evaluate(() => {
      const walker = document.createTreeWalker(document.getElementById('page'), NodeFilter.SHOW_TEXT);
      const found = [];
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (!node.parentElement.closest('bdi, code, pre, textarea, [lang=en], title')) found.push(node.data.trim());
      }
      return found;
    });
    // Names of things, commands and presets are the same in every language.
    const known = /purgeplan|CloudFront|CodeCommit|AWS CLI|Markdown|English|git diff|aws [a-z0-9-]+ [a-z0-9-]+|--[a-z-]+|sound|article|JSON|URL|API|ID|S3|E2DOCS3RELEASE|Ctrl|Space|Esc|Tab|KB|MB|[.]html|raw -z/g;
    for (const text of texts) if (/[A-Za-z]{2,}/.test(text.replaceAll(known, ''))) english.add(text);
  }
  assert.deepEqual([...english], []);
});

test('light and dark: the system’s, or the chosen one', inBrowser, async (t) => {
  const page = await at.open(t, { colorScheme: 'dark' });
  const ground = () => page.locator('#page').evaluate((element) => getComputedStyle(element).backgroundColor);
  const dark = await ground();
  await page.getByLabel('Colours').selectOption('light');
  assert.notEqual(await comesTo(ground, (colour) => colour !== dark), dark);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.getByLabel('Colours').selectOption('dark');
  assert.equal(await comesTo(ground, (colour) => colour === dark), dark);
});

test('on a phone nothing is wider than the screen, and a row opens its chain', inBrowser, async (t) => {
  const page = await at.open(t, SETTINGS['a phone']);
  await example(page, 3);
  for (let index = 0; index < 5; index += 1) {
    await page.getByRole('tab').nth(index).tap();
    await page.waitForTimeout(200);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, `view ${index}`);
  }
  await page.getByRole('tab').first().tap();
  await page.locator('.rows .row').nth(2).tap();
  const chain = page.getByRole('complementary');
  await chain.waitFor();
  const { x, width } = await chain.boundingBox();
  assert.deepEqual([x, width], [0, 360]);
  await chain.getByRole('button', { name: 'Close' }).tap();
  await chain.waitFor({ state: 'detached' });
});

test('with the keyboard alone: an example, its tabs, a decision', inBrowser, async (t) => {
  const page = await at.open(t);
  const reach = async (name) => {
    for (let step = 0; step < 40; step += 1) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate(() => document.activeElement.innerText?.trim())) === name) return;
    }
    assert.fail(`${name} is not reached`);
  };
  await reach('Skip to the answer');
  await reach('Blog');
  await answered(page, () => page.keyboard.press('Enter'));
  await page.locator('.headline').waitFor();
  await page.evaluate(() => document.getElementById('answer').focus());
  await reach('Decisions');
  await page.keyboard.press('ArrowRight');
  await page.getByRole('tree').waitFor();
  await page.keyboard.press('ArrowLeft');
  const grid = page.getByRole('grid');
  await grid.waitFor();
  for (let step = 0; step < 8 && !(await grid.evaluate((element) => element === document.activeElement)); step += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('complementary', { name: 'Why' }).waitFor();
});
