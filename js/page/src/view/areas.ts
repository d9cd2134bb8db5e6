// The site as areas for the picture: what is too small to be seen is put together.
import { children, size, type Node, type Site } from './site.js';
import type { Paths } from './sweeps.js';
import type { Area } from './types.js';

/** An area narrower than this part of the whole would be a line. */
const LEAST = 1 / 250;
const DEPTH = 7;

export function areas(site: Site, paths: Map<string, Paths>): Area[] {
  return [...site.roots].map(([distribution, root]) => {
    const least = size(root.counts) * LEAST;
    return area(root, `${distribution} /`, '/', paths.get(distribution), least, 0, undefined);
  });
}

function area(node: Node, id: string, url: string, paths: Paths | undefined, least: number, depth: number, above: string | undefined): Area {
  const sweep = paths?.wildcard(url)?.path;
  const told: Area = { id, name: node.name, counts: node.counts, areas: [] };
  if (sweep !== undefined && sweep !== above) told.sweep = sweep;
  if (depth >= DEPTH || node.children.size === 0) return told;
  const rest: Area = { id: `${id}\0`, name: '', counts: { purged: 0, over: 0, kept: 0 }, merged: 0, areas: [] };
  for (const child of children(node)) {
    if (size(child.counts) >= least) {
      told.areas.push(area(child, id + child.name, url + child.name, paths, least, depth + 1, sweep ?? above));
      continue;
    }
    rest.merged! += 1;
    for (const fate of ['purged', 'over', 'kept'] as const) rest.counts[fate] += child.counts[fate];
  }
  if (rest.merged) told.areas.push(rest);
  return told;
}
