// `deploy/template.yaml`, from the construct: `node template/generate.mjs` writes it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { App, BootstraplessSynthesizer, CfnElement, CfnParameter, Stack } from 'aws-cdk-lib';
import { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { Pipeline } from 'aws-cdk-lib/aws-codepipeline';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { stringify } from 'yaml';

import { PurgeOnDeploy, PurgeTrigger } from '../dist/cdk/index.js';
import { merged } from './merge.mjs';
import { PARAMETERS } from './parameters.mjs';

/** Where the template is. */
export const file = fileURLToPath(new URL('../../deploy/template.yaml', import.meta.url));

const HEAD = `# purgeplan without CDK. Generated from the construct by \`node js/template/generate.mjs\`: do not edit.
#
# Put the executable \`bootstrap\` into the folder \`lambda\` beside this file, then, with ARCHITECTURE as it was built for,
#   aws cloudformation package --template-file template.yaml --s3-bucket BUCKET --output-template-file packaged.yaml
#   aws cloudformation deploy --template-file packaged.yaml --stack-name purgeplan --capabilities CAPABILITY_IAM \\
#     --parameter-overrides Architecture=ARCHITECTURE RepositoryName=… DistributionId=… BucketName=… PipelineName=…
# It purges one distribution; for several take the construct, or a stack for each.
`;

const TRIGGERS = {
  PipelineAction: () => PurgeTrigger.pipelineAction(),
  PipelineEvent: (stack, name) =>
    PurgeTrigger.pipelineEvent({
      pipeline: Pipeline.fromPipelineArn(
        stack,
        'Imported',
        stack.formatArn({ service: 'codepipeline', resource: name }),
      ),
    }),
  S3: () => PurgeTrigger.s3(),
  S3Queue: () => PurgeTrigger.s3Queue(),
};

/** The template's text. */
export function generated() {
  const { resources, conditions } = merged(variants());
  finish(resources);
  const template = {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'purgeplan: purges from CloudFront what a deploy made stale',
    Parameters: PARAMETERS,
    Rules: RULES,
    Conditions: {
      ...Object.fromEntries(Object.entries(conditions).map(([name, held]) => [name, condition(held)])),
      ...CONDITIONS,
    },
    Resources: resources,
    Outputs: OUTPUTS,
  };
  // YAML 1.1, which AWS reads: it takes `yes` and dates for something else, so they are quoted.
  return HEAD + stringify(template, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}

/** The resources of the construct with each trigger; names are parameters. */
export function variants() {
  return Object.fromEntries(Object.keys(TRIGGERS).map((name) => [name, synthesized(name)]));
}

function synthesized(trigger) {
  const outdir = mkdtempSync(join(tmpdir(), 'purgeplan-template-'));
  const app = new App({ outdir, analyticsReporting: false, treeMetadata: false });
  const stack = new Stack(app, 'Template', { synthesizer: new BootstraplessSynthesizer() });
  const name = (id) => new CfnParameter(stack, id).valueAsString;
  const pipelineName = trigger.startsWith('Pipeline') ? name('PipelineName') : undefined;
  const purge = new PurgeOnDeploy(stack, 'Purge', {
    repository: Repository.fromRepositoryName(stack, 'Repository', name('RepositoryName')),
    branch: name('BranchName'),
    distribution: Distribution.fromDistributionAttributes(stack, 'Distribution', {
      distributionId: name('DistributionId'),
      domainName: '',
    }),
    bucket: Bucket.fromBucketName(stack, 'Bucket', name('BucketName')),
    trigger: TRIGGERS[trigger](stack, pipelineName),
    alarmTopic: Topic.fromTopicArn(stack, 'Topic', stack.formatArn({ service: 'sns', resource: 'topic' })),
    code: Code.fromBucket(Bucket.fromBucketName(stack, 'Code', 'code'), 'code'),
    preview: { enabled: false },
  });
  if (trigger === 'PipelineAction') {
    purge.allowWholeDeploys(pipelineName);
    purge.allowJobs();
  }
  for (const element of purge.node.findAll().filter(CfnElement.isCfnElement)) {
    element.overrideLogicalId(logicalId(element.node.path));
  }
  try {
    return app.synth().getStackByName('Template').template.Resources;
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** The path within the construct, without what CDK adds to tell apart what is of one kind here. */
function logicalId(path) {
  const parts = path
    .split('/')
    .slice(2)
    .filter((part) => part !== 'Resource');
  return parts
    .join('')
    .replace(/AllowEventRule.*/, 'Permission')
    .replace(/SqsEventSource:.*/, 'EventSource');
}

/** What a template says and the construct cannot: parameters where the construct has constants, and the folder of the code. */
function finish(resources) {
  const { Properties } = resources.Function;
  Properties.Code = 'lambda';
  Properties.Architectures = [{ Ref: 'Architecture' }];
  Properties.ReservedConcurrentExecutions = {
    'Fn::If': ['Reserves', Properties.ReservedConcurrentExecutions, { Ref: 'AWS::NoValue' }],
  };
  const { Variables } = Properties.Environment;
  Variables.PURGEPLAN_POLICY = { 'Fn::If': ['HasPolicy', { Ref: 'Policy' }, Variables.PURGEPLAN_POLICY] };
  Variables.PURGEPLAN_MODE = { Ref: 'Mode' };
  // `aws cloudformation package` puts the folder into a bucket.
  resources.Function.Metadata = { 'cfn-lint': { config: { ignore_checks: ['W3002'] } } };
  for (const resource of Object.values(resources)) {
    if (resource.Type === 'AWS::CloudWatch::Alarm') {
      resource.Properties.AlarmActions = {
        'Fn::If': ['HasTopic', [{ Ref: 'AlarmTopicArn' }], { Ref: 'AWS::NoValue' }],
      };
    }
    waitOnce(resource);
  }
}

/** What is named anyway need not be waited for as well. */
function waitOnce(resource) {
  const text = JSON.stringify(resource.Properties);
  const needed = [resource.DependsOn ?? []]
    .flat()
    .filter((id) => !text.includes(`"Fn::GetAtt":["${id}"`) && !text.includes(`"Ref":"${id}"`));
  if (needed.length === 0) delete resource.DependsOn;
  else resource.DependsOn = needed;
}

const equals = (parameter, value) => ({ 'Fn::Equals': [{ Ref: parameter }, value] });
const oneOf = (values) =>
  values.length === 1 ? equals('Trigger', values[0]) : { 'Fn::Or': values.map((one) => equals('Trigger', one)) };
const condition = ({ not, values }) => (not ? { 'Fn::Not': [oneOf(values)] } : oneOf(values));

const CONDITIONS = {
  HasPolicy: { 'Fn::Not': [equals('Policy', '')] },
  HasTopic: { 'Fn::Not': [equals('AlarmTopicArn', '')] },
  Reserves: equals('ReserveConcurrency', 'yes'),
};

const RULES = {
  ThePipelineIsNamed: {
    RuleCondition: { 'Fn::Or': [equals('Trigger', 'PipelineAction'), equals('Trigger', 'PipelineEvent')] },
    Assertions: [
      {
        Assert: { 'Fn::Not': [equals('PipelineName', '-')] },
        AssertDescription: 'Triggers of the pipeline need PipelineName',
      },
    ],
  },
};

const OUTPUTS = {
  FunctionName: { Description: 'The function; name it in the action of the pipeline', Value: { Ref: 'Function' } },
  UserParameters: {
    Description: 'User parameters of the action; SourceVariables is the namespace of the source action',
    Condition: 'IsPipelineAction',
    Value: {
      'Fn::Sub':
        '{"commit":"#{SourceVariables.CommitId}","execution":"#{codepipeline.PipelineExecutionId}","pipeline":"${PipelineName}"}',
    },
  },
  PipelineStatement: {
    Description: 'Statement that the role of the pipeline needs, to call the function',
    Condition: 'IsPipelineAction',
    Value: { 'Fn::Sub': '{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"${Function.Arn}"}' },
  },
  DeadLetterQueueUrl: { Description: 'Where events are that failed in every try', Value: { Ref: 'DeadLetterQueue' } },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(file, generated());
