// The queue that gathers a deploy's events.
import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

import type { S3QueueTriggerOptions } from './trigger-options.js';
import type { TriggerTarget } from './trigger.js';

/** As few as Lambda takes from a queue at once. */
export const LEAST_CONCURRENCY = 2;

/** A queue whose messages the function takes in batches; a message that fails comes again by itself. */
export function sourceQueue(scope: Construct, target: TriggerTarget, options: S3QueueTriggerOptions): Queue {
  const batchWindow = options.batchWindow ?? Duration.seconds(60);
  const queue = new Queue(scope, 'Queue', {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    visibilityTimeout: visibility(target.timeout, batchWindow),
    retentionPeriod: Duration.days(4),
    deadLetterQueue: { queue: target.deadLetterQueue, maxReceiveCount: options.maxReceiveCount ?? 5 },
  });
  target.lambdaFunction.addEventSource(
    new SqsEventSource(queue, {
      batchSize: options.batchSize ?? 10_000,
      maxBatchingWindow: batchWindow,
      reportBatchItemFailures: true,
      maxConcurrency: LEAST_CONCURRENCY,
    }),
  );
  return queue;
}

/** AWS: at least six times the function's timeout, and the window; of what is not known yet, the longest there is. */
function visibility(timeout: Duration, batchWindow: Duration): Duration {
  const seconds = (duration: Duration, longest: number) => (duration.isUnresolved() ? longest : duration.toSeconds());
  return Duration.seconds(6 * seconds(timeout, 900) + seconds(batchWindow, 300));
}

/** Where events are kept that failed in every try. */
export function deadLetterQueue(scope: Construct): Queue {
  return new Queue(scope, 'DeadLetterQueue', {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
}
