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

/// Which URLs of a static site are purged from CloudFront when a deploy changes files. Every field is optional; an
/// unknown field is an error.
#[cfg(feature = "ts")]
#[derive(ts_rs::TS)]
#[ts(optional_fields)]
#[expect(dead_code, reason = "it only becomes a type of TypeScript")]
pub(crate) struct PolicyFile {
    /// Where an editor finds this schema.
    #[ts(rename = "$schema")]
    pub(crate) _schema: Option<String>,
    /// The defaults of all other fields. `sound`: added files are purged too. `article`: modified and deleted files
    /// only, directory URLs off.
    pub(crate) preset: Option<Preset>,
    /// Events of other buckets are left out. Without it the events of every bucket count.
    pub(crate) bucket: Option<String>,
    /// Which repository folder is deployed under which key prefix. The first mapping that has the file counts. Without
    /// it the repository root is deployed to the root of the bucket.
    pub(crate) mappings: Option<Vec<MappingFile<'static>>>,
    /// Patterns of repository paths that are never purged.
    #[ts(optional, as = "Option<_>")]
    pub(crate) ignore: Vec<String>,
    /// Patterns of repository paths whose names carry a hash of the content: they are not purged when they are added or
    /// deleted. `[hash]` is 8 or more of `0-9A-Za-z_-` with a digit among them, `[hash:20]` exactly 20. One that
    /// changes under the same name is purged, with a warning.
    #[ts(optional, as = "Option<_>")]
    pub(crate) fingerprinted: Vec<String>,
    /// URLs that show something of other files. Used when a whole diff is planned; a plan for single objects leaves
    /// them to the dependent objects' own events.
    #[ts(optional, as = "Option<_>")]
    pub(crate) dependents: Vec<DependentsFile>,
    /// Patterns of repository paths whose URLs CloudFront caches once for each query string. Such a URL is purged
    /// together with everything that begins like it: `/search.html` and `/search.html*`.
    #[ts(optional, as = "Option<_>")]
    pub(crate) query_strings: Vec<String>,
    /// What is done with files that are new in git. Default: `purge`; under the preset `article`: `skip`.
    pub(crate) added: Option<Added>,
    /// What is done with files that git no longer has. `when-removed`: purged when the object left the bucket, or for
    /// what became of it before git lost it: the bucket may keep other bytes than the edge.
    pub(crate) deleted: Option<Deleted>,
    /// Under which URLs an object is served besides its own.
    #[ts(optional, as = "Option<_>")]
    pub(crate) urls: UrlsFile<'static>,
    /// How far back the Lambda looks for commits that one deploy may hold.
    #[ts(optional, as = "Option<_>")]
    pub(crate) lookback: LookbackFile,
    /// From which commit on the Lambda plans a whole deploy. `ledger`: the last one whose purge is recorded in the
    /// distribution's own invalidations. `pipeline`: the last one that the pipeline deployed. `parent`: the commit's
    /// first parent. Each falls back to the next.
    pub(crate) base: Option<Base>,
    /// Whether the Lambda may list the bucket when a plan has many paths, so that wildcards can save some.
    pub(crate) list_bucket: Option<bool>,
    /// A purge that CloudFront puts off for so long is widened to fewer paths.
    pub(crate) escalate: Option<EscalateFile>,
    /// What a plan of very many paths becomes.
    pub(crate) max_paths: Option<MaxPathsFile>,
    /// How stale URLs become paths.
    pub(crate) cover: Option<CoverFile>,
    /// The CloudFront distributions in front of the bucket, each with its own settings where they differ. Without it
    /// the host names one.
    #[ts(optional, as = "Option<_>")]
    pub(crate) distributions: Vec<DistributionFile>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct MappingFile<'p> {
    /// Folder in the repository; empty for its root.
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub(crate) source: &'p str,
    /// What the object keys begin with; empty for the root of the bucket.
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub(crate) prefix: &'p str,
}

