// Names and inputs that mean harm or are wrong: they stay text, are told at their place, and lose nothing.
import assert from 'node:assert/strict';
import { utimesSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';

import { answered, comesTo, drop, field, inBrowser, stage, tab, typeDiff } from '../harness.js';

const at = stage();
const HOSTILE = ['<img src=x onerror=document.title="hurt">', '"><script>document.title="hurt"</script>', 'a\u202Egnp.exe', 'b\u200B.html', `${'n'.repeat(10_000)}.html`];

test('hostile names are text, in every view', inBrowser, async (t) => {
  const page = await at.open(t);
  const title = await page.title();
  const quoted = HOSTILE.map((name) => `M\t${JSON.stringify(name).replaceAll(/\\u(....)/g, (_, hex) => String.fromCodePoint(parseInt(hex, 16)))}\n`).join('');
  await typeDiff(page, quoted);
  const shown = (await page.locator('.rows .cell-path').allInnerTexts()).join('\n');
  for (const text of [HOSTILE[0], HOSTILE[1], 'aU+202Egnp.exe', 'bU+200B.html', `${'n'.repeat(400)}…`]) assert.ok(shown.includes(text), text.slice(0, 60));
  await page.locator('.rows .row', { hasText: 'onerror' }).click();
  await page.getByRole('complementary', { name: 'Why' }).getByText(HOSTILE[0]).waitFor();
  for (const name of ['Site', 'Cover', 'Take away', 'What if', 'Decisions']) {
    await tab(page, name);
    await page.waitForTimeout(150);
    assert.equal(await page.locator('#page img, #page script').count(), 0, name);
  }
  assert.equal(await page.title(), title);
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(sideways <= 0, `a long name makes the page ${sideways} pixels too wide`);
});

test('names in the core’s messages stay in their box, and nothing in them hides', inBrowser, async (t) => {
  const page = await at.open(t);
  const name = 'it`s\u202Egnp\u2066 \u3164.html';
  await answered(page, () => drop(page, '[data-field=policy]', [at.file('wrong.json', JSON.stringify({ [name]: 1, mappings: [{ source: name, target: 7 }] }))]));
  await typeDiff(page, 'M\ta.html\n');
  const [first] = await page.locator('.problems li p').allInnerTexts();
  assert.ok(first.includes('it`sU+202EgnpU+2066 U+3164.html'), first);
  const boxed = await page.locator('.problems li p code').first().innerText();
  assert.equal(boxed, 'it`sU+202EgnpU+2066 U+3164.html');
  assert.doesNotMatch(await page.locator('.problems').innerText(), /[\u202e\u2066\u3164]/);
});

test('a malformed diff is told at its line; what was typed and the last answer stay', inBrowser, async (t) => {
  const page = await at.open(t);
  const box = field(page, 'diffs').locator('textarea');
  await typeDiff(page, 'M\tgood.html\n');
  const wrong = 'diff --git a/a.html b/a.html\nindex 1111111..2222222 100644\n--- a/a.html\n+++ b/a.html\n@@ -1,3 +1,1 @@\n-<p>日本語 old\nwrong here\n';
  await typeDiff(page, wrong);
  const problems = page.getByRole('alert');
  await problems.getByText(/Diff, line \d+, column \d+/).waitFor();
  const line = Number(/line (\d+)/.exec(await problems.innerText())[1]);
  assert.equal(await problems.locator('.excerpt').innerText().then((text) => text.replace(/^\d+/, '').trim()), wrong.split('\n')[line - 1].trim());
  assert.equal(await box.inputValue(), wrong);
  await page.getByText('Below is the last answer').waitFor();
  assert.deepEqual(await page.locator('.rows .cell-path').allInnerTexts(), ['good.html']);
  await problems.getByRole('button', { name: 'Show the place' }).click();
  const selected = () => box.evaluate((element) => [document.activeElement === element, element.value.slice(0, element.selectionStart).split('\n').length]);
  assert.deepEqual(await comesTo(selected, ([focused]) => focused), [true, line]);
});

test('a fault in a file is told with the file’s name and line', inBrowser, async (t) => {
  const page = await at.open(t);
  await answered(page, () => drop(page, 'body', [at.file('fine.txt', 'M\tfine.html\n'), at.file('bad.diff', '--- a/x.html\n+++ b/x.html\n@@ -1,3 +1,1 @@\n-old\nwrong here\n')]));
  await page.getByRole('alert').getByText(/bad\.diff, line \d, column/).waitFor();
  assert.equal(await page.locator('.chips li').count(), 2);
});

test('a file that changed on the disk is told, and the others stay', inBrowser, async (t) => {
  const page = await at.open(t);
  const path = at.file('changed.txt', 'M\tchanged.html\n');
  await drop(page, 'body', [path], () => {
    writeFileSync(path, 'M\tlonger-than-before.html\n');
    utimesSync(path, 0, 0);
  });
  await page.getByRole('alert').getByText('cannot be read').waitFor({ timeout: 10_000 });
  assert.equal(await page.locator('.chips li').count(), 1);
  const policy = at.file('gone.json', '{}');
  await drop(page, '[data-field=policy]', [policy], () => {
    writeFileSync(policy, '{ "added": "skip" }');
    utimesSync(policy, 0, 0);
  });
  await page.getByRole('alert').getByText('The file cannot be read').waitFor({ timeout: 10_000 });
});

/** The editor, in its shadow tree. */
const editor = (page) => field(page, 'policy').locator('.cm-content');

test('the policy’s editor marks a fault at its place', inBrowser, async (t) => {
  const page = await at.open(t);
  await typeDiff(page, 'M\ta.html\n');
  await editor(page).click();
  await answered(page, () => page.keyboard.insertText('{\n  "ignore": ["a["]\n}'));
  await page.getByRole('alert').getByText('Policy, line 2, column 14').waitFor();
  assert.equal(await field(page, 'policy').locator('.cm-lintRange-error').innerText(), '"a["');
  await page.getByRole('button', { name: 'Show the place' }).click();
  // Only then has the editor taken what follows from the button.
  await page.waitForFunction((content) => content.getRootNode().getSelection().toString() === '"a["', await editor(page).elementHandle());
  await page.keyboard.insertText('"b[ab]"');
  await page.getByRole('alert').waitFor({ state: 'detached' });
  assert.equal(await editor(page).innerText(), '{\n  "ignore": ["b[ab]"]\n}');
});

test('the policy’s editor completes names and values from the schema', inBrowser, async (t) => {
  const page = await at.open(t);
  const options = () => field(page, 'policy').locator('.cm-tooltip-autocomplete li');
  await editor(page).click();
  await page.keyboard.type('{"pre');
  await options().filter({ hasText: '"preset"' }).waitFor();
  await page.waitForTimeout(150); // an option is taken only once it could have been read
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+Space');
  await options().filter({ hasText: '"article"' }).waitFor();
  assert.deepEqual(await options().allInnerTexts(), ['"sound"', '"article"']);
  await page.waitForTimeout(150);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  assert.equal(await editor(page).innerText(), '{"preset": "article"}');
  await page.keyboard.type(', "distributions": [{"or');
  await options().first().filter({ hasText: '"origin_path"' }).waitFor({ timeout: 5000 });
});

test('with the keyboard one gets out of the editor', inBrowser, async (t) => {
  const page = await at.open(t);
  await editor(page).click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  await field(page, 'policy').locator('.cm-editor:not(.cm-focused)').waitFor({ timeout: 5000 });
});
