// The table of decisions: searched, sorted and cut into pages here, so that the page holds only what it shows.
import { clip } from './clip.js';
import type { DecisionAnswer, Page, Row, RowQuery, SortKey } from './types.js';

export class Rows {
  #texts: string[] | undefined;
  #order: { key: string; indices: number[] } | undefined;

  constructor(readonly decisions: readonly DecisionAnswer[]) {}

  page(query: RowQuery): Page<Row> {
    const indices = this.#indices(query);
    const from = Math.max(0, Math.min(query.from, indices.length));
    const rows = indices.slice(from, query.to).map((index) => this.#row(index));
    return { total: indices.length, from, rows };
  }

  #row(index: number): Row {
    const decision = this.decisions[index]!;
    const { outcome, change, path, from, reason } = decision;
    const row: Row = { index, outcome, change, path: clip(path), reason, leads: clip(leads(decision)), urls: decision.urls.length };
    if (from !== undefined) row.from = clip(from);
    return row;
  }

  /** The decisions that the query wants, in its order; kept, because scrolling asks again and again. */
  #indices({ search, reasons, outcome, sort, descending }: RowQuery): number[] {
    const wanted = search.trim().toLowerCase();
    const key = [wanted, reasons, outcome, sort, descending].join('\0');
    if (this.#order?.key !== key) this.#order = { key, indices: this.#sorted(this.#found(wanted, reasons, outcome), sort, descending) };
    return this.#order.indices;
  }

  #found(wanted: string, reasons: RowQuery['reasons'], outcome: RowQuery['outcome']): number[] {
    const texts = wanted ? (this.#texts ??= this.decisions.map(searched)) : undefined;
    const indices = [];
    for (let index = 0; index < this.decisions.length; index += 1) {
      const decision = this.decisions[index]!;
      if (outcome !== 'all' && decision.outcome !== outcome) continue;
      if (texts && !texts[index]!.includes(wanted) && !reasons.includes(decision.reason)) continue;
      indices.push(index);
    }
    return indices;
  }

  #sorted(indices: number[], sort: SortKey, descending: boolean): number[] {
    if (sort === 'order') return descending ? indices.reverse() : indices;
    const keys = this.decisions.map((decision) => sortKey(decision, sort));
    const sign = descending ? -1 : 1;
    return indices.sort((a, b) => sign * compare(keys[a]!, keys[b]!) || a - b);
  }
}

function searched({ path, from, key, reason, rule, urls }: DecisionAnswer): string {
  const named = urls.map(({ url, path: by }) => `${url}\n${by ?? ''}`);
  return [path, from, key, reason, rule, ...named].join('\n').toLowerCase();
}

function sortKey(decision: DecisionAnswer, sort: SortKey): string | number {
  switch (sort) {
    case 'urls':
      return decision.urls.length;
    case 'path':
      return decision.path;
    case 'change':
      return decision.change;
    case 'reason':
      return decision.reason;
    default:
      return decision.outcome;
  }
}

function compare(a: string | number, b: string | number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function leads({ outcome, rule, urls }: DecisionAnswer): string {
  return outcome === 'skip' ? rule : (urls.find(({ path }) => path !== undefined)?.path ?? '');
}
