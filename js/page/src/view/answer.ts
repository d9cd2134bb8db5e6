// A plan's answer as the page looks at it. Nothing is decided here: it counts, sorts and looks up.
import type { PlanAnswer } from '../../../src/types.js';
import { areas } from './areas.js';
import { NOTHING, type Live } from './live.js';
import { ruleText } from './rule.js';
import { Rows } from './rows.js';
import { idOf, parseId, Site } from './site.js';
import { Paths } from './sweeps.js';
import { Folds, Tree } from './tree.js';
import type { Chain, DecisionAnswer, Fate, Like, Page, Picture, Row, RowQuery, Summary, Sweep, Take, TreeQuery, TreeRow, View } from './types.js';

export interface Known {
  /** The policy's text, to show a rule's own words. */
  policy?: string;
  /** The live URLs, when they are known; asked for only when something shows them. */
  live?: () => Promise<Live>;
  /** Which folders a person unfolded. */
  folds?: Folds;
  /** The core's renderings. */
  render?: (format: 'aws-cli' | 'markdown') => string;
}

const MOST_REMARKS = 100;
const MOST_URLS = 200;
const MOST_SWEEPS = 200;

interface Built {
  site: Site;
  tree: Tree;
  fresh: Live['fresh'];
}

export class AnswerView implements View {
  readonly #rows: Rows;
  #paths: Map<string, Paths> | undefined;
  #site: Promise<Built> | undefined;

  constructor(
    readonly answer: PlanAnswer,
    readonly known: Known = {},
  ) {
    this.#rows = new Rows(answer.decisions);
  }

  summary(): Summary {
    const { answer } = this;
    const stale = new Set<string>();
    let changes = 0;
    for (const { reason, urls } of answer.decisions) {
      if (reason !== 'dependent') changes += 1;
      for (const { url, path, distribution } of urls) if (path !== undefined) stale.add(idOf(distribution, url));
    }
    const distributions = answer.distributions.map(({ id, billed_paths, wildcards, over_purged }) => ({
      id,
      billedPaths: billed_paths,
      wildcards,
      ...(over_purged === undefined ? {} : { overPurged: over_purged }),
    }));
    const known = distributions.filter(({ overPurged }) => overPurged !== undefined);
    const summary: Summary = {
      changes,
      urls: stale.size,
      billedPaths: answer.billed_paths,
      wildcards: distributions.reduce((sum, { wildcards }) => sum + wildcards, 0),
      distributions,
      remarks: answer.diagnostics.slice(0, MOST_REMARKS),
      remarksTotal: answer.diagnostics.length,
      preset: answer.preset,
      policyGiven: answer.policy === 'given',
    };
    if (known.length > 0) summary.overPurged = known.reduce((sum, { overPurged = 0 }) => sum + overPurged, 0);
    return summary;
  }

  async rows(query: RowQuery): Promise<Page<Row>> {
    return this.#rows.page(query);
  }

  async chain(index: number, like?: Like): Promise<Chain | undefined> {
    const decision = this.#decision(index, like);
    if (!decision) return undefined;
    await this.#built();
    const sweeps = new Map<string, Sweep>();
    for (const { distribution, path } of decision.urls) {
      const sweep = path === undefined ? undefined : this.#sweeps().get(distribution)?.get(path);
      if (sweep && sweeps.size < MOST_URLS) sweeps.set(idOf(distribution, sweep.path), sweep);
    }
    const urls = decision.urls.slice(0, MOST_URLS).map((url) => ({ ...url, fate: fateOf(url.path) }));
    const chain: Chain = { decision: { ...decision, urls: [] }, urls, urlsTotal: decision.urls.length, sweeps: [...sweeps.values()] };
    const words = ruleText(this.known.policy, decision.rule);
    if (words !== undefined) chain.ruleText = words;
    return chain;
  }

  async chainOfUrl(id: string): Promise<Chain | undefined> {
    const { distribution, url } = parseId(id);
    const about = (decision: PlanAnswer['decisions'][number]) =>
      decision.urls.some((each) => each.url === url && each.distribution === distribution);
    const index = this.answer.decisions.findIndex(about);
    if (index >= 0) return this.chain(index);
    const { site, fresh } = await this.#built();
    const fate = site.find(id)?.fate;
    if (fate === undefined) return undefined;
    const added = await this.chain(fresh.get(id) ?? -1);
    if (added) return { ...added, urls: [{ url, distribution, fate }], urlsTotal: 1 };
    const sweep = this.#sweeps().get(distribution)?.reaching(url);
    return { urls: [{ url, distribution, fate }], urlsTotal: 1, sweeps: sweep ? [sweep] : [] };
  }

