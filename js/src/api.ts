import schema from '../generated/policy.schema.json' with { type: 'json' };
import manifest from '../package.json' with { type: 'json' };

import { ask } from './engine.js';
import { Attachments, placed, type Bytes } from './inputs.js';
import type {
  CheckAnswer,
  DiffFormat,
  ExplainAnswer,
  Failure,
  ParseAnswer,
  PlanAnswer,
  Policy,
  Preset,
} from './types.js';

export { ask, askText } from './engine.js';
export type { Bytes } from './inputs.js';
export type * from './types.js';

/** One diff. */
export interface Diff {
  /** What git, CodeCommit or a list of hashes says; several pieces are pages, parts, or before and after. */
  content: Bytes | readonly Bytes[];
  /** How it is written; told from its bytes when left out. */
  format?: DiffFormat;
  /** Take a diff that is cut off as far as it goes. */
  partial?: boolean;
  /** Commit before. */
  base?: string;
  /** Commit after; named in the decisions. */
  head?: string;
}

/** What a plan is made from. */
export interface PlanRequest {
  /** The diff of the deploy, as text or bytes, or several, oldest first. */
  diffs: Bytes | Diff | readonly (Bytes | Diff)[];
  /** A policy: the object, or its JSON text. */
  policy?: Policy | Bytes;
  /** Set of defaults, only without a policy. `sound` when left out. */
  preset?: Preset;
  /** All that is live; lets wildcards save paths. */
  live?: {
    /** One name a line, or NUL between them, or a list of names, or what `aws s3api list-objects-v2` prints. */
    content: Bytes | readonly string[];
    /** Whether nothing is missing; only then is it used. True when left out. */
    complete?: boolean;
    /** What the names are; `keys` when left out. */
    kind?: 'keys' | 'urls' | 's3-listing';
  };
  /** Distribution to plan for, when the policy names none. */
  distribution?: string;
  /** What `aws cloudfront get-distribution-config` prints, for each distribution. */
  distributionConfigs?: readonly { id?: string; content: Bytes }[];
  /** Limits the plan to these object keys. */
  trigger?: { encoding?: 'plain' | 's3-event'; uploaded?: readonly string[]; removed?: readonly string[] };
  /** What makes this piece of work itself, for the caller references. */
  identity?: readonly string[];
  /** Most paths of all distributions, whatever the policy says: more become wildcards. */
  widenTo?: number;
  /** Asks for the answer as text too, in `rendered`. */
  render?: 'text' | 'markdown' | 'aws-cli';
}

/** How a diff is read. */
export type ParseOptions = Omit<Diff, 'content'>;

// What each plan was asked, so that it can be explained. It goes when the answer goes.
const asked = new WeakMap<object, { fields: object; attachments: Attachments }>();

/** The version of this package. */
export const version: string = manifest.version;

/** The JSON Schema (draft 2020-12) of a policy, for editors. */
export function policySchema(): object {
  return structuredClone(schema);
}

/**
 * Plans the invalidation of what a deploy changed.
 *
 * ```ts
 * const answer = plan({ diffs: 'M\tindex.html\n' });
 * if (answer.type === 'success') console.log(answer.paths); // [ '/', '/index.html' ]
 * ```
 *
 * @returns The plan, or what is wrong with the input; bad input never throws.
 * @throws {@link !TypeError} When something is neither text nor bytes where one of them is wanted.
 */
export function plan(request: PlanRequest): PlanAnswer | Failure {
  const attachments = new Attachments();
  const fields = planFields(request, attachments);
  const answer = placed<PlanAnswer>(ask(JSON.stringify({ op: 'plan', ...fields }), attachments.bytes), attachments);
  asked.set(answer, { fields, attachments });
  return answer;
}

/**
 * Explains what a plan does to one URL (`/a%20b.html`, a host before it and a query behind it are passed over), or to
 * one repository path (`{ path: 'docs/a.md' }`).
 *
 * @param answer - What {@link plan} returned; of a copy nobody knows any more how it came about.
 */
export function explain(answer: PlanAnswer | Failure, subject: string | { path: string }): ExplainAnswer | Failure {
  const known = asked.get(answer);
  if (!known) {
    const message = 'the answer is not one that `plan` returned';
    return { type: 'failure', errors: [{ code: 'explain-answer', message, help: 'pass the very object, not a copy' }] };
  }
  const { render: _, ...fields } = known.fields as { render?: unknown };
  const about = typeof subject === 'string' ? { url: subject } : { path: subject.path };
  return placed<ExplainAnswer>(
    ask(JSON.stringify({ op: 'explain', ...fields, ...about }), known.attachments.bytes),
    known.attachments,
  );
}

/** Reads a diff: which paths changed, and how. */
export function parseDiff(content: Bytes | readonly Bytes[], options: ParseOptions = {}): ParseAnswer | Failure {
  const attachments = new Attachments();
  const diffs = [diffFields({ ...options, content }, 0, attachments)];
  return placed<ParseAnswer>(ask(JSON.stringify({ op: 'parse', diffs }), attachments.bytes), attachments);
}

/** Checks a policy, and fills in every value that it leaves to its preset. */
export function checkPolicy(policy: Policy | Bytes): CheckAnswer | Failure {
  const attachments = new Attachments();
  const fields = { op: 'check', policy_attachment: attachments.add('policy', document(policy)) };
  return placed<CheckAnswer>(ask(JSON.stringify(fields), attachments.bytes), attachments);
}

function planFields(request: PlanRequest, attachments: Attachments): object {
  const several = Array.isArray(request.diffs) ? (request.diffs as readonly (Bytes | Diff)[]) : [request.diffs];
  const diffs = several.map((diff, index) => diffFields(diff as Bytes | Diff, index, attachments));
  const { policy, live, render } = request;
  const configs = request.distributionConfigs?.map(({ id, content }, index) => ({
    id,
    attachment: attachments.add(`distributionConfigs[${index}]`, content),
  }));
  return {
    diffs,
    preset: request.preset,
    policy_attachment: policy === undefined ? undefined : attachments.add('policy', document(policy)),
    live: live && {
      attachment: attachments.add('live', names(live.content)),
      complete: live.complete ?? true,
      kind: live.kind,
    },
    distribution: request.distribution,
    distribution_configs: configs,
    trigger: request.trigger,
    identity: request.identity,
    widen_to: request.widenTo,
    render: render && { format: render, attachment_names: attachments.names },
  };
}

function diffFields(diff: Bytes | Diff, index: number, attachments: Attachments): object {
  const { content, ...options } = isBytes(diff) ? { content: diff } : diff;
  const pieces = isBytes(content) ? [content] : content;
  const indices = pieces.map((piece, at) =>
    attachments.add(pieces.length > 1 ? `diffs[${index}][${at}]` : `diffs[${index}]`, piece),
  );
  return { ...options, attachments: indices };
}

function isBytes(value: unknown): value is Bytes {
  return typeof value === 'string' || ArrayBuffer.isView(value);
}

/** A policy as its own text, so that a fault has a place in it. */
function document(policy: Policy | Bytes): Bytes {
  return isBytes(policy) ? policy : JSON.stringify(policy, null, 2);
}

/** NUL can stand in no name, so it stands between them; one more tells that it does. */
function names(content: Bytes | readonly string[]): Bytes {
  return isBytes(content) ? content : `${content.join('\0')}\0\0`;
}
