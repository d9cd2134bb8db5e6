//! A distribution's configuration as the AWS CLI prints it; only what the decision reads, everything else passed over.
//!
//! Source: Amazon CloudFront API Reference, `DistributionConfig`. `aws cloudfront get-distribution-config` prints
//! `{"ETag", "DistributionConfig"}`, `get-distribution` prints `{"ETag", "Distribution": {"Id", "DistributionConfig"}}`.

use alloc::{string::String, vec::Vec};

use crate::json::{Fault, Field, Json, Names, Present, Read, fill, object};

#[derive(Default)]
pub(super) struct Document {
    pub(super) distribution_config: Option<Config>,
    pub(super) distribution: Option<DistributionDocument>,
}

#[derive(Default)]
pub(super) struct DistributionDocument {
    pub(super) id: Option<String>,
    pub(super) distribution_config: Config,
}

#[derive(Default)]
pub(super) struct Config {
    pub(super) default_root_object: Option<String>,
    pub(super) origins: List<OriginFile>,
    pub(super) origin_groups: Option<List<GroupFile>>,
    pub(super) default_cache_behavior: BehaviourFile,
    pub(super) cache_behaviors: Option<List<BehaviourFile>>,
    pub(super) custom_error_responses: Option<List<ErrorFile>>,
}

/// `{"Quantity": 0}` has no items.
pub(super) struct List<T> {
    items: Option<Vec<T>>,
}

#[derive(Default)]
pub(super) struct OriginFile {
    pub(super) id: String,
    pub(super) domain_name: String,
    pub(super) origin_path: Option<String>,
    pub(super) custom_origin_config: Present,
}

#[derive(Default)]
pub(super) struct GroupFile {
    pub(super) id: String,
    pub(super) members: List<MemberFile>,
}

#[derive(Default)]
pub(super) struct MemberFile {
    pub(super) origin_id: String,
}

#[derive(Default)]
pub(super) struct BehaviourFile {
    /// The default behaviour has none.
    pub(super) path_pattern: Option<String>,
    pub(super) target_origin_id: String,
    pub(super) cache_policy_id: Option<String>,
    /// There when the behaviour still has the settings from before cache policies.
    pub(super) forwarded_values: Present,
    pub(super) max_ttl: Option<u64>,
    function_associations: Option<List<AssociationFile>>,
    lambda_function_associations: Option<List<AssociationFile>>,
}

#[derive(Default)]
struct AssociationFile {
    event_type: String,
}

#[derive(Default)]
pub(super) struct ErrorFile {
    pub(super) error_code: u16,
    pub(super) response_page_path: Option<String>,
    pub(super) error_caching_min_ttl: Option<u64>,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { items: None }
    }
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

/// Everything that is read; AWS adds fields at any time.
pub(super) const NAMES: Names = Some(&[
    "DistributionConfig",
    "Distribution",
    "Id",
    "DefaultRootObject",
    "Origins",
    "OriginGroups",
    "DefaultCacheBehavior",
    "CacheBehaviors",
    "CustomErrorResponses",
    "Items",
    "DomainName",
    "OriginPath",
    "CustomOriginConfig",
    "Members",
    "OriginId",
    "PathPattern",
    "TargetOriginId",
    "CachePolicyId",
    "ForwardedValues",
    "MaxTTL",
    "FunctionAssociations",
    "LambdaFunctionAssociations",
    "EventType",
    "ErrorCode",
    "ResponsePagePath",
    "ErrorCachingMinTTL",
]);

object!(Document open {
    distribution_config = "DistributionConfig": optional, distribution = "Distribution": optional,
});
object!(DistributionDocument open { id = "Id": optional, distribution_config = "DistributionConfig": required });
object!(Config open {
    default_root_object = "DefaultRootObject": optional, origins = "Origins": required,
    origin_groups = "OriginGroups": optional, default_cache_behavior = "DefaultCacheBehavior": required,
    cache_behaviors = "CacheBehaviors": optional, custom_error_responses = "CustomErrorResponses": optional,
});
object!(OriginFile open {
    id = "Id": required, domain_name = "DomainName": required, origin_path = "OriginPath": optional,
    custom_origin_config = "CustomOriginConfig": optional,
});
object!(GroupFile open { id = "Id": required, members = "Members": required });
object!(MemberFile open { origin_id = "OriginId": required });
object!(BehaviourFile open {
    path_pattern = "PathPattern": optional, target_origin_id = "TargetOriginId": required,
    cache_policy_id = "CachePolicyId": optional, forwarded_values = "ForwardedValues": optional,
    max_ttl = "MaxTTL": optional, function_associations = "FunctionAssociations": optional,
    lambda_function_associations = "LambdaFunctionAssociations": optional,
});
object!(AssociationFile open { event_type = "EventType": required });
object!(ErrorFile open {
    error_code = "ErrorCode": required, response_page_path = "ResponsePagePath": optional,
    error_caching_min_ttl = "ErrorCachingMinTTL": optional,
});

impl<'a, T: Read<'a>> Read<'a> for List<T> {
    fn read(json: &Json<'a>) -> Result<Self, Fault> {
        let mut items = None;
        fill(json, false, &mut [Field { name: "Items", required: false, slot: &mut items }])?;
        Ok(Self { items })
    }
}
