// The queue that gathers a deploy's events.
import { Duration, Token } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

import type { S3QueueTriggerOptions } from './trigger-options.js';
import type { TriggerTarget } from './trigger.js';

/** As few as Lambda takes from a queue at once. */
export const LEAST_CONCURRENCY = 2;

/** Lambda's own limit for batches without a window. */
const LARGEST_WITHOUT_WINDOW = 10;
const LARGEST_BATCH = 10_000;
const WINDOW = Duration.seconds(60);

/** Why Lambda would not take the batches. */
export function batchFault({ batchWindow = WINDOW, batchSize = LARGEST_BATCH }: S3QueueTriggerOptions): string | undefined {
  const known = !batchWindow.isUnresolved() && !Token.isUnresolved(batchSize);
  if (!known || batchSize <= LARGEST_WITHOUT_WINDOW || batchWindow.toMilliseconds() >= 1000) return undefined;
  return (
    `trigger-window: \`batchSize\` is ${batchSize}, but Lambda gathers more than ${LARGEST_WITHOUT_WINDOW} events only within a ` +
    'window of a second or more; set `batchWindow` to as long as a deploy uploads'
  );
}

/** A queue whose messages the function takes in batches; a message that fails comes again by itself. */
export function sourceQueue(scope: Construct, target: TriggerTarget, options: S3QueueTriggerOptions): Queue {
  const batchWindow = options.batchWindow ?? WINDOW;
  const queue = new Queue(scope, 'Queue', {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    visibilityTimeout: visibility(target.timeout, batchWindow),
    retentionPeriod: Duration.days(4),
    deadLetterQueue: { queue: target.deadLetterQueue, maxReceiveCount: options.maxReceiveCount ?? 5 },
  });
  target.lambdaFunction.addEventSource(
    new SqsEventSource(queue, {
      batchSize: options.batchSize ?? LARGEST_BATCH,
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
