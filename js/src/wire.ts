// The types of policies and answers. They are written from the Rust types: see `tests/tests/types.rs`.

/**
 * A set of defaults with a name.
 */
export type Preset = "article" | "sound";

/**
 * What is done with a file that is new in git.
 */
export type Added = "purge" | "skip";

/**
 * What is done with a file that git no longer has.
 */
export type Deleted = "purge" | "when-removed";

/**
 * What is done with a plan of more paths than the policy allows.
 */
export type Then = "refuse" | "widen";

/**
 * How stale URLs become paths.
 */
export type ModeFile = "exact" | "lossless" | "budget";

/**
 * What is done when no cover keeps to the budget.
 */
export type Infeasible = "error" | "chunks";

export type MappingFile = { source?: string, prefix?: string, };

export type DependentsFile = { when: string, purge: Array<string>, };

export type UrlsFile = { default_root_object?: string, index_document?: string, directory?: boolean, bare_directory?: boolean, clean?: boolean, };

export type LookbackFile = { minutes?: number, commits?: number, };

/**
 * From which commit on the Lambda plans a whole deploy. Each falls back to the next.
 */
export type Base = "ledger" | "pipeline" | "parent";

export type EscalateFile = { after_minutes: number, paths: number, };

export type MaxPathsFile = { limit: number, then: Then, };

export type CoverFile = { mode: ModeFile, paths?: number, wildcards?: number, infeasible?: Infeasible, other_origins?: boolean, };

export type DistributionFile = { id: string, origin_path?: string, urls?: UrlsFile, ignore?: Array<string>, query_strings?: Array<string>, };

export type PolicyFile = { 
/**
 * For editors.
 */
$schema?: string, preset?: Preset, bucket?: string, mappings?: Array<MappingFile>, ignore?: Array<string>, fingerprinted?: Array<string>, dependents?: Array<DependentsFile>, query_strings?: Array<string>, added?: Added, deleted?: Deleted, urls?: UrlsFile, lookback?: LookbackFile, base?: Base, list_bucket?: boolean, escalate?: EscalateFile, max_paths?: MaxPathsFile, cover?: CoverFile, distributions?: Array<DistributionFile>, };

export type DistributionSettings = { id: string, origin_path: string, urls: UrlsFile, ignore: Array<string>, query_strings: Array<string>, };

/**
 * A policy with nothing left out. Read as a policy it means the same, but for what a distribution's facts may say
 * against a default: here every default has become a word of its own.
 */
export type Settings = { preset: Preset, bucket?: string, mappings: Array<MappingFile>, ignore: Array<string>, fingerprinted: Array<string>, dependents: Array<DependentsFile>, query_strings: Array<string>, added: Added, deleted: Deleted, urls: UrlsFile, lookback: LookbackFile, base: Base, list_bucket: boolean, escalate?: EscalateFile, max_paths?: MaxPathsFile, cover: CoverFile, distributions: Array<DistributionSettings>, };

/**
 * How a diff is written.
 */
export type Format = "auto" | "unified" | "name-status" | "raw" | "name-only" | "git-raw" | "codecommit" | "manifests";

/**
 * A half-open range of bytes of one input.
 */
export type Span = { 
/**
 * Which attachment; `None` is the request itself.
 */
attachment: number | null, 
/**
 * First byte.
 */
start: number, 
/**
 * One past the last byte.
 */
end: number, };

/**
 * One thing that is wrong with an input: what, where, and what to do.
 *
 * `code` is stable and can be matched by programs; `message` and `help` are for people and may be reworded.
 */
export type Error = { 
/**
 * Stable name of the kind of error, for example `policy-glob`.
 */
code: string, 
/**
 * What is wrong, in lower case, with backticks round pieces of the input.
 */
message: string, 
/**
 * What to do about it.
 */
help: string, 
/**
 * JSON pointer (RFC 6901) to the faulty value within its document, when the input is JSON.
 */
pointer?: string, 
/**
 * Where the faulty bytes are.
 */
span?: Span, };

export type Severity = "warning" | "info";

/**
 * One remark, with a stable code.
 */
export type Diagnostic = { severity: Severity, code: string, message: string, help: string, 
/**
 * JSON pointer to the value that is spoken of, when it is one of a policy.
 */
pointer?: string, span?: Span, };

