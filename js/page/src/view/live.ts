// What is known to be live beside what changed.
import type { PlanAnswer } from '../../../src/types.js';

/** What is live. */
export interface Live {
  /** Of each distribution: the URLs of which an old copy may be cached. */
  readonly urls: ReadonlyMap<string, readonly string[]>;
  /** URLs of objects that are new and not purged: no copy is cached yet. Each by its id, with the decision's number. */
  readonly fresh: ReadonlyMap<string, number>;
}

export const NOTHING: Live = { urls: new Map(), fresh: new Map() };

/** The keys that are new and not purged, each with the number of its decision. */
export function freshKeys({ decisions }: PlanAnswer): Map<string, number> {
  const fresh = new Map<string, number>();
  decisions.forEach(({ change, reason, key }, index) => {
    const left = reason === 'added-skipped' || reason === 'fingerprinted';
    if (left && key !== undefined && (change === 'added' || change === 'copied' || change === 'renamed')) fresh.set(key, index);
  });
  return fresh;
}
