// The pipeline's action: what it tells the function, and where it may stand.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as actions from 'aws-cdk-lib/aws-codepipeline-actions';

import { PurgeAction, PurgeTrigger } from '../../dist/cdk/index.js';
import { idOf, pipelineOf, purgeOn, site, statements } from '../../testing/sites.js';

/** The pipeline's last stage, as the template has it. */
function actionsOf(template, stage = 'Deploy') {
  const [pipeline] = Object.values(template.findResources('AWS::CodePipeline::Pipeline'));
  return pipeline.Properties.Stages.find(({ Name }) => Name === stage).Actions;
}

function withAction(props = {}, pipelineProps = {}) {
  const parts = site();
  const purge = purgeOn(parts);
  const pipeline = pipelineOf(parts, pipelineProps);
  const action = new PurgeAction({ actionName: 'Purge', purge, ...props });
  pipeline.stage.addAction(action);
  return { ...parts, ...pipeline, purge, action };
}

test('it tells the commit and the execution by itself, and comes after the deploy', () => {
  const { stack } = withAction();
  const [, purge] = actionsOf(Template.fromStack(stack));
  assert.deepEqual(JSON.parse(purge.Configuration.UserParameters), {
    commit: '#{Source_Source_NS.CommitId}', execution: '#{codepipeline.PipelineExecutionId}', pipeline: 'site',
  });
  assert.deepEqual(purge.ActionTypeId, { Category: 'Invoke', Owner: 'AWS', Provider: 'Lambda', Version: '1' });
  assert.equal(purge.RunOrder, 2);
});

test('its options', () => {
  const { stack } = withAction({ commitId: '#{X.CommitId}', onFailure: 'warn', wait: true, runOrder: 7, variablesNamespace: 'Purged' });
  const [, purge] = actionsOf(Template.fromStack(stack));
  assert.deepEqual(JSON.parse(purge.Configuration.UserParameters), {
    commit: '#{X.CommitId}', execution: '#{codepipeline.PipelineExecutionId}', pipeline: 'site', on_failure: 'warn', wait: true,
  });
  assert.deepEqual([purge.RunOrder, purge.Namespace], [7, 'Purged']);
});

test('its output variables', () => {
  const { stack, action, pipeline, source } = withAction();
  const { variables } = action;
  const project = new codebuild.PipelineProject(stack, 'Tell');
  const environmentVariables = Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, { value }]));
  pipeline.addStage({ stageName: 'Tell', actions: [new actions.CodeBuildAction({ actionName: 'Tell', project, input: source, environmentVariables })] });
  const template = Template.fromStack(stack);
  assert.equal(actionsOf(template)[1].Namespace, 'Deploy_Purge_NS');
  const told = JSON.parse(actionsOf(template, 'Tell')[0].Configuration.EnvironmentVariables).map(({ value }) => value);
  const names = ['BilledPaths', 'Wildcards', 'InvalidationIds', 'Base', 'Head'];
  assert.deepEqual(told, names.map((name) => `#{Deploy_Purge_NS.${name}}`));
});

test('a deploy that comes later, or as another kind of action, still comes first', () => {
  const { stack, stage, source, bucket } = withAction();
  stage.addAction(new actions.S3DeployAction({ actionName: 'Assets', bucket, input: source, runOrder: 3 }));
  assert.deepEqual(actionsOf(Template.fromStack(stack)).map(({ Name, RunOrder }) => [Name, RunOrder]), [['Deploy', 1], ['Purge', 4], ['Assets', 3]]);

  const parts = site();
  const purge = purgeOn(parts);
  const { pipeline, source: input } = pipelineOf(parts);
  const sync = new actions.CodeBuildAction({ actionName: 'Sync', project: new codebuild.PipelineProject(parts.stack, 'P'), input, runOrder: 2 });
  const action = new PurgeAction({ actionName: 'Purge', purge, deployActions: [sync] });
  pipeline.addStage({ stageName: 'Build', actions: [sync, action] });
  assert.equal(actionsOf(Template.fromStack(parts.stack), 'Build')[1].RunOrder, 3);
});

test('it must stand in the deploy’s stage and after it', () => {
  const refused = ({ app }, message) => assert.throws(() => app.synth(), message);
  refused(withAction({ runOrder: 1 }), /\[Site\/Pipeline\/Deploy\/Purge\] purge-order: `Purge` has run order 1, the deploy `Deploy` 1; it must be higher: a purge before/);

  const other = withAction();
  const later = new PurgeAction({ actionName: 'Later', purge: other.purge });
  other.pipeline.addStage({ stageName: 'After', actions: [later] });
  refused(other, /purge-stage: stage `After` has no deploy action before `Later`; put it into the stage that deploys/);

  const named = withAction();
  const elsewhere = new PurgeAction({ actionName: 'Later', purge: named.purge, deployActions: [named.deploy] });
  named.pipeline.addStage({ stageName: 'After', actions: [elsewhere] });
  refused(named, /purge-stage: `Later` is in stage `After`, but `Deploy` of `deployActions` is not/);
});

