import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';

import { ask, askText, checkPolicy, explain, parseDiff, plan, policySchema, version } from 'purgeplan';

// One page of GetDifferences, as the AWS CLI prints it.
const page = readFileSync(new URL('differences.json', import.meta.url));

test('a page of GetDifferences becomes the paths to invalidate', () => {
  const answer = plan({ diffs: page });
  assert.equal(answer.type, 'success', JSON.stringify(answer));
  assert.deepEqual(answer.paths, [
    '/assets/app.8d4e0c77.js',
    '/css/site.css',
    '/old.html',
    '/posts/%E6%98%A5%20%E4%BE%BF%E3%82%8A.html',
  ]);
});

test('the article preset skips what was added', () => {
  const { paths } = plan({ diffs: page, preset: 'article' });
  assert.ok(!paths.includes('/assets/app.8d4e0c77.js'));
  assert.ok(paths.includes('/css/site.css'));
});

test('a diff may be text, bytes, pieces, or one of several', () => {
  const expected = plan({ diffs: page }).paths;
  for (const diffs of [page.toString(), { content: page, format: 'codecommit' }, [{ content: [page, page] }], [page, page]]) {
    assert.deepEqual(plan({ diffs }).paths, expected);
  }
});

test('`widenTo` goes before the policy', () => {
  const diffs = Array.from({ length: 9 }, (_, index) => `M\ta/${index}.html\n`).join('');
  assert.equal(plan({ diffs, policy: { max_paths: { limit: 3, then: 'refuse' } } }).type, 'failure');
  assert.deepEqual(plan({ diffs, policy: { max_paths: { limit: 3, then: 'refuse' } }, widenTo: 2 }).paths, ['/a/*']);
});

test('every field of a request reaches the core', () => {
  const config = { DistributionConfig: { Origins: { Items: [{ Id: 'b', DomainName: 'b.s3.amazonaws.com' }] }, DefaultCacheBehavior: { TargetOriginId: 'b' } } };
  const answer = plan({
    diffs: { content: 'M\ta/x.html\nM\ta/y.html\n', head: 'cafe' },
    policy: { added: 'skip' },
    live: { content: ['a/x.html', 'a/y.html', 'b.html'] },
    distributionConfigs: [{ id: 'E1', content: JSON.stringify(config) }],
    identity: ['i'],
    render: 'aws-cli',
  });
  assert.deepEqual(answer.paths, ['/a/*'], JSON.stringify(answer));
  assert.equal(answer.decisions[0].commit, 'cafe');
  assert.match(answer.rendered, /^aws cloudfront create-invalidation --distribution-id 'E1'/m);
  const limited = plan({ diffs: 'M\ta\nM\tb\n', trigger: { uploaded: ['a'] } });
  assert.deepEqual(limited.paths, ['/a']);
});

test('a plan is explained, and a copy of one is not', () => {
  const answer = plan({ diffs: page, render: 'markdown' });
  const told = explain(answer, 'https://example.com/css/site.css?v=1');
  assert.deepEqual(told.verdicts.map(({ url, outcome }) => [url, outcome]), [['/css/site.css', 'purge']]);
  assert.equal(explain(answer, { path: 'old.html' }).verdicts[0].reason, 'deleted');
  assert.equal(explain(structuredClone(answer), '/').errors[0].code, 'explain-answer');
  // The same package, loaded in the other way, knows nothing of this one's answers.
  const required = createRequire(import.meta.url)('purgeplan');
  assert.match(required.explain(answer, '/').errors[0].help, /`import` and `require` load it twice/);
});

test('a failure is a value, and its place is one in the caller’s text', () => {
  const policy = '{ "bucket": "日本 𝒳", "ignored": ["x"] }';
  const { type, errors } = checkPolicy(policy);
  assert.equal(type, 'failure');
  const { code, pointer, place } = errors[0];
  assert.deepEqual([code, pointer, place.input], ['policy-json', '/ignored', 'policy']);
  assert.equal(policy.slice(place.start, place.end), '["x"]');
  const cut = plan({ diffs: 'diff --git a/ü b/ü\nindex 1..2 100644\n--- a/ü\n+++ b/ü\n@@ -1,2 +1,2 @@\n-a\n' });
  assert.equal(cut.errors[0].place.input, 'diffs[0]');
});

