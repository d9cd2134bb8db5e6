// Events of a bucket.
import { CfnResource, Stack } from 'aws-cdk-lib';
import { type IRuleTarget, Match, Rule } from 'aws-cdk-lib/aws-events';
import { EventType, type IBucket, type IBucketNotificationDestination } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

import { isMadeIn, outermost } from './rendered.js';
import { S3Delivery, type S3TriggerOptions } from './trigger-options.js';

/** The same target for either way. */
export interface Targets {
  readonly rule: IRuleTarget;
  readonly notification: IBucketNotificationDestination;
}

/** Sends the events of a bucket's objects to a target. */
export function objectEvents(scope: Construct, bucket: IBucket, options: S3TriggerOptions, targets: Targets): void {
  const { removals = true, prefix, delivery = S3Delivery.EVENT_BRIDGE } = options;
  if (delivery === S3Delivery.EVENT_BRIDGE) {
    switchOn(scope, bucket);
    return rule(scope, bucket, { removals, prefix }, targets.rule);
  }
  const { stack } = bucket;
  if (outermost(stack) !== outermost(Stack.of(scope)) && isMadeIn(stack, bucket)) {
    throw new Error(
      `${scope.node.path}: trigger-cycle: the bucket is in stack \`${stack.node.path}\`, and its notifications would name what is ` +
        `here, which names the bucket; use \`S3Delivery.EVENT_BRIDGE\`, or one stack`,
    );
  }
  const filters = prefix === undefined ? [] : [{ prefix }];
  bucket.addEventNotification(EventType.OBJECT_CREATED, targets.notification, ...filters);
  if (removals) bucket.addEventNotification(EventType.OBJECT_REMOVED, targets.notification, ...filters);
}

function rule(
  scope: Construct,
  bucket: IBucket,
  events: { removals: boolean; prefix?: string },
  target: IRuleTarget,
): void {
  const object = events.prefix === undefined ? undefined : { key: Match.prefix(events.prefix) };
  new Rule(scope, 'ObjectEvents', {
    description: 'Objects of the site to purgeplan',
    eventPattern: {
      source: ['aws.s3'],
      detailType: events.removals ? ['Object Created', 'Object Deleted'] : ['Object Created'],
      detail: { bucket: { name: [bucket.bucketName] }, ...(object && { object }) },
    },
    targets: [target],
  });
}

/**
 * Lets a bucket of this app send its events to EventBridge. CDK's own way is its notification helper, a function whose
 * role is broader than this needs; the bucket's resource can say it itself.
 */
function switchOn(scope: Construct, bucket: IBucket): void {
  const resource = bucket.node.defaultChild;
  if (
    !CfnResource.isCfnResource(resource as Construct) ||
    (resource as CfnResource).cfnResourceType !== 'AWS::S3::Bucket'
  )
    return;
  const helper = () => bucket.node.tryFindChild('Notifications');
  // The helper writes all notifications of its bucket, also this switch.
  if (helper()) return bucket.enableEventBridgeNotification();
  (resource as CfnResource).addPropertyOverride(
    'NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled',
    true,
  );
  const fault =
    "bucket-notifications: the bucket got notifications of CDK's helper, which would turn the events to EventBridge off again; " +
    'set `eventBridgeEnabled: true` of the bucket';
  scope.node.addValidation({ validate: () => (helper() ? [fault] : []) });
}
