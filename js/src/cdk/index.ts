/**
 * purgeplan for AWS CDK apps: the function that purges what a deploy made stale, its triggers, and a preview at synth.
 *
 * @packageDocumentation
 */
export type { Policy } from '../types.js';
export { type PreviewGate, type PreviewOptions } from './preview-options.js';
export { type PurgeOnDeployProps } from './props.js';
export { PurgeAction, type PurgeActionProps, type PurgeActionVariables } from './purge-action.js';
export { PurgeOnDeploy } from './purge-on-deploy.js';
export {
  type PipelineEventOptions,
  S3Delivery,
  type S3QueueTriggerOptions,
  type S3TriggerOptions,
} from './trigger-options.js';
export { PurgeTrigger, type TriggerTarget } from './trigger.js';
