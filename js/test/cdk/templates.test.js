// Whole templates: as they were reviewed, and as cdk-nag and cfn-lint want them. `PURGEPLAN_BLESS=1` writes the snapshot.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks } from 'cdk-nag';

import { PurgeAction, PurgeTrigger, S3Delivery } from '../../dist/cdk/index.js';
import { pipelineOf, purgeOn, site } from '../../testing/sites.js';

const { NOTIFICATION: delivery } = S3Delivery;

/** Every trigger, and the options that add resources. */
const CASES = {
  action: (parts) => {
    const purge = purgeOn(parts, { alarmTopic: new sns.Topic(parts.stack, 'Topic'), billedPathsAlarm: 100 });
    pipelineOf(parts).stage.addAction(new PurgeAction({ actionName: 'Purge', purge, wait: true }));
  },
  event: (parts) => {
    const { pipeline } = pipelineOf(parts);
    return purgeOn(parts, { trigger: PurgeTrigger.pipelineEvent({ pipeline, stage: 'Deploy' }), policyPath: 'purge.json' });
  },
  s3: (parts) => purgeOn(parts, { trigger: PurgeTrigger.s3({ prefix: 'site/' }), observe: true }),
  queue: (parts) => purgeOn(parts, { trigger: PurgeTrigger.s3Queue() }),
  notifications: (parts) => purgeOn(parts, { trigger: PurgeTrigger.s3({ delivery }) }),
  imported: (parts) => {
    const bucket = s3.Bucket.fromBucketName(parts.stack, 'Theirs', 'their-site');
    return purgeOn({ ...parts, bucket }, { trigger: PurgeTrigger.s3Queue(), alarms: false, dashboard: false });
  },
};

const synthesized = {};
before(() => {
  for (const [name, build] of Object.entries(CASES)) {
    const parts = site();
    build(parts);
    parts.app.synth();
    synthesized[name] = parts;
  }
});

test('the full stack is the reviewed one', () => {
  const file = fileURLToPath(new URL('snapshots/action.json', import.meta.url));
  const template = Template.fromStack(synthesized.action.stack).toJSON();
  const text = `${JSON.stringify(template, null, 2)}\n`;
  if (process.env.PURGEPLAN_BLESS) writeFileSync(file, text);
  const reviewed = existsSync(file) ? readFileSync(file, 'utf8') : '';
  assert.deepEqual(template, JSON.parse(reviewed || '{}'), 'write it anew with PURGEPLAN_BLESS=1 if this is meant');
});

for (const name of Object.keys(CASES)) {
  test(`cdk-nag, AwsSolutions: ${name}`, () => {
    const parts = site();
    Validations.of(parts.app).addPlugins(new AwsSolutionsChecks(parts.app));
    CASES[name](parts);
    // The same finding in the user's own part. Before aws-cdk-lib 2.269 what is acknowledged in one place was so in all.
    const roles = [new iam.Role(parts.stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() })];
    new iam.Policy(parts.stack, 'Broad', { roles, statements: [new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] })] });
    // It throws for what it finds in the site of the tests, which shows that the pack was at work.
    assert.throws(() => quietly(() => parts.app.synth()), /Validation failed/);
    const found = findings(parts.app);
    assert.deepEqual(found.filter((finding) => finding.includes('Site/Purge')), []);
    assert.deepEqual(found.filter((finding) => finding.startsWith('AwsSolutions-IAM5[Resource::*]')), ['AwsSolutions-IAM5[Resource::*] Site/Broad/Resource']);
  });
}

/** What cdk-nag found in an app. */
function findings({ outdir }) {
  const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json')));
  const nag = report.pluginReports.find(({ pluginName }) => pluginName === 'AwsSolutions');
  return nag.violations.flatMap(({ ruleName, violatingConstructs }) => violatingConstructs.map(({ constructPath }) => `${ruleName} ${constructPath}`));
}

/** Without the findings on standard error: they are read from the report. */
function quietly(work) {
  const { write } = process.stderr;
  process.stderr.write = () => true;
  try {
    return work();
  } finally {
    process.stderr.write = write;
  }
}

test('one finding is acknowledged, with its reason', () => {
  const acknowledged = synthesized.action.stack.node.findAll().flatMap(({ node }) => node.metadata
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY).map(({ data }) => [node.path, JSON.stringify(data)]));
  assert.equal(acknowledged.length, 1);
  assert.equal(acknowledged[0][0], 'Site/Purge/AnswerJobs');
  assert.match(acknowledged[0][1], /AwsSolutions-IAM5\[Resource::\*\].*accept no resource/);
});

const python = process.env.PURGEPLAN_PYTHON;

test('cfn-lint finds nothing in any of them', { skip: !python && 'PURGEPLAN_PYTHON is not set' }, () => {
  const templates = Object.values(synthesized).flatMap(({ app }) => readdirSync(app.outdir)
    .filter((name) => name.endsWith('.template.json')).map((name) => join(app.outdir, name)));
  assert.equal(templates.length, Object.keys(CASES).length);
  // W3005: CDK itself lets every function wait for its role twice.
  execFileSync(join(dirname(python), 'cfn-lint'), ['--ignore-checks', 'W3005', '--', ...templates], { stdio: ['ignore', 'inherit', 'inherit'] });
});
