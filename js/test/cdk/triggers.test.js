// What each trigger makes, and what the function may do then: nothing more.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as actions from 'aws-cdk-lib/aws-codepipeline-actions';
import * as s3 from 'aws-cdk-lib/aws-s3';

import { PurgeAction, PurgeTrigger, S3Delivery } from '../../dist/cdk/index.js';
import { idOf, pipelineOf, purgeOn, site, statements } from '../../testing/sites.js';

const join = (...parts) => ({ 'Fn::Join': ['', parts] });
const PARTITION = { Ref: 'AWS::Partition' };
const ACCOUNT = { Ref: 'AWS::AccountId' };
const DISTRIBUTION = join('arn:', PARTITION, ':cloudfront::', ACCOUNT, ':distribution/', { Ref: 'Distribution830FAC52' });
const REPOSITORY = { 'Fn::GetAtt': ['Repository22E53BBD', 'Arn'] };
const arn = (template, start) => ({ 'Fn::GetAtt': [idOf(template, start), 'Arn'] });

/** What every function may do. */
const basics = (template) => ({
  ReadTheDeployedBranch: { actions: ['codecommit:GetBranch', 'codecommit:GetCommit', 'codecommit:GetDifferences'], resource: REPOSITORY },
  PurgeTheDistribution: { actions: ['cloudfront:CreateInvalidation'], resource: DISTRIBUTION },
  ReadTheDistributionsConfiguration: { actions: ['cloudfront:GetDistributionConfig'], resource: DISTRIBUTION },
  WriteItsOwnLog: { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resource: arn(template, 'PurgeLog') },
});
const deadLetters = (template) => ({
  'no id: sqs:SendMessage': { actions: ['sqs:SendMessage'], resource: arn(template, 'PurgeDeadLetterQueue') },
});
const whole = {
  ReadTheLedger: { actions: ['cloudfront:ListInvalidations', 'cloudfront:GetInvalidation'], resource: DISTRIBUTION },
  ListWhatIsLive: { actions: ['s3:ListBucket'], resource: { 'Fn::GetAtt': ['Bucket83908E77', 'Arn'] } },
};
const readPipeline = (name) => ({
  ReadThePipeline: {
    actions: ['codepipeline:ListPipelineExecutions', 'codepipeline:ListActionExecutions', 'codepipeline:GetPipelineExecution'],
    resource: join('arn:', PARTITION, ':codepipeline:', { Ref: 'AWS::Region' }, ':', ACCOUNT, ...name),
  },
});

function permitted(template, expected) {
  assert.deepEqual(statements(template, idOf(template, 'PurgeRole')), expected);
  // Nothing but these statements: no managed policy, no inline one.
  template.hasResource('AWS::IAM::Role', {
    Properties: { ManagedPolicyArns: Match.absent(), Policies: Match.absent(), Description: Match.stringLikeRegexp('purgeplan') },
  });
}

test('an action of the pipeline', () => {
  const parts = site();
  const purge = purgeOn(parts);
  const { stage } = pipelineOf(parts);
  stage.addAction(new PurgeAction({ actionName: 'Purge', purge, onFailure: 'warn', wait: true }));
  const template = Template.fromStack(parts.stack);
  permitted(template, {
    ...basics(template), ...deadLetters(template), ...whole, ...readPipeline([':site']),
    AnswerThePipelinesJobs: { actions: ['codepipeline:PutJobSuccessResult', 'codepipeline:PutJobFailureResult'], resource: '*' },
  });
  // The action's own role calls this function, no version or alias of it, and lists none.
  const called = statements(template, idOf(template, 'PipelineDeployPurgeCodePipelineActionRole'));
  const actionRole = { 'no id: lambda:InvokeFunction': { actions: ['lambda:InvokeFunction'], resource: arn(template, 'PurgeFunction') } };
  assert.deepEqual(called, actionRole);
  template.resourceCountIs('AWS::Lambda::Permission', 0);
});

test('events of a pipeline, of a stage, of an action', () => {
  const cases = [
    [{}, 'Pipeline', {}],
    [{ stage: 'Deploy' }, 'Stage', { stage: ['Deploy'] }],
    [{ stage: 'Deploy', action: 'Deploy' }, 'Action', { stage: ['Deploy'], action: ['Deploy'] }],
  ];
  for (const [part, level, detail] of cases) {
    const parts = site();
    const { pipeline } = pipelineOf(parts);
    purgeOn(parts, { trigger: PurgeTrigger.pipelineEvent({ pipeline, ...part }) });
    const template = Template.fromStack(parts.stack);
    const name = { Ref: idOf(template, 'Pipeline') };
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.codepipeline'],
        'detail-type': [`CodePipeline ${level} Execution State Change`],
        detail: { pipeline: [name], state: ['SUCCEEDED'], ...detail },
      },
      Targets: [{ Arn: arn(template, 'PurgeFunction'), DeadLetterConfig: { Arn: arn(template, 'PurgeDeadLetterQueue') } }],
    });
    permitted(template, { ...basics(template), ...deadLetters(template), ...whole, ...readPipeline([':', name]) });
  }
  const parts = site();
  const { pipeline } = pipelineOf(parts);
  assert.throws(() => purgeOn(parts, { trigger: PurgeTrigger.pipelineEvent({ pipeline, action: 'Deploy' }) }), /trigger-stage: .*without its `stage`/);
});

