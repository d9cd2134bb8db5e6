// The function and its options, the policy and where it travels, what is refused.
import assert from 'node:assert/strict';
import { chmodSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { CfnParameter, Duration, Lazy, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import * as codecommit from 'aws-cdk-lib/aws-codecommit';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { strFromU8, unzipSync } from 'fflate';

import { PurgeOnDeploy, PurgeTrigger } from '../../dist/cdk/index.js';
import { bootstrap, idOf, purgeOn, site, statements } from '../../testing/sites.js';

const variables = (template) => template.toJSON().Resources[idOf(template, 'PurgeFunction')].Properties.Environment.Variables;

/** The path of the function's asset. */
function assetOf(app) {
  const zips = readdirSync(app.outdir).filter((name) => /^asset\..*\.zip$/.test(name));
  assert.equal(zips.length, 1);
  return join(app.outdir, zips[0]);
}

/** The texts of the asset's files, by their names. */
function asset(app) {
  return Object.fromEntries(Object.entries(unzipSync(readFileSync(assetOf(app)))).map(([name, bytes]) => [name, strFromU8(bytes)]));
}

test('the function is what is recommended', () => {
  const parts = site();
  purgeOn(parts);
  const template = Template.fromStack(parts.stack);
  template.hasResourceProperties('AWS::Lambda::Function', {
    Runtime: 'provided.al2023', Handler: 'bootstrap', Architectures: ['arm64'], MemorySize: 256, Timeout: 60, ReservedConcurrentExecutions: 1,
    DeadLetterConfig: { TargetArn: { 'Fn::GetAtt': [idOf(template, 'PurgeDeadLetterQueue'), 'Arn'] } },
    LoggingConfig: { LogGroup: { Ref: idOf(template, 'PurgeLog') } },
  });
  template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  template.hasResourceProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 14 * 24 * 3600 });
  template.resourceCountIs('AWS::CloudWatch::Alarm', 4);
  template.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
});

test('every option', () => {
  const parts = site();
  const { stack } = parts;
  purgeOn(parts, {
    branch: 'release', observe: true, architecture: lambda.Architecture.X86_64, memorySize: 512, timeout: Duration.minutes(2),
    reservedConcurrency: Infinity, logRetention: logs.RetentionDays.ONE_WEEK, logLevel: 'debug', dashboard: false,
    alarmTopic: new sns.Topic(stack, 'Topic'), billedPathsAlarm: 200,
    repositoryKey: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:123456789012:key/1'),
  });
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Lambda::Function', {
    Architectures: ['x86_64'], MemorySize: 512, Timeout: 120, ReservedConcurrentExecutions: Match.absent(),
    Environment: { Variables: { branch_name: 'release', PURGEPLAN_MODE: 'observe', AWS_LAMBDA_LOG_LEVEL: 'debug' } },
  });
  template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  template.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
  template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [{ Ref: idOf(template, 'Topic') }] });
  template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'BilledPaths', Threshold: 200, Period: 86400, Statistic: 'Sum', Namespace: 'purgeplan' });
  const permitted = statements(template, idOf(template, 'PurgeRole'));
  // Who only observes may not purge.
  assert.equal('PurgeTheDistribution' in permitted, false);
  assert.deepEqual(permitted.ReadARepositoryWithItsOwnKey, {
    actions: ['kms:Decrypt'], resource: 'arn:aws:kms:eu-west-1:123456789012:key/1',
    Condition: { StringEquals: { 'kms:ViaService': { 'Fn::Join': ['', ['codecommit.', { Ref: 'AWS::Region' }, '.amazonaws.com']] } } },
  });
});

test('alarms can be turned off', () => {
  const parts = site();
  purgeOn(parts, { alarms: false });
  Template.fromStack(parts.stack).resourceCountIs('AWS::CloudWatch::Alarm', 0);
});

