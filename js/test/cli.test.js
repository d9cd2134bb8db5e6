import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
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
file('two.json', '{ "distributions": [{ "id": "E1" }, { "id": "E2" }] }');
file('wrong.json', '{ "ignored": [] }');
file('live', 'index.html\nother.html\n');
file('urls', '/index.html\n/other.html\n');
const config = (id) => JSON.stringify({ Distribution: { Id: id, DistributionConfig: { Origins: { Items: [{ Id: 'b', DomainName: 'b.s3.amazonaws.com' }] }, DefaultCacheBehavior: { TargetOriginId: 'b' } } } });
file('config.json', config('E1'));
file('other.json', config('E2'));
file('before', `a.html\t${'1'.repeat(32)}\n`);
file('after', `a.html\t${'2'.repeat(32)}\n`);

const run = (program, args, { input, env = { NO_COLOR: '1' }, stdio = 'pipe' } = {}) => {
  const { NO_COLOR: _, CI: __, ...own } = process.env;
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, input, env: { ...own, ...env }, stdio });
  return { status, stdout: stdout?.toString(), stderr: stderr?.toString() };
};
const skip = !native && 'PURGEPLAN_CLI is not set';

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
  ['plan', '--distribution-id', ''],
  ['plan', '--distribution-id='],
  ['plan', '--base', ''],
  ['plan', '--head='],
  ['plan', '--distribution', ''],
  ['plan', '--policy', 'two.json', '--distribution-id', 'E9'],
  ['explain', ''],
  ['explain', '/100%.html'],
  ['explain', '/index.html'],
  ['explain', 'index.html', '--format', 'json'],
  ['check', 'policy.json'],
  ['check', 'wrong.json'],
  ['schema'],
  ['plan', '--distribution', 'config.json', '--distribution', 'E2=other.json'],
  ['plan', '--distribution', 'E3=config.json'],
  ['plan', '--distribution', 'E3=missing.json'],
  ['plan', '--diff', 'names.diff', '--live', 'urls', '--live-kind', 'urls'],
  ['plan', '--diff', 'names.diff', '--live', 'live', '--live-kind', 'urls'],
  ['plan', '--diff', '\u001b[31mX\u007f\u202e\n'],
  ['plan', '--policy', '.'],
  ['plan', '--policy', 'policy.json/x'],
  ['check', '--', 'policy.json'],
  ['check', '--format=json', 'policy.json'],
  ['--version'],
  ['-V'],
];

for (const args of SAME) {
  test(`purgeplan ${JSON.stringify(args.join(' '))}: as the native program`, { skip }, () => {
    assert.deepEqual(run(process.execPath, [cli, ...args]), run(native, args));
    const env = { CLICOLOR_FORCE: '1' };
    assert.deepEqual(run(process.execPath, [cli, ...args], { env }), run(native, args, { env }));
  });
}

// What is refused, in the native program's words, but for its usage lines and tips.
const WRONG = [
  ['plam'],
  ['-x'],
  ['plan', '--nope'],
  ['plan', '-x'],
  ['plan', 'x'],
  ['plan', '--', 'x'],
  ['plan', '--version'],
  ['plan', '--preset', 'x'],
  ['plan', '--preset='],
  ['plan', '--diff-format', 'x', '--diff', 'a'],
  ['plan', '--diff'],
  ['plan', '--diff', '--partial'],
  ['plan', '--diff', '-x'],
  ['plan', '--diff', 'a', '--repo', '.'],
  ['plan', '--repo', '.', '--diff', 'a'],
  ['plan', '--diff', 'a', '--repo', '.', '--base', 'x'],
  ['plan', '--base', 'a', '--manifests', 'a', 'b'],
  ['plan', '--manifests', 'a'],
  ['plan', '--manifests=a', 'b'],
  ['plan', '--manifests', 'a', 'b', 'c'],
  ['plan', '--manifests', 'a', 'b', '--diff', 'x'],
  ['plan', '--manifests', 'a', 'b', '--manifests', 'a', 'b'],
  ['plan', '--partial'],
  ['plan', '--partial=x', '--diff', 'a'],
  ['plan', '--partial', '--partial', '--diff', 'a'],
  ['plan', '--diff-format', 'raw'],
  ['plan', '--base', 'HEAD~1', '--diff-format', 'raw'],
  ['plan', '--repo', '.', '--partial'],
  ['plan', '--partial', '--manifests', 'a', 'b'],
  ['plan', '--manifests', 'a', 'b', '--diff-format', 'raw'],
  ['plan', '--repo='],
  ['plan', '--manifests', 'a', ''],
  ['check', ''],
  ['plan', '--live-kind', 'urls'],
  ['plan', '--policy', 'a', '--preset', 'sound'],
  ['plan', '--policy', 'a', '--policy', 'b'],
  ['plan', '--format', 'text', '--format', 'json'],
  ['explain'],
  ['explain', 'a', 'b'],
  ['explain', '/a', '--format', 'markdown'],
  ['check'],
  ['check', 'a', 'b'],
  ['check', 'policy.json', '--preset', 'article'],
  ['check', 'policy.json', '--repo', '/x'],
  ['check', '-V'],
  ['schema', '--policy', 'p'],
  ['schema', 'x'],
];

for (const args of WRONG) {
  test(`purgeplan ${args.join(' ')}: refused`, () => {
    const { status, stdout, stderr } = run(process.execPath, [cli, ...args]);
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, /^error: .+\nhelp: {2}for more information, try '--help'\n$/);
    if (!native) return;
    const told = run(native, args);
    assert.deepEqual([told.status, told.stdout], [2, '']);
    assert.equal(stderr.split('\n')[0], told.stderr.split('\n\n')[0].replaceAll(/\n +/g, ' '));
  });
}

