// The plan of the next deploy, at synth: from git, offline, and never in the way.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { App, Stage, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as codecommit from 'aws-cdk-lib/aws-codecommit';

import { plan } from '../../dist/index.js';
import { PurgeTrigger } from '../../dist/cdk/index.js';
import { folder, git, purgeOn, put, repositoryWith, site } from '../../testing/sites.js';

const three = repositoryWith('three', [
  { 'index.html': '1', 'a.html': '1' },
  { 'index.html': '2' },
  { 'a.html': '2', 'runtime~main.js': 'x' },
]);

/** An app that shows this preview, synthesized: the files, and what was said. */
function previewed(preview, props = {}) {
  const parts = site();
  purgeOn(parts, { trigger: PurgeTrigger.s3(), preview, ...props });
  const read = (name) => readFileSync(join(parts.app.outdir, name), 'utf8');
  const said = Annotations.fromStack(parts.stack);
  const texts = (found) => found.map(({ entry }) => entry.data);
  return {
    json: JSON.parse(read('purge-preview.json'))['Site/Purge'],
    markdown: read('purge-preview.md'),
    infos: texts(said.findInfo('*', Match.anyValue())),
    warnings: texts(said.findWarning('*', Match.anyValue())),
  };
}

test('by default from the first parent of HEAD to HEAD', () => {
  const { json, markdown, infos, warnings } = previewed({ directory: three });
  const [head, base] = git(three, 'rev-list', '--max-count=2', 'HEAD').split('\n');
  assert.deepEqual([json.base, json.head], [base, head]);
  assert.deepEqual(json.answer.paths, ['/a.html', '/runtime*']);
  assert.equal(json.answer.distributions[0].id, 'Site/Distribution');
  assert.match(markdown, new RegExp(`^## Site/Purge\n\nFrom ${base} to ${head}\\.\n\n### CloudFront invalidation: 2 paths\n`));
  assert.equal(infos.length, 1);
  assert.equal(infos[0], `purge preview ${base.slice(0, 7)}..${head.slice(0, 7)}: 2 of 2 changes purged, 2 paths (1 wildcard), at most $0.010 beyond the free 1,000 a month; see purge-preview.md`);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0], /`\/runtime~main\.js` is purged by `\/runtime\*`.*\[ack: purgeplan:tilde\]/);
});

test('it is what the command line and the Lambda decide', () => {
  const policy = { urls: { clean: true }, ignore: ['*.js'] };
  const { json } = previewed({ directory: three }, { policy });
  const diff = `${git(three, 'diff-tree', '-r', '--name-status', 'HEAD~1', 'HEAD')}\n`;
  assert.deepEqual(json.answer.paths, plan({ diffs: diff, policy }).paths);
});

test('from another base, a merge base, to another head', () => {
  const paths = (preview) => previewed({ directory: three, ...preview }).json.answer.paths;
  assert.deepEqual(paths({ base: 'HEAD~2' }), ['/', '/a.html', '/index.html', '/runtime*']);
  assert.deepEqual(paths({ head: 'HEAD~1' }), ['/', '/index.html']);
  const forked = repositoryWith('forked', [{ a: '1' }, { a: '2' }]);
  git(forked, 'checkout', '--quiet', '-b', 'feature');
  put(forked, 'b', '1');
  git(forked, 'add', '--all');
  git(forked, 'commit', '--quiet', '--message=b');
  git(forked, 'checkout', '--quiet', 'main');
  put(forked, 'c', '1');
  git(forked, 'add', '--all');
  git(forked, 'commit', '--quiet', '--message=c');
  assert.deepEqual(previewed({ directory: forked, head: 'feature', mergeBase: 'main' }).json.answer.paths, ['/b']);
});

test('the first commit is all of its files', () => {
  const at = repositoryWith('first', [{ 'a.html': '1' }]);
  const { json } = previewed({ directory: at });
  assert.deepEqual([json.base, json.answer.paths], [null, ['/a.html']]);
});

test('the working tree: changed, deleted and new files, not the ignored ones', () => {
  const at = repositoryWith('working', [{ 'a.html': '1', 'b.html': '1', '.gitignore': 'node_modules\n' }]);
  put(at, 'a.html', '2');
  put(at, 'b.html', null);
  put(at, 'docs/ü c.html', 'new');
  put(at, 'node_modules/x.js', 'x');
  const { json, markdown } = previewed({ directory: join(at, 'docs'), workingTree: true }, { policy: { urls: { directory: false } } });
  assert.deepEqual(json.answer.paths, ['/a.html', '/b.html', '/docs/%C3%BC%20c.html']);
  assert.equal(json.head, null);
  assert.match(markdown, /to the working tree\./);
});

