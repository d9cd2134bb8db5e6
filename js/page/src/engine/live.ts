// Which URLs the live objects have. The core alone knows: it is asked what it would purge if every object were removed.
import { checkPolicy, plan, type PlanRequest } from '../../../src/api.js';
import type { PlanAnswer, Policy as PolicyFile } from '../../../src/types.js';
import type { LiveUrls } from '../view/answer.js';
import type { LiveKind } from './types.js';

interface Listing {
  /** Not there in an empty bucket's. */
  readonly Contents?: readonly { readonly Key: string }[] | null;
}

/** So many at a time, so that the worker can answer in between. */
const AT_ONCE = 2_000;

/** Gives up when it is not wanted any more, because a newer answer took the place of this one. */
export async function liveUrls(request: PlanRequest, kind: LiveKind, answer: PlanAnswer, wanted: () => boolean): Promise<LiveUrls> {
  const entries = entriesOf(request.live?.content as string | Uint8Array, kind);
  const urls = new Map<string, string[]>(answer.distributions.map(({ id }) => [id, []]));
  if (kind === 'urls') {
    for (const own of urls.values()) own.push(...entries.map(normal));
    return urls;
  }
  const { distribution, distributionConfigs, preset } = request;
  const policy = placesOnly(request.policy as string | undefined, preset);
  for (let at = 0; at < entries.length; at += AT_ONCE) {
    const removed = entries.slice(at, at + AT_ONCE).map((key) => key.replaceAll('\\', '\\\\'));
    const told = plan({ diffs: [], trigger: { removed }, distribution, distributionConfigs, policy });
    if (told.type === 'failure') throw new Error(told.errors[0]?.message);
    collect(told, urls);
    await turn();
    if (!wanted()) throw new Error('a newer answer took its place');
  }
  return urls;
}

function collect({ decisions }: PlanAnswer, urls: Map<string, string[]>): void {
  for (const decision of decisions) {
    for (const { url, distribution, skipped } of decision.urls) {
      if (skipped !== 'caching-disabled') urls.get(distribution)?.push(url);
    }
  }
}

/** The policy without what it says of changes: where objects are, and which URLs they have. */
function placesOnly(policy: string | undefined, chosen: PlanRequest['preset']): object {
  const given: PolicyFile = policy ? JSON.parse(policy.replace(/^\uFEFF/, '')) : { preset: chosen };
  if (given.preset !== 'article') return places(given);
  // It purges nothing that is removed, so its places go into the preset that does.
  const checked = checkPolicy(given);
  return places(checked.type === 'success' ? { ...checked.settings, preset: 'sound' } : given);
}

function places({ preset, bucket, mappings, urls, distributions }: PolicyFile): object {
  const own = distributions?.map(({ id, origin_path, urls }) => ({ id, origin_path, urls }));
  return { preset, bucket, mappings, urls, distributions: own, cover: { mode: 'exact' } };
}

function entriesOf(content: string | Uint8Array, kind: LiveKind): string[] {
  const text = typeof content === 'string' ? content : new TextDecoder().decode(content);
  const start = text.trimStart();
  if (kind === 's3-listing' || (kind === 'keys' && start.startsWith('{'))) return listed(start);
  if (kind === 'keys' && start.startsWith('[')) {
    try {
      return (JSON.parse(start) as unknown[]).filter((key) => typeof key === 'string');
    } catch {
      // Lines whose first begins so.
    }
  }
  const entries = text.includes('\0') ? text.split('\0') : text.split(/\r?\n/);
  return entries.filter((entry) => entry !== '');
}

function listed(text: string): string[] {
  return documents(text).flatMap((document) => (JSON.parse(document) as Listing).Contents ?? []).map(({ Key }) => Key);
}

/** The objects that stand one after the other in a text: the pages that a loop printed. */
function documents(text: string): string[] {
  const found: string[] = [];
  let [depth, start] = [0, 0];
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === '{' && depth++ === 0) start = index;
    if (token === '}' && --depth === 0) found.push(text.slice(start, index + 1));
  }
  return found;
}

/** As the core writes a URL path; what cannot be decoded stays as it is. */
function normal(entry: string): string {
  const path = entry.split('?', 1)[0]!;
  try {
    return decodeURIComponent(path).replaceAll(/[\u0000-\u0020"#<>%{}|\\^[\]`?\u007f]|[^\u0000-\u007f]+/g, encodeURIComponent);
  } catch {
    return path;
  }
}

const turn = (): Promise<void> => new Promise((done) => setTimeout(done));
