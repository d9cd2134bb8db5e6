// What is refused before anything is made.
import { type IResource, type Stack, Token, TokenComparison } from 'aws-cdk-lib';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import type { IDistribution } from 'aws-cdk-lib/aws-cloudfront';
import type { IKey } from 'aws-cdk-lib/aws-kms';

import { codeFault } from './function.js';
import { faults } from './policy.js';
import type { PurgeOnDeployProps } from './props.js';
import type { PurgeTrigger } from './trigger.js';

/** Everything that is wrong with the properties of a construct in this stack. */
export function propertyFaults(
  stack: Stack,
  props: PurgeOnDeployProps,
  distributions: readonly IDistribution[],
  trigger: PurgeTrigger,
): string[] {
  const names = { bucket: props.bucket?.bucketName, distributions: distributions.map((one) => one.distributionId) };
  return [
    distributionFault(props, distributions),
    elsewhereFault(stack, 'repository', props.repository.env),
    ...distributions.map((one) => distributionElsewhereFault(stack, one)),
    aliasFault(props.repositoryKey),
    ...trigger.sources(props.bucket).map(([name, resource]) => elsewhereFault(stack, name, resource.env)),
    trigger.fault(props.bucket),
    props.policy && props.policyPath !== undefined
      ? 'policy-contradiction: `policy` and `policyPath` are both set; take the first for a policy of the function, the ' +
        'second for one of the repository'
      : undefined,
    ...(props.policy ? faults(props.policy, names) : []),
    codeFault(props),
    architectureFault(props.architecture),
    emptyFault('branch', props.branch),
    emptyFault('policyPath', props.policyPath),
    concurrencyFault(props.reservedConcurrency, trigger),
  ].filter((fault) => fault !== undefined);
}

function distributionFault(
  { distribution, distributions }: PurgeOnDeployProps,
  all: readonly IDistribution[],
): string | undefined {
  if (distribution && distributions)
    return 'distribution-contradiction: `distribution` and `distributions` are both set; list all in the second';
  if (all.length === 0) return 'distribution-missing: no distribution is given; set `distribution`, or `distributions`';
  if (new Set(all.map((one) => one.distributionId)).size < all.length)
    return 'distribution-twice: `distributions` has one of them twice';
  return undefined;
}

/** What the function asks, and whose events it gets, is in its own account and region. */
function elsewhereFault(stack: Stack, name: string, { account, region }: IResource['env']): string | undefined {
  const others = [
    [region, stack.region],
    [account, stack.account],
  ].filter(([its = '', ours = '']) => Token.compareStrings(its, ours) === TokenComparison.DIFFERENT);
  if (others.length === 0) return undefined;
  const [its, ours] = [0, 1].map((side) => others.map((pair) => `\`${pair[side]}\``).join(', '));
  return `${name}-elsewhere: \`${name}\` is in ${its}, the function in ${ours}; put the PurgeOnDeploy into a stack of that account and region`;
}

/** CloudFront is in no region, and lets only principals of its own account invalidate. */
function distributionElsewhereFault(stack: Stack, { env, node }: IDistribution): string | undefined {
  // Somebody's own `IDistribution` may have none.
  const { account = stack.account } = (env as IResource['env'] | undefined) ?? {};
  if (Token.compareStrings(account, stack.account) !== TokenComparison.DIFFERENT) return undefined;
  return `distribution-elsewhere: distribution \`${node.path}\` is in account \`${account}\`, the function in \`${stack.account}\`; put the PurgeOnDeploy into a stack of that account`;
}

/** IAM takes no alias for a key's name. */
function aliasFault(key: IKey | undefined): string | undefined {
  if (!key?.keyArn.includes(':alias/')) return undefined;
  return 'repository-key-alias: `repositoryKey` is an alias, by which IAM gives no permission; import the key by its ARN (`Key.fromKeyArn`)';
}

function architectureFault(architecture: Architecture | undefined): string | undefined {
  const known = [Architecture.ARM_64.name, Architecture.X86_64.name];
  if (!architecture || known.includes(architecture.name)) return undefined;
  return `architecture: got \`${architecture.name}\`, expected ${known.join(' or ')}`;
}

function emptyFault(name: string, value: string | undefined): string | undefined {
  if (value === undefined || Token.isUnresolved(value) || value.trim() !== '') return undefined;
  return `${name}-empty: \`${name}\` is empty; leave it out, or give one`;
}

function concurrencyFault(value: number | undefined, trigger: PurgeTrigger): string | undefined {
  if (value === undefined || Token.isUnresolved(value) || value === Infinity) return undefined;
  const least = trigger.fromQueue ? 2 : 1;
  if (Number.isInteger(value) && value >= least) return undefined;
  return `concurrency: \`reservedConcurrency\` is ${value}, expected a whole number from ${least} on, or Infinity`;
}
