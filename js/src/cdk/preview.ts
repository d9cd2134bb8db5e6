// The plan of the next deploy, made while the app is synthesized. It reads git and nothing else.
import { Annotations, Token } from 'aws-cdk-lib';
import type { IDistribution } from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';

import { type PlanRequest, plan } from '../index.js';
import type { Failure, PlanAnswer, Policy } from '../types.js';
import { type Facts, factsOf } from './facts.js';
import { type Range, Unavailable, fileAt, range } from './git.js';
import { completed } from './policy.js';
import { broken } from './preview-gate.js';
import { record } from './preview-files.js';
import type { PurgeOnDeployProps } from './props.js';
import type { ObjectEvents } from './trigger.js';

/** What is known of the next deploy; `unread` are the distributions whose configuration is not known at synth. */
export type Preview =
  | { readonly type: 'unavailable'; readonly message: string }
  | {
      readonly type: 'planned';
      readonly base: string | null;
      readonly head: string | null;
      readonly unread: string[];
      readonly answer: PlanAnswer | Failure;
    };

/** Makes the preview when the app is synthesized, when all of the app is known. */
export function addPreview(scope: Construct, props: PurgeOnDeployProps): void {
  const write = record(scope);
  scope.node.addValidation({
    validate: () => {
      const preview = make(props);
      write(preview);
      show(scope, preview);
      return broken(preview, props.preview?.failOn ?? {});
    },
  });
}

function make(props: PurgeOnDeployProps): Preview {
  const options = props.preview ?? {};
  const { repositoryName } = props.repository;
  try {
    const deploy = range(options, Token.isUnresolved(repositoryName) ? undefined : repositoryName);
    const distributions = distributionsOf(props).map((one) => ({ id: label(one), facts: factsOf(one, props.bucket) }));
    const unread = distributions.filter(({ facts }) => !facts).map(({ id }) => id);
    const answer = planned(props, deploy, distributions);
    return { type: 'planned', base: deploy.base ?? null, head: deploy.head ?? null, unread, answer };
  } catch (error) {
    if (error instanceof Unavailable) return { type: 'unavailable', message: error.message };
    throw error;
  }
}

function planned(
  props: PurgeOnDeployProps,
  { diff, base, head }: Range,
  facts: { id: string; facts?: Facts }[],
): PlanAnswer | Failure {
  const labels = new Map(distributionsOf(props).map((one) => [one.distributionId, label(one)]));
  const policy = policyOf(props, labels, facts[0]?.facts?.bucket, head);
  const named = namedIn(policy);
  const [only] = labels.values();
  const usable = facts.filter(({ id }) => named?.includes(id) ?? true);
  const request: PlanRequest = {
    diffs: { content: diff, format: 'git-raw', base, head },
    policy,
    // A policy that names distributions has them all.
    distribution: labels.size === 1 && !named ? only : undefined,
    distributionConfigs: usable.flatMap(({ id, facts }) => (facts ? [{ id, content: facts.config }] : [])),
    render: 'markdown',
  };
  const answer = plan(request);
  const objects = props.trigger?.objects;
  if (!objects || answer.type === 'failure') return answer;
  return plan({ ...request, trigger: eventsOf(answer, objects) });
}

/** The distributions that a policy names; of one that cannot be read the plan says why. */
function namedIn(policy: Policy | Uint8Array): string[] | undefined {
  try {
    const { distributions } =
      policy instanceof Uint8Array ? (JSON.parse(Buffer.from(policy).toString()) as Policy) : policy;
    return distributions?.map(({ id }) => id);
  } catch {
    return undefined;
  }
}

/** The events of the changed objects: all that the function is told of them. */
function eventsOf({ decisions }: PlanAnswer, { removals, prefix }: ObjectEvents): PlanRequest['trigger'] {
  const known = Token.isUnresolved(prefix) ? '' : prefix;
  const told = decisions.filter(({ key }) => key?.startsWith(known));
  const keys = (deleted: boolean) =>
    told.filter(({ change }) => (change === 'deleted') === deleted).flatMap(({ key }) => key ?? []);
  return { uploaded: keys(false), removed: removals ? keys(true) : [] };
}

/** The policy with names that are known now: the deployed ones, or what stands for them here. */
function policyOf(
  props: PurgeOnDeployProps,
  labels: Map<string, string>,
  bucket: string | undefined,
  head: string | undefined,
): Policy | Uint8Array {
  if (props.policyPath !== undefined) return fileAt(props.preview ?? {}, head, props.policyPath);
  const policy = props.policy ?? { preset: 'sound' };
  const distributions = policy.distributions?.map((one) => ({ ...one, id: labels.get(one.id) ?? one.id }));
  // The bucket's name as the configuration has it here.
  const known = policy.bucket !== undefined && !Token.isUnresolved(policy.bucket) ? policy.bucket : undefined;
  const named = { ...policy, bucket: bucket ?? known };
  return completed({ ...named, ...(distributions && { distributions }) }, { distributions: [...labels.values()] });
}

function distributionsOf({ distribution, distributions }: PurgeOnDeployProps): readonly IDistribution[] {
  return distributions ?? (distribution ? [distribution] : []);
}

/** A name that people know, and that is the same in every run: the id, or where the distribution is in the app. */
function label({ distributionId, node }: IDistribution): string {
  return Token.isUnresolved(distributionId) ? node.path : distributionId;
}

function show(scope: Construct, preview: Preview): void {
  const annotations = Annotations.of(scope);
  if (preview.type === 'unavailable') return annotations.addInfo(`no purge preview: ${preview.message}`);
  const { answer } = preview;
  if (answer.type === 'failure') {
    for (const { code, message, help } of answer.errors)
      warn(scope, code, `the next deploy's purge cannot be planned: ${message}`, help);
    return;
  }
  annotations.addInfo(summary(preview.base, preview.head, answer));
  for (const id of preview.unread) {
    annotations.addInfo(
      `the configuration of distribution \`${id}\` is not known here: the function reads it, and may purge fewer URLs`,
    );
  }
  for (const { severity, code, message, help } of answer.diagnostics) {
    if (severity === 'warning') warn(scope, code, message, help);
    else annotations.addInfo(`${code}: ${message}; ${help}`);
  }
}

function warn(scope: Construct, code: string, message: string, help: string): void {
  Annotations.of(scope).addWarningV2(`purgeplan:${code}`, `${message}; ${help}`);
}

function summary(base: string | null, head: string | null, answer: PlanAnswer): string {
  const purged = answer.decisions.filter(({ outcome }) => outcome === 'purge').length;
  const wildcards = answer.distributions.reduce((sum, one) => sum + one.wildcards, 0);
  const from = base?.slice(0, 7) ?? 'nothing';
  const to = head?.slice(0, 7) ?? 'working tree';
  return (
    `purge preview ${from}..${to}: ${purged} of ${count(answer.decisions.length, 'change')} purged, ` +
    `${count(answer.billed_paths, 'path')} (${count(wildcards, 'wildcard')}), at most $${dollars(answer.billed_paths)} ` +
    'beyond the free 1,000 a month; see purge-preview.md'
  );
}

function count(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;
}

/** Half a cent a path. */
function dollars(paths: number): string {
  return ((paths * 5) / 1000).toFixed(3);
}
