import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { call, plan } from '../index.js';
import { call as callText } from '../dist/purgeplan_wasm.js';

// One page of GetDifferences, as the AWS CLI prints it.
const page = readFileSync(new URL('differences.json', import.meta.url));
const request = { diffs: [{ format: 'codecommit', attachments: [0] }] };

test('a page of GetDifferences becomes the paths to invalidate', () => {
  const answer = plan(request, [page]);
  assert.equal(answer.type, 'success', JSON.stringify(answer));
  assert.deepEqual(answer.paths, [
    '/assets/app.8d4e0c77.js',
    '/css/site.css',
    '/old.html',
    '/posts/%E6%98%A5%20%E4%BE%BF%E3%82%8A.html',
  ]);
});

test('the article preset skips what was added', () => {
  const { paths } = plan({ ...request, preset: 'article' }, [page]);
  assert.ok(!paths.includes('/assets/app.8d4e0c77.js'));
  assert.ok(paths.includes('/css/site.css'));
});

test('an object, its JSON text and that text’s bytes are the same request', () => {
  const text = JSON.stringify({ op: 'plan', ...request });
  const answer = plan(request, [page]);
  assert.deepEqual(call(text, [page]), answer);
  assert.deepEqual(call(new TextEncoder().encode(text), [page]), answer);
});

test('the plain object is what JSON.parse makes of the answer’s text', () => {
  const text = JSON.stringify({ op: 'plan', ...request });
  assert.deepStrictEqual(plan(request, [page]), JSON.parse(callText(text, [page])));
});

test('bad input is an answer', () => {
  for (const bad of ['{', { op: 'plan', diffs: [], surprise: 1 }, null]) {
    const answer = call(bad);
    assert.equal(answer.type, 'failure');
    assert.ok(answer.errors[0].code, JSON.stringify(answer));
  }
});

test('an argument of a wrong type throws and names it', () => {
  assert.throws(() => plan(request, ['page']), { name: 'TypeError', message: 'attachments[0] is not a Uint8Array' });
  assert.throws(() => call(undefined), /`request` is neither a string nor a `Uint8Array`/);
});
