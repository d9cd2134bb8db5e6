// The construct's statements are those of host-lambda/iam, which people read who set the function up by hand.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import { parse } from 'yaml';

import { PurgeAction } from '../../dist/cdk/index.js';
import { idOf, pipelineOf, purgeOn, site, statements } from '../../testing/sites.js';

const documented = (name) => {
  const { Statement } = JSON.parse(readFileSync(new URL(`../../../host-lambda/iam/${name}.json`, import.meta.url)));
  return Object.fromEntries(Statement.map(({ Sid, Action, Condition }) => [Sid, { actions: [Action].flat(), conditions: Object.keys(Condition ?? {}) }]));
};

test('the pipeline’s action may call this function, as documented, and nothing else', () => {
  const parts = site();
  pipelineOf(parts).stage.addAction(new PurgeAction({ actionName: 'Purge', purge: purgeOn(parts) }));
  const template = Template.fromStack(parts.stack);
  const made = Object.values(statements(template, idOf(template, 'PipelineDeployPurgeCodePipelineActionRole')));
  const { CallTheFunction } = documented('pipeline');
  assert.deepEqual(made.map(({ actions }) => actions), [CallTheFunction.actions]);
  const { Outputs } = parse(readFileSync(new URL('../../../deploy/template.yaml', import.meta.url), 'utf8'));
  const { Effect, Action } = JSON.parse(Outputs.PipelineStatement.Value['Fn::Sub']);
  assert.deepEqual([Effect, Action], ['Allow', ...CallTheFunction.actions]);
});

test('the same actions under the same ids', () => {
  const parts = site();
  const purge = purgeOn(parts, { policyPath: 'purge.json', repositoryKey: new kms.Key(parts.stack, 'Key') });
  pipelineOf(parts).stage.addAction(new PurgeAction({ actionName: 'Purge', purge }));
  const template = Template.fromStack(parts.stack);
  const made = Object.entries(statements(template, idOf(template, 'PurgeRole')));
  const named = made.filter(([sid]) => !sid.startsWith('no id'));
  const ours = Object.fromEntries(named.map(([sid, { actions, Condition }]) => [sid, { actions, conditions: Object.keys(Condition ?? {}) }]));
  const {
    // CDK writes it with the dead-letter queue, without an id.
    SendWhatFailedToTheDeadLetterQueue: send,
    // The construct makes the log group.
    MakeItsOwnLogGroup: _,
    ...theirs
  } = { ...documented('policy'), ...documented('optional') };
  assert.deepEqual(ours, theirs);
  assert.deepEqual(made.filter(([sid]) => sid.startsWith('no id')).map(([, { actions }]) => actions), [send.actions]);
});
