// Events of a pipeline.
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
