// The function itself.
import { Duration } from 'aws-cdk-lib';
import type { IDistribution } from 'aws-cdk-lib/aws-cloudfront';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { type Construct } from 'constructs';

import { bootstrapFault, bundle, packagedBootstrap } from './code.js';
import { type Carried, carried } from './environment.js';
import { completed } from './policy.js';
import type { PurgeOnDeployProps } from './props.js';

/** What the function stands on. */
export interface Parts {
  readonly role: IRole;
  readonly logGroup: ILogGroup;
  readonly distributions: readonly IDistribution[];
  /** None where the events come from a queue, which has the dead-letter queue itself. */
  readonly deadLetterQueue?: IQueue;
  readonly reservedConcurrency: number;
}

/** Longest invocation when nothing is said. */
export const TIMEOUT = Duration.seconds(60);

/** Where the policy travels, and what is in the environment beside it. */
export function configuration(
  scope: Construct,
  props: PurgeOnDeployProps,
  distributions: readonly IDistribution[],
): Carried {
  const ids = distributions.map((distribution) => distribution.distributionId);
  const named = props.policy?.distributions !== undefined || ids.length !== 1;
  const variables: Record<string, string> = {
    repository_name: props.repository.repositoryName,
    branch_name: props.branch ?? 'main',
    ...(!named && { dest_id: ids[0] }),
    ...(props.observe && { PURGEPLAN_MODE: 'observe' }),
    ...(props.logLevel === 'debug' && { AWS_LAMBDA_LOG_LEVEL: 'debug' }),
  };
  if (props.policyPath !== undefined) return ofRepository(props.policyPath, variables, ids);
  const policy = completed(props.policy ?? { preset: 'sound' }, {
    bucket: props.bucket?.bucketName,
    distributions: ids,
  });
  const policyCarried = carried(scope, policy, variables, props.code === undefined);
  return { ...policyCarried, variables: { ...variables, ...policyCarried.variables } };
}

/** A policy of the repository is complete by itself: nothing else tells the function of several distributions. */
function ofRepository(path: string, variables: Record<string, string>, ids: readonly string[]): Carried {
  const carried = { variables: { ...variables, PURGEPLAN_POLICY_PATH: path } };
  if (ids.length === 1) return carried;
  const remark = `\`${path}\` of the repository must list the ${ids.length} distributions: the function purges those of its \`distributions\``;
  return { ...carried, remark };
}

/** The function, as host-lambda/iam recommends it. */
export function makeFunction(
  scope: Construct,
  props: PurgeOnDeployProps,
  parts: Parts,
  { file, variables }: Carried,
): LambdaFunction {
  const architecture = props.architecture ?? Architecture.ARM_64;
  return new LambdaFunction(scope, 'Function', {
    description: 'purgeplan: purges from CloudFront what a deploy made stale',
    runtime: Runtime.PROVIDED_AL2023,
    handler: 'bootstrap',
    architecture,
    code: code(props, architecture, file),
    memorySize: props.memorySize ?? 256,
    timeout: props.timeout ?? TIMEOUT,
    environment: variables,
    role: parts.role,
    logGroup: parts.logGroup,
    ...(parts.deadLetterQueue && { deadLetterQueue: parts.deadLetterQueue }),
    ...(parts.reservedConcurrency !== Infinity && { reservedConcurrentExecutions: parts.reservedConcurrency }),
  });
}

function code(props: PurgeOnDeployProps, architecture: Architecture, policy: string | undefined): Code {
  return props.code ?? bundle(props.bootstrap ?? packagedBootstrap(architecture), policy);
}

/** Why there is no code to deploy. */
export function codeFault({ code, bootstrap, architecture }: PurgeOnDeployProps): string | undefined {
  if (code && bootstrap !== undefined) return 'code-contradiction: `code` and `bootstrap` are both set; leave one out';
  if (code) return undefined;
  return bootstrapFault(bootstrap ?? packagedBootstrap(architecture ?? Architecture.ARM_64), bootstrap === undefined);
}
