// Every format of a diff that the core reads, told from its bytes and chosen by hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { answered, drop, field, inBrowser, stage } from '../harness.js';

const at = stage();
const rows = (page) => page.locator('.rows .row .cell-path').allInnerTexts();
const [BEFORE, AFTER] = ['1'.repeat(40), '2'.repeat(40)];
const blob = (path, blobId) => ({ blobId, path, mode: '100644' });
/** What `aws codecommit get-differences` prints. */
const codecommit = (path, more = {}) => JSON.stringify({ differences: [{ beforeBlob: blob(path, BEFORE), afterBlob: blob(path, AFTER), changeType: 'M' }], ...more }, null, 4);

const FORMATS = {
  unified: 'diff --git a/a.html b/a.html\nindex 1111111..2222222 100644\n--- a/a.html\n+++ b/a.html\n@@ -1 +1 @@\n-old\n+new\n',
  'name-status': 'M\ta.html\n',
  raw: ':100644 100644 1111111 2222222 M\ta.html\n',
  'name-only': 'a.html\n',
  'git-raw': `:100644 100644 ${BEFORE} ${AFTER} M\0a.html\0`,
  codecommit: codecommit('a.html'),
};

test('each format, typed or as a file, told from its bytes or chosen', inBrowser, async (t) => {
  const page = await at.open(t);
  const offered = await page.getByLabel('Format').locator('option').evaluateAll((options) => options.map(({ value }) => value));
  assert.deepEqual(offered.sort(), ['auto', 'manifests', ...Object.keys(FORMATS)].sort(), 'no format is left out here');
  for (const [name, text] of Object.entries(FORMATS)) {
    for (const chosen of ['auto', name]) {
      await page.getByLabel('Format').selectOption(chosen);
      // No text field holds a NUL.
      const give = text.includes('\0')
        ? () => field(page, 'diffs').locator('input[type=file]').setInputFiles([at.file('raw.bin', text)])
        : () => field(page, 'diffs').locator('textarea').fill(text);
      await answered(page, give);
      assert.deepEqual(await rows(page), ['a.html'], `${name}, read as ${chosen}`);
      await answered(page, () => page.getByRole('button', { name: 'Diff: Clear' }).click());
    }
  }
});

test('several files, each of another format, are one deploy', inBrowser, async (t) => {
  const page = await at.open(t);
  const files = [
    at.file('one.diff', FORMATS.unified.replaceAll('a.html', 'one.html')),
    at.file('two.bin', FORMATS['git-raw'].replaceAll('a.html', 'two.html')),
    at.file('three.json', codecommit('three.html')),
    at.file('four.txt', 'M\tfour.html\n'),
  ];
  await answered(page, () => drop(page, 'body', files));
  assert.deepEqual((await rows(page)).sort(), ['four.html', 'one.html', 'three.html', 'two.html']);
});

test('an answer of CodeCommit that goes on in another page is told', inBrowser, async (t) => {
  const page = await at.open(t);
  await answered(page, () => field(page, 'diffs').locator('textarea').fill(codecommit('a.html', { NextToken: 'more' })));
  await page.locator('.problems, .remarks').first().waitFor();
});
