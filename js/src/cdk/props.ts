// What a `PurgeOnDeploy` is told.
import type { Duration } from 'aws-cdk-lib';
import type { IDistribution } from 'aws-cdk-lib/aws-cloudfront';
import type { IRepository } from 'aws-cdk-lib/aws-codecommit';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Architecture, Code } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';

import type { Policy } from '../types.js';
import type { PreviewOptions } from './preview-options.js';
import type { PurgeTrigger } from './trigger.js';

/** Properties of {@link PurgeOnDeploy}. */
export interface PurgeOnDeployProps {
  /**
   * The distribution that shows the site.
   *
   * @default - `distributions` says it
   */
  readonly distribution?: IDistribution;

  /**
   * The distributions that show the site, in the place of `distribution`. What differs between them is said in the
   * policy's `distributions`.
   *
   * @default - `distribution` alone
   */
  readonly distributions?: readonly IDistribution[];

  /** The CodeCommit repository of the site. */
  readonly repository: IRepository;

  /**
   * The customer managed key with which the repository is encrypted.
   *
   * @default - the repository is encrypted with the key that AWS manages
   */
  readonly repositoryKey?: IKey;

  /**
   * The branch that is deployed.
   *
   * @default 'main'
   */
  readonly branch?: string;

  /**
   * The bucket that the site is deployed to. The S3 triggers need it. For whole deploys the function may then list it, so
   * that wildcards that purge nothing in vain can save paths.
   *
   * @default - none
   */
  readonly bucket?: IBucket;

  /**
   * Which URLs are purged: the same fields as in a policy file.
   *
   * @default { preset: 'sound' }
   */
  readonly policy?: Policy;

  /**
   * The policy's path in the repository, in the place of `policy`: it is read at the deployed commit.
   *
   * @default - the policy is the function's own, `policy`
   */
  readonly policyPath?: string;

  /**
   * What tells the function of a deploy.
   *
   * @default PurgeTrigger.pipelineAction()
   */
  readonly trigger?: PurgeTrigger;

  /**
   * Plan, log and report, but purge nothing.
   *
   * @default false
   */
  readonly observe?: boolean;

  /**
   * Processor of the function.
   *
   * @default Architecture.ARM_64
   */
  readonly architecture?: Architecture;

  /**
   * The function's memory, in MB. It also buys processor time.
   *
   * @default 256
   */
  readonly memorySize?: number;

  /**
   * The longest that one invocation may last. AWS calls that are throttled are tried again until half a second before it.
   *
   * @default Duration.seconds(60)
   */
  readonly timeout?: Duration;

  /**
   * How many instances of the function may run at once; `Infinity` reserves none. One instance reads the commits once and
   * keeps CloudFront's rate to itself.
   *
   * @default 1; 2 with `PurgeTrigger.s3Queue`, as few as Lambda takes from a queue at once
   */
  readonly reservedConcurrency?: number;

  /**
   * The function's role. It gets the permissions, unless it is an imported one that cannot be changed.
   *
   * @default - a role of its own
   */
  readonly role?: IRole;

  /**
   * Path of the executable `bootstrap` to deploy.
   *
   * @default - the one of this package, for the architecture
   */
  readonly bootstrap?: string;

  /**
   * The function's code, in the place of `bootstrap`: the policy then travels in the environment, which holds 4 KB.
   *
   * @default - `bootstrap`, with the policy beside it
   */
  readonly code?: Code;

  /**
   * How long the log is kept.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;

  /**
   * How much is logged: `debug` logs every decision.
   *
   * @default 'info'
   */
  readonly logLevel?: 'info' | 'debug';

  /**
   * Whether there are alarms on the dead-letter queue, on failed invocations, on what went back to a queue and, where each
   * deploy is one event, on throttled invocations.
   *
   * @default true
   */
  readonly alarms?: boolean;

  /**
   * Whom the alarms tell.
   *
   * @default - nobody; the alarms show their state
   */
  readonly alarmTopic?: ITopic;

  /**
   * The most invalidation paths a day before an alarm; the first 1,000 a month are free, each other costs $0.005.
   *
   * @default - no such alarm
   */
  readonly billedPathsAlarm?: number;

  /**
   * Whether there is a dashboard.
   *
   * @default true
   */
  readonly dashboard?: boolean;

  /**
   * The plan of the next deploy, shown at synth.
   *
   * @default - from the first parent of HEAD to HEAD, in the git repository round the current folder, where it is the site's
   */
  readonly preview?: PreviewOptions;
}
