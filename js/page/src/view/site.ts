// The site as a tree of URLs, each with what becomes of it.
import type { Counts, Fate } from './types.js';

const RANK: Record<Fate, number> = { kept: 0, over: 1, purged: 2 };

/** A folder or a URL. `/docs/` is the folder's own URL, `/docs` a URL beside the folder. */
export interface Node {
  name: string;
  parent: Node | undefined;
  folder: boolean;
  fate: Fate | undefined;
  /** Of the URLs at and below it. */
  counts: Counts;
  children: Map<string, Node>;
  sorted: Node[] | undefined;
}

const made = (name: string, parent: Node | undefined, folder: boolean): Node => ({
  name,
  parent,
  folder,
  fate: undefined,
  counts: { purged: 0, over: 0, kept: 0 },
  children: new Map(),
  sorted: undefined,
});

export class Site {
  readonly roots = new Map<string, Node>();

  /** Adds a URL of a distribution; of a URL that is there already, the stronger fate holds. */
  add(distribution: string, url: string, fate: Fate): void {
    let node = this.roots.get(distribution);
    if (!node) this.roots.set(distribution, (node = made('/', undefined, true)));
    for (let start = 1; start < url.length; ) {
      const slash = url.indexOf('/', start);
      const end = slash < 0 ? url.length : slash + 1;
      node = child(node, url.slice(start, end), slash >= 0);
      start = end;
    }
    if (node.fate !== undefined && RANK[node.fate] >= RANK[fate]) return;
    const before = node.fate;
    node.fate = fate;
    for (let at: Node | undefined = node; at; at = at.parent) {
      at.counts[fate] += 1;
      if (before !== undefined) at.counts[before] -= 1;
    }
  }

  /** The node of an id that {@link idOf} gave, if there is one. */
  find(id: string): Node | undefined {
    const { distribution, url } = parseId(id);
    let node = this.roots.get(distribution);
    for (let start = 1; node && start < url.length; ) {
      const slash = url.indexOf('/', start);
      const end = slash < 0 ? url.length : slash + 1;
      node = node.children.get(url.slice(start, end));
      start = end;
    }
    return node;
  }
}

function child(parent: Node, name: string, folder: boolean): Node {
  let node = parent.children.get(name);
  if (!node) {
    parent.children.set(name, (node = made(name, parent, folder)));
    parent.sorted = undefined;
  }
  return node;
}

/** Folders first, then by name. */
export function children(node: Node): Node[] {
  node.sorted ??= [...node.children.values()].sort((a, b) => {
    if (a.folder !== b.folder) return a.folder ? -1 : 1;
    return a.name < b.name ? -1 : 1;
  });
  return node.sorted;
}

export function urlOf(node: Node): string {
  const names = [];
  for (let at: Node | undefined = node; at; at = at.parent) names.push(at.name);
  return names.reverse().join('');
}

/** A URL of a distribution. Neither name holds a NUL, so one parts them. */
export const idOf = (distribution: string, url: string): string => `${distribution}\0${url}`;

export function parseId(id: string): { distribution: string; url: string } {
  const end = id.indexOf('\0');
  return { distribution: id.slice(0, end), url: id.slice(end + 1) };
}

export const size = ({ purged, over, kept }: Counts): number => purged + over + kept;