test('a pipeline without a CodeCommit source, or with two, must be told the commit', () => {
  const parts = site();
  const purge = purgeOn(parts);
  const { pipeline, stage } = pipelineOf(parts);
  pipeline.stages[0].addAction(new actions.CodeCommitSourceAction({ actionName: 'Other', repository: parts.repository, output: new codepipeline.Artifact(), branch: 'other' }));
  assert.throws(() => stage.addAction(new PurgeAction({ actionName: 'Purge', purge })), /purge-commit: the pipeline has 2 CodeCommit source actions; set `commitId`/);
});

test('PARALLEL executions are warned of', () => {
  const { stack } = withAction({}, { executionMode: codepipeline.ExecutionMode.PARALLEL });
  Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('PARALLEL: deploys overtake each other.*purgeplan:parallel'));
  const { stack: told, pipeline } = withAction();
  pipeline.node.defaultChild.addPropertyOverride('ExecutionMode', 'PARALLEL');
  Annotations.fromStack(told).hasWarning('*', Match.stringLikeRegexp('purgeplan:parallel'));
  const parts = site();
  purgeOn(parts, { trigger: PurgeTrigger.pipelineEvent({ pipeline: pipelineOf(parts, { executionMode: codepipeline.ExecutionMode.PARALLEL }).pipeline }) });
  Annotations.fromStack(parts.stack).hasWarning('*', Match.stringLikeRegexp('purgeplan:parallel'));
  const { stack: queued } = withAction({}, { executionMode: codepipeline.ExecutionMode.QUEUED });
  Annotations.fromStack(queued).hasNoWarning('*', Match.anyValue());
});

test('a pipeline whose name CloudFormation makes up cannot be asked for earlier deploys', () => {
  const { stack } = withAction({}, { pipelineName: undefined });
  const template = Template.fromStack(stack);
  assert.equal('pipeline' in JSON.parse(actionsOf(template)[1].Configuration.UserParameters), false);
  assert.equal('ReadThePipeline' in statements(template, idOf(template, 'PurgeRole')), false);
  Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('set `pipelineName`'));
});

test('a function that no action calls is warned of; with another trigger it is called all the same', () => {
  const message = Match.stringLikeRegexp('nothing calls the function');
  const parts = site();
  purgeOn(parts);
  Annotations.fromStack(parts.stack).hasWarning('/Site/Purge', message);
  const others = site();
  purgeOn(others, { trigger: PurgeTrigger.s3() });
  Annotations.fromStack(others.stack).hasNoWarning('*', Match.anyValue());
});

test('one function behind two pipelines answers both', () => {
  const { stack, purge, pipeline, bucket, source } = withAction();
  const deploy = new actions.S3DeployAction({ actionName: 'D', bucket, input: source });
  pipeline.addStage({ stageName: 'Again', actions: [deploy, new PurgeAction({ actionName: 'P', purge })] });
  const permitted = statements(Template.fromStack(stack), 'PurgeRoleF0E3D325');
  assert.equal(Object.keys(permitted).filter((sid) => sid === 'AnswerThePipelinesJobs').length, 1);
});

test('one function in two pipelines may read both', () => {
  const { stack, purge, bucket, repository } = withAction();
  const other = new codepipeline.Pipeline(stack, 'Other', { pipelineName: 'other' });
  const input = new codepipeline.Artifact();
  const read = new actions.CodeCommitSourceAction({ actionName: 'S', repository, branch: 'main', output: input });
  other.addStage({ stageName: 'Source', actions: [read] });
  const deployed = new actions.S3DeployAction({ actionName: 'D', bucket, input });
  other.addStage({ stageName: 'Deploy', actions: [deployed, new PurgeAction({ actionName: 'P', purge })] });
  const policies = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
  const own = policies.map(({ Properties }) => Properties).filter(({ PolicyName }) => PolicyName.startsWith('PurgeRole'));
  const named = own.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  // IAM refuses a policy that has a name twice.
  assert.equal(new Set(named.map(({ Sid }) => Sid)).size, named.length);
  assert.equal(named.find(({ Sid }) => Sid === 'ReadThePipeline').Resource.length, 2);
});