test('a policy whose names are known is a file beside the executable', () => {
  const parts = site();
  const bucket = s3.Bucket.fromBucketName(parts.stack, 'Named', 'named-site');
  purgeOn({ ...parts, bucket }, { policy: { ignore: ['drafts/**'], urls: { clean: true } } });
  const template = Template.fromStack(parts.stack);
  assert.equal(variables(template).PURGEPLAN_POLICY, 'policy.json');
  assert.deepEqual(variables(template).dest_id, { Ref: 'Distribution830FAC52' });
  const files = asset(parts.app);
  assert.deepEqual(Object.keys(files).sort(), ['bootstrap', 'policy.json']);
  assert.deepEqual(JSON.parse(files['policy.json']), { ignore: ['drafts/**'], urls: { clean: true }, bucket: 'named-site' });
  assert.equal(files.bootstrap, readFileSync(bootstrap, 'utf8'));
});

test('the zip is the same on every machine, and its executable can be executed', () => {
  const zip = (mode) => {
    chmodSync(bootstrap, mode);
    const parts = site();
    purgeOn({ ...parts, bucket: undefined });
    parts.app.synth();
    return readFileSync(assetOf(parts.app));
  };
  const made = zip(0o755);
  // Windows has no such bits.
  assert.deepEqual(zip(0o644), made);
  chmodSync(bootstrap, 0o755);
  const entries = [...made.toString('latin1').matchAll(/PK\x01\x02/g)].map(({ index }) => ({
    system: made.readUInt8(index + 5),
    mode: made.readUInt32LE(index + 38) >>> 16,
    date: made.readUInt32LE(index + 12),
  }));
  const [unix, beginning] = [3, 0x00210000];
  assert.deepEqual(entries, [{ system: unix, mode: 0o100755, date: beginning }, { system: unix, mode: 0o100644, date: beginning }]);
});

test('without a policy the preset is sound, not the article that three variables alone would mean', () => {
  const parts = site();
  purgeOn({ ...parts, bucket: undefined });
  assert.equal(variables(Template.fromStack(parts.stack)).PURGEPLAN_POLICY, 'policy.json');
  assert.deepEqual(JSON.parse(asset(parts.app)['policy.json']), { preset: 'sound' });
});

test('the same policy and executable are the same asset, another policy another', () => {
  const built = (policy) => {
    const parts = site();
    purgeOn({ ...parts, bucket: undefined }, { policy });
    parts.app.synth();
    return assetOf(parts.app).split('asset.')[1];
  };
  assert.equal(built({ added: 'skip' }), built({ added: 'skip' }));
  assert.notEqual(built({ added: 'skip' }), built({ added: 'purge' }));
});

test('names that are known only at the deploy travel in the environment', () => {
  const parts = site();
  const other = new cloudfront.Distribution(parts.stack, 'Other', {
    defaultBehavior: { origin: new (class extends cloudfront.OriginBase { constructor() { super('example.com'); } renderCustomOriginConfig() { return { originProtocolPolicy: 'https-only' }; } })() },
  });
  purgeOn({ ...parts, distribution: undefined }, { distributions: [parts.distribution, other] });
  const template = Template.fromStack(parts.stack);
  const [one, two] = [{ Ref: 'Distribution830FAC52' }, { Ref: idOf(template, 'Other') }];
  const text = ['{"preset":"sound","bucket":"', { Ref: 'Bucket83908E77' }, '","distributions":[{"id":"', one, '"},{"id":"', two, '"}]}'];
  assert.deepEqual(variables(template).PURGEPLAN_POLICY, { 'Fn::Join': ['', text] });
  assert.equal('dest_id' in variables(template), false);
  assert.equal(statements(template, idOf(template, 'PurgeRole')).PurgeTheDistribution.resource.length, 2);
});

const LARGE = { ignore: Array.from({ length: 400 }, (_, index) => `folder-${index}/**`) };

test('a policy that is too large for the environment gives up the bucket, and says so', () => {
  const parts = site();
  purgeOn(parts, { policy: LARGE }).allowWholeDeploys();
  assert.equal(variables(Template.fromStack(parts.stack)).PURGEPLAN_POLICY, 'policy.json');
  assert.deepEqual(JSON.parse(asset(parts.app)['policy.json']), LARGE);
  Annotations.fromStack(parts.stack).hasInfo('/Site/Purge', Match.stringLikeRegexp('too large for the environment.*bucketName'));
  // Who does not know its name does not list it.
  const template = Template.fromStack(parts.stack);
  const permitted = statements(template, idOf(template, 'PurgeRole'));
  assert.deepEqual(['ReadTheLedger' in permitted, 'ListWhatIsLive' in permitted], [true, false]);
});

