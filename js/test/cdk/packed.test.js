// The packed package in real CDK apps: the example, and fresh ones in JavaScript and TypeScript.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { unzipSync } from 'fflate';

import { cdk, compile, project, standIn } from '../../testing/packed.js';
import { repositoryWith } from '../../testing/sites.js';

const python = process.env.PURGEPLAN_PYTHON;
const js = fileURLToPath(new URL('../..', import.meta.url));
const example = fileURLToPath(new URL('../../../examples/cdk', import.meta.url));

test('npx cdk synth on examples/cdk', () => {
  const manifest = JSON.parse(readFileSync(join(example, 'package.json')));
  const at = project('example', { type: manifest.type });
  for (const name of ['app.js', 'cdk.json']) cpSync(join(example, name), join(at, name));

  const executable = join(at, 'node_modules/purgeplan/dist/lambda/arm64/bootstrap');
  if (!existsSync(executable)) {
    assert.equal(process.env.PURGEPLAN_PACKAGES, undefined, 'the executables were built, and the package has none');
    const { status, stderr } = cdk(at, ['synth']);
    assert.notEqual(status, 0);
    assert.match(stderr, /ExampleSite\/Purge: bootstrap-missing: .*set `bootstrap`/);
    standIn(at);
  }

  const site = repositoryWith('example-site', [
    { 'index.html': '1', 'feed.xml': '1', 'posts/one.html': '1', 'README.md': '1' },
    { 'posts/one.html': '2', 'README.md': '2', 'assets/app-1a2b3c4d.js': 'x', 'runtime~main.js': 'x' },
  ]);
  const { status, stdout, stderr } = cdk(at, ['synth'], { SITE: site });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /Type: AWS::Lambda::Function/);
  assert.match(stderr, /INFO purge preview of `example-site`, \w+\.\.\w+: 3 of 5 changes purged, 4 paths \(1 wildcard\), at most \$0\.020 .*\n +ExampleSite\/Purge\n/);
  assert.match(stderr, /WARNING `\/runtime~main\.js` is purged by/);
  const { answer } = JSON.parse(readFileSync(join(at, 'cdk.out/purge-preview.json')))['ExampleSite/Purge'];
  assert.deepEqual(answer.paths, ['/', '/feed.xml', '/posts/one.html', '/runtime*']);
  assert.match(readFileSync(join(at, 'cdk.out/purge-preview.md'), 'utf8'), /CloudFront invalidation: 4 paths/);
  const [asset] = readdirSync(join(at, 'cdk.out')).filter((name) => /^asset\..*\.zip$/.test(name));
  const { bootstrap } = unzipSync(readFileSync(join(at, 'cdk.out', asset)));
  assert.ok(readFileSync(executable).equals(bootstrap));

  if (python) {
    // W3005: CDK itself lets every function wait for its role twice.
    const lint = ['--ignore-checks', 'W3005', '--', 'cdk.out/ExampleSite.template.json'];
    execFileSync(join(dirname(python), 'cfn-lint'), lint, { cwd: at, stdio: ['ignore', 'inherit', 'inherit'] });
  }

  // Without a checkout of the site it is synthesized all the same.
  rmSync(join(at, 'cdk.out'), { recursive: true });
  const without = cdk(at, ['synth', '--quiet'], { SITE: join(at, 'nowhere') });
  assert.equal(without.status, 0, without.stderr);
  assert.match(without.stderr, /INFO no purge preview: /);
});

test('an app in TypeScript of before `exports`, as older ones of CDK are', () => {
  const compilerOptions = { strict: true, module: 'commonjs', moduleResolution: 'node10', target: 'es2022', skipLibCheck: true, noEmit: true, types: [], lib: ['es2022'] };
  const at = project('ts-node10', {}, {
    'tsconfig.json': JSON.stringify({ compilerOptions, files: ['app.ts'] }),
    'app.ts': "import { plan } from 'purgeplan';\nimport { PurgeOnDeploy } from 'purgeplan/cdk';\nexport { PurgeOnDeploy, plan };\n",
  });
  execFileSync(process.execPath, [join(js, 'node_modules/typescript-5/bin/tsc'), '--project', '.'], { cwd: at, stdio: ['ignore', 'inherit', 'inherit'] });
});