test('the repository’s policy is read where the plan ends', () => {
  const at = repositoryWith('policy', [{ 'a.html': '1', 'p.json': '{"ignore":["a*"]}' }, { 'a.html': '2', 'b.html': '1' }]);
  put(at, 'p.json', '{}');
  put(at, 'a.html', '3');
  assert.deepEqual(previewed({ directory: at }, { policyPath: 'p.json' }).json.answer.paths, ['/b.html']);
  const { json } = previewed({ directory: at, workingTree: true }, { policyPath: 'p.json' });
  assert.deepEqual(json.answer.paths, ['/a.html', '/p.json']);
  assert.match(previewed({ directory: at }, { policyPath: 'no.json' }).infos[0], /`no\.json` \(`policyPath`\) is not in the site's repository/);
});

test('without git, commits or a repository it says so, and nothing fails', () => {
  const none = join(folder, 'none');
  mkdirSync(none);
  const said = (preview) => {
    const { json, markdown, infos, warnings } = previewed(preview);
    assert.deepEqual([json.type, warnings], ['unavailable', []]);
    assert.ok(markdown.includes(json.message));
    return infos[0];
  };
  assert.match(said({ directory: none }), /^no purge preview: `.*none` is in no git repository \(.*\); set `preview\.directory`/);
  assert.match(said({ directory: three, base: 'v9' }), /`v9` names no commit/);
  const shallow = join(folder, 'shallow');
  git(folder, 'clone', '--quiet', '--depth=1', `file://${three}`, shallow);
  assert.match(said({ directory: shallow }), /in a shallow clone, fetch more/);
  const path = process.env.PATH;
  process.env.PATH = none;
  try {
    assert.match(said({ directory: three }), /`git` could not be run/);
  } finally {
    process.env.PATH = path;
  }
});

test('the current folder is taken, unless its remotes are of another repository', () => {
  const before = process.cwd();
  const at = repositoryWith('cwd', [{ a: '1' }, { a: '2' }]);
  const named = (parts) => codecommit.Repository.fromRepositoryName(parts.stack, 'Named', 'my-site');
  const said = () => {
    const parts = site();
    purgeOn({ ...parts, repository: named(parts) }, { trigger: PurgeTrigger.s3(), preview: undefined });
    return Annotations.fromStack(parts.stack).findInfo('*', Match.anyValue())[0].entry.data;
  };
  process.chdir(at);
  try {
    assert.match(said(), /^purge preview .*1 path /);
    git(at, 'remote', 'add', 'origin', 'https://github.com/me/infrastructure.git');
    assert.match(said(), /no remote of the git repository here is `my-site`; set `preview\.directory`/);
    git(at, 'remote', 'add', 'aws', 'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/my-site');
    assert.match(said(), /^purge preview /);
  } finally {
    process.chdir(before);
  }
});

test('a plan that fails is a warning: the deploy’s purge would fail', () => {
  const policy = { max_paths: { limit: 1, then: 'refuse' } };
  const { warnings } = previewed({ directory: three }, { policy });
  assert.match(warnings[0], /^the next deploy's purge cannot be planned: .*\[ack: purgeplan:max-paths-exceeded\]/);
});

test('a gate', () => {
  const passes = (failOn, directory = three, props = {}) => assert.doesNotThrow(() => previewed({ directory, failOn }, props));
  const fails = (failOn, message, directory = three, props = {}) => assert.throws(() => previewed({ directory, failOn }, props), message);
  passes({ billedPaths: 2, wildcards: 1, codes: ['everything'], unavailable: true });
  fails({ billedPaths: 1 }, /\[Site\/Purge\] preview\.failOn: the next deploy needs 2 invalidation paths, `billedPaths` allows 1/);
  fails({ wildcards: 0 }, /needs 1 wildcards/);
  fails({ warnings: true }, /preview\.failOn: tilde: /);
  fails({ codes: ['tilde'] }, /preview\.failOn: tilde: /);
  passes({ warnings: true }, join(folder, 'none'));
  fails({ unavailable: true }, /no purge preview: /, join(folder, 'none'));
  fails({ warnings: true }, /max-paths-exceeded/, three, { policy: { max_paths: { limit: 1, then: 'refuse' } } });
});

test('the same bytes every time, with no trace of the machine', () => {
  const [one, other] = [previewed({ directory: three }), previewed({ directory: three })];
  assert.deepEqual(one, other);
  assert.equal(JSON.stringify(one).includes(folder), false);
});

test('several constructs and stages', () => {
  const app = new App({ outdir: join(folder, 'stages.out') });
  const stage = new Stage(app, 'Production');
  const parts = site();
  for (const [index, scope] of [app, app, stage].entries()) {
    const stack = new Stack(scope, `S${index}`);
    const { Repository } = codecommit;
    purgeOn({ ...parts, stack, bucket: undefined, distribution: distributionIn(stack), repository: Repository.fromRepositoryName(stack, 'R', 'site') }, { preview: { directory: three } });
  }
  app.synth();
  const keys = (at) => Object.keys(JSON.parse(readFileSync(join(app.outdir, at, 'purge-preview.json'))));
  assert.deepEqual([keys('.'), keys('assembly-Production')], [['S0/Purge', 'S1/Purge'], ['Production/S2/Purge']]);
});

function distributionIn(stack) {
  return { distributionId: 'E1', distributionArn: 'arn:aws:cloudfront::123456789012:distribution/E1', node: stack.node };
}

test('it can be turned off', () => {
  const parts = site();
  purgeOn(parts, { preview: { enabled: false } });
  parts.app.synth();
  assert.equal(existsSync(join(parts.app.outdir, 'purge-preview.json')), false);
});
