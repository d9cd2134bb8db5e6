// Events of a pipeline.
import { Token } from 'aws-cdk-lib';
import { ActionCategory, type IPipeline, type IStage } from 'aws-cdk-lib/aws-codepipeline';
import { type IRuleTarget, Rule } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';

import type { PipelineEventOptions } from './trigger-options.js';

/** A rule for the success of the pipeline, of a stage of it, or of an action. */
export function pipelineRule(scope: Construct, options: PipelineEventOptions, target: IRuleTarget): void {
  const { pipeline, stage, action } = options;
  const level = action !== undefined ? 'Action' : stage !== undefined ? 'Stage' : 'Pipeline';
  new Rule(scope, 'DeployEvents', {
    description: 'Deploys of the site to purgeplan',
    eventPattern: {
      source: ['aws.codepipeline'],
      detailType: [`CodePipeline ${level} Execution State Change`],
      detail: {
        pipeline: [pipeline.pipelineName],
        state: ['SUCCEEDED'],
        ...(stage !== undefined && { stage: [stage] }),
        ...(action !== undefined && { action: [action] }),
      },
    },
    targets: [target],
  });
}

/** Why the event never comes, or says nothing of a deploy. Of an imported pipeline nothing is known. */
export function deployFaults({ pipeline, stage, action }: PipelineEventOptions): string[] {
  const { stages } = pipeline as IPipeline & { stages?: readonly IStage[] };
  if (!stages || stage === undefined || Token.isUnresolved(stage)) return [];
  const found = stages.find(({ stageName }) => stageName === stage);
  if (!found) return [`trigger-stage: the pipeline has no stage \`${stage}\`; name the one that deploys`];
  if (action === undefined || Token.isUnresolved(action)) return [];
  const own = found.actions.find(({ actionProperties }) => actionProperties.actionName === action)?.actionProperties;
  if (!own) return [`trigger-action: stage \`${stage}\` has no action \`${action}\`; name the one that deploys`];
  if (own.category === ActionCategory.DEPLOY) return [];
  return [
    `trigger-action: \`${action}\` is of the category ${own.category}, and the function purges after Deploy actions only; ` +
      'leave `action` out to purge after its stage',
  ];
}
