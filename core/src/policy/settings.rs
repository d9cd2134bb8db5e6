//! What a policy comes to: every field with the value that holds, in the form of a policy.

use alloc::{string::String, vec::Vec};
use serde::Serialize;

use super::{
    Distribution, Policy, Preset, UrlForms,
    file::{
        Added, Base, CoverFile, Deleted, EscalateFile, LookbackFile, MappingFile, MaxPathsFile, ModeFile, UrlsFile,
    },
    rules::{CoverRule, Dependents},
};
use crate::{cover::CoverMode, pattern::Pattern};

/// A policy with nothing left out. Read as a policy it means the same, but for what a distribution's facts may say
/// against a default: here every default has become a word of its own.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct Settings<'p> {
    preset: Preset,
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket: Option<&'p str>,
    mappings: Vec<MappingFile<'p>>,
    #[cfg_attr(feature = "ts", ts(type = "Array<string>"))]
    ignore: &'p [Pattern],
    #[cfg_attr(feature = "ts", ts(type = "Array<string>"))]
    fingerprinted: &'p [Pattern],
    #[cfg_attr(feature = "ts", ts(type = "Array<DependentsFile>"))]
    dependents: &'p [Dependents],
    #[cfg_attr(feature = "ts", ts(type = "Array<string>"))]
    query_strings: &'p [Pattern],
    added: Added,
    deleted: Deleted,
    urls: UrlsFile<'p>,
    lookback: LookbackFile,
    base: Base,
    list_bucket: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    escalate: Option<EscalateFile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_paths: Option<MaxPathsFile>,
    cover: CoverFile,
    distributions: Vec<DistributionSettings<'p>>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct DistributionSettings<'p> {
    id: &'p str,
    origin_path: String,
    urls: UrlsFile<'p>,
    #[cfg_attr(feature = "ts", ts(type = "Array<string>"))]
    ignore: &'p [Pattern],
    #[cfg_attr(feature = "ts", ts(type = "Array<string>"))]
    query_strings: &'p [Pattern],
}

impl<'p> Settings<'p> {
    pub(crate) fn of(policy: &'p Policy) -> Self {
        let mappings = policy.mappings.iter().map(|mapping| MappingFile {
            source: mapping.source.strip_suffix('/').unwrap_or_default(),
            prefix: mapping.prefix.strip_suffix('/').unwrap_or_default(),
        });
        Self {
            preset: policy.preset,
            bucket: policy.bucket(),
            mappings: mappings.collect(),
            ignore: &policy.ignore,
            fingerprinted: &policy.fingerprinted,
            dependents: &policy.dependents,
            query_strings: &policy.query_strings,
            added: policy.added.value,
            deleted: policy.deleted.value,
            urls: urls(&policy.urls),
            lookback: LookbackFile { minutes: Some(policy.lookback.minutes), commits: Some(policy.lookback.commits) },
            base: policy.base,
            list_bucket: policy.list_bucket,
            escalate: policy.escalate,
            max_paths: policy.max_paths,
            cover: cover(policy.cover),
            distributions: policy.distributions.iter().map(|one| distribution(one, policy)).collect(),
        }
    }
}

fn distribution<'p>(distribution: &'p Distribution, policy: &'p Policy) -> DistributionSettings<'p> {
    DistributionSettings {
        id: distribution.id(),
        origin_path: distribution.origin_path(),
        urls: urls(&distribution.urls),
        ignore: distribution.ignore.as_deref().unwrap_or(&policy.ignore),
        query_strings: distribution.query_strings.as_deref().unwrap_or(&policy.query_strings),
    }
}

fn urls(forms: &UrlForms) -> UrlsFile<'_> {
    let possible = !forms.index_document.is_empty();
    UrlsFile {
        default_root_object: Some(&forms.default_root_object.value),
        index_document: Some(&forms.index_document),
        directory: Some(possible && forms.directory.value),
        bare_directory: Some(possible && forms.bare_directory.value),
        clean: Some(forms.clean),
    }
}

fn cover(rule: CoverRule) -> CoverFile {
    let (mode, paths, wildcards) = match rule.mode {
        CoverMode::Exact => (ModeFile::Exact, None, None),
        CoverMode::Lossless { wildcards } => (ModeFile::Lossless, None, Some(wildcards)),
        CoverMode::Budget { paths, wildcards } => (ModeFile::Budget, Some(paths), Some(wildcards)),
    };
    CoverFile {
        mode,
        paths,
        wildcards,
        infeasible: paths.map(|_| rule.infeasible),
        other_origins: wildcards.map(|_| rule.other_origins),
    }
}
