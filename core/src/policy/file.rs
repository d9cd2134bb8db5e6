//! The policy as it is written: JSON, every field optional, unknown fields refused.
//!
//! [`POLICY`] is what is read. The types are the same for TypeScript; some are also written, as effective settings.

#[cfg(feature = "ts")]
use alloc::{string::String, vec::Vec};
use serde::Serialize;

use crate::{
    json::{FLAG, SIZE, Shape, TEXT, TEXTS, U32, Word, nullable, optional, required, words},
    policy::Preset,
};

/// The policy.
pub(crate) const POLICY: &Shape = &Shape::Strict(&[
    nullable("$schema", TEXT),
    nullable("preset", Preset::SHAPE),
    nullable("bucket", TEXT),
    nullable("mappings", &Shape::List(&Shape::Strict(&[optional("source", TEXT), optional("prefix", TEXT)]))),
    optional("ignore", TEXTS),
    optional("fingerprinted", TEXTS),
    optional("dependents", &Shape::List(&Shape::Strict(&[required("when", TEXT), required("purge", TEXTS)]))),
    optional("query_strings", TEXTS),
    nullable("added", Added::SHAPE),
    nullable("deleted", Deleted::SHAPE),
    optional("urls", URLS),
    optional("lookback", &Shape::Strict(&[nullable("minutes", U32), nullable("commits", U32)])),
    nullable("base", Base::SHAPE),
    nullable("list_bucket", FLAG),
    nullable("escalate", &Shape::Strict(&[required("after_minutes", U32), required("paths", SIZE)])),
    nullable("max_paths", &Shape::Strict(&[required("limit", SIZE), required("then", Then::SHAPE)])),
    nullable(
        "cover",
        &Shape::Strict(&[
            required("mode", ModeFile::SHAPE),
            nullable("paths", SIZE),
            nullable("wildcards", SIZE),
            nullable("infeasible", Infeasible::SHAPE),
            nullable("other_origins", FLAG),
        ]),
    ),
    optional(
        "distributions",
        &Shape::List(&Shape::Strict(&[
            required("id", TEXT),
            nullable("origin_path", TEXT),
            optional("urls", URLS),
            nullable("ignore", TEXTS),
            nullable("query_strings", TEXTS),
        ])),
    ),
]);

const URLS: &Shape = &Shape::Strict(&[
    nullable("default_root_object", TEXT),
    nullable("index_document", TEXT),
    nullable("directory", FLAG),
    nullable("bare_directory", FLAG),
    nullable("clean", FLAG),
]);

#[cfg(feature = "ts")]
#[derive(ts_rs::TS)]
#[ts(optional_fields)]
#[expect(dead_code, reason = "it only becomes a type of TypeScript")]
pub(crate) struct PolicyFile {
    /// For editors.
    #[ts(rename = "$schema")]
    pub(crate) _schema: Option<String>,
    pub(crate) preset: Option<Preset>,
    pub(crate) bucket: Option<String>,
    pub(crate) mappings: Option<Vec<MappingFile<'static>>>,
    #[ts(optional, as = "Option<_>")]
    pub(crate) ignore: Vec<String>,
    #[ts(optional, as = "Option<_>")]
    pub(crate) fingerprinted: Vec<String>,
    #[ts(optional, as = "Option<_>")]
    pub(crate) dependents: Vec<DependentsFile>,
    #[ts(optional, as = "Option<_>")]
    pub(crate) query_strings: Vec<String>,
    pub(crate) added: Option<Added>,
    pub(crate) deleted: Option<Deleted>,
    #[ts(optional, as = "Option<_>")]
    pub(crate) urls: UrlsFile<'static>,
    #[ts(optional, as = "Option<_>")]
    pub(crate) lookback: LookbackFile,
    pub(crate) base: Option<Base>,
    pub(crate) list_bucket: Option<bool>,
    pub(crate) escalate: Option<EscalateFile>,
    pub(crate) max_paths: Option<MaxPathsFile>,
    pub(crate) cover: Option<CoverFile>,
    #[ts(optional, as = "Option<_>")]
    pub(crate) distributions: Vec<DistributionFile>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct MappingFile<'p> {
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub(crate) source: &'p str,
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub(crate) prefix: &'p str,
}

#[cfg(feature = "ts")]
#[derive(ts_rs::TS)]
#[ts(optional_fields)]
#[expect(dead_code, reason = "it only becomes a type of TypeScript")]
pub(crate) struct DependentsFile {
    pub(crate) when: String,
    pub(crate) purge: Vec<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct UrlsFile<'p> {
    pub(crate) default_root_object: Option<&'p str>,
    pub(crate) index_document: Option<&'p str>,
    pub(crate) directory: Option<bool>,
    pub(crate) bare_directory: Option<bool>,
    pub(crate) clean: Option<bool>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct LookbackFile {
    pub(crate) minutes: Option<u32>,
    pub(crate) commits: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct EscalateFile {
    pub(crate) after_minutes: u32,
    pub(crate) paths: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct MaxPathsFile {
    pub(crate) limit: usize,
    pub(crate) then: Then,
}

#[derive(Debug, Serialize)]
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

#[cfg(feature = "ts")]
#[derive(ts_rs::TS)]
#[ts(optional_fields)]
#[expect(dead_code, reason = "it only becomes a type of TypeScript")]
pub(crate) struct DistributionFile {
    pub(crate) id: String,
    pub(crate) origin_path: Option<String>,
    #[ts(optional, as = "Option<_>")]
    pub(crate) urls: UrlsFile<'static>,
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

words!(pub enum Base { Ledger: "ledger", Pipeline: "pipeline", Parent: "parent" });
words!(pub(crate) enum Added { Purge: "purge", Skip: "skip" });
words!(pub(crate) enum Deleted { Purge: "purge", WhenRemoved: "when-removed" });
words!(pub(crate) enum Then { Refuse: "refuse", Widen: "widen" });
words!(pub(crate) enum ModeFile { Exact: "exact", Lossless: "lossless", Budget: "budget" });
words!(pub(crate) enum Infeasible { Error: "error", Chunks: "chunks" });

#[cfg(all(test, feature = "ts"))]
mod tests {
    use super::*;
    use ts_rs::{Config, TS};

    #[test]
    fn the_types_of_typescript_have_the_fields_that_are_read() {
        for (shape, declared) in [
            (POLICY, PolicyFile::decl(&Config::default())),
            (POLICY.of("mappings"), MappingFile::decl(&Config::default())),
            (POLICY.of("dependents"), DependentsFile::decl(&Config::default())),
            (URLS, UrlsFile::decl(&Config::default())),
            (POLICY.of("lookback"), LookbackFile::decl(&Config::default())),
            (POLICY.of("escalate"), EscalateFile::decl(&Config::default())),
            (POLICY.of("max_paths"), MaxPathsFile::decl(&Config::default())),
            (POLICY.of("cover"), CoverFile::decl(&Config::default())),
            (POLICY.of("distributions"), DistributionFile::decl(&Config::default())),
        ] {
            let names = shape.names();
            assert!(names.iter().all(|name| declared.contains(name)), "{names:?} {declared}");
            assert_eq!(names.len(), declared.matches(": ").count(), "{names:?} {declared}");
        }
    }
}
