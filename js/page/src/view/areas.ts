// The site as areas for the picture: what is too small to be seen is put together.
import { children, idOf, parseId, size, type Node, type Site } from './site.js';
import type { Paths } from './sweeps.js';
import type { Area } from './types.js';

/** An area narrower than this part of the whole would be a line. */
const LEAST = 1 / 150;
const DEPTH = 6;

/** The areas of each distribution, or those of one folder. */
export function areas(site: Site, paths: Map<string, Paths>, id?: string): Area[] {
  const inside = id === undefined ? undefined : site.find(id);
  const roots = inside ? [{ id: id!, node: inside }] : [...site.roots].map(([distribution, node]) => ({ id: idOf(distribution, '/'), node }));
  return roots.map((root) => {
    const { distribution, url } = parseId(root.id);
    const drawn = new Drawn(paths.get(distribution), size(root.node.counts) * LEAST);
    const area = drawn.area(root.node, root.id, url, 0, undefined);
    if (distribution && url === '/') area.name = `${distribution} /`;
    return area;
  });
}

class Drawn {
  constructor(
    readonly paths: Paths | undefined,
    readonly least: number,
  ) {}

  /** `above` is the wildcard that reaches the folder above, which is framed there. */
  area(node: Node, id: string, url: string, depth: number, above: string | undefined): Area {
    const sweep = this.paths?.wildcard(url)?.path;
    const told = fresh(id, node.name);
    told.counts = node.counts;
    if (sweep !== undefined && sweep !== above) told.sweep = sweep;
    if (depth < DEPTH) told.areas = this.#below(node, id, url, depth + 1, sweep);
    return told;
  }

  /** The folder's parts. Those that a wildcard of their own reaches stand together, `/docs/v2/a.html` and `/docs/v2/b/` of `/docs/v2*`. */
  #below(node: Node, id: string, url: string, depth: number, above: string | undefined): Area[] {
    const areas: Area[] = [];
    const groups = new Map<string, Area>();
    const rest = { ...fresh(`${id}\0`, ''), merged: 0 };
    for (const child of children(node)) {
      const sweep = this.#among(url, child, above);
      const room = sweep === undefined ? areas : grouped(groups, areas, sweep, id, url, child);
      if (size(child.counts) >= this.least) room.push(this.area(child, id + child.name, url + child.name, depth, sweep ?? above));
      else if (sweep === undefined) {
        rest.merged += 1;
        add(rest, child);
      }
    }
    // What is all too small to be seen is seen in the folder itself.
    return areas.length === 0 ? [] : [...areas, ...(rest.merged > 0 ? [rest] : [])];
  }

  /** The wildcard that reaches some parts of a folder, but neither all of it nor this part alone. */
  #among(url: string, child: Node, above: string | undefined): string | undefined {
    const sweep = this.paths?.wildcard(url + child.name)?.path;
    return sweep === undefined || sweep === above || sweep === `${url}${child.name}*` ? undefined : sweep;
  }
}

function grouped(groups: Map<string, Area>, areas: Area[], sweep: string, id: string, url: string, child: Node): Area[] {
  let group = groups.get(sweep);
  if (!group) {
    group = { ...fresh(`${id}\0${sweep}`, sweep.slice(url.length)), sweep };
    groups.set(sweep, group);
    areas.push(group);
  }
  add(group, child);
  return group.areas;
}

const fresh = (id: string, name: string): Area => ({ id, name, counts: { purged: 0, over: 0, kept: 0 }, areas: [] });

function add(area: Area, { counts }: Node): void {
  for (const fate of ['purged', 'over', 'kept'] as const) area.counts[fate] += counts[fate];
}
