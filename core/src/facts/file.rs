//! A distribution's configuration as the AWS CLI prints it; only what the decision reads, everything else passed over.
//!
//! Source: Amazon CloudFront API Reference, `DistributionConfig`. `aws cloudfront get-distribution-config` prints
//! `{"ETag", "DistributionConfig"}`, `get-distribution` prints `{"ETag", "Distribution": {"Id", "DistributionConfig"}}`.

use alloc::{string::String, vec::Vec};
use serde::{Deserialize, de::IgnoredAny};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Document {
    pub(super) distribution_config: Option<Config>,
    pub(super) distribution: Option<DistributionDocument>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DistributionDocument {
    pub(super) id: Option<String>,
    pub(super) distribution_config: Config,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Config {
    pub(super) default_root_object: Option<String>,
    pub(super) origins: List<OriginFile>,
    pub(super) origin_groups: Option<List<GroupFile>>,
    pub(super) default_cache_behavior: BehaviourFile,
    pub(super) cache_behaviors: Option<List<BehaviourFile>>,
    pub(super) custom_error_responses: Option<List<ErrorFile>>,
}

/// `{"Quantity": 0}` has no items.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List<T> {
    items: Option<Vec<T>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OriginFile {
    pub(super) id: String,
    pub(super) domain_name: String,
    pub(super) origin_path: Option<String>,
    pub(super) custom_origin_config: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GroupFile {
    pub(super) id: String,
    pub(super) members: List<MemberFile>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MemberFile {
    pub(super) origin_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BehaviourFile {
    /// The default behaviour has none.
    pub(super) path_pattern: Option<String>,
    pub(super) target_origin_id: String,
    pub(super) cache_policy_id: Option<String>,
    /// There when the behaviour still has the settings from before cache policies.
    pub(super) forwarded_values: Option<IgnoredAny>,
    #[serde(rename = "MaxTTL")]
    pub(super) max_ttl: Option<u64>,
    function_associations: Option<List<AssociationFile>>,
    lambda_function_associations: Option<List<AssociationFile>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AssociationFile {
    event_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ErrorFile {
    pub(super) error_code: u16,
    pub(super) response_page_path: Option<String>,
    #[serde(rename = "ErrorCachingMinTTL")]
    pub(super) error_caching_min_ttl: Option<u64>,
}

impl<T> List<T> {
    pub(super) fn items(&self) -> &[T] {
        self.items.as_deref().unwrap_or_default()
    }
}

impl BehaviourFile {
    /// The events at which functions see its requests.
    pub(super) fn function_events(&self) -> impl Iterator<Item = &str> {
        let lists = [&self.function_associations, &self.lambda_function_associations];
        lists.into_iter().flatten().flat_map(List::items).map(|association| association.event_type.as_str())
    }
}