  async tree(query: TreeQuery): Promise<Page<TreeRow>> {
    return (await this.#built()).tree.page(query);
  }

  async fold(id: string, open: boolean): Promise<void> {
    (await this.#built()).tree.fold(id, open);
  }

  async foldAll(open: boolean): Promise<void> {
    (await this.#built()).tree.foldAll(open);
  }

  async picture(id?: string): Promise<Picture> {
    const { site } = await this.#built();
    const sweeps = [...this.#sweeps().values()].flatMap((paths) => paths.all());
    return {
      areas: areas(site, this.#sweeps(), id),
      sweeps: sweeps.slice(0, MOST_SWEEPS),
      sweepsTotal: sweeps.length,
      liveKnown: this.known.live !== undefined,
    };
  }

  async take(what: Take): Promise<string> {
    switch (what) {
      case 'paths':
        return this.answer.paths.map((path) => `${path}\n`).join('');
      case 'api':
        return `${JSON.stringify(this.answer.distributions.flatMap(invalidations), null, 2)}\n`;
      case 'answer':
        return `${JSON.stringify(this.answer, null, 2)}\n`;
      default:
        return this.known.render?.(what) ?? '';
    }
  }

  #sweeps(): Map<string, Paths> {
    if (this.#paths) return this.#paths;
    this.#paths = new Map();
    for (const { id, batches } of this.answer.distributions) {
      const paths = batches.flatMap((batch) => batch.paths);
      this.#paths.set(id, new Paths(id, paths, this.known.live !== undefined));
    }
    return this.#paths;
  }

  #decision(index: number, like: Like | undefined): DecisionAnswer | undefined {
    const { decisions } = this.answer;
    const there = decisions[index];
    return !like || (there && alike(there, like)) ? there : decisions.find((decision) => alike(decision, like));
  }

  #built(): Promise<Built> {
    this.#site ??= this.#build().catch((error: unknown) => {
      // The next one who asks tries again.
      this.#site = undefined;
      throw error;
    });
    return this.#site;
  }

  async #build(): Promise<Built> {
    const live = (await this.known.live?.()) ?? NOTHING;
    const site = new Site();
    const stale = new Set<string>();
    for (const { urls } of this.answer.decisions) {
      for (const { url, distribution, path } of urls) {
        site.add(distribution, url, fateOf(path));
        const name = idOf(distribution, url);
        if (path === undefined || stale.has(name)) continue;
        stale.add(name);
        const sweep = this.#sweeps().get(distribution)?.get(path);
        if (sweep) sweep.stale += 1;
      }
    }
    for (const [distribution, urls] of live.urls) {
      for (const url of urls) this.#unchanged(site, distribution, url);
    }
    for (const id of live.fresh.keys()) {
      const { distribution, url } = parseId(id);
      if (site.find(id)?.fate === undefined) site.add(distribution, url, 'kept');
    }
    return { site, tree: new Tree(site, this.known.folds ?? new Folds()), fresh: live.fresh };
  }

  /** A live URL; what the decisions say of it comes first. */
  #unchanged(site: Site, distribution: string, url: string): void {
    if (site.find(idOf(distribution, url))?.fate !== undefined) return;
    const sweep = this.#sweeps().get(distribution)?.reaching(url);
    site.add(distribution, url, sweep ? 'over' : 'kept');
    if (sweep) sweep.over = (sweep.over ?? 0) + 1;
  }
}

/** The same change of the same file, whatever is decided of it now. */
function alike(decision: Like, like: Like): boolean {
  const { path, change, reason } = decision;
  return path === like.path && change === like.change && (reason === 'dependent') === (like.reason === 'dependent');
}

function fateOf(path: string | undefined): Fate {
  return path === undefined ? 'kept' : 'purged';
}

/** What CloudFront's API takes: one CreateInvalidation for each. */
function invalidations({ id, batches }: PlanAnswer['distributions'][number]): object[] {
  return batches.map(({ caller_reference, paths }) => ({
    DistributionId: id,
    InvalidationBatch: { Paths: { Quantity: paths.length, Items: paths }, CallerReference: caller_reference },
  }));
}