#[cfg(feature = "ts")]
#[derive(ts_rs::TS)]
#[ts(optional_fields)]
#[expect(dead_code, reason = "it only becomes a type of TypeScript")]
pub(crate) struct DependentsFile {
    /// Pattern of repository paths. The files need not be deployed themselves.
    pub(crate) when: String,
    /// URL paths, not encoded. `{1}` is the text of the first wildcard of `when`, `{0}` the whole path; `*`, `**`, `?`
    /// and `[…]` count as wildcards. A final `*` purges everything that begins so; what stands before it has a path of
    /// its own. `\` takes the next character as it is.
    pub(crate) purge: Vec<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct UrlsFile<'p> {
    /// The object that is served at `/`; empty for none. The distribution's own configuration fills it in where it is
    /// known.
    pub(crate) default_root_object: Option<&'p str>,
    /// The object that stands for its folder; empty for none.
    pub(crate) index_document: Option<&'p str>,
    /// `/dir/` shows `dir/index.html`: a website endpoint, or a function that rewrites. Default: `true`; under the
    /// preset `article`: `false`; the distribution's own configuration decides where it is known.
    pub(crate) directory: Option<bool>,
    /// `/dir` shows `dir/index.html`. The distribution's own configuration decides where it is known.
    pub(crate) bare_directory: Option<bool>,
    /// `/page` shows `page.html`.
    pub(crate) clean: Option<bool>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct LookbackFile {
    /// Age of the oldest commit before the event.
    pub(crate) minutes: Option<u32>,
    /// Most commits, HEAD included.
    pub(crate) commits: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct EscalateFile {
    /// How long the purge has been put off.
    pub(crate) after_minutes: u32,
    /// Most invalidation paths then.
    pub(crate) paths: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct MaxPathsFile {
    /// Most invalidation paths of all distributions together; for `widen` at least 2 for each distribution.
    pub(crate) limit: usize,
    /// `refuse`: nothing is purged, and the plan fails. `widen`: the folder that holds all of it is purged.
    pub(crate) then: Then,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct CoverFile {
    /// `exact`: one path a URL. `lossless`: the fewest paths that purge no unchanged live URL. `budget`: the least that
    /// is purged in vain within `paths` and `wildcards`. Without a complete list of live URLs `lossless` is `exact`.
    pub(crate) mode: ModeFile,
    /// Most invalidation paths of each distribution; only with `budget`, and needed there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) paths: Option<usize>,
    /// Most wildcards among the paths of each distribution; CloudFront works on 15 at a time. Not with `exact`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) wildcards: Option<usize>,
    /// `error`: the plan fails, and nothing is purged. `chunks`: more batches than the budget wanted. Only with
    /// `budget`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) infeasible: Option<Infeasible>,
    /// Whether a wildcard may reach URLs that a cache behaviour gets from another origin. Not with `exact`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) other_origins: Option<bool>,
}

#[cfg(feature = "ts")]
#[derive(ts_rs::TS)]
#[ts(optional_fields)]
#[expect(dead_code, reason = "it only becomes a type of TypeScript")]
pub(crate) struct DistributionFile {
    /// The distribution's id.
    pub(crate) id: String,
    /// What CloudFront puts before the URL path to make the object key; empty, or with a leading slash and no final
    /// one. The distribution's own configuration fills it in where it is known.
    pub(crate) origin_path: Option<String>,
    /// The fields that differ from the policy's `urls`.
    #[ts(optional, as = "Option<_>")]
    pub(crate) urls: UrlsFile<'static>,
    /// In the place of the policy's `ignore`.
    pub(crate) ignore: Option<Vec<String>>,
    /// In the place of the policy's `query_strings`.
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

    fn without_comments(declared: &str) -> String {
        let behind = |part: &str| part.split_once("*/").map_or(part, |(_, behind)| behind).into();
        declared.split("/**").map(behind).collect::<Vec<String>>().concat()
    }

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
            let declared = without_comments(&declared);
            assert!(names.iter().all(|name| declared.contains(name)), "{names:?} {declared}");
            assert_eq!(names.len(), declared.matches(": ").count(), "{names:?} {declared}");
        }
    }

    #[test]
    fn the_fields_are_described_as_the_schema_describes_them() {
        let words = |text: &str| text.split_whitespace().filter(|word| *word != "*").collect::<Vec<_>>().join(" ");
        let declared = words(&crate::types::declarations());
        let schema = include_str!("../../policy.schema.json");
        for rest in schema.split(r#""description": ""#).skip(1) {
            let (text, _) = rest.split_once(['"', '\n']).unwrap();
            let text = words(&text.replace(r"\\", r"\"));
            assert!(declared.contains(&text) || text.starts_with("Held against"), "{text}");
        }
    }
}
