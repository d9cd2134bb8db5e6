// What tells the function of a deploy.
import type { Duration, IResource } from 'aws-cdk-lib';
import { LambdaFunction as FunctionTarget, SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { LambdaDestination, SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

import { deployFaults, pipelineRule } from './pipeline-events.js';
import { batchFault, sourceQueue } from './queue.js';
import { objectEvents } from './s3-events.js';
import { warnOfParallel } from './stage.js';
import type { PipelineEventOptions, S3QueueTriggerOptions, S3TriggerOptions } from './trigger-options.js';

/** What a trigger is bound to. */
export interface TriggerTarget {
  readonly purge: { allowWholeDeploys(pipelineName?: string): void };
  readonly lambdaFunction: LambdaFunction;
  readonly deadLetterQueue: IQueue;
  readonly bucket?: IBucket;
  readonly timeout: Duration;
}

/** Which objects a trigger tells of. */
export interface ObjectEvents {
  /** Whether removed objects count too. */
  readonly removals: boolean;
  /** What their keys begin with. */
  readonly prefix: string;
}

/** What tells the function of a deploy. */
export abstract class PurgeTrigger {
  /**
   * An action of the pipeline (recommended): add a `PurgeAction` to the stage that deploys. The next deploy waits until the
   * purge is done, and each deploy is one plan.
   */
  static pipelineAction(): PurgeTrigger {
    return new ActionTrigger();
  }

  /** An event of the pipeline, by EventBridge: each deploy is one plan, made when the pipeline has succeeded. */
  static pipelineEvent(options: PipelineEventOptions): PurgeTrigger {
    return new PipelineEventTrigger(options);
  }

  /** Each object of the bucket by itself, as it is uploaded. */
  static s3(options: S3TriggerOptions = {}): PurgeTrigger {
    return new S3Trigger(options);
  }

  /** The bucket's objects through an SQS queue, many in one invalidation. */
  static s3Queue(options: S3QueueTriggerOptions = {}): PurgeTrigger {
    return new S3QueueTrigger(options);
  }

  /** Whether a deploy is few events, so that throttling is no everyday matter. */
  abstract readonly fewEvents: boolean;

  /** Whether the function takes its events from a queue, which then has the dead-letter queue. */
  readonly fromQueue: boolean = false;

  /** Which objects it tells of; nothing where it tells of whole deploys. */
  readonly objects?: ObjectEvents;

  /** Whether an action must be added to a pipeline by hand. */
  readonly needsAction: boolean = false;

  /** Why it cannot be used. */
  fault(_bucket: IBucket | undefined): string | undefined {
    return undefined;
  }

  /** Whose events it takes, by name: they come in the account and the region of their resource. */
  sources(_bucket: IBucket | undefined): readonly (readonly [name: string, resource: IResource])[] {
    return [];
  }

  /** Makes the resources that call the function. */
  abstract bind(scope: Construct, target: TriggerTarget): void;
}

class ActionTrigger extends PurgeTrigger {
  override readonly fewEvents = true;
  override readonly needsAction = true;

  // The action itself does, when it is added to a stage.
  override bind(): void {}
}

class PipelineEventTrigger extends PurgeTrigger {
  override readonly fewEvents = true;

  constructor(private readonly options: PipelineEventOptions) {
    super();
  }

  override fault(): string | undefined {
    if (this.options.action === undefined || this.options.stage !== undefined) return undefined;
    return 'trigger-stage: `action` is given without its `stage`; give both';
  }

  override sources(): [string, IResource][] {
    return [['pipeline', this.options.pipeline]];
  }

  override bind(scope: Construct, { purge, lambdaFunction, deadLetterQueue }: TriggerTarget): void {
    scope.node.addValidation({ validate: () => deployFaults(this.options) });
    warnOfParallel(scope, this.options.pipeline);
    purge.allowWholeDeploys(this.options.pipeline.pipelineName);
    pipelineRule(scope, this.options, new FunctionTarget(lambdaFunction, { deadLetterQueue }));
  }
}

class S3Trigger extends PurgeTrigger {
  override readonly fewEvents = false;

  override readonly objects: ObjectEvents;

  constructor(private readonly options: S3TriggerOptions) {
    super();
    this.objects = objectsOf(options);
  }

  override fault(bucket: IBucket | undefined): string | undefined {
    return bucket ? undefined : NO_BUCKET;
  }

  override sources(bucket: IBucket | undefined): [string, IResource][] {
    return bucket ? [['bucket', bucket]] : [];
  }

  override bind(scope: Construct, { bucket, lambdaFunction, deadLetterQueue }: TriggerTarget): void {
    objectEvents(scope, bucket as IBucket, this.options, {
      rule: new FunctionTarget(lambdaFunction, { deadLetterQueue }),
      notification: new LambdaDestination(lambdaFunction),
    });
  }
}

class S3QueueTrigger extends PurgeTrigger {
  override readonly fewEvents = true;
  override readonly fromQueue = true;

  override readonly objects: ObjectEvents;

  constructor(private readonly options: S3QueueTriggerOptions) {
    super();
    this.objects = objectsOf(options);
  }

  override fault(bucket: IBucket | undefined): string | undefined {
    return bucket ? batchFault(this.options) : NO_BUCKET;
  }

  override sources(bucket: IBucket | undefined): [string, IResource][] {
    return bucket ? [['bucket', bucket]] : [];
  }

  override bind(scope: Construct, target: TriggerTarget): void {
    const queue = sourceQueue(scope, target, this.options);
    objectEvents(scope, target.bucket as IBucket, this.options, {
      rule: new SqsQueue(queue, { deadLetterQueue: target.deadLetterQueue }),
      notification: new SqsDestination(queue),
    });
  }
}

function objectsOf({ removals = true, prefix = '' }: S3TriggerOptions): ObjectEvents {
  return { removals, prefix };
}

const NO_BUCKET = 'trigger-bucket: an S3 trigger needs to know the bucket; set `bucket`';
