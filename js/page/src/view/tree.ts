// The lines of the tree that are unfolded and wanted.
import { clip } from './clip.js';
import { children, idOf, parseId, size, urlOf, type Node, type Site } from './site.js';
import type { Fate, Page, TreeQuery, TreeRow } from './types.js';

interface Line {
  node: Node;
  id: string;
  depth: number;
  position: number;
  siblings: number;
}

/** More lines than anybody reads are not unfolded by a search or by "unfold all". */
const MOST = 200_000;

/** Which folders a person unfolded or folded. It outlives the answer, so that they stay so while somebody types. */
export class Folds {
  readonly said = new Map<string, boolean>();
  /** What holds where nothing was said. */
  all = false;
}

interface Visible {
  key: string;
  lines: Line[];
  cut: boolean;
}

export class Tree {
  #visible: Visible | undefined;

  constructor(
    readonly site: Site,
    readonly folds: Folds,
  ) {}

  page(query: TreeQuery): Page<TreeRow> {
    const { lines, cut } = this.#lines(query);
    const from = Math.max(0, Math.min(query.from, lines.length));
    const searching = query.search.trim() !== '';
    return { total: lines.length, from, rows: lines.slice(from, query.to).map((line) => this.#row(line, searching)), cut };
  }

  fold(id: string, open: boolean): void {
    this.folds.said.set(id, open);
    this.#visible = undefined;
  }

  foldAll(open: boolean): void {
    const { said } = this.folds;
    said.clear();
    this.folds.all = open;
    // A closed site still shows its first folders.
    if (!open) for (const distribution of this.site.roots.keys()) said.set(idOf(distribution, '/'), true);
    this.#visible = undefined;
  }

  #row({ node, id, depth, position, siblings }: Line, searching: boolean): TreeRow {
    const name = clip(depth === 0 && this.site.roots.size > 1 ? `${parseId(id).distribution || '–'} /` : node.name);
    const folder = node.children.size > 0;
    const open = folder && (searching || this.#open(id, node));
    const row: TreeRow = { id, name, depth, folder, open, counts: node.counts, position, siblings };
    if (node.fate) row.fate = node.fate;
    return row;
  }

  /** Unless a person said otherwise, a folder is open as long as it is the only one of its level. */
  #open(id: string, node: Node): boolean {
    return this.folds.said.get(id) ?? (this.folds.all || !node.parent || (node.parent.children.size === 1 && node.children.size < 50));
  }

  #lines({ search, fates }: TreeQuery): Visible {
    const wanted = search.trim().toLowerCase();
    const key = [wanted, ...fates].join('\0');
    if (this.#visible?.key === key) return this.#visible;
    const shown = wanted ? found(this.site, wanted, fates) : undefined;
    const keep = (node: Node) => (shown ? shown.has(node) : fates.some((fate) => node.counts[fate] > 0));
    const lines: Line[] = [];
    const stack: Line[] = [];
    const push = (nodes: Node[], name: string, depth: number) => {
      const kept = nodes.filter(keep);
      for (let at = kept.length - 1; at >= 0; at -= 1) {
        const node = kept[at]!;
        stack.push({ node, id: depth === 0 ? idOf(name, '/') : name + node.name, depth, position: at + 1, siblings: kept.length });
      }
    };
    for (const [distribution, root] of [...this.site.roots].reverse()) push([root], distribution, 0);
    while (stack.length > 0 && lines.length < MOST) {
      const line = stack.pop()!;
      lines.push(line);
      if (line.node.children.size > 0 && (wanted || this.#open(line.id, line.node))) push(children(line.node), line.id, line.depth + 1);
    }
    this.#visible = { key, lines, cut: stack.length > 0 };
    return this.#visible;
  }
}

/** The nodes whose URL holds the text, with all that is above them. */
function found(site: Site, wanted: string, fates: Fate[]): Set<Node> {
  const shown = new Set<Node>();
  const stack = [...site.roots.values()];
  for (let node = stack.pop(); node; node = stack.pop()) {
    for (const child of node.children.values()) if (size(child.counts) > 0) stack.push(child);
    if (!node.fate || !fates.includes(node.fate) || !urlOf(node).toLowerCase().includes(wanted)) continue;
    for (let at: Node | undefined = node; at && !shown.has(at); at = at.parent) shown.add(at);
  }
  return shown;
}
