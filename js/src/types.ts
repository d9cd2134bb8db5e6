// The core's own types, with places in the caller's text.
import type * as wire from './wire.js';

export type {
  BatchAnswer,
  ChangeAnswer,
  CostAnswer,
  DecisionAnswer,
  DistributionAnswer,
  EntryAnswer,
  Form,
  Outcome,
  PathAnswer,
  PolicyFile as Policy,
  Preset,
  Reason,
  Settings,
  UrlAnswer,
  Verdict,
  What,
} from './wire.js';
export type { Format as DiffFormat } from './wire.js';

/** A place in a text that the caller gave. */
export interface Place {
  /** Which text: `policy`, `diffs[0]`, `live`, `distributionConfigs[0]`. */
  input: string;
  /** Index of its first UTF-16 code unit, as in `text.slice(start, end)`. */
  start: number;
  /** One past its last. */
  end: number;
}

/** What is wrong with an input: what, where, and what to do. */
export type Fault = Omit<wire.Error, 'span'> & { place?: Place };

/** What a person should know though the answer holds. */
export type Remark = Omit<wire.Diagnostic, 'span'> & { place?: Place };

/** The answer to an input that cannot be used. Nothing was decided. */
export interface Failure {
  type: 'failure';
  /** All that is wrong. */
  errors: Fault[];
  /** The same as text, when a rendering was asked for and the core could be. */
  rendered?: string;
}

type Placed<T> = { [K in keyof T]: K extends 'diagnostics' ? Remark[] : T[K] };

/** What is purged, and why. */
export type PlanAnswer = Placed<wire.PlanAnswer>;

/** What becomes of one URL or of one file. */
export type ExplainAnswer = Placed<wire.ExplainAnswer>;

/** What a policy comes to. */
export type CheckAnswer = Placed<wire.CheckAnswer>;

/** What a diff says. */
export type ParseAnswer = Placed<wire.ParseAnswer>;
