//! What a policy comes to: every field with the value that holds, in the form of a policy.

use alloc::{string::String, vec::Vec};
use serde::Serialize;

use super::{
    Distribution, Policy, Preset, UrlForms,
    file::{
        Added, Base, CoverFile, Deleted, DependentsFile, EscalateFile, LookbackFile, MappingFile, MaxPathsFile,
        ModeFile, UrlsFile,
    },
    rules::CoverRule,
};
use crate::{cover::CoverMode, pattern::Pattern};

/// A policy with nothing left out. Read as a policy it means the same, but for what a distribution's facts may say
/// against a default: here every default has become a word of its own.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct Settings {
    preset: Preset,
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket: Option<String>,
    mappings: Vec<MappingFile>,
    ignore: Vec<String>,
    fingerprinted: Vec<String>,
    dependents: Vec<DependentsFile>,
    query_strings: Vec<String>,
    added: Added,
    deleted: Deleted,
    urls: UrlsFile,
    lookback: LookbackFile,
    base: Base,
    list_bucket: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    escalate: Option<EscalateFile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_paths: Option<MaxPathsFile>,
    cover: CoverFile,
    distributions: Vec<DistributionSettings>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct DistributionSettings {
    id: String,
    origin_path: String,
    urls: UrlsFile,
    ignore: Vec<String>,
    query_strings: Vec<String>,
}

impl Settings {
    pub(crate) fn of(policy: &Policy) -> Self {
        let mappings = policy.mappings.iter().map(|mapping| MappingFile {
            source: String::from(mapping.source.trim_end_matches('/')),
            prefix: String::from(mapping.prefix.trim_end_matches('/')),
        });
        let dependents = policy.dependents.iter().map(|rule| DependentsFile {
            when: String::from(rule.when.as_str()),
            purge: rule.purge.iter().map(|template| String::from(template.as_str())).collect(),
        });
        Self {
            preset: policy.preset,
            bucket: policy.bucket.clone(),
            mappings: mappings.collect(),
            ignore: texts(&policy.ignore),
            fingerprinted: texts(&policy.fingerprinted),
            dependents: dependents.collect(),
            query_strings: texts(&policy.query_strings),
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

fn distribution(distribution: &Distribution, policy: &Policy) -> DistributionSettings {
    DistributionSettings {
        id: distribution.id.clone(),
        origin_path: distribution.origin_path(),
        urls: urls(&distribution.urls),
        ignore: texts(distribution.ignore.as_ref().unwrap_or(&policy.ignore)),
        query_strings: texts(distribution.query_strings.as_ref().unwrap_or(&policy.query_strings)),
    }
}

fn texts(patterns: &[Pattern]) -> Vec<String> {
    patterns.iter().map(|pattern| String::from(pattern.as_str())).collect()
}

fn urls(forms: &UrlForms) -> UrlsFile {
    let possible = !forms.index_document.is_empty();
    UrlsFile {
        default_root_object: Some(forms.default_root_object.value.clone()),
        index_document: Some(forms.index_document.clone()),
        directory: Some(possible && forms.directory.value),
        bare_directory: Some(possible && forms.bare_directory.value),
        clean: Some(forms.clean),
    }
}

fn cover(rule: CoverRule) -> CoverFile {
    let other_origins = (rule.mode != CoverMode::Exact).then_some(rule.other_origins);
    let file = match rule.mode {
        CoverMode::Exact => CoverFile { mode: ModeFile::Exact, ..CoverFile::default() },
        CoverMode::Lossless { wildcards } => CoverFile { wildcards: Some(wildcards), ..CoverFile::default() },
        CoverMode::Budget { paths, wildcards } => CoverFile {
            mode: ModeFile::Budget,
            paths: Some(paths),
            wildcards: Some(wildcards),
            infeasible: Some(rule.infeasible),
            other_origins: None,
        },
    };
    CoverFile { other_origins, ..file }
}