test('the executables of the package are those of the zips', { skip: !process.env.PURGEPLAN_PACKAGES && '`cargo xtask verify` builds them' }, () => {
  const at = project('executables', {});
  for (const [architecture, machine] of [['arm64', 183], ['x86_64', 62]]) {
    const file = join(at, 'node_modules/purgeplan/dist/lambda', architecture, 'bootstrap');
    const [packed] = Object.values(unzipSync(readFileSync(join(process.env.PURGEPLAN_PACKAGES, `purgeplan-lambda-${architecture}.zip`))));
    assert.ok(readFileSync(file).equals(packed));
    assert.equal(packed[18], machine);
    // Whoever zips it by hand has a function that starts.
    assert.equal(statSync(file).mode & 0o111, 0o111);
  }
});

test('the example names the versions that the tests use', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(example, 'package.json')));
  const own = JSON.parse(readFileSync(fileURLToPath(new URL('../../package.json', import.meta.url))));
  assert.deepEqual({ ...dependencies, ...devDependencies }, {
    'aws-cdk': own.devDependencies['aws-cdk'], 'aws-cdk-lib': own.devDependencies['aws-cdk-lib'],
    constructs: own.devDependencies.constructs, purgeplan: own.version,
  });
});

test('the stack of the README, in strict TypeScript', () => {
  const readme = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');
  const text = readme.split('```ts\n')[1].split('```')[0];
  const compilerOptions = { strict: true, module: 'node16', moduleResolution: 'node16', target: 'es2022', skipLibCheck: true, types: [], noEmit: true };
  compile(project('readme-cdk', { type: 'module' }, { 'tsconfig.json': JSON.stringify({ compilerOptions, files: ['stack.ts'] }), 'stack.ts': text }));
});

/** A stack with a queue, in JavaScript of either kind and in TypeScript. */
const APP = `
const app = new App();
const stack = new Stack(app, 'S');
const purge = new PurgeOnDeploy(stack, 'Purge', {
  distribution: Distribution.fromDistributionAttributes(stack, 'D', { distributionId: 'E1', domainName: 'd.example' }),
  repository: Repository.fromRepositoryName(stack, 'R', 'site'),
  bucket: Bucket.fromBucketName(stack, 'B', 'site-bucket'),
  trigger: PurgeTrigger.s3Queue({ batchWindow: Duration.seconds(20) }),
  policy: POLICY,
  preview: { enabled: false },
});
console.log(Object.keys(app.synth().getStackByName('S').template.Resources).length, purge.alarms.length);
`;
const NAMES = [
  ['aws-cdk-lib', 'App, Duration, Stack'], ['aws-cdk-lib/aws-cloudfront', 'Distribution'], ['aws-cdk-lib/aws-codecommit', 'Repository'],
  ['aws-cdk-lib/aws-s3', 'Bucket'], ['purgeplan/cdk', 'PurgeOnDeploy, PurgeTrigger'],
];
const imports = NAMES.map(([from, names]) => `import { ${names} } from '${from}';\n`).join('');
const requires = NAMES.map(([from, names]) => `const { ${names} } = require('${from}');\n`).join('');

/** The program's output: how many resources and alarms there are. */
function run(at, file) {
  standIn(at);
  const output = execFileSync(process.execPath, [file], { cwd: at, stdio: ['ignore', 'pipe', 'pipe'] }).toString();
  assert.match(output, /^1\d 5\n$/);
}

test('an app in JavaScript, ES modules', () => {
  run(project('esm', { type: 'module' }, { 'app.js': imports + APP.replace('POLICY', "{ added: 'skip' }") }), 'app.js');
});

test('an app in JavaScript, CommonJS', () => {
  run(project('cjs', {}, { 'app.js': requires + APP.replace('POLICY', "{ added: 'skip' }") }), 'app.js');
});

for (const type of ['module', 'commonjs']) {
  test(`a strict app in TypeScript, ${type}`, () => {
    const compilerOptions = { strict: true, module: 'node16', moduleResolution: 'node16', target: 'es2022', outDir: 'out', skipLibCheck: true, types: [], lib: ['es2022', 'dom'] };
    const typed = `import type { Construct } from 'constructs';
import { type Policy, PurgeAction, type PurgeOnDeployProps } from 'purgeplan/cdk';
const policy: Policy = { added: 'skip', cover: { mode: 'lossless' } };
// @ts-expect-error no such preset
const wrong: PurgeOnDeployProps['policy'] = { preset: 'fast' };
export const inner = (scope: Construct): PurgeAction => new PurgeAction({ actionName: 'P', purge: new PurgeOnDeploy(scope, 'P', {} as PurgeOnDeployProps) });
export { wrong };
`;
    const at = project(`ts-${type}`, { type }, {
      'tsconfig.json': JSON.stringify({ compilerOptions, files: ['app.ts'] }), 'app.ts': imports + typed + APP.replace('POLICY', 'policy'),
    });
    compile(at);
    run(at, 'out/app.js');
  });
}
