// Which URLs the live objects have. The core alone knows: it is asked what it would purge if every object were removed.
import { checkPolicy, plan, type PlanRequest } from '../../../src/api.js';
import type { PlanAnswer, Policy as PolicyFile } from '../../../src/types.js';
import { normal } from '../view/encode.js';
import { freshKeys, type Live } from '../view/live.js';
import { idOf, parseId } from '../view/site.js';
import { Stopped } from './stopped.js';
import type { LiveKind } from './types.js';

interface Listing {
  /** Not there in an empty bucket's. */
  readonly Contents?: readonly { readonly Key: string }[] | null;
}

/** So many at a time, so that the worker can answer in between. */
const AT_ONCE = 2_000;

/** Gives up when it is not wanted any more, because a newer answer took the place of this one. */
export async function liveUrls(request: PlanRequest, kind: LiveKind, answer: PlanAnswer, wanted: () => boolean): Promise<Live> {
  const entries = entriesOf(request.live?.content as string | Uint8Array, kind);
  const found = { urls: new Map<string, string[]>(answer.distributions.map(({ id }) => [id, []])), fresh: new Map<string, number>() };
  const fresh = freshKeys(answer);
  const keys = kind === 'urls' ? [...fresh.keys()] : entries.map((key) => key.replaceAll('\\', '\\\\'));
  const urlsOf = removals(request);
  for (let at = 0; at < keys.length; at += AT_ONCE) {
    collect(urlsOf(keys.slice(at, at + AT_ONCE)), fresh, found, kind === 'urls');
    await turn();
    if (!wanted()) throw new Stopped('a newer answer took its place');
  }
  if (kind === 'urls') listedUrls(entries.map(normal), found);
  return found;
}

interface Found {
  urls: Map<string, string[]>;
  fresh: Map<string, number>;
}

/** Asks which URLs go when these keys do. */
function removals({ policy: given, preset, distribution, distributionConfigs }: PlanRequest): (removed: string[]) => PlanAnswer {
  const policy = placesOnly(given as string | undefined, preset);
  return (removed) => {
    const told = plan({ diffs: [], trigger: { removed }, distribution, distributionConfigs, policy });
    if (told.type === 'failure') throw new Error(told.errors[0]?.message);
    return told;
  };
}

/** As the core counts: what is not cached here is not live, and of a list of URLs only an object's own URL is known to be its. */
function collect({ decisions }: PlanAnswer, fresh: Map<string, number>, found: Found, own: boolean): void {
  for (const { key, urls } of decisions) {
    const added = key === undefined ? undefined : fresh.get(key);
    for (const { url, distribution, form, skipped } of urls) {
      if (skipped !== undefined || (own && form !== 'object')) continue;
      if (added === undefined) found.urls.get(distribution)?.push(url);
      else found.fresh.set(idOf(distribution, url), added);
    }
  }
}

/** Of a list of URLs: those that are in it, the new objects' own apart. */
function listedUrls(entries: string[], found: Found): void {
  const listed = new Set(entries);
  for (const id of found.fresh.keys()) if (!listed.has(parseId(id).url)) found.fresh.delete(id);
  for (const [distribution, own] of found.urls) {
    for (const url of listed) if (!found.fresh.has(idOf(distribution, url))) own.push(url);
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

const turn = (): Promise<void> => new Promise((done) => setTimeout(done));