test('what fits nowhere is refused', () => {
  const parts = site();
  const policy = { ...LARGE, distributions: [{ id: parts.distribution.distributionId }] };
  assert.throws(() => purgeOn(parts, { policy }), /policy-environment: .*known only at the deploy.*of 4096 bytes; import the distributions/);
  const code = lambda.Code.fromInline('x');
  assert.throws(() => purgeOn(site(), { policy: LARGE, bootstrap: undefined, code }), /policy-environment: .*cannot be a file beside `code`/);
});

test('code of your own has the policy in the environment', () => {
  const parts = site();
  const code = lambda.Code.fromBucket(s3.Bucket.fromBucketName(parts.stack, 'Code', 'code'), 'bootstrap.zip');
  purgeOn({ ...parts, bucket: undefined }, { bootstrap: undefined, code, policy: { added: 'skip' } });
  const template = Template.fromStack(parts.stack);
  assert.equal(variables(template).PURGEPLAN_POLICY, '{"added":"skip"}');
  template.hasResourceProperties('AWS::Lambda::Function', { Code: { S3Bucket: 'code', S3Key: 'bootstrap.zip' } });
});

test('a policy of the repository', () => {
  const parts = site();
  purgeOn(parts, { policyPath: 'ops/purge.json' });
  const template = Template.fromStack(parts.stack);
  const { PURGEPLAN_POLICY_PATH, PURGEPLAN_POLICY } = variables(template);
  assert.deepEqual([PURGEPLAN_POLICY_PATH, PURGEPLAN_POLICY], ['ops/purge.json', undefined]);
  assert.deepEqual(statements(template, idOf(template, 'PurgeRole')).ReadThePolicyFromTheRepository.actions, ['codecommit:GetFile']);
});

test('a policy of the repository, for several distributions: what it must say is said', () => {
  const parts = site();
  const distributions = ['E1', 'E2'].map((distributionId) => cloudfront.Distribution.fromDistributionAttributes(parts.stack, distributionId, { distributionId, domainName: '' }));
  purgeOn({ ...parts, distribution: undefined }, { distributions, policyPath: 'purge.json' });
  Annotations.fromStack(parts.stack).hasInfo('/Site/Purge', Match.stringLikeRegexp('`purge.json` of the repository must list the 2 distributions'));
});

test('what is of another region or account is refused', () => {
  const arn = (service, resource) => `arn:aws:${service}:us-east-1:123456789012:${resource}`;
  const parts = (env) => {
    const own = site({ stackProps: { env } });
    return { ...own, repository: codecommit.Repository.fromRepositoryArn(own.stack, 'Theirs', arn('codecommit', 'site')) };
  };
  const there = { region: 'us-east-1', account: '123456789012' };
  assert.doesNotThrow(() => purgeOn(parts(there)));
  assert.doesNotThrow(() => purgeOn(parts(undefined)));
  assert.throws(() => purgeOn(parts({ ...there, region: 'eu-west-1' })), /repository-elsewhere: `repository` is in `us-east-1`, the function in `eu-west-1`; put/);
  assert.throws(() => purgeOn(parts({ region: 'eu-west-1', account: '1' })), /is in `us-east-1`, `123456789012`, the function in `eu-west-1`, `1`/);
  const [own, other] = [parts(there), parts(there)];
  const bucket = s3.Bucket.fromBucketAttributes(own.stack, 'Far', { bucketName: 'far', region: 'eu-west-1' });
  assert.throws(() => purgeOn({ ...own, bucket }, { trigger: PurgeTrigger.s3() }), /bucket-elsewhere/);
  const pipeline = codepipeline.Pipeline.fromPipelineArn(other.stack, 'Far', 'arn:aws:codepipeline:eu-west-1:123456789012:p');
  assert.throws(() => purgeOn(other, { trigger: PurgeTrigger.pipelineEvent({ pipeline }) }), /pipeline-elsewhere/);
  const third = parts(there);
  const far = new Stack(third.app, 'Far', { env: { ...there, account: '222222222222' } });
  const theirs = new cloudfront.Distribution(far, 'D', { defaultBehavior: { origin: new origins.HttpOrigin('a.example') } });
  assert.throws(() => purgeOn({ ...third, distribution: theirs }), /distribution-elsewhere: distribution `Far\/D` is in account `222222222222`, the function in `123456789012`/);
  const fourth = parts(there);
  const near = new Stack(fourth.app, 'Near', { env: { ...there, region: 'eu-west-1' }, crossRegionReferences: true });
  const global = new cloudfront.Distribution(near, 'D', { defaultBehavior: { origin: new origins.HttpOrigin('a.example') } });
  assert.doesNotThrow(() => purgeOn({ ...fourth, distribution: global }));
  const alias = parts(there);
  const repositoryKey = kms.Alias.fromAliasName(alias.stack, 'Key', 'alias/site');
  assert.throws(() => purgeOn(alias, { repositoryKey }), /repository-key-alias/);
});

