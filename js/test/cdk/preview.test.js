// The plan of the next deploy, at synth: from git, offline, and never in the way.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { App, CfnParameter, Fn, Lazy, Stage, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import * as codecommit from 'aws-cdk-lib/aws-codecommit';
import * as s3 from 'aws-cdk-lib/aws-s3';

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
  purgeOn(parts, { trigger: PurgeTrigger.s3(), alarms: false, dashboard: false, preview, ...props });
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
  assert.match(markdown, new RegExp(`^## Site/Purge\n\nFrom ${base} to ${head} of \`three\`\\.\n\n### CloudFront invalidation: 2 paths\n`));
  assert.equal(infos.length, 1);
  assert.equal(infos[0], `purge preview of \`three\`, ${base.slice(0, 7)}..${head.slice(0, 7)}: 2 of 2 changes purged, 2 paths (1 wildcard), at most $0.010 beyond the free 1,000 a month; see purge-preview.md`);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0], /`\/runtime~main\.js` is purged by `\/runtime\*`.*\[ack: purgeplan:tilde\]/);
});

test('it is what the command line and the Lambda decide', () => {
  const policy = { urls: { clean: true }, ignore: ['*.js'] };
  const { json } = previewed({ directory: three }, { policy });
  const diff = `${git(three, 'diff-tree', '-r', '--name-status', 'HEAD~1', 'HEAD')}\n`;
  assert.deepEqual(json.answer.paths, plan({ diffs: diff, policy }).paths);
});

test('the distribution’s configuration counts, as it does for the function', () => {
  const at = repositoryWith('facts', [{ 'a/index.html': '1' }, { 'a/index.html': '2', 'api/x.json': '2', 'site/c.html': '1' }]);
  const decided = (behaviour, origin) => {
    const parts = site();
    const { stack, bucket } = parts;
    const distribution = new cloudfront.Distribution(stack, 'Other', {
      defaultBehavior: { origin: origin(bucket), ...behaviour(stack) },
      additionalBehaviors: { 'api/*': { origin: origins.S3BucketOrigin.withOriginAccessControl(bucket), cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED } },
    });
    purgeOn({ ...parts, distribution }, { trigger: PurgeTrigger.s3(), preview: { directory: at } });
    parts.app.synth();
    const { unread, answer } = JSON.parse(readFileSync(join(parts.app.outdir, 'purge-preview.json')))['Site/Purge'];
    assert.deepEqual([unread, answer.diagnostics], [[], []]);
    return answer.paths;
  };
  const rewriting = (stack) => ({ functionAssociations: [{
    function: new cloudfront.Function(stack, 'F', { code: cloudfront.FunctionCode.fromInline('x') }), eventType: cloudfront.FunctionEventType.VIEWER_REQUEST,
  }] });
  const plain = (bucket) => origins.S3BucketOrigin.withOriginAccessControl(bucket);
  // Neither directory URLs without a function, nor what is not cached.
  assert.deepEqual(decided(() => ({}), plain), ['/a/index.html', '/site/c.html']);
  assert.deepEqual(decided(rewriting, plain), ['/a', '/a/', '/a/index.html', '/site/c.html']);
  const prefixed = (bucket) => origins.S3BucketOrigin.withOriginAccessControl(bucket, { originPath: '/site' });
  assert.deepEqual(decided(() => ({}), prefixed), ['/c.html']);
  // What is known only at the deploy and says nothing of the site.
  const parts = site();
  const host = Fn.select(2, Fn.split('/', new CfnParameter(parts.stack, 'Api').valueAsString));
  const distribution = new cloudfront.Distribution(parts.stack, 'Other', {
    webAclId: Fn.importValue('acl'),
    defaultBehavior: { origin: plain(parts.bucket), ...rewriting(parts.stack) },
    additionalBehaviors: { 'api/*': { origin: new origins.HttpOrigin(host) } },
  });
  purgeOn({ ...parts, distribution }, { trigger: PurgeTrigger.s3(), preview: { directory: at } });
  parts.app.synth();
  const preview = JSON.parse(readFileSync(join(parts.app.outdir, 'purge-preview.json')))['Site/Purge'];
  assert.deepEqual([preview.unread, preview.answer.paths], [[], ['/a', '/a/', '/a/index.html', '/site/c.html']]);
  const website = (bucket) => new origins.S3StaticWebsiteOrigin(bucket);
  assert.deepEqual(decided(() => ({}), website), ['/a', '/a/', '/a/index.html', '/site/c.html']);
});

