// What the parts of the page ask about an answer. A worker answers, or the page itself when it has the answer already.
import type { DecisionAnswer, Outcome, Reason, Remark, What } from '../../../src/types.js';

export type { DecisionAnswer, Outcome, Reason, Remark, What };

/** What becomes of one URL: purged because it is stale, purged without need, or kept. */
export type Fate = 'purged' | 'over' | 'kept';
export type Counts = Record<Fate, number>;

export interface Summary {
  changes: number;
  /** Different stale URLs. */
  urls: number;
  billedPaths: number;
  wildcards: number;
  /** Unchanged live URLs that are purged; only where all live URLs are known. */
  overPurged?: number;
  distributions: { id: string; billedPaths: number; wildcards: number; overPurged?: number }[];
  remarks: Remark[];
  /** Remarks in all; `remarks` holds the first. */
  remarksTotal: number;
  preset: string;
  policyGiven: boolean;
}

export type SortKey = 'order' | 'outcome' | 'change' | 'path' | 'reason' | 'urls';

export interface RowQuery {
  search: string;
  /** The reasons whose words, in the language of the page, hold what is searched. */
  reasons: Reason[];
  outcome: 'all' | Outcome;
  sort: SortKey;
  descending: boolean;
  from: number;
  to: number;
}

/** One decision, short enough for a line. */
export interface Row {
  index: number;
  outcome: Outcome;
  change: What;
  path: string;
  from?: string;
  reason: Reason;
  /** The first invalidation path, or of a skipped decision the rule. */
  leads: string;
  urls: number;
}

export interface Page<T> {
  total: number;
  from: number;
  rows: T[];
  /** More lines follow, and none of them is shown. */
  cut?: boolean;
}

/** An invalidation path, and what it is for. */
export interface Sweep {
  distribution: string;
  path: string;
  wildcard: boolean;
  stale: number;
  /** Unchanged live URLs that it reaches; only where live URLs are known. */
  over?: number;
}

/** What a decision of another answer is known by. */
export type Like = Pick<DecisionAnswer, 'path' | 'change' | 'reason'>;

/** From a change to what is paid for it. */
export interface Chain {
  decision?: DecisionAnswer;
  /** The policy's own words at the decision's rule. */
  ruleText?: string;
  /** The URLs, as many as a person reads. */
  urls: { url: string; distribution: string; fate: Fate; form?: string; behaviour?: string; path?: string; skipped?: string }[];
  urlsTotal: number;
  sweeps: Sweep[];
}

export interface TreeQuery {
  search: string;
  fates: Fate[];
  from: number;
  to: number;
}

export interface TreeRow {
  id: string;
  name: string;
  depth: number;
  folder: boolean;
  open: boolean;
  /** Of the URL that ends here. */
  fate?: Fate;
  counts: Counts;
  position: number;
  siblings: number;
}

/** A part of the site for the picture. */
export interface Area {
  id: string;
  name: string;
  counts: Counts;
  /** The wildcard that reaches all of it, at the place where it begins. */
  sweep?: string;
  /** How many siblings this one stands for, when they are too small to be drawn. */
  merged?: number;
  areas: Area[];
}

export interface Picture {
  areas: Area[];
  sweeps: Sweep[];
  sweepsTotal: number;
  /** Whether URLs that did not change are known. */
  liveKnown: boolean;
}

export interface View {
  rows(query: RowQuery): Promise<Page<Row>>;
  /** Of the decision with this number; when it is not like the given one, of the first that is. Nothing when there is none. */
  chain(index: number, like?: Like): Promise<Chain | undefined>;
  chainOfUrl(id: string): Promise<Chain | undefined>;
  tree(query: TreeQuery): Promise<Page<TreeRow>>;
  fold(id: string, open: boolean): Promise<void>;
  foldAll(open: boolean): Promise<void>;
  /** Of the whole site, or of the folder with this id. */
  picture(id?: string): Promise<Picture>;
  take(what: Take): Promise<string>;
}

/** What can be taken away. */
export type Take = 'paths' | 'aws-cli' | 'api' | 'markdown' | 'answer';