test('a place begins and ends on whole characters', () => {
  const policy = '\ufeff{ "a": \u{1F600} }';
  const { place } = checkPolicy(policy).errors[0];
  assert.equal(policy.slice(place.start, place.end), '\u{1F600}');
});

test('a place in bytes is one in the text that TextDecoder makes of them', () => {
  // Cut off, overlong, a surrogate, beyond Unicode, alone.
  const broken = [[0xf0, 0x9f, 0x98], [0xe2, 0x82], [0xc0, 0xaf], [0xe0, 0x80, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x80], [0xff]];
  for (const bytes of broken) {
    const diff = Buffer.concat([Buffer.from('M\t日𝒳'), Buffer.from(bytes), Buffer.from('é\nR100\tü\n')]);
    const { place } = parseDiff(diff).errors[0];
    assert.equal(new TextDecoder('utf-8', { ignoreBOM: true }).decode(diff).slice(place.start, place.end), 'R100\tü');
  }
});

test('a place is found behind more text than a string can hold', () => {
  const end = '"ignored": []}';
  const policy = Buffer.alloc(540_000_000, ' ');
  policy.write('{');
  policy.write(end, policy.length - end.length);
  const { place } = checkPolicy(policy).errors[0];
  assert.equal(policy.toString('latin1', place.start, place.end), '[]');
});

test('many places cost one walk through the text', () => {
  const globs = Array.from({ length: 500 }, (_, n) => `"ü${n}["`);
  const policy = Buffer.from(`{ "$schema": "${'日'.repeat(400_000)}", "ignore": [${globs}] }`);
  const spent = (work) => {
    const before = process.cpuUsage().user;
    const result = work();
    return [result, process.cpuUsage().user - before];
  };
  const [, core] = spent(() => askText('{"op":"check","policy_attachment":0}', [policy]));
  const [{ errors }, all] = spent(() => checkPolicy(policy));
  assert.equal(errors.length, 500);
  const { place } = errors[499];
  assert.equal(policy.toString().slice(place.start, place.end), globs[499]);
  assert.ok(all - core < 1_000_000, `${all - core} µs more than the core takes`);
});

test('shared memory is taken, which no TextDecoder of a browser takes', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(20));
  shared.set(new TextEncoder().encode('{ "ignored": [] }   '));
  const { decode } = TextDecoder.prototype;
  TextDecoder.prototype.decode = function (bytes, ...rest) {
    if (bytes?.buffer === shared.buffer) throw new TypeError('shared');
    return decode.call(this, bytes, ...rest);
  };
  try {
    assert.deepEqual(checkPolicy(shared).errors[0].place, { input: 'policy', start: 13, end: 15 });
  } finally {
    TextDecoder.prototype.decode = decode;
  }
});

test('a policy object is checked as its text', () => {
  const answer = checkPolicy({ ignore: ['a[b'] });
  assert.deepEqual([answer.errors[0].code, answer.errors[0].pointer], ['policy-glob', '/ignore/0']);
  assert.equal(checkPolicy({ preset: 'article' }).settings.added, 'skip');
});

test('a diff is read', () => {
  const { changes } = parseDiff('R100\told\tnew\n', { format: 'name-status' });
  assert.deepEqual(changes.map(({ change, path, from }) => ({ change, path, from })), [{ change: 'renamed', path: 'new', from: 'old' }]);
});

test('the plain object is what JSON.parse makes of the answer’s text', () => {
  const request = JSON.stringify({ op: 'plan', diffs: [{ attachments: [0] }] });
  assert.deepStrictEqual(ask(request, [page]), JSON.parse(askText(request, [page])));
  assert.deepStrictEqual(ask(new TextEncoder().encode(request), [page]), ask(request, [page]));
});

