// Every property is documented, and every one that may be left out says what holds then.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../src/cdk/', import.meta.url));
const PUBLIC = ['props.ts', 'preview-options.ts', 'trigger-options.ts', 'purge-action.ts'];

test('properties and their defaults', () => {
  const wrong = [];
  let properties = 0;
  for (const file of PUBLIC) {
    const text = readFileSync(`${folder}${file}`, 'utf8');
    for (const [, comment, name, optional] of text.matchAll(/(\/\*\*(?:(?!\*\/)[^])*\*\/)?\n  readonly (\w+)(\??):/g)) {
      properties += 1;
      if (!comment || (optional === '?') !== comment.includes('@default')) wrong.push(`${file}: ${name}`);
    }
  }
  assert.ok(properties > 40);
  assert.deepEqual(wrong, []);
});

test('what is exported is documented', () => {
  const bare = readdirSync(folder).flatMap((file) => {
    const text = readFileSync(`${folder}${file}`, 'utf8');
    const exports = [...text.matchAll(/(.*)\nexport (?:abstract )?(?:class|interface|enum|type|function|const) (\w+)/g)];
    return exports.filter(([, before]) => !before.endsWith('*/')).map(([, , name]) => `${file}: ${name}`);
  });
  assert.deepEqual(bare, []);
});