test('an event of what does not deploy is refused: the function would never purge', () => {
  const refused = (part, message) => {
    const parts = site();
    const { pipeline } = pipelineOf(parts);
    purgeOn(parts, { trigger: PurgeTrigger.pipelineEvent({ pipeline, ...part }) });
    assert.throws(() => parts.app.synth(), message);
  };
  refused({ stage: 'Source', action: 'Source' }, /\[Site\/Purge\] trigger-action: `Source` is of the category Source, and the function purges after Deploy actions only; leave/);
  refused({ stage: 'Deploy', action: 'Upload' }, /trigger-action: stage `Deploy` has no action `Upload`/);
  refused({ stage: 'Production' }, /trigger-stage: the pipeline has no stage `Production`/);
  // Of an imported pipeline nothing is known; and actions may come after the trigger.
  const parts = site();
  const imported = codepipeline.Pipeline.fromPipelineArn(parts.stack, 'P', 'arn:aws:codepipeline:eu-west-1:123456789012:p');
  purgeOn(parts, { trigger: PurgeTrigger.pipelineEvent({ pipeline: imported, stage: 'S', action: 'A' }) });
  parts.app.synth();
  const late = site();
  const { pipeline, stage, source } = pipelineOf(late);
  purgeOn(late, { trigger: PurgeTrigger.pipelineEvent({ pipeline, stage: 'Deploy', action: 'Late' }) });
  stage.addAction(new actions.S3DeployAction({ actionName: 'Late', bucket: late.bucket, input: source, objectKey: 'late' }));
  late.app.synth();
});

test('S3, one object an event', () => {
  const parts = site();
  purgeOn(parts, { trigger: PurgeTrigger.s3({ prefix: 'production/' }) });
  const template = Template.fromStack(parts.stack);
  template.hasResourceProperties('AWS::S3::Bucket', {
    NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
  });
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['aws.s3'],
      'detail-type': ['Object Created', 'Object Deleted'],
      detail: { bucket: { name: [{ Ref: 'Bucket83908E77' }] }, object: { key: [{ prefix: 'production/' }] } },
    },
    Targets: [{ Arn: arn(template, 'PurgeFunction') }],
  });
  template.hasResourceProperties('AWS::Lambda::Permission', {
    Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com', SourceArn: arn(template, 'PurgeObjectEvents'),
  });
  template.hasResourceProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: 1, DeadLetterConfig: Match.anyValue() });
  // CDK's helper would be a second function, with a role of its own.
  template.resourceCountIs('AWS::Lambda::Function', 1);
  template.resourceCountIs('Custom::S3BucketNotifications', 0);
  permitted(template, { ...basics(template), ...deadLetters(template) });
  // Of a thousand events most wait for the one instance: that is no alarm.
  assert.deepEqual(alarms(template), ['ApproximateNumberOfMessagesVisible', 'Errors', 'Failures']);
});

const alarms = (template) => Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties.MetricName).sort();

test('S3 through a queue', () => {
  const parts = site();
  purgeOn(parts, {
    timeout: Duration.seconds(100),
    trigger: PurgeTrigger.s3Queue({ removals: false, batchWindow: Duration.seconds(30), batchSize: 500, maxReceiveCount: 3 }),
  });
  const template = Template.fromStack(parts.stack);
  template.hasResourceProperties('AWS::SQS::Queue', {
    VisibilityTimeout: 630,
    RedrivePolicy: { deadLetterTargetArn: arn(template, 'PurgeDeadLetterQueue'), maxReceiveCount: 3 },
    SqsManagedSseEnabled: true,
  });
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    BatchSize: 500, MaximumBatchingWindowInSeconds: 30, FunctionResponseTypes: ['ReportBatchItemFailures'],
    ScalingConfig: { MaximumConcurrency: 2 }, EventSourceArn: arn(template, 'PurgeQueue'),
  });
  template.hasResourceProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: 2, DeadLetterConfig: Match.absent() });
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: { source: ['aws.s3'], 'detail-type': ['Object Created'], detail: { bucket: Match.anyValue(), object: Match.absent() } },
    Targets: [{ Arn: arn(template, 'PurgeQueue') }],
  });
  template.hasResourceProperties('AWS::SQS::QueuePolicy', {
    PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({
      Action: ['sqs:SendMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl'], Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' }, Condition: { ArnEquals: { 'aws:SourceArn': arn(template, 'PurgeObjectEvents') } },
    })]) },
  });
  permitted(template, {
    ...basics(template),
    'no id: sqs:ReceiveMessage,sqs:ChangeMessageVisibility,sqs:GetQueueUrl,sqs:DeleteMessage,sqs:GetQueueAttributes': {
      actions: ['sqs:ReceiveMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueUrl', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      resource: arn(template, 'PurgeQueue'),
    },
  });
  // A batch that failed is no failed invocation: its messages are handed back.
  assert.deepEqual(alarms(template), ['ApproximateNumberOfMessagesVisible', 'Errors', 'Failures', 'HandedBack', 'Throttles']);
});