test('an argument of a wrong type throws, names it and says what is wanted', () => {
  const bytes = 'give a string, a `Uint8Array` or an `ArrayBuffer`';
  const wrong = [
    [() => plan(), '`request` is of type `undefined`: give an object and no list'],
    [() => plan('M\ta\n'), '`request` is of type `string`: give an object and no list'],
    [() => plan({}), '`diffs` is of type `undefined`: give text, bytes, or an object with `content`'],
    [() => plan({ diffs: null }), '`diffs` is null: give text, bytes, or an object with `content`'],
    [() => plan({ diffs: [7] }), '`diffs[0]` is of type `number`: give text, bytes, or an object with `content`'],
    [() => plan({ diffs: {} }), `\`diffs.content\` is of type \`undefined\`: ${bytes}`],
    [() => plan({ diffs: ['M\ta\n', { content: 7 }] }), `\`diffs[1].content\` is of type \`number\`: ${bytes}`],
    [() => plan({ diffs: { content: ['', 7] } }), `\`diffs.content[1]\` is of type \`number\`: ${bytes}`],
    [() => parseDiff(7), `\`content\` is of type \`number\`: ${bytes}`],
    [() => parseDiff(['', null]), `\`content[1]\` is null: ${bytes}`],
    [() => checkPolicy(), `\`policy\` is of type \`undefined\`: ${bytes}`],
    [() => plan({ diffs: '', live: 'a' }), '`live` is of type `string`: give an object and no list'],
    [() => plan({ diffs: '', live: { content: 7 } }), '`live.content` is of type `number`: give text, bytes or a list of names'],
    [() => plan({ diffs: '', live: { content: [7] } }), '`live.content` is of type `object`: give text, bytes or a list of names'],
    [() => plan({ diffs: '', trigger: [] }), '`trigger` is of type `object`: give an object and no list'],
    [() => plan({ diffs: '', distributionConfigs: '' }), '`distributionConfigs` is of type `string`: give a list'],
    [() => plan({ diffs: '', distributionConfigs: {} }), '`distributionConfigs` is of type `object`: give a list'],
    [() => plan({ diffs: '', distributionConfigs: ['{}'] }), '`distributionConfigs[0]` is of type `string`: give an object and no list'],
    [() => plan({ diffs: '', distributionConfigs: [{ id: 'E' }] }), `\`distributionConfigs[0].content\` is of type \`undefined\`: ${bytes}`],
    [() => explain(plan({ diffs: 'M\ta\n' }), 7), '`subject` is of type `number`: give an object and no list'],
    [() => ask('{}', [7]), `\`attachments[0]\` is of type \`number\`: ${bytes}`],
  ];
  for (const [call, message] of wrong) assert.throws(call, { name: 'TypeError', message }, message);
  assert.throws(() => checkPolicy({ toJSON() { throw new RangeError('mine'); } }), { message: 'mine' });
});

test('an `ArrayBuffer` is bytes', () => {
  const { buffer } = new Uint8Array(Buffer.from('M\ta\n'));
  assert.equal(parseDiff(buffer).changes[0].path, 'a');
  assert.deepEqual(plan({ diffs: [buffer, { content: buffer }], live: { content: new Uint8Array([97]).buffer } }).paths, ['/a']);
  assert.equal(checkPolicy(new Uint8Array(Buffer.from('{"ignored":[]}')).buffer).errors[0].code, 'policy-json');
});

test('a field that there is not is told, and a number that JSON has not', () => {
  const told = (request) => plan({ diffs: 'M\ta\n', ...request }).errors?.map(({ code, message }) => `${code}: ${message}`);
  const unknown = (name, expected) => [`request-json: unknown field \`${name}\`, expected one of ${expected}`];
  const fields = '`diffs`, `policy`, `preset`, `live`, `distribution`, `distributionConfigs`, `trigger`, `identity`, `widenTo`, `render`';
  assert.deepEqual(told({ polcy: {} }), unknown('polcy', fields));
  assert.deepEqual(told({ widen_to: 1, live: { content: 'a', kinds: 'keys' } }), [
    ...unknown('widen_to', fields),
    ...unknown('live.kinds', '`content`, `complete`, `kind`'),
  ]);
  assert.deepEqual(told({ trigger: { uplaoded: [] } }), unknown('trigger.uplaoded', '`encoding`, `uploaded`, `removed`'));
  assert.deepEqual(told({ distributionConfigs: [{ ID: 'E', content: '{}' }] }), unknown('distributionConfigs[0].ID', '`id`, `content`'));
  const diff = '`content`, `format`, `partial`, `base`, `head`';
  assert.deepEqual(told({ diffs: [{ content: 'M\ta\n', from: 'x' }] }), unknown('diffs[0].from', diff));
  assert.equal(parseDiff('M\ta\n', { fromat: 'raw' }).errors[0].message, `unknown field \`fromat\`, expected one of ${diff}`);
  const planned = plan({ diffs: 'M\ta\n' });
  const asked = explain(planned, { path: 'a', url: '/b' });
  assert.equal(asked.errors[0].message, 'unknown field `subject.url`, expected one of `path`');
  assert.equal(explain(planned, { path: 'a' }).type, 'success');
  for (const number of [NaN, -1, 1.5, Infinity, '3', null]) {
    assert.deepEqual(told({ widenTo: number }), [`request-json: invalid \`widenTo\`: \`${number}\`, expected a whole number from 0`]);
  }
  assert.equal(told({ polcy: undefined, widenTo: undefined, trigger: undefined, live: undefined }), undefined);
});