test('a command of the native program says where it is', () => {
  for (const command of ['apply', 'local', 'redrive']) {
    const { status, stdout, stderr } = run(process.execPath, [cli, command, '--yes']);
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, new RegExp(`^error: \`${command}\` is in the native program only\nhelp:  run the native program, `));
  }
});

test('help is that of the program, or of the command', () => {
  const help = (...args) => run(process.execPath, [cli, ...args]);
  const whole = help('--help');
  assert.deepEqual([whole.status, whole.stderr], [0, '']);
  assert.match(whole.stdout, /^Usage: purgeplan <COMMAND>$/m);
  assert.match(whole.stdout, /^In the native program only: `apply`, `local`, `redrive`\.$/m);
  assert.deepEqual([help('-h'), help('help')], [whole, whole]);
  // Nothing asked is no success, as natively.
  assert.deepEqual(help(), { status: 2, stdout: '', stderr: whole.stdout });
  for (const command of ['plan', 'explain', 'check', 'schema']) {
    const { status, stdout } = help(command, '--help');
    assert.equal(status, 0);
    assert.deepEqual([help('help', command).stdout, help(command, '-h').stdout], [stdout, stdout]);
    if (!native) continue;
    const told = run(native, [command, '-h']).stdout;
    const options = (text) => text.match(/^ +(?:-h, )?--[a-z-]+(?: <\S+>)*/gm).map((name) => name.trim());
    assert.deepEqual(options(stdout), options(told));
    assert.deepEqual(stdout.split('\n').slice(0, 3), told.split('\n').slice(0, 3));
  }
});

test('each stream has its own colour', { skip: process.platform === 'win32' }, () => {
  const coloured = (stream, args, env) => {
    const isTerminal = `data:text/javascript,Object.defineProperty(process.${stream}, 'isTTY', { value: true })`;
    const { stdout, stderr } = run(process.execPath, ['--import', isTerminal, cli, ...args], { env: { TERM: 'xterm', ...env } });
    return [stdout, stderr].map((text) => text.includes('\u001b'));
  };
  const [planned, failed, misused] = [['plan'], ['check', 'wrong.json'], ['check', 'missing.json']];
  assert.deepEqual(coloured('stdout', planned), [true, false]);
  assert.deepEqual(coloured('stderr', planned), [false, false]);
  for (const args of [failed, misused]) {
    assert.deepEqual(coloured('stdout', args), [false, false]);
    assert.deepEqual(coloured('stderr', args), [false, true]);
  }
  const environments = [
    [{ NO_COLOR: '1', CLICOLOR_FORCE: '1' }, false],
    [{ NO_COLOR: '' }, true],
    [{ TERM: 'dumb' }, false],
    [{ TERM: 'dumb', CLICOLOR: '1' }, true],
    [{ TERM: 'dumb', CI: '' }, true],
    [{ CLICOLOR: '0' }, false],
    [{ CLICOLOR: '0', CLICOLOR_FORCE: '1' }, true],
  ];
  for (const [env, expected] of environments) assert.equal(coloured('stdout', planned, env)[0], expected, JSON.stringify(env));
});

test('an output that cannot be written is told', { skip: !existsSync('/dev/full') }, () => {
  for (const args of [['schema'], ['plan'], ['--help'], ['--version']]) {
    const full = openSync('/dev/full', 'w');
    const stdio = ['ignore', full, 'pipe'];
    const { status, stderr } = run(process.execPath, [cli, ...args], { stdio });
    assert.equal(status, 2);
    assert.equal(stderr, 'error: the output could not be written: No space left on device (os error 28)\nhelp:  check where it goes\n');
    if (native && args[0] === 'schema') assert.deepEqual(run(native, args, { stdio }), { status, stdout: undefined, stderr });
    assert.equal(run(process.execPath, [cli, 'plan', '--nope'], { stdio: ['ignore', 'ignore', full] }).status, 2);
    closeSync(full);
  }
});

test('a diff comes from standard input', () => {
  const { status, stdout } = run(process.execPath, [cli, 'plan', '--diff', '-'], { input: 'M\ta.html\n' });
  assert.equal(status, 0);
  assert.match(stdout, /\/a\.html/);
});

test('the end of a shallow clone is not taken for the first commit', () => {
  const { status, stdout, stderr } = run(process.execPath, [cli, 'plan', '--repo', 'shallow']);
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /^error: the parent of `[0-9a-f]{40}` is not in `shallow`, a shallow clone; run `git fetch --deepen=1`/);
});

test('git asks for nothing', () => {
  // A clone without trees, whose remote is gone behind a password; in a terminal git would wait for one.
  const askpass = { GIT_ASKPASS: '/bin/false', GIT_TERMINAL_PROMPT: '1', NO_COLOR: '1' };
  const bare = mkdtempSync(join(tmpdir(), 'purgeplan-'));
  const program = join(bare, 'git');
  writeFileSync(program, '#!/bin/sh\necho "$GIT_TERMINAL_PROMPT" >&2\nexit 1\n', { mode: 0o755 });
  const { stderr } = run(process.execPath, [cli, 'plan'], { env: { ...askpass, PATH: bare } });
  rmSync(bare, { recursive: true });
  assert.match(stderr, /^error: `\.` is not a git repository: 0;/);
});

test('an argument that was no UTF-8 is refused', () => {
  const { status, stderr } = run(process.execPath, [cli, 'explain', 'bad\ufffd.html']);
  assert.deepEqual([status, stderr.split('\n')[0]], [2, 'error: invalid UTF-8 was detected in one or more arguments']);
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