test('imported resources and parameters', () => {
  const parts = site();
  const { stack } = parts;
  const parameter = (id) => new CfnParameter(stack, id).valueAsString;
  purgeOn({
    stack,
    bucket: s3.Bucket.fromBucketArn(stack, 'B', parameter('BucketArn')),
    distribution: cloudfront.Distribution.fromDistributionAttributes(stack, 'D', { distributionId: parameter('Id'), domainName: '' }),
    repository: codecommit.Repository.fromRepositoryArn(stack, 'R', parameter('RepositoryArn')),
  }, {
    branch: parameter('Branch'), trigger: PurgeTrigger.s3(),
    memorySize: Token.asNumber(parameter('Memory')), policyPath: parameter('Path'),
    reservedConcurrency: Lazy.number({ produce: () => 3 }),
  });
  const template = Template.fromStack(stack);
  assert.deepEqual(variables(template).dest_id, { Ref: 'Id' });
  assert.deepEqual(variables(template).branch_name, { Ref: 'Branch' });
  const permitted = statements(template, idOf(template, 'PurgeRole'));
  assert.deepEqual(permitted.ReadTheDeployedBranch.resource, { Ref: 'RepositoryArn' });
  // An imported bucket's switch is its owner's.
  template.hasResourceProperties('AWS::S3::Bucket', { NotificationConfiguration: Match.absent() });
});

test('tokens within a policy are checked as far as they are known', () => {
  const parts = site();
  const pattern = Lazy.string({ produce: () => 'drafts/**' });
  purgeOn({ ...parts, bucket: undefined }, { policy: { ignore: [pattern, '*.map'] } });
  assert.equal(variables(Template.fromStack(parts.stack)).PURGEPLAN_POLICY, '{"ignore":["drafts/**","*.map"]}');
  assert.throws(() => purgeOn(site(), { policy: { ignore: [pattern, 'a[b'] } }), /policy-glob/);
});

test('a role of your own', () => {
  const parts = site();
  const role = iam.Role.fromRoleArn(parts.stack, 'Role', 'arn:aws:iam::123456789012:role/purge', { mutable: false });
  purgeOn(parts, { role });
  const template = Template.fromStack(parts.stack);
  template.resourceCountIs('AWS::IAM::Policy', 0);
  template.hasResourceProperties('AWS::Lambda::Function', { Role: 'arn:aws:iam::123456789012:role/purge' });
});

test('a role of your own that must not be changed is not, by an action either', () => {
  const parts = site();
  const role = iam.Role.fromRoleArn(parts.stack, 'Role', 'arn:aws:iam::123456789012:role/purge', { mutable: false });
  purgeOn(parts, { role }).allowJobs();
  Template.fromStack(parts.stack).resourceCountIs('AWS::IAM::Policy', 0);
});

test('a role of your own may serve two of them', () => {
  const parts = site();
  const role = new iam.Role(parts.stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  purgeOn(parts, { role });
  const other = new cloudfront.Distribution(parts.stack, 'Other', { defaultBehavior: { origin: new origins.HttpOrigin('a.example') } });
  const { bucket, repository } = parts;
  new PurgeOnDeploy(parts.stack, 'Second', { bucket, repository, distribution: other, bootstrap, role, preview: { enabled: false } });
  const policies = Object.values(Template.fromStack(parts.stack).findResources('AWS::IAM::Policy'));
  const sids = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement.map(({ Sid }) => Sid)).filter(Boolean);
  assert.equal(new Set(sids).size, sids.length);
  const allowed = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement.flatMap(({ Action }) => Action));
  assert.equal(allowed.filter((action) => action === 'cloudfront:CreateInvalidation').length, 2);
});

