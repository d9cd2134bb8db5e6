//! The policy as it is written: JSON, every field optional, unknown fields refused.

use alloc::{string::String, vec::Vec};
use serde::Serialize;

use crate::{
    json::{object, words},
    policy::Preset,
};

#[derive(Debug, Default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct PolicyFile {
    /// For editors.
    #[cfg_attr(feature = "ts", ts(rename = "$schema"))]
    pub(crate) _schema: Option<String>,
    pub(crate) preset: Option<Preset>,
    pub(crate) bucket: Option<String>,
    pub(crate) mappings: Option<Vec<MappingFile>>,
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub(crate) ignore: Vec<String>,
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub(crate) fingerprinted: Vec<String>,
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub(crate) dependents: Vec<DependentsFile>,
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub(crate) query_strings: Vec<String>,
    pub(crate) added: Option<Added>,
    pub(crate) deleted: Option<Deleted>,
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub(crate) urls: UrlsFile,
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub(crate) lookback: LookbackFile,
    pub(crate) base: Option<Base>,
    pub(crate) list_bucket: Option<bool>,
    pub(crate) escalate: Option<EscalateFile>,
    pub(crate) max_paths: Option<MaxPathsFile>,
    pub(crate) cover: Option<CoverFile>,
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub(crate) distributions: Vec<DistributionFile>,
}

#[derive(Debug, Default, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct MappingFile {
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub(crate) source: String,
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub(crate) prefix: String,
}

#[derive(Debug, Default, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct DependentsFile {
    pub(crate) when: String,
    pub(crate) purge: Vec<String>,
}

#[derive(Debug, Default, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct UrlsFile {
    pub(crate) default_root_object: Option<String>,
    pub(crate) index_document: Option<String>,
    pub(crate) directory: Option<bool>,
    pub(crate) bare_directory: Option<bool>,
    pub(crate) clean: Option<bool>,
}

#[derive(Debug, Default, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct LookbackFile {
    pub(crate) minutes: Option<u32>,
    pub(crate) commits: Option<u32>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct EscalateFile {
    pub(crate) after_minutes: u32,
    pub(crate) paths: usize,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct MaxPathsFile {
    pub(crate) limit: usize,
    pub(crate) then: Then,
}

#[derive(Debug, Default, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct CoverFile {
    pub(crate) mode: ModeFile,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) paths: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) wildcards: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) infeasible: Option<Infeasible>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) other_origins: Option<bool>,
}

#[derive(Debug, Default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct DistributionFile {
    pub(crate) id: String,
    pub(crate) origin_path: Option<String>,
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub(crate) urls: UrlsFile,
    pub(crate) ignore: Option<Vec<String>>,
    pub(crate) query_strings: Option<Vec<String>>,
}

/// From which commit on the Lambda plans a whole deploy. Each falls back to the next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename_all = "kebab-case"))]
pub enum Base {
    /// The last commit whose purge is recorded in the distribution's own invalidations.
    #[default]
    Ledger,
    /// The last commit that the pipeline deployed before.
    Pipeline,
    /// The commit's first parent.
    Parent,
}

/// What is done with a file that is new in git.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename_all = "kebab-case"))]
pub(crate) enum Added {
    Purge,
    Skip,
}

/// What is done with a file that git no longer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename_all = "kebab-case"))]
pub(crate) enum Deleted {
    Purge,
    WhenRemoved,
}

/// What is done with a plan of more paths than the policy allows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename_all = "kebab-case"))]
pub(crate) enum Then {
    #[default]
    Refuse,
    Widen,
}

/// How stale URLs become paths.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename_all = "kebab-case"))]
pub(crate) enum ModeFile {
    Exact,
    #[default]
    Lossless,
    Budget,
}

/// What is done when no cover keeps to the budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename_all = "kebab-case"))]
pub(crate) enum Infeasible {
    /// The plan fails, and nothing is purged.
    Error,
    /// The paths are sent in more batches than the budget wanted.
    Chunks,
}

object!(PolicyFile strict {
    _schema = "$schema": optional, preset: optional, bucket: optional, mappings: optional, ignore: optional,
    fingerprinted: optional, dependents: optional, query_strings: optional, added: optional, deleted: optional,
    urls: optional, lookback: optional, base: optional, list_bucket: optional, escalate: optional, max_paths: optional,
    cover: optional, distributions: optional,
});
object!(MappingFile strict { source: optional, prefix: optional });
object!(DependentsFile strict { when: required, purge: required });
object!(UrlsFile strict {
    default_root_object: optional, index_document: optional, directory: optional, bare_directory: optional,
    clean: optional,
});
object!(LookbackFile strict { minutes: optional, commits: optional });
object!(EscalateFile strict { after_minutes: required, paths: required });
object!(MaxPathsFile strict { limit: required, then: required });
object!(CoverFile strict {
    mode: required, paths: optional, wildcards: optional, infeasible: optional, other_origins: optional,
});
object!(DistributionFile strict {
    id: required, origin_path: optional, urls: optional, ignore: optional, query_strings: optional,
});
words!(pub enum Base { Ledger: "ledger", Pipeline: "pipeline", Parent: "parent" });
words!(pub(crate) enum Added { Purge: "purge", Skip: "skip" });
words!(pub(crate) enum Deleted { Purge: "purge", WhenRemoved: "when-removed" });
words!(pub(crate) enum Then { Refuse: "refuse", Widen: "widen" });
words!(pub(crate) enum ModeFile { Exact: "exact", Lossless: "lossless", Budget: "budget" });
words!(pub(crate) enum Infeasible { Error: "error", Chunks: "chunks" });
