// What the triggers are told.
import type { Duration } from 'aws-cdk-lib';
import type { IPipeline } from 'aws-cdk-lib/aws-codepipeline';

/** How S3 hands its events over. */
export enum S3Delivery {
  /**
   * Through EventBridge: a switch of the bucket, and a rule for this bucket alone. Of an imported bucket its owner sets
   * the switch.
   */
  EVENT_BRIDGE = 'EventBridge',
  /**
   * By notifications of the bucket, also of an imported one. CDK writes them with a function of its own in the stack, whose
   * role is broader than this needs.
   */
  NOTIFICATION = 'Notification',
}

/** Options of `PurgeTrigger.s3`. */
export interface S3TriggerOptions {
  /**
   * Whether removed objects count too: for deploys that delete (`aws s3 sync --delete`).
   *
   * @default true
   */
  readonly removals?: boolean;

  /**
   * Only objects whose keys begin so.
   *
   * @default - all objects
   */
  readonly prefix?: string;

  /**
   * How S3 hands its events over.
   *
   * @default S3Delivery.EVENT_BRIDGE
   */
  readonly delivery?: S3Delivery;
}

/** Options of `PurgeTrigger.s3Queue`. */
export interface S3QueueTriggerOptions extends S3TriggerOptions {
  /**
   * How long events are gathered for one invalidation: at least as long as a deploy uploads.
   *
   * @default Duration.seconds(60)
   */
  readonly batchWindow?: Duration;

  /**
   * Most events of one invocation, at most 10,000.
   *
   * @default 10000
   */
  readonly batchSize?: number;

  /**
   * How often an event is tried before it goes to the dead-letter queue.
   *
   * @default 5
   */
  readonly maxReceiveCount?: number;
}

/** Options of `PurgeTrigger.pipelineEvent`. */
export interface PipelineEventOptions {
  /** The pipeline that deploys. */
  readonly pipeline: IPipeline;

  /**
   * The stage that deploys, when later ones need not be waited for.
   *
   * @default - the whole pipeline
   */
  readonly stage?: string;

  /**
   * The deploy action in that stage.
   *
   * @default - the whole stage
   */
  readonly action?: string;
}
