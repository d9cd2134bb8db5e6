import schema from '../generated/policy.schema.json' with { type: 'json' };
import manifest from '../package.json' with { type: 'json' };

import { ask } from './engine.js';
import { Attachments, encoded, failure, isBytes, placed, wrong, type Bytes } from './inputs.js';
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
// The request is kept as its text, because the caller's objects may change; bytes are too large to be copied.
const asked = new WeakMap<object, { request: string; attachments: Attachments }>();

const HOW_TO_EXPLAIN =
  'pass the very object, not a copy, to the `explain` of the same package: `import` and `require` load it twice';

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
 * Bytes are not copied: do not change or transfer them as long as the answer is explained.
 *
 * @returns The plan, or what is wrong with the input; bad input never throws.
 * @throws {@link !TypeError} When an argument is of a wrong type; it is named.
 */
export function plan(request: PlanRequest): PlanAnswer | Failure {
  const attachments = new Attachments();
  const fields = planFields(request, attachments);
  const refused = attachments.failure();
  if (refused) return refused;
  const text = JSON.stringify({ op: 'plan', ...fields });
  const answer = placed<PlanAnswer>(ask(text, attachments.bytes), attachments);
  asked.set(answer, { request: text, attachments });
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
    return failure('explain-answer', HOW_TO_EXPLAIN, ['the answer is not one that `plan` returned']);
  }
  const { attachments } = known;
  const given = new Attachments();
  const about = typeof subject === 'string' ? { url: subject } : { path: given.object('subject', subject, ['path']).path };
  const refused = given.failure();
  if (refused) return refused;
  const { render: _, ...fields } = JSON.parse(known.request) as { render?: unknown };
  const bytes = attachments.bytes.map((content, index) => encoded(attachments.names[index] as string, content));
  return placed<ExplainAnswer>(ask(JSON.stringify({ ...fields, ...about, op: 'explain' }), bytes), attachments);
}

/** Reads a diff: which paths changed, and how. */
export function parseDiff(content: Bytes | readonly Bytes[], options: ParseOptions = {}): ParseAnswer | Failure {
  const attachments = new Attachments();
  const diffs = [diffFields({ ...options, content }, '', 0, attachments)];
  const refused = attachments.failure();
  return refused ?? placed<ParseAnswer>(ask(JSON.stringify({ op: 'parse', diffs }), attachments.bytes), attachments);
}

/** Checks a policy, and fills in every value that it leaves to its preset. */
export function checkPolicy(policy: Policy | Bytes): CheckAnswer | Failure {
  const attachments = new Attachments();
  const fields = { op: 'check', policy_attachment: attachments.add('policy', document(policy)) };
  return placed<CheckAnswer>(ask(JSON.stringify(fields), attachments.bytes), attachments);
}

const DIFF: readonly (keyof Diff)[] = ['content', 'format', 'partial', 'base', 'head'];
const FIELDS: readonly (keyof PlanRequest)[] = [
  'diffs', 'policy', 'preset', 'live', 'distribution', 'distributionConfigs', 'trigger', 'identity', 'widenTo', 'render',
];

function planFields(request: PlanRequest, attachments: Attachments): object {
  const { diffs, policy, live, distributionConfigs, trigger, widenTo, render } = attachments.object('', request, FIELDS);
  // JSON, in which the core is asked, has no such numbers.
  if (widenTo !== undefined && !(Number.isSafeInteger(widenTo) && widenTo >= 0)) {
    attachments.faults.push(`invalid \`widenTo\`: \`${widenTo}\`, expected a whole number from 0`);
  }
  if (trigger) attachments.object('trigger', trigger, ['encoding', 'uploaded', 'removed']);
  if (live) attachments.object('live', live, ['content', 'complete', 'kind']);
  const configs: unknown = distributionConfigs;
  if (configs !== undefined && configs !== null && !Array.isArray(configs)) throw wrong('distributionConfigs', configs, 'a list');
  return {
    diffs: list(diffs).map((diff, index) => {
      const name = diff === diffs ? 'diffs' : `diffs[${index}]`;
      return diffFields(isBytes(diff) ? { content: diff } : diff, name, index, attachments);
    }),
    preset: request.preset,
    policy_attachment: policy === undefined ? undefined : attachments.add('policy', document(policy)),
    live: live && {
      attachment: attachments.add('live', names(live.content)),
      complete: live.complete ?? true,
      kind: live.kind,
    },
    distribution: request.distribution,
    distribution_configs: distributionConfigs?.map((config, index) => {
      const name = `distributionConfigs[${index}]`;
      const { id, content } = attachments.object(name, config, ['id', 'content']);
      return { id, attachment: attachments.add(name, content, `${name}.content`) };
    }),
    trigger,
    identity: request.identity,
    widen_to: widenTo,
    render: render && { format: render, attachment_names: attachments.names },
  };
}

function diffFields(diff: Diff, path: string, index: number, attachments: Attachments): object {
  const wanted = 'text, bytes, or an object with `content`';
  const { content, ...options } = attachments.object(path, diff, DIFF, wanted);
  const pieces = list(content);
  const indices = pieces.map((piece, at) => {
    const name = pieces.length > 1 ? `diffs[${index}][${at}]` : `diffs[${index}]`;
    return attachments.add(name, piece, `${path && `${path}.`}content${piece === content ? '' : `[${at}]`}`);
  });
  return { ...options, attachments: indices };
}

function list<T extends Bytes | Diff>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

/** A policy as its own text, so that a fault has a place in it. */
function document(policy: Policy | Bytes): Bytes {
  return isBytes(policy) ? policy : JSON.stringify(policy, null, 2);
}

/**
 * NUL can stand in no name, so it stands between them. One more tells that it does, and as the first byte it keeps a name
 * that begins as JSON does from being taken for a listing.
 */
function names(content: Bytes | readonly string[]): Bytes {
  if (isBytes(content)) return content;
  const list: unknown = content;
  if (Array.isArray(list) && list.every((name) => typeof name === 'string')) return `\0${list.join('\0')}\0`;
  throw wrong('live.content', content, 'text, bytes or a list of names');
}