test('grants to others', () => {
  const parts = site();
  const purge = purgeOn(parts);
  const role = (id) => new iam.Role(parts.stack, id, { assumedBy: new iam.AccountRootPrincipal() });
  purge.grantInvalidate(role('Editor'));
  purge.grantInvoke(role('Redriver'));
  const template = Template.fromStack(parts.stack);
  const edits = Object.values(statements(template, idOf(template, 'Editor')));
  assert.deepEqual(edits[0].actions, ['cloudfront:CreateInvalidation', 'cloudfront:GetInvalidation']);
  assert.notEqual(edits[0].resource, '*');
  assert.deepEqual(Object.values(statements(template, idOf(template, 'Redriver')))[0].actions, ['lambda:InvokeFunction']);
});

test('metrics are the site’s', () => {
  const parts = site();
  const purge = purgeOn(parts);
  assert.deepEqual(parts.stack.resolve(purge.metricBilledPaths().toMetricConfig().metricStat.dimensions), [
    { name: 'Site', value: { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Repository22E53BBD', 'Name'] }, '/main']] } },
  ]);
  assert.equal(purge.metricFailures({ statistic: 'Average' }).statistic, 'Average');
});

test('wrong policies fail at synth, with code, message and place', () => {
  const refused = (policy, expected) => assert.throws(() => purgeOn(site(), { policy }), (error) => {
    assert.match(error.message, /^Site\/Purge: /);
    for (const part of expected) assert.ok(error.message.includes(part), error.message);
    return true;
  });
  refused({ ignore: ['ok', 'a[b'] }, ['policy-glob: ', '(policy, at /ignore/1); ']);
  refused({ colour: 'red' }, ['policy-json: ', 'unknown field `colour`', 'at /colour']);
  refused({ bucket: '', lookback: { commits: 0 } }, ['at /bucket', 'at /lookback/commits']);
});

test('contradictions with the construct are refused', () => {
  const named = () => {
    const parts = site();
    const bucket = s3.Bucket.fromBucketName(parts.stack, 'Named', 'named-site');
    const distribution = cloudfront.Distribution.fromDistributionAttributes(parts.stack, 'D', { distributionId: 'E1', domainName: 'd.example' });
    return { ...parts, bucket, distribution };
  };
  const refused = (props, message, parts = named()) => assert.throws(() => purgeOn(parts, props), message);
  refused({ policy: { bucket: 'other' } }, /policy-bucket: the policy's `bucket` is `other`, but the construct's is `named-site`/);
  refused({ policy: { distributions: [{ id: 'E2' }] } }, /lack `E1`.*\n.*names distribution `E2`/);
  refused({ distribution: undefined }, /distribution-missing/);
  const both = named();
  refused({ distributions: [both.distribution] }, /distribution-contradiction/, both);
  refused({ distribution: undefined, distributions: [both.distribution, both.distribution] }, /distribution-twice/, named());
  refused({ policy: {}, policyPath: 'a' }, /policy-contradiction/);
  refused({ code: lambda.Code.fromInline('x') }, /code-contradiction/);
  refused({ branch: ' ' }, /branch-empty/);
  refused({ architecture: lambda.Architecture.custom('riscv') }, /architecture: got `riscv`, expected arm64 or x86_64/);
  refused({ reservedConcurrency: 0 }, /`reservedConcurrency` is 0, expected a whole number from 1 on/);
  refused({ reservedConcurrency: 1, trigger: PurgeTrigger.s3Queue() }, /from 2 on/);
  refused({ bootstrap: '/no/such/file' }, /bootstrap-missing: there is no file `\/no\/such\/file`/);
});

test('two of them in one stack', () => {
  const parts = site();
  const other = new Stack(parts.app, 'Second');
  purgeOn(parts);
  purgeOn({ ...parts, stack: other });
  Template.fromStack(other).resourceCountIs('AWS::Lambda::Function', 1);
});
