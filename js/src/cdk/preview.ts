// The plan of the next deploy, made while the app is synthesized. It reads git and nothing else.
import { Stack, Token } from 'aws-cdk-lib';
import type { IDistribution } from 'aws-cdk-lib/aws-cloudfront';
import type { IRepository } from 'aws-cdk-lib/aws-codecommit';
import type { Construct } from 'constructs';

import { type PlanRequest, plan } from '../index.js';
import type { Failure, Fault, PlanAnswer, Policy } from '../types.js';
import { type Facts, factsOf } from './facts.js';
import { type Range, Unavailable, fileAt, range } from './git.js';
import { distributionFaults } from './policy.js';
import { broken, invalid } from './preview-gate.js';
import { record } from './preview-files.js';
import { show } from './preview-words.js';
import type { PurgeOnDeployProps } from './props.js';
import { propertiesOf, resourceOf } from './rendered.js';
import type { ObjectEvents } from './trigger.js';

/** A plan of the next deploy. */
export interface Planned {
  readonly type: 'planned';
  /** Whose commits these are. */
  readonly repository: string;
  readonly base: string | null;
  readonly head: string | null;
  /** The distributions whose configuration is not known at synth. */
  readonly unread: string[];
  readonly answer: PlanAnswer | Failure;
}

/** What is known of the next deploy. */
export type Preview = Planned | { readonly type: 'unavailable'; readonly message: string };

/** Makes the preview when the app is synthesized, when all of the app is known; `carried` is the function's own policy. */
export function addPreview(scope: Construct, props: PurgeOnDeployProps, carried: Policy | undefined): void {
  const write = record(scope);
  scope.node.addValidation({
    validate: () => {
      const preview = make(props, carried);
      write(preview);
      show(scope, preview);
      const refused = invalid(preview, props.policyPath);
      return refused.length > 0 ? refused : broken(preview, props.preview?.failOn ?? {});
    },
  });
}

function make(props: PurgeOnDeployProps, carried: Policy | undefined): Preview {
  try {
    const { repository, diff, base, head } = range(props.preview ?? {}, nameOf(props.repository));
    const distributions = distributionsOf(props).map((one) => ({ id: label(one), facts: factsOf(one, props.bucket) }));
    const unread = distributions.filter(({ facts }) => !facts).map(({ id }) => id);
    const policy = carried ? labelled(carried, props, distributions[0]?.facts?.bucket) : ofRepository(props, head);
    const answer = planned(props, { diff, base, head }, distributions, policy);
    return { type: 'planned', repository, base: base ?? null, head: head ?? null, unread, answer };
  } catch (error) {
    if (error instanceof Unavailable) return { type: 'unavailable', message: error.message };
    throw error;
  }
}

/** The repository's name, also of one that this app makes: there it is a token, but its resource has the text. */
function nameOf(repository: IRepository): string | undefined {
  const resource = resourceOf(repository, 'AWS::CodeCommit::Repository');
  const name = resource ? propertiesOf(resource, Stack.of(resource))['RepositoryName'] : repository.repositoryName;
  return typeof name === 'string' && !Token.isUnresolved(name) ? name : undefined;
}

function planned(
  props: PurgeOnDeployProps,
  { diff, base, head }: Pick<Range, 'diff' | 'base' | 'head'>,
  distributions: { id: string; facts?: Facts }[],
  policy: Policy | Uint8Array,
): PlanAnswer | Failure {
  const named = namedIn(policy);
  const errors = refusals(props, named);
  if (errors.length > 0) return { type: 'failure', errors };
  const usable = distributions.filter(({ id }) => named?.includes(id) ?? true);
  const request: PlanRequest = {
    diffs: { content: diff, format: 'git-raw', base, head },
    policy,
    // A policy that names distributions has them all.
    distribution: distributions.length === 1 && !named ? distributions[0]?.id : undefined,
    distributionConfigs: usable.flatMap(({ id, facts }) => (facts ? [{ id, content: facts.config }] : [])),
    render: 'markdown',
  };
  const answer = plan(request);
  const objects = props.trigger?.objects;
  if (!objects || answer.type === 'failure') return answer;
  return plan({ ...request, trigger: eventsOf(answer, objects) });
}

/** Why the function would not purge with the repository's policy: nothing else tells it of several distributions. */
function refusals(props: PurgeOnDeployProps, named: string[] | undefined | null): Fault[] {
  if (props.policyPath === undefined || named === null) return [];
  const ids = distributionsOf(props).map(({ distributionId }) => distributionId);
  if (named) return distributionFaults({ distributions: named.map((id) => ({ id })) }, ids);
  if (ids.length === 1) return [];
  const message = `the repository's policy names no distribution, and there are ${ids.length}`;
  return [{ code: 'policy-distributions', message, help: 'list their ids in its `distributions`' }];
}

/** The distributions that a policy names; `null`: it cannot be read, and the plan says why. */
function namedIn(policy: Policy | Uint8Array): string[] | undefined | null {
  try {
    const { distributions } =
      policy instanceof Uint8Array ? (JSON.parse(Buffer.from(policy).toString()) as Policy) : policy;
    return distributions?.map(({ id }) => id);
  } catch {
    return null;
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

/** The policy that lies in the repository at a commit. */
function ofRepository({ preview = {}, policyPath = '' }: PurgeOnDeployProps, head: string | undefined): Uint8Array {
  if (Token.isUnresolved(policyPath)) throw new Unavailable('`policyPath` is known only at the deploy');
  return fileAt(preview, head, policyPath);
}

/** The function's policy with names that are known now: the deployed ones, or what stands for them in `facts`. */
function labelled(policy: Policy, props: PurgeOnDeployProps, bucket: string | undefined): Policy {
  const labels = new Map(distributionsOf(props).map((one) => [one.distributionId, label(one)]));
  const { bucket: own, ...rest } = policy;
  const distributions = policy.distributions?.map((one) => ({ ...one, id: labels.get(one.id) ?? one.id }));
  const known = Token.isUnresolved(own) ? undefined : own;
  // A policy that had no room for the bucket's name plans without it.
  const name = own === undefined ? undefined : (bucket ?? known);
  return { ...rest, ...(name !== undefined && { bucket: name }), ...(distributions && { distributions }) };
}

function distributionsOf({ distribution, distributions }: PurgeOnDeployProps): readonly IDistribution[] {
  return distributions ?? (distribution ? [distribution] : []);
}

/** A name that people know, and that is the same in every run: the id, or where the distribution is in the app. */
function label({ distributionId, node }: IDistribution): string {
  return Token.isUnresolved(distributionId) ? node.path : distributionId;
}
