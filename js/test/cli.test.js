import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

// `cargo xtask test` names the native program, whose output is the measure.
const native = process.env.PURGEPLAN_CLI;
const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'purgeplan-'));
after(() => rmSync(folder, { recursive: true }));

const git = (...args) => execFileSync('git', ['-C', folder, '-c', 'user.name=n', '-c', 'user.email=e@example.com', ...args]);
const file = (name, text) => writeFileSync(join(folder, name), text);
git('init', '--quiet');
file('index.html', '1');
file('日 本~.html', '1');
git('add', '.');
git('commit', '--quiet', '--message=one');
file('index.html', '2');
file('日 本~.html', '2');
git('commit', '--quiet', '--all', '--message=two');
execFileSync('git', ['clone', '--quiet', '--depth=1', `file://${folder}`, join(folder, 'shallow')]);
file('names.diff', 'M\tindex.html\nA\tnew.html\n');
file('cut.diff', 'diff --git a/a b/a\nindex 1..2 100644\n--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n-a\n');
file('policy.json', '{ "added": "skip" }');
file('wrong.json', '{ "ignored": [] }');
file('live', 'index.html\nother.html\n');
file('before', 'a.html\t1\n');
file('after', 'a.html\t2\n');

const run = (program, args, input) => {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, input, env: { ...process.env, NO_COLOR: '1' } });
  return { status, stdout: stdout.toString(), stderr: stderr.toString() };
};

const SAME = [
  ['plan'],
  ['plan', '--head', 'HEAD~1'],
  ['plan', '--repo', '.', '--base', 'HEAD~1', '--head', 'HEAD', '--format', 'json'],
  ['plan', '--format', 'markdown'],
  ['plan', '--format', 'aws-cli', '--distribution-id', 'E1'],
  ['plan', '--diff', 'names.diff', '--diff', 'names.diff', '--preset', 'article'],
  ['plan', '--diff=names.diff', '--diff-format', 'name-status', '--policy', 'policy.json', '--live', 'live'],
  ['plan', '--diff', 'cut.diff', '--partial'],
  ['plan', '--diff', 'cut.diff'],
  ['plan', '--manifests', 'before', 'after'],
  ['plan', '--policy', 'wrong.json'],
  ['plan', '--policy', 'missing.json'],
  ['plan', '--repo', 'missing'],
  ['plan', '--repo', 'shallow'],
  ['plan', '--base', 'no-such'],
  ['plan', '--diff', '-', '--live', '-'],
  ['explain', '/index.html'],
  ['explain', 'index.html', '--format', 'json'],
  ['check', 'policy.json'],
  ['check', 'wrong.json'],
  ['schema'],
];

for (const args of SAME) {
  test(`purgeplan ${args.join(' ')}: as the native program`, { skip: !native && 'PURGEPLAN_CLI is not set' }, () => {
    assert.deepEqual(run(process.execPath, [cli, ...args]), run(native, args));
  });
}

test('a diff comes from standard input', () => {
  const { status, stdout } = run(process.execPath, [cli, 'plan', '--diff', '-'], 'M\ta.html\n');
  assert.equal(status, 0);
  assert.match(stdout, /\/a\.html/);
});

test('the end of a shallow clone is not taken for the first commit', () => {
  const { status, stdout, stderr } = run(process.execPath, [cli, 'plan', '--repo', 'shallow']);
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /^error: the parent of `[0-9a-f]{40}` is not in `shallow`, a shallow clone; run `git fetch --deepen=1`/);
});

test('a hook’s own repository is not taken for the named one', () => {
  const other = join(folder, 'other');
  git('init', '--quiet', other);
  const env = { ...process.env, NO_COLOR: '1', GIT_DIR: join(other, '.git') };
  for (const [program, ...args] of [[process.execPath, cli], ...(native ? [[native]] : [])]) {
    const planned = spawnSync(program, [...args, 'plan', '--repo', folder], { env });
    assert.match(planned.stdout.toString(), /\/index\.html/, planned.stderr.toString());
  }
});

test('wrong arguments are told, and exit with 2', () => {
  for (const args of [[], ['plam'], ['plan', '--nope'], ['plan', 'x'], ['check'], ['plan', '--preset', 'x'], ['plan', '--diff', 'a', '--repo', '.'], ['plan', '--partial'], ['explain', '/a', '--format', 'markdown'], ['plan', '--manifests', 'a']]) {
    const { status, stdout, stderr } = run(process.execPath, [cli, ...args]);
    assert.deepEqual([status, stdout], [2, ''], args.join(' '));
    assert.match(stderr, /^error: .+\nhelp: {2}for more information, try '--help'\n$/, args.join(' '));
  }
  assert.match(run(process.execPath, [cli, '--help']).stdout, /Usage: purgeplan/);
  assert.match(run(process.execPath, [cli, '-V']).stdout, /^purgeplan \d/);
});
