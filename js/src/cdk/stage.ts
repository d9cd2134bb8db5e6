// What an action can know of its stage and its pipeline.
import { Annotations, Token } from 'aws-cdk-lib';
import { ActionCategory, type IAction, type IPipeline, type IStage } from 'aws-cdk-lib/aws-codepipeline';
import type { Construct } from 'constructs';

import { propertiesOf, resourceOf } from './rendered.js';

/** The run order of the last deploy action, 0 where there is none. */
export function latestDeploy(stage: IStage | undefined, named: readonly IAction[] | undefined): number {
  const orders = deploys(stage, named)
    .map(order)
    .filter((value) => !Token.isUnresolved(value));
  return Math.max(0, ...orders);
}

/** Why the action does not come after the deploy of its stage. */
export function orderFaults(action: IAction, stage: IStage, named: readonly IAction[] | undefined): string[] {
  const name = action.actionProperties.actionName;
  const elsewhere = named?.filter((deploy) => !stage.actions.includes(deploy)).map(nameOf) ?? [];
  if (elsewhere.length > 0) {
    return [
      `purge-stage: \`${name}\` is in stage \`${stage.stageName}\`, but \`${elsewhere.join('`, `')}\` of \`deployActions\` is not; ${WHY}`,
    ];
  }
  const deploying = deploys(stage, named);
  if (deploying.length === 0) {
    return [
      `purge-stage: stage \`${stage.stageName}\` has no deploy action before \`${name}\`; ${WHY}. ` +
        'A deploy of another category is named in `deployActions`',
    ];
  }
  const own = order(action);
  if (Token.isUnresolved(own)) return [];
  return deploying
    .filter((deploy) => !Token.isUnresolved(order(deploy)) && order(deploy) >= own)
    .map(
      (deploy) =>
        `purge-order: \`${name}\` has run order ${own}, the deploy \`${nameOf(deploy)}\` ${order(deploy)}; it must be higher: ${EARLY}`,
    );
}

const WHY = 'put it into the stage that deploys: the next deploy then waits for the purge';
const EARLY = 'a purge before the last upload lets the edge take the old files again';

/** The variable with the deployed commit: of the CodeCommit source action. */
export function commitOf(stage: IStage): string {
  const stages = (stage.pipeline as IPipeline & { stages?: IStage[] }).stages ?? [];
  const sources = stages.flatMap(({ actions }) => actions).filter(isCommitSource);
  const [source] = sources;
  if (!source || sources.length > 1) {
    const found = sources.length === 0 ? 'no CodeCommit source action' : `${sources.length} CodeCommit source actions`;
    throw new Error(
      `${stage.pipeline.node.path}: purge-commit: the pipeline has ${found}; set \`commitId\` of the PurgeAction`,
    );
  }
  return source.variables.commitId;
}

/** Warns at synth when nothing keeps the deploys of a pipeline in order. */
export function warnOfParallel(scope: Construct, pipeline: IPipeline): void {
  const message =
    'the pipeline runs executions in PARALLEL: deploys overtake each other, and a purge may come before the last upload; ' +
    'use QUEUED or SUPERSEDED';
  const validate = () => {
    const resource = resourceOf(pipeline, 'AWS::CodePipeline::Pipeline');
    if (resource && propertiesOf(resource, resource.stack)['ExecutionMode'] === 'PARALLEL')
      Annotations.of(scope).addWarningV2('purgeplan:parallel', message);
    return [];
  };
  scope.node.addValidation({ validate });
}

function isCommitSource(action: IAction): action is IAction & { variables: { commitId: string } } {
  const { category, provider } = action.actionProperties;
  return category === ActionCategory.SOURCE && provider === 'CodeCommit' && 'variables' in action;
}

function deploys(stage: IStage | undefined, named: readonly IAction[] | undefined): readonly IAction[] {
  return (
    named ?? stage?.actions.filter(({ actionProperties }) => actionProperties.category === ActionCategory.DEPLOY) ?? []
  );
}

function order(action: IAction): number {
  return action.actionProperties.runOrder ?? 1;
}

function nameOf(action: IAction): string {
  return action.actionProperties.actionName;
}
