// What each invalidation path reaches.
import type { Sweep } from './types.js';

/** The paths of one distribution. Only a final `*` is a wildcard. */
export class Paths {
  readonly #prefixes = new Map<string, Sweep>();
  readonly #exact = new Map<string, Sweep>();
  #lengths: number[] = [];

  constructor(distribution: string, paths: Iterable<string>, liveKnown: boolean) {
    for (const path of paths) {
      const wildcard = path.endsWith('*');
      const sweep: Sweep = { distribution, path, wildcard, stale: 0 };
      if (liveKnown) sweep.over = 0;
      if (wildcard) this.#prefixes.set(path.slice(0, -1), sweep);
      else this.#exact.set(path, sweep);
    }
    const lengths = new Set([...this.#prefixes.keys()].map((prefix) => prefix.length));
    this.#lengths = [...lengths].sort((a, b) => b - a);
  }

  get(path: string): Sweep | undefined {
    return path.endsWith('*') ? this.#prefixes.get(path.slice(0, -1)) : this.#exact.get(path);
  }

  /** The narrowest path that purges a URL. */
  reaching(url: string): Sweep | undefined {
    return this.#exact.get(url) ?? this.wildcard(url);
  }

  /** The narrowest wildcard that reaches all that begins so. */
  wildcard(prefix: string): Sweep | undefined {
    for (const length of this.#lengths) {
      const sweep = length <= prefix.length ? this.#prefixes.get(prefix.slice(0, length)) : undefined;
      if (sweep) return sweep;
    }
    return undefined;
  }

  /** The wildcards, the widest first, then the others. */
  all(): Sweep[] {
    const reach = ({ stale, over = 0 }: Sweep) => stale + over;
    const wildcards = [...this.#prefixes.values()].sort((a, b) => reach(b) - reach(a) || (a.path < b.path ? -1 : 1));
    return [...wildcards, ...this.#exact.values()];
  }
}