/**
 * What changed, as the answer words it.
 */
export type What = "added" | "modified" | "deleted" | "renamed" | "copied" | "type-changed" | "mode-changed" | "removed" | "unknown";

export type Outcome = "purge" | "skip";

/**
 * Why; stable.
 */
export type Reason = "modified" | "added" | "deleted" | "renamed" | "copied" | "removed-from-bucket" | "added-skipped" | "deleted-kept" | "not-in-trigger" | "ignored" | "outside-source" | "outside-origin-path" | "mode-only" | "submodule" | "symlink" | "dependent" | "fingerprinted" | "caching-disabled" | "other-origin" | "base-unknown";

/**
 * Why a URL belongs to an object.
 */
export type Form = "object" | "default-root" | "directory" | "bare-directory" | "clean" | "query-string" | "dependent" | "everything";

export type UrlAnswer = { url: string, form: Form, path?: string, distribution: string, behaviour?: string, skipped?: Reason, 
/**
 * Of the skip.
 */
rule?: string, };

/**
 * What a decision adds to the bill.
 */
export type CostAnswer = { 
/**
 * Invalidation paths that it needs.
 */
paths: number, 
/**
 * Those among them that other decisions need as well: without this one they would be paid for all the same.
 */
shared: number, };

export type DecisionAnswer = { change: What, path: string, from?: string, key?: string, outcome: Outcome, reason: Reason, rule: string, commit?: string, urls: Array<UrlAnswer>, cost?: CostAnswer, };

export type BatchAnswer = { caller_reference: string, paths: Array<string>, };

export type DistributionAnswer = { id: string, batches: Array<BatchAnswer>, billed_paths: number, wildcards: number, 
/**
 * Unchanged live URLs that the paths purge at most; only where all live URLs are known.
 */
over_purged?: number, };

export type TriggerAnswer = { uploaded: number, removed: number, unchanged: number, };

export type PlanAnswer = { type: "success", preset: Preset, 
/**
 * Whether a policy was given.
 */
policy: "given" | "none", paths: Array<string>, decisions: Array<DecisionAnswer>, distributions: Array<DistributionAnswer>, billed_paths: number, trigger?: TriggerAnswer, diagnostics: Array<Diagnostic>, 
/**
 * Only on request.
 */
rendered?: string, };

export type Fate = "purge" | "over-purge" | "keep";

export type Other = "wildcard" | "unchanged" | "form-off";

/**
 * The reason of a decision, or why there is none.
 */
export type Why = Reason | Other;

/**
 * What becomes of one URL at one distribution.
 */
export type Verdict = { distribution: string, 
/**
 * Absent when the file has no URL there.
 */
url?: string, outcome: Fate, reason: Why, rule?: string, behaviour?: string, 
/**
 * The invalidation path that reaches it.
 */
path?: string, };

/**
 * An invalidation path that is spoken of, and what it is for.
 */
export type PathAnswer = { distribution: string, path: string, wildcard: boolean, 
/**
 * How many different stale URLs it purges.
 */
stale_urls: number, 
/**
 * Why some URL could not have a narrower path.
 */
forced_by?: string, };

export type ExplainAnswer = { type: "success", preset: Preset, 
/**
 * Whether a policy was given.
 */
policy: "given" | "none", url?: string, path?: string, verdicts: Array<Verdict>, decisions: Array<DecisionAnswer>, paths: Array<PathAnswer>, diagnostics: Array<Diagnostic>, 
/**
 * Only on request.
 */
rendered?: string, };

/**
 * What a policy comes to.
 */
export type CheckAnswer = { type: "success", preset: Preset, 
/**
 * Whether a policy was given.
 */
policy: "given" | "none", settings: Settings, diagnostics: Array<Diagnostic>, 
/**
 * Only on request.
 */
rendered?: string, };

export type EntryAnswer = { 
/**
 * In octal, six digits, as git prints it.
 */
mode?: string, blob?: string, };

export type ChangeAnswer = { change: What, path: string, from?: string, before?: EntryAnswer, after?: EntryAnswer, };

export type ParseAnswer = { type: "success", changes: Array<ChangeAnswer>, diagnostics?: Array<Diagnostic>, };