/** The paths of a site's preview. */
function pathsOf(parts, props) {
  purgeOn(parts, props);
  parts.app.synth();
  return JSON.parse(readFileSync(join(parts.app.outdir, 'purge-preview.json')))['Site/Purge'].answer.paths;
}

test('a bucket with a name is the same, given by that name or as it was made', () => {
  const at = repositoryWith('named', [{ 'a.html': '1' }, { 'a.html': '2' }]);
  for (const given of ['made', 'named']) {
    const { app, stack, repository } = site();
    const made = new s3.Bucket(stack, 'Mine', { bucketName: 'my-site' });
    const named = s3.Bucket.fromBucketName(stack, 'ByName', 'my-site');
    const [bucket, other] = given === 'made' ? [made, named] : [named, made];
    const distribution = new cloudfront.Distribution(stack, 'Other', { defaultBehavior: { origin: origins.S3BucketOrigin.withBucketDefaults(other) } });
    purgeOn({ stack, repository, bucket, distribution }, { trigger: PurgeTrigger.s3(), preview: { directory: at } });
    app.synth();
    const { answer } = JSON.parse(readFileSync(join(app.outdir, 'purge-preview.json')))['Site/Purge'];
    assert.deepEqual([answer.diagnostics, answer.paths], [[], ['/a.html']]);
  }
});