test('Lambda takes more than ten events only within a window', () => {
  const queue = (options) => () => Template.fromStack(Stack.of(purgeOn(site(), { trigger: PurgeTrigger.s3Queue(options) })));
  const none = Duration.seconds(0);
  assert.throws(queue({ batchWindow: none }), /trigger-window: `batchSize` is 10000, but Lambda gathers more than 10 events only within a window of a second or more; set `batchWindow`/);
  assert.throws(queue({ batchWindow: none, batchSize: 11 }), /trigger-window/);
  assert.doesNotThrow(queue({ batchWindow: none, batchSize: 10 }));
  assert.doesNotThrow(queue({ batchWindow: Duration.seconds(1) }));
});

test('a timeout that is known only at the deploy', () => {
  const parts = site();
  const timeout = Duration.seconds(new CfnParameter(parts.stack, 'Timeout', { type: 'Number' }).valueAsNumber);
  purgeOn(parts, { timeout, trigger: PurgeTrigger.s3Queue() });
  const template = Template.fromStack(parts.stack);
  template.hasResourceProperties('AWS::Lambda::Function', { Timeout: { Ref: 'Timeout' } });
  template.hasResourceProperties('AWS::SQS::Queue', { VisibilityTimeout: 6 * 900 + 60 });
});

test('notifications of the bucket itself, also of an imported one', () => {
  const parts = site();
  const bucket = s3.Bucket.fromBucketName(parts.stack, 'Theirs', 'their-site');
  purgeOn({ ...parts, bucket }, { trigger: PurgeTrigger.s3({ delivery: S3Delivery.NOTIFICATION }) });
  const template = Template.fromStack(parts.stack);
  const events = [['s3:ObjectCreated:*'], ['s3:ObjectRemoved:*']].map((Events) => Match.objectLike({ Events, LambdaFunctionArn: arn(template, 'PurgeFunction') }));
  template.hasResourceProperties('Custom::S3BucketNotifications', {
    BucketName: 'their-site', NotificationConfiguration: { LambdaFunctionConfigurations: events },
  });
  template.hasResourceProperties('AWS::Lambda::Permission', { Principal: 's3.amazonaws.com', SourceAccount: ACCOUNT });
  template.resourceCountIs('AWS::Events::Rule', 0);
});

test('notifications into the queue', () => {
  const parts = site();
  purgeOn(parts, { trigger: PurgeTrigger.s3Queue({ delivery: S3Delivery.NOTIFICATION }) });
  const template = Template.fromStack(parts.stack);
  template.hasResourceProperties('Custom::S3BucketNotifications', {
    NotificationConfiguration: { QueueConfigurations: [Match.objectLike({ QueueArn: arn(template, 'PurgeQueue') }), Match.anyValue()] },
  });
});

test('a bucket whose notifications CDK writes keeps its events', () => {
  const parts = site();
  const bucket = new s3.Bucket(parts.stack, 'Other', { eventBridgeEnabled: true });
  purgeOn({ ...parts, bucket }, { trigger: PurgeTrigger.s3() });
  const template = Template.fromStack(parts.stack);
  template.hasResourceProperties('Custom::S3BucketNotifications', { NotificationConfiguration: { EventBridgeConfiguration: {} } });

  // The helper comes later: its write would take the switch off.
  const late = site();
  purgeOn(late, { trigger: PurgeTrigger.s3() });
  late.bucket.enableEventBridgeNotification();
  assert.throws(() => late.app.synth(), /bucket-notifications: .*eventBridgeEnabled: true/);
});

test('an S3 trigger needs the bucket', () => {
  for (const trigger of [PurgeTrigger.s3(), PurgeTrigger.s3Queue()]) {
    const parts = site();
    assert.throws(() => purgeOn({ ...parts, bucket: undefined }, { trigger }), /Site\/Purge: trigger-bucket: .*set `bucket`/);
  }
});
