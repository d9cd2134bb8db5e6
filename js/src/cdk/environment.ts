// The function's environment, and where the policy travels: in a file of the bundle, or where it names what is known
// only at the deploy, in the environment.
import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

import type { Policy } from '../types.js';
import { POLICY_FILE } from './code.js';
import { hasTokens } from './policy.js';

/** All that Lambda lets the environment hold, names and values, in bytes. */
const MOST_BYTES = 4096;
/** As long as a bucket's name can be; an id of a distribution is shorter. */
const LONGEST_NAME = 'n'.repeat(63);

/** How the function is told its policy. */
export interface Carried {
  /** The policy that the function then has; `undefined`: one of the repository. */
  readonly policy?: Policy;
  /** Text of the policy's file, when there is one. */
  readonly file?: string;
  readonly variables: Record<string, string>;
  /** Set when the policy fits nowhere: what to do. */
  readonly fault?: string;
  /** What had to be left out. */
  readonly remark?: string;
}

/** In the bundle when nothing in it is a token, else in the environment; without a bundle always there. */
export function carried(scope: Construct, policy: Policy, others: Record<string, string>, bundled: boolean): Carried {
  if (bundled && !hasTokens(policy)) return file(policy);
  const text = Stack.of(scope).toJsonString(policy);
  const size = bytes({ ...others, PURGEPLAN_POLICY: JSON.stringify(policy) });
  if (size <= MOST_BYTES) return { policy, variables: { PURGEPLAN_POLICY: text } };
  const { bucket, ...rest } = policy;
  if (!bundled || hasTokens(rest)) {
    const where = bundled ? 'names distributions that are known only at the deploy' : 'cannot be a file beside `code`';
    const help = bundled
      ? 'import the distributions by their ids, or make a PurgeOnDeploy for each'
      : 'leave `code` out, or put the file into it and name it in PURGEPLAN_POLICY yourself';
    const fault = `policy-environment: the policy ${where}, and with it the environment takes ${size} of ${MOST_BYTES} bytes; ${help}`;
    return { variables: {}, fault };
  }
  const remark =
    "the policy is too large for the environment, so it is a file that cannot know the bucket's name, which is known only at the " +
    'deploy: no wildcards are bought by listing the bucket. Give the bucket a name (`bucketName`) for that.';
  return { ...file(rest), remark };
}

function file(policy: Policy): Carried {
  return { policy, file: `${JSON.stringify(policy, null, 2)}\n`, variables: { PURGEPLAN_POLICY: POLICY_FILE } };
}

/** How much the environment takes at most; tokens stand for the longest name. */
function bytes(variables: Record<string, string>): number {
  const known = (text: string) => text.replaceAll(/\$\{Token\[[^\]]*\]\}/g, LONGEST_NAME);
  return Object.entries(variables)
    .map(
      ([name, value]) => Buffer.byteLength(name) + Buffer.byteLength(Token.isUnresolved(value) ? known(value) : value),
    )
    .reduce((sum, length) => sum + length, 0);
}
