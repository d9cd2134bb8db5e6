// What is written about the project agrees with it: `node --test docs/test/`.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { codesOf, inConstruct, inSources, isInSources, onPage } from '../tools/codes.mjs';
import { faultsOfHtml, faultsOfMarkdown, pages, ROOT } from '../tools/links.mjs';
import { PAGE, page, schema } from '../tools/policy.mjs';

test('the policy reference is that of the schema', () => {
  const same = readFileSync(PAGE, 'utf8') === page(schema());
  assert.ok(same, 'docs/src/policy.md is not what core/policy.schema.json makes: run `node docs/tools/policy.mjs`');
});

test('a keyword of the schema that the reference would not tell of is refused', () => {
  const other = { ...schema(), properties: { preset: { title: 'Preset', multipleOf: 2 } } };
  assert.throws(() => page(other), /multipleOf/);
});

const CORE = new URL('../../js/dist/index.js', import.meta.url);

test('the policies of the pages hold', { skip: !existsSync(CORE) && 'js/dist is not built' }, async () => {
  const { checkPolicy } = await import(CORE);
  const written = ['policy.md', 'quick-start.md'].flatMap((name) => {
    const blocks = readFileSync(join(ROOT, 'docs/src', name), 'utf8').matchAll(/^```json\n([\s\S]*?)^```$/gm);
    return [...blocks].map(([, block]) => block);
  });
  assert.ok(written.length > 15, 'the examples were found');
  const odd = written
    .map((policy) => [policy, checkPolicy(policy)])
    .filter(([, answer]) => answer.type === 'failure' || answer.diagnostics.length > 0);
  assert.deepEqual(
    odd.map(([policy, { errors, diagnostics }]) => [policy, errors ?? diagnostics]),
    [],
  );
});

test('codes are found however they are written', () => {
  const source = `
    const CODE: &str = "in-a-constant"; // "in-a-comment"
    #[serde(rename = "in-an-attribute")]
    fn code(self) -> &'static str { match self { Self::A => "single", Self::B => "two-words" } }
    fn make(c: char) {
        if c == '"' { return Error::new("first", format!("in a-message of {c}"), "help-me or not"); }
        report.warn(&at, "second", "message", "help");
    }
#[cfg(test)]
mod tests {
    "in-a-test";
}`;
  assert.deepEqual([...codesOf(source)].sort(), ['first', 'in-a-constant', 'second', 'single', 'two-words']);
});

test('every code of the sources is on the page of troubles, and every code there is in the sources', () => {
  const [sources, rows] = [inSources(), onPage()];
  assert.ok(sources.size > 100, 'the sources were read');
  for (const code of inConstruct()) sources.set(code, 'js/src/cdk');
  const missing = [...sources].filter(([code]) => !rows.includes(code)).map(([code, file]) => `${code} (${file})`);
  assert.deepEqual(
    missing,
    [],
    'add a row to docs/src/troubleshooting.md, or, if it is no code, to OTHER_WORDS of docs/tools/codes.mjs',
  );
  assert.deepEqual(
    rows.filter((code) => !isInSources(code)),
    [],
    'rows of docs/src/troubleshooting.md that no source has',
  );
  assert.deepEqual(
    rows.filter((code, at) => rows.indexOf(code) !== at),
    [],
    'rows that are there twice',
  );
});

test('every link of the documentation leads to a file and a heading', () => {
  assert.deepEqual(pages().flatMap(faultsOfMarkdown), []);
});

test('the Japanese README has every line of code of the English one', () => {
  const japanese = new Set(codeOf('README.ja.md'));
  assert.deepEqual(
    codeOf('README.md').filter((line) => !japanese.has(line)),
    [],
  );
});

/** The lines of code blocks, without the comments, which are translated. */
function codeOf(path) {
  const blocks = readFileSync(join(ROOT, path), 'utf8').matchAll(/^( *)```[^\n]*\n([\s\S]*?)^\1```$/gm);
  const lines = [...blocks].flatMap(([, , block]) => block.split('\n'));
  return lines.map((line) => line.replace(/(^|\s+)(?:#|\/\/) .*$/, '').trim()).filter((line) => line !== '');
}

test('every page of the book is in its summary', () => {
  const summary = readFileSync(join(ROOT, 'docs/src/SUMMARY.md'), 'utf8');
  const files = readdirSync(join(ROOT, 'docs/src')).filter((name) => name.endsWith('.md') && name !== 'SUMMARY.md');
  assert.deepEqual(
    files.filter((name) => !summary.includes(`(${name})`)),
    [],
  );
});

// Where mdBook has been run before: `PURGEPLAN_BOOK` is the folder that it wrote.
test(
  'every link of the built book leads to a file and an anchor',
  { skip: !process.env.PURGEPLAN_BOOK && 'PURGEPLAN_BOOK is not set' },
  () => {
    const book = process.env.PURGEPLAN_BOOK;
    const built = readdirSync(book, { recursive: true }).filter((name) => name.endsWith('.html'));
    for (const name of ['quick-start.html', 'troubleshooting.html'])
      assert.ok(existsSync(join(book, name)), `${name} was not built`);
    // The page for what is not found stands at any depth, and names the root of a server.
    assert.deepEqual(
      built.filter((name) => name !== '404.html').flatMap((name) => faultsOfHtml(book, name)),
      [],
    );
  },
);
