//! The policy as it is written: JSON, every field optional, unknown fields refused.

use alloc::{string::String, vec::Vec};
use serde::Deserialize;

use crate::policy::Preset;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PolicyFile {
    #[serde(rename = "$schema")]
    pub(crate) _schema: Option<String>,
    pub(crate) preset: Option<Preset>,
    pub(crate) bucket: Option<String>,
    pub(crate) mappings: Option<Vec<MappingFile>>,
    pub(crate) ignore: Vec<String>,
    pub(crate) added: Option<Added>,
    pub(crate) deleted: Option<Deleted>,
    pub(crate) urls: UrlsFile,
    pub(crate) lookback: LookbackFile,
    pub(crate) max_paths: Option<MaxPathsFile>,
    pub(crate) distributions: Vec<DistributionFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MappingFile {
    #[serde(default)]
    pub(crate) source: String,
    #[serde(default)]
    pub(crate) prefix: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct UrlsFile {
    pub(crate) default_root_object: Option<String>,
    pub(crate) index_document: Option<String>,
    pub(crate) directory: Option<bool>,
    pub(crate) bare_directory: Option<bool>,
    pub(crate) clean: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LookbackFile {
    pub(crate) minutes: Option<u32>,
    pub(crate) commits: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MaxPathsFile {
    pub(crate) limit: usize,
    pub(crate) then: Then,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DistributionFile {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) origin_path: String,
}

/// What is done with a file that is new in git.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Added {
    Purge,
    Skip,
}

/// What is done with a file that git no longer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Deleted {
    Purge,
    WhenRemoved,
}

/// What is done with a plan of more paths than the policy allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Then {
    Refuse,
    Widen,
}