test('overrides of the distribution’s properties count too', () => {
  const parts = site();
  const resource = parts.distribution.node.defaultChild;
  const [{ id: TargetOriginId }] = parts.stack.resolve(resource.distributionConfig).origins;
  const uncached = { PathPattern: '/api/*', TargetOriginId, CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad', ViewerProtocolPolicy: 'allow-all' };
  const overrides = { DefaultRootObject: 'home.html', 'Origins.0.OriginPath': '/site', CacheBehaviors: [uncached] };
  for (const [path, value] of Object.entries(overrides)) resource.addPropertyOverride(`DistributionConfig.${path}`, value);
  const at = repositoryWith('overridden', [{ a: '1' }, { 'site/home.html': '1', 'site/api/x': '1', 'other/y': '1' }]);
  assert.deepEqual(pathsOf(parts, { preview: { directory: at } }), ['/', '/home.html']);
});

test('a policy that has no room for the bucket’s name is planned without it, as the function does', () => {
  const at = repositoryWith('origins', [{ a: '1' }, { 'b.html': '1', 'c.html': '1' }]);
  const paths = (policy) => {
    const parts = site();
    const origin = (bucket) => origins.S3BucketOrigin.withOriginAccessControl(bucket);
    const distribution = new cloudfront.Distribution(parts.stack, 'Other', {
      defaultBehavior: { origin: origin(new s3.Bucket(parts.stack, 'OtherBucket')) }, additionalBehaviors: { 'b*': { origin: origin(parts.bucket) } },
    });
    return pathsOf({ ...parts, distribution }, { policy, preview: { directory: at } });
  };
  assert.deepEqual(paths({ ignore: ['x/**'] }), ['/b.html']);
  assert.deepEqual(paths({ ignore: Array.from({ length: 400 }, (_, index) => `folder-${index}/**`) }), ['/b.html', '/c.html']);
});

test('a repository’s policy must say which of several distributions are purged', () => {
  const files = (policy) => [{ 'a.html': '1' }, { 'a.html': '2', 'p.json': policy }];
  const refused = (name, policy, ids) => {
    const parts = site();
    const distributions = ids.map((id) => cloudfront.Distribution.fromDistributionAttributes(parts.stack, id, { distributionId: id, domainName: '' }));
    purgeOn({ ...parts, distribution: undefined }, { distributions, policyPath: 'p.json', trigger: PurgeTrigger.s3(), preview: { directory: repositoryWith(name, files(policy)) } });
    return () => parts.app.synth();
  };
  assert.doesNotThrow(refused('listed', '{"distributions":[{"id":"E1"},{"id":"E2"}]}', ['E1', 'E2']));
  assert.doesNotThrow(refused('lone', '{}', ['E1']));
  assert.throws(refused('unlisted', '{}', ['E1', 'E2']), /policy-distributions: the repository's policy names no distribution, and there are 2; list/);
  const others = refused('others', '{"distributions":[{"id":"E1"},{"id":"E3"}]}', ['E1', 'E2']);
  assert.throws(others, /lack `E2`[^]*names distribution `E3`, which the construct may not purge/);
  assert.throws(refused('broken', '{', ['E1', 'E2']), /policy-json/);
});

test('an imported distribution’s configuration is not known, which is said', () => {
  const parts = site();
  const distribution = cloudfront.Distribution.fromDistributionAttributes(parts.stack, 'D', { distributionId: 'E1', domainName: 'd.example' });
  purgeOn({ ...parts, distribution }, { trigger: PurgeTrigger.s3(), preview: { directory: three } });
  const infos = Annotations.fromStack(parts.stack).findInfo('*', Match.stringLikeRegexp('configuration of distribution `E1` is not known here: the function reads it, and may purge other URLs'));
  assert.equal(infos.length, 1);
});

test('a distribution and a bucket of other stacks, several distributions, names of their own', () => {
  const app = new App({ outdir: join(folder, 'stacks.out') });
  const [one, two, three3] = ['One', 'Two', 'Three'].map((id) => new Stack(app, id));
  const bucket = new s3.Bucket(one, 'B', { bucketName: 'my-site' });
  const distributions = ['A', 'B'].map((id) => new cloudfront.Distribution(two, id, { defaultBehavior: { origin: new origins.HttpOrigin(bucket.bucketRegionalDomainName) } }));
  const repository = codecommit.Repository.fromRepositoryName(three3, 'R', 'site');
  const policy = { bucket: 'my-site', distributions: [{ id: distributions[0].distributionId }, { id: distributions[1].distributionId, urls: { clean: true } }] };
  purgeOn({ stack: three3, bucket, distribution: undefined, repository }, { distributions, policy, trigger: PurgeTrigger.s3(), preview: { directory: three } });
  app.synth();
  const { unread, answer } = JSON.parse(readFileSync(join(app.outdir, 'purge-preview.json')))['Three/Purge'];
  assert.deepEqual([unread, answer.distributions.map(({ id, billed_paths }) => [id, billed_paths])], [[], [['Two/A', 2], ['Two/B', 3]]]);
  assert.deepEqual(answer.diagnostics.map(({ code }) => code), ['tilde']);
});

test('an S3 trigger tells of objects alone, the pipeline of the whole deploy', () => {
  const at = repositoryWith('objects', [{ 'posts/a.md': '1', 'b.html': '1' }, { 'posts/a.md': '2', 'b.html': null, 'c.html': '1' }]);
  const policy = { dependents: [{ when: 'posts/*.md', purge: ['/feed.xml'] }] };
  const paths = (trigger) => previewed({ directory: at }, { policy, trigger }).json.answer.paths;
  assert.deepEqual(paths(undefined), ['/b.html', '/c.html', '/feed.xml', '/posts/a.md']);
  assert.deepEqual(paths(PurgeTrigger.s3()), ['/b.html', '/c.html', '/posts/a.md']);
  assert.deepEqual(paths(PurgeTrigger.s3Queue({ removals: false })), ['/c.html', '/posts/a.md']);
  assert.deepEqual(paths(PurgeTrigger.s3({ prefix: 'posts/' })), ['/posts/a.md']);
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
  assert.match(markdown, /to the working tree of `working`\./);
});

test('the working tree: a repository within it is no file, and a link has no object', { skip: process.platform === 'win32' }, () => {
  const at = repositoryWith('within', [{ 'a.html': '1' }]);
  put(at, 'a.html', '2');
  put(at, 'sub/b.html', 'x');
  git(join(at, 'sub'), 'init', '--quiet');
  symlinkSync('a.html', join(at, 'link.html'));
  symlinkSync('missing', join(at, 'dangling'));
  const { answer } = previewed({ directory: at, workingTree: true }).json;
  assert.deepEqual(answer.paths, ['/a.html']);
  assert.deepEqual(answer.decisions.map(({ path, reason }) => `${path}: ${reason}`), ['a.html: modified', 'dangling: symlink', 'link.html: symlink']);
});

test('the repository’s policy is read where the plan ends', () => {
  const at = repositoryWith('policy', [{ 'a.html': '1', 'p.json': '{"ignore":["a*"]}' }, { 'a.html': '2', 'b.html': '1' }]);
  put(at, 'p.json', '{}');
  put(at, 'a.html', '3');
  for (const policyPath of ['p.json', '/p.json']) {
    assert.deepEqual(previewed({ directory: at }, { policyPath }).json.answer.paths, ['/b.html']);
  }
  const { json } = previewed({ directory: at, workingTree: true }, { policyPath: 'p.json' });
  assert.deepEqual(json.answer.paths, ['/a.html', '/p.json']);
  assert.match(previewed({ directory: at }, { policyPath: 'no.json' }).infos[0], /`no\.json` \(`policyPath`\) is not in the site's repository/);
  const later = Lazy.string({ produce: () => 'p.json' });
  assert.match(previewed({ directory: at }, { policyPath: later }).infos[0], /^no purge preview: `policyPath` is known only at the deploy$/);
});

test('the repository’s policy may name distributions by their ids, which the app does not know', () => {
  const at = repositoryWith('named', [{ 'a.html': '1' }, { 'a.html': '2', 'p.json': '{"distributions":[{"id":"E1"},{"id":"E2"}]}' }]);
  const { json } = previewed({ directory: at }, { policyPath: 'p.json' });
  assert.deepEqual(json.answer.distributions?.map(({ id }) => id), ['E1', 'E2']);
});

test('an invalid policy in the repository fails the synthesis, with its place', () => {
  const wrong = repositoryWith('wrong', [{ 'p.json': '{\n  "ignore": oops\n}' }]);
  assert.throws(() => previewed({ directory: wrong }, { policyPath: 'p.json' }), /\[Site\/Purge\] `p\.json` \(`policyPath`\): policy-json: line 2, column 13: /);
  const pattern = repositoryWith('pattern', [{ 'p.json': '{"ignore":["ok","a[b"]}' }]);
  assert.throws(() => previewed({ directory: pattern }, { policyPath: 'p.json' }), /: policy-glob: .*\(policy, at \/ignore\/1\); /);
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

/** What is said of a repository, synthesized in a folder without saying where the site is. */
function saidIn(at, repository) {
  const before = process.cwd();
  process.chdir(at);
  try {
    const parts = site();
    purgeOn({ ...parts, repository: repository(parts.stack) }, { trigger: PurgeTrigger.s3(), preview: undefined });
    return Annotations.fromStack(parts.stack).findInfo('*', Match.anyValue())[0].entry.data;
  } finally {
    process.chdir(before);
  }
}

test('the current folder is taken where a remote is the repository, be that imported or made here', () => {
  const at = repositoryWith('cwd', [{ a: '1' }, { a: '2' }]);
  const imported = (stack) => codecommit.Repository.fromRepositoryName(stack, 'Named', 'my-site');
  const made = (stack) => new codecommit.Repository(stack, 'Made', { repositoryName: 'my-site' });
  for (const repository of [imported, made]) {
    assert.match(saidIn(at, repository), /^no purge preview: no remote of the git repository here is `my-site`; set `preview\.directory`/);
  }
  git(at, 'remote', 'add', 'origin', 'https://github.com/me/infrastructure.git');
  for (const repository of [imported, made]) assert.match(saidIn(at, repository), /^no purge preview: no remote .* is `my-site`/);
  git(at, 'remote', 'add', 'aws', 'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/my-site');
  for (const repository of [imported, made]) assert.match(saidIn(at, repository), /^purge preview of `my-site`, .*1 path /);
  // An override is what is deployed.
  const renamed = (stack) => {
    const repository = made(stack);
    repository.node.defaultChild.addPropertyOverride('RepositoryName', 'another');
    return repository;
  };
  assert.match(saidIn(at, renamed), /is `another`; set/);
  const unknown = (stack) => codecommit.Repository.fromRepositoryName(stack, 'Named', new CfnParameter(stack, 'Name').valueAsString);
  assert.match(saidIn(at, unknown), /^no purge preview: the repository's name is known only at the deploy; set `preview\.directory`/);
});

test('a remote by git-remote-codecommit, ssh or a path', () => {
  const at = repositoryWith('remotes', [{ a: '1' }, { a: '2' }]);
  const imported = (stack) => codecommit.Repository.fromRepositoryName(stack, 'Named', 'my-site');
  git(at, 'remote', 'add', 'origin', 'x');
  for (const url of [
    'codecommit://my-site', 'codecommit://me@my-site', 'codecommit::eu-west-1://my-site', 'codecommit::eu-west-1://me@my-site',
    'codecommit::me@my-site', 'ssh://KEY@git-codecommit.eu-west-1.amazonaws.com/v1/repos/my-site', 'git@host:my-site.git', '/a b/my-site/',
    'C:\\sites\\my-site',
  ]) {
    git(at, 'remote', 'set-url', 'origin', url);
    assert.match(saidIn(at, imported), /^purge preview of `my-site`, /, url);
  }
  git(at, 'remote', 'set-url', 'origin', 'codecommit::my-site@other');
  assert.match(saidIn(at, imported), /^no purge preview/);
});

test('of a partial clone nothing is fetched', () => {
  const at = repositoryWith('whole', [{ 'a.html': '1', 'p.json': '{}' }, { 'a.html': '2' }]);
  git(at, 'config', 'uploadpack.allowFilter', 'true');
  const partial = (name, filter) => {
    git(folder, 'clone', '--quiet', '--no-checkout', `--filter=${filter}`, `file://${at}`, join(folder, name));
    return join(folder, name);
  };
  const blobless = partial('blobless', 'blob:none');
  assert.deepEqual(previewed({ directory: blobless }).json.answer.paths, ['/a.html']);
  assert.match(previewed({ directory: blobless }, { policyPath: 'p.json' }).infos[0], /^no purge preview: `p\.json` .*in a partial clone, fetch it/);
  assert.match(previewed({ directory: partial('treeless', 'tree:0') }).infos[0], /^no purge preview: `git diff-tree` failed/);
});

test('a hook’s own repository is not taken for the site’s', () => {
  const other = repositoryWith('hook', [{ hook: '1' }]);
  process.env.GIT_DIR = join(other, '.git');
  try {
    assert.deepEqual(previewed({ directory: three }).json.answer.paths, ['/a.html', '/runtime*']);
  } finally {
    delete process.env.GIT_DIR;
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
  // A plan that is refused passes no gate: its purge would fail.
  const refused = { policy: { max_paths: { limit: 1, then: 'refuse' } } };
  for (const gate of [{ warnings: true }, { billedPaths: 500 }, { wildcards: 15 }, { codes: ['tilde'] }, { unavailable: true }])
    fails(gate, /preview\.failOn: max-paths-exceeded: /, three, refused);
  passes({ warnings: false, codes: [] }, three, refused);
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
