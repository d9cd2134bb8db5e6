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

export type MappingFile = { 
/**
 * Folder in the repository; empty for its root.
 */
source?: string, 
/**
 * What the object keys begin with; empty for the root of the bucket.
 */
prefix?: string, };

export type DependentsFile = { 
/**
 * Pattern of repository paths. The files need not be deployed themselves.
 */
when: string, 
/**
 * URL paths, not encoded. `{1}` is the text of the first wildcard of `when`, `{0}` the whole path; `*`, `**`, `?`
 * and `[…]` count as wildcards. A final `*` purges everything that begins so; what stands before it has a path of
 * its own. `\` takes the next character as it is.
 */
purge: Array<string>, };

export type UrlsFile = { 
/**
 * The object that is served at `/`; empty for none. The distribution's own configuration fills it in where it is
 * known.
 */
default_root_object?: string, 
/**
 * The object that stands for its folder; empty for none.
 */
index_document?: string, 
/**
 * `/dir/` shows `dir/index.html`: a website endpoint, or a function that rewrites. Default: `true`; under the
 * preset `article`: `false`; the distribution's own configuration decides where it is known.
 */
directory?: boolean, 
/**
 * `/dir` shows `dir/index.html`. The distribution's own configuration decides where it is known.
 */
bare_directory?: boolean, 
/**
 * `/page` shows `page.html`.
 */
clean?: boolean, };

export type LookbackFile = { 
/**
 * Age of the oldest commit before the event.
 */
minutes?: number, 
/**
 * Most commits, HEAD included.
 */
commits?: number, };

/**
 * From which commit on the Lambda plans a whole deploy. Each falls back to the next.
 */
export type Base = "ledger" | "pipeline" | "parent";

export type EscalateFile = { 
/**
 * How long the purge has been put off.
 */
after_minutes: number, 
/**
 * Most invalidation paths then.
 */
paths: number, };

export type MaxPathsFile = { 
/**
 * Most invalidation paths of all distributions together; for `widen` at least 2 for each distribution.
 */
limit: number, 
/**
 * `refuse`: nothing is purged, and the plan fails. `widen`: the folder that holds all of it is purged.
 */
then: Then, };

export type CoverFile = { 
/**
 * `exact`: one path a URL. `lossless`: the fewest paths that purge no unchanged live URL. `budget`: the least that
 * is purged in vain within `paths` and `wildcards`. Without a complete list of live URLs `lossless` is `exact`.
 */
mode: ModeFile, 
/**
 * Most invalidation paths of each distribution; only with `budget`, and needed there.
 */
paths?: number, 
/**
 * Most wildcards among the paths of each distribution; CloudFront works on 15 at a time. Not with `exact`.
 */
wildcards?: number, 
/**
 * `error`: the plan fails, and nothing is purged. `chunks`: more batches than the budget wanted. Only with
 * `budget`.
 */
infeasible?: Infeasible, 
/**
 * Whether a wildcard may reach URLs that a cache behaviour gets from another origin. Not with `exact`.
 */
other_origins?: boolean, };

export type DistributionFile = { 
/**
 * The distribution's id.
 */
id: string, 
/**
 * What CloudFront puts before the URL path to make the object key; empty, or with a leading slash and no final
 * one. The distribution's own configuration fills it in where it is known.
 */
origin_path?: string, 
/**
 * The fields that differ from the policy's `urls`.
 */
urls?: UrlsFile, 
/**
 * In the place of the policy's `ignore`.
 */
ignore?: Array<string>, 
/**
 * In the place of the policy's `query_strings`.
 */
query_strings?: Array<string>, };

/**
 * Which URLs of a static site are purged from CloudFront when a deploy changes files. Every field is optional; an
 * unknown field is an error.
 */
export type PolicyFile = { 
/**
 * Where an editor finds this schema.
 */
$schema?: string, 
/**
 * The defaults of all other fields. `sound`: added files are purged too. `article`: modified and deleted files
 * only, directory URLs off.
 */
preset?: Preset, 
/**
 * Events of other buckets are left out. Without it the events of every bucket count.
 */
bucket?: string, 
/**
 * Which repository folder is deployed under which key prefix. The first mapping that has the file counts. Without
 * it the repository root is deployed to the root of the bucket.
 */
mappings?: Array<MappingFile>, 
/**
 * Patterns of repository paths that are never purged.
 */
ignore?: Array<string>, 
/**
 * Patterns of repository paths whose names carry a hash of the content: they are not purged when they are added or
 * deleted. `[hash]` is 8 or more of `0-9A-Za-z_-` with a digit among them, `[hash:20]` exactly 20. One that
 * changes under the same name is purged, with a warning.
 */
fingerprinted?: Array<string>, 
/**
 * URLs that show something of other files. Used when a whole diff is planned; a plan for single objects leaves
 * them to the dependent objects' own events.
 */
dependents?: Array<DependentsFile>, 
/**
 * Patterns of repository paths whose URLs CloudFront caches once for each query string. Such a URL is purged
 * together with everything that begins like it: `/search.html` and `/search.html*`.
 */
query_strings?: Array<string>, 
/**
 * What is done with files that are new in git. Default: `purge`; under the preset `article`: `skip`.
 */
added?: Added, 
/**
 * What is done with files that git no longer has. `when-removed`: purged when the object left the bucket, or for
 * what became of it before git lost it: the bucket may keep other bytes than the edge.
 */
deleted?: Deleted, 
/**
 * Under which URLs an object is served besides its own.
 */
urls?: UrlsFile, 
/**
 * How far back the Lambda looks for commits that one deploy may hold.
 */
lookback?: LookbackFile, 
/**
 * From which commit on the Lambda plans a whole deploy. `ledger`: the last one whose purge is recorded in the
 * distribution's own invalidations. `pipeline`: the last one that the pipeline deployed. `parent`: the commit's
 * first parent. Each falls back to the next.
 */
base?: Base, 
/**
 * Whether the Lambda may list the bucket when a plan has many paths, so that wildcards can save some.
 */
list_bucket?: boolean, 
/**
 * A purge that CloudFront puts off for so long is widened to fewer paths.
 */
escalate?: EscalateFile, 
/**
 * What a plan of very many paths becomes.
 */
max_paths?: MaxPathsFile, 
/**
 * How stale URLs become paths.
 */
cover?: CoverFile, 
/**
 * The CloudFront distributions in front of the bucket, each with its own settings where they differ. Without it
 * the host names one.
 */
distributions?: Array<DistributionFile>, };

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
