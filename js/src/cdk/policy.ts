// The policy that is deployed: checked at synth, and with the names that only the construct knows.
import { Token } from 'aws-cdk-lib';

import { checkPolicy } from '../index.js';
import type { Fault, Policy } from '../types.js';

/** Names that the policy is completed with; they may be tokens. */
export interface Names {
  readonly bucket?: string;
  readonly distributions: readonly string[];
}

/** The policy with the bucket's name and, when there are several, the distributions' ids. */
export function completed(policy: Policy, names: Names): Policy {
  const bucket = policy.bucket ?? names.bucket;
  const several = names.distributions.length > 1 ? names.distributions.map((id) => ({ id })) : undefined;
  const distributions = policy.distributions ?? several;
  return { ...policy, ...(bucket !== undefined && { bucket }), ...(distributions && { distributions }) };
}

/** What is wrong with a policy, each fault with code, message, place and help. Nothing is said about tokens. */
export function faults(policy: Policy, names: Names): string[] {
  const answer = checkPolicy(withoutTokens(policy) as Policy);
  if (answer.type === 'failure') return answer.errors.map(worded);
  return contradictions(policy, names);
}

/** One fault as a line. */
export function worded({ code, message, help, pointer }: Fault): string {
  return `${code}: ${message}${pointer ? ` (policy, at ${pointer})` : ''}; ${help}`;
}

/** Whether the policy is to be mended, and nothing else. */
export function ofPolicy({ code, place }: Fault): boolean {
  return place?.input === 'policy' || code === 'policy-distributions';
}

function contradictions(policy: Policy, names: Names): string[] {
  const found: string[] = [];
  const both = [policy.bucket, names.bucket];
  if (known(both) && both[0] !== both[1]) {
    found.push(
      `policy-bucket: the policy's \`bucket\` is \`${both[0]}\`, but the construct's is \`${both[1]}\`; leave the policy's out`,
    );
  }
  return [...found, ...distributionFaults(policy, names.distributions).map(worded)];
}

/** Where the policy's distributions, if it has any, are not the construct's, as far as the ids are known. */
export function distributionFaults({ distributions }: Policy, ids: readonly string[]): Fault[] {
  const listed = distributions?.map(({ id }) => id);
  if (!listed || !known(listed) || !known(ids)) return [];
  const missing = ids.filter((id) => !listed.includes(id));
  const surplus = listed.filter((id) => !ids.includes(id));
  const code = 'policy-distributions';
  return [
    ...missing.map((id) => ({
      code,
      message: `\`distributions\` of the policy lack \`${id}\`, which the construct has`,
      help: "list it, or leave the policy's out",
    })),
    ...surplus.map((id) => ({
      code,
      message: `the policy names distribution \`${id}\`, which the construct may not purge`,
      help: 'add it to `distributions`',
    })),
  ];
}

function known(names: readonly (string | undefined)[]): boolean {
  return names.every((name) => name !== undefined && !Token.isUnresolved(name));
}

/** A value as far as it is known at synth. A name may be any text, so a token stands for itself there. */
function withoutTokens(value: unknown, key = ''): unknown {
  if (Token.isUnresolved(value))
    return typeof value === 'string' && (key === 'bucket' || key === 'id') ? value : undefined;
  if (Array.isArray(value)) return value.map((item) => withoutTokens(item)).filter((item) => item !== undefined);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withoutTokens(item, name)]));
}

/** Whether a part of the policy is known only when it is deployed. */
export function hasTokens(value: unknown): boolean {
  if (Token.isUnresolved(value)) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(hasTokens);
}