test('a plan is explained as it was asked, whatever became of the caller’s objects', () => {
  const trigger = { uploaded: ['a'] };
  const live = { content: ['a', 'b'] };
  const answer = plan({ diffs: 'M\ta\nM\tb\n', trigger, live, identity: ['i'] });
  const before = explain(answer, '/a');
  assert.equal(before.verdicts[0].outcome, 'purge');
  trigger.uploaded[0] = 'b';
  live.content.pop();
  assert.deepEqual(explain(answer, '/a'), before);
});

test('bytes that were transferred are told by name', () => {
  const content = new Uint8Array(Buffer.from('M\ta\n'));
  const answer = plan({ diffs: { content } });
  structuredClone(content.buffer, { transfer: [content.buffer] });
  const message = (name) => `the buffer of \`${name}\` was transferred: give bytes that stay`;
  assert.throws(() => explain(answer, '/a'), { name: 'TypeError', message: message('diffs[0]') });
  assert.throws(() => plan({ diffs: [{ content }] }), { name: 'TypeError', message: message('diffs[0].content') });
  assert.throws(() => checkPolicy(content.buffer), { name: 'TypeError', message: message('policy') });
});

test('names of live objects are names, whatever they look like', () => {
  for (const name of ['{"Contents":[]}', '["a"]', ' {', '\ufeffa', 'a\nb']) {
    const content = [name, 'x/1', 'x/2', 'y'];
    const answer = plan({ diffs: 'M\tx/1\nM\tx/2\n', live: { content } });
    assert.deepEqual(answer.paths, ['/x/*'], name);
  }
});

test('the version is the package’s, the schema is a policy’s', () => {
  assert.equal(version, JSON.parse(readFileSync(new URL('../package.json', import.meta.url))).version);
  assert.ok(policySchema().properties.mappings);
});

test('CommonJS gets the same', () => {
  const required = createRequire(import.meta.url)('purgeplan');
  assert.deepEqual(required.plan({ diffs: page }).paths, plan({ diffs: page }).paths);
});

test('a worker has a module of its own', async () => {
  const code = "import { plan } from 'purgeplan'; import { parentPort } from 'node:worker_threads'; parentPort.postMessage(plan({ diffs: 'M\\ta\\n' }).paths);";
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code.replace("'purgeplan'", `'${import.meta.resolve('purgeplan')}'`))}`));
  const paths = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  assert.deepEqual(paths, ['/a']);
});

test('another module is refused, and takes nothing from the next try', async () => {
  const { init, plan } = await import('purgeplan/browser');
  const empty = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
  await assert.rejects(init(empty), { name: 'TypeError', message: 'the module is not purgeplan’s `core.wasm`' });
  await init(readFileSync(new URL('../dist/core.wasm', import.meta.url)));
  assert.deepEqual(plan({ diffs: 'M\ta\n' }).paths, ['/a']);
});

test('an answer that is too long for a string of some engines comes as an object all the same', () => {
  const name = (n) => `${100_000 + n}${'a'.repeat(4_000)}`;
  const lines = Array.from({ length: 67_500 }, (_, n) => Buffer.from(`M\t${name(n)}\n`));
  const { changes } = parseDiff(Buffer.concat(lines));
  assert.equal(changes.length, 67_500);
  assert.ok(changes.every(({ change, path }, n) => change === 'modified' && path === name(n)));
});

test('what stops the module costs the next calls nothing, however often', () => {
  const before = plan({ diffs: page }).paths;
  // As often as the table of the module's references has places, and what is copied in before would fill its memory.
  const pieces = [new Uint8Array(4_000_000), new Uint8Array(0xffff_0000)];
  for (let time = 0; time < 1_100; time += 1) {
    assert.deepEqual(parseDiff(pieces).errors.map(({ code }) => code), ['engine-stopped']);
  }
  assert.deepEqual(plan({ diffs: page }).paths, before);
});
