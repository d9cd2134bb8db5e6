// The site, its pipeline and the construct in several stacks: what waits for what.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { transformSync } from 'esbuild';

import * as purgeplan from '../../dist/cdk/index.js';
import { bootstrap, folder, pipelineOf, purgeOn, site } from '../../testing/sites.js';

const { PurgeAction, PurgeTrigger, S3Delivery } = purgeplan;

/** The class of the README, with an executable to deploy. */
async function ofReadme() {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const { code } = transformSync(readme.split('```ts\n')[1].split('```')[0], { loader: 'ts' });
  const found = code
    .replaceAll(/from "([^"]+)"/g, (_, name) => `from ${JSON.stringify(import.meta.resolve(name))}`)
    .replace('new PurgeOnDeploy(this, "Purge", {', (start) => `${start} bootstrap: ${JSON.stringify(bootstrap)},`);
  const file = join(folder, 'readme.mjs');
  writeFileSync(file, found);
  return (await import(pathToFileURL(file))).PipelineStack;
}

test('the stack of the README, beside one with the site', async () => {
  const PipelineStack = await ofReadme();
  const parts = site();
  const stack = new PipelineStack(parts.app, 'Deploys', parts);
  Template.fromStack(stack).resourceCountIs('AWS::Lambda::Function', 1);
  assert.deepEqual(stack.dependencies, [parts.stack]);
});

test('a nested stack is a part of the one around it, for actions and for notifications', () => {
  for (const trigger of [undefined, purgeplan.PurgeTrigger.s3({ delivery: purgeplan.S3Delivery.NOTIFICATION })]) {
    const parts = site();
    const purge = purgeOn({ ...parts, stack: new NestedStack(parts.stack, 'Nested') }, { trigger });
    if (!trigger) pipelineOf(parts).stage.addAction(new PurgeAction({ actionName: 'Purge', purge }));
    // A cycle would stop it.
    Template.fromStack(parts.stack).resourceCountIs('AWS::CloudFormation::Stack', 1);
  }
});

test('a pipeline beside the site cannot wait for a function elsewhere that waits for the site', () => {
  const parts = site();
  const purge = purgeOn({ ...parts, stack: new Stack(parts.app, 'Second') });
  const { stage } = pipelineOf(parts);
  assert.throws(
    () => stage.addAction(new PurgeAction({ actionName: 'Purge', purge })),
    /^Error: Site\/Pipeline: purge-cycle: the pipeline is in stack `Site` with parts of the site, the PurgeOnDeploy in `Second`: .*; make the PurgeOnDeploy in the pipeline's stack$/,
  );
  // Three stacks in a row are none.
  const { stage: third } = pipelineOf({ ...parts, stack: new Stack(parts.app, 'Third') });
  third.addAction(new PurgeAction({ actionName: 'Purge', purge }));
  parts.app.synth();
});

test('events of a bucket in another stack', () => {
  const triggers = [(options) => PurgeTrigger.s3(options), (options) => PurgeTrigger.s3Queue(options)];
  for (const trigger of triggers) {
    const parts = site();
    purgeOn({ ...parts, stack: new Stack(parts.app, 'Second') }, { trigger: trigger({}) });
    parts.app.synth();
    const other = site();
    const stack = new Stack(other.app, 'Second');
    const notified = trigger({ delivery: S3Delivery.NOTIFICATION });
    assert.throws(() => purgeOn({ ...other, stack }, { trigger: notified }), /^Error: Second\/Purge: trigger-cycle: the bucket is in stack `Site`.*; use `S3Delivery\.EVENT_BRIDGE`, or one stack$/);
  }
});
