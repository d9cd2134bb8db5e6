//! A distribution's configuration as `aws cloudfront get-distribution-config` prints it; only what the core reads
//! (`core/src/facts/file.rs`).

use aws_sdk_cloudfront::types::{
    CacheBehavior, CacheBehaviors, CustomErrorResponse, CustomErrorResponses, DefaultCacheBehavior, DistributionConfig,
    FunctionAssociations, LambdaFunctionAssociations, Origin, OriginGroup, OriginGroupMember, OriginGroupMembers,
    OriginGroups, Origins,
};
use serde::Serialize;

/// The document.
pub(super) fn json(config: &DistributionConfig) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&Document { distribution_config: Config::of(config) })
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Document<'a> {
    distribution_config: Config<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Config<'a> {
    default_root_object: Option<&'a str>,
    origins: List<OriginJson<'a>>,
    origin_groups: List<GroupJson<'a>>,
    default_cache_behavior: Option<BehaviourJson<'a>>,
    cache_behaviors: List<BehaviourJson<'a>>,
    custom_error_responses: List<ErrorJson<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List<T> {
    quantity: usize,
    items: Vec<T>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct OriginJson<'a> {
    id: &'a str,
    domain_name: &'a str,
    origin_path: Option<&'a str>,
    custom_origin_config: Option<Present>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GroupJson<'a> {
    id: &'a str,
    members: List<MemberJson<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct MemberJson<'a> {
    origin_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct BehaviourJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    path_pattern: Option<&'a str>,
    target_origin_id: &'a str,
    cache_policy_id: Option<&'a str>,
    forwarded_values: Option<Present>,
    #[serde(rename = "MaxTTL")]
    max_ttl: Option<i64>,
    function_associations: List<AssociationJson<'a>>,
    lambda_function_associations: List<AssociationJson<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AssociationJson<'a> {
    event_type: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ErrorJson<'a> {
    error_code: i32,
    response_page_path: Option<&'a str>,
    #[serde(rename = "ErrorCachingMinTTL")]
    error_caching_min_ttl: Option<i64>,
}

/// A setting from before cache policies: the SDK calls its accessors deprecated, distributions still have them.
macro_rules! legacy {
    ($behaviour:ident.$accessor:ident()) => {{
        #[expect(deprecated, reason = "distributions made before cache policies still have the settings")]
        let value = $behaviour.$accessor();
        value
    }};
}

/// Something whose presence alone is read: `{}`.
#[derive(Serialize)]
struct Present {}

/// A list of the SDK as the CLI prints it; one that is not there is empty.
fn list<'a, L, I: 'a, T>(of: Option<&'a L>, items: fn(&'a L) -> &'a [I], json: impl Fn(&'a I) -> T) -> List<T> {
    let items: Vec<T> = of.map(items).unwrap_or_default().iter().map(json).collect();
    List { quantity: items.len(), items }
}

impl<'a> Config<'a> {
    fn of(config: &'a DistributionConfig) -> Self {
        Self {
            default_root_object: config.default_root_object(),
            origins: list(config.origins(), Origins::items, OriginJson::of),
            origin_groups: list(config.origin_groups(), OriginGroups::items, GroupJson::of),
            default_cache_behavior: config.default_cache_behavior().map(BehaviourJson::of_default),
            cache_behaviors: list(config.cache_behaviors(), CacheBehaviors::items, BehaviourJson::of),
            custom_error_responses: list(config.custom_error_responses(), CustomErrorResponses::items, ErrorJson::of),
        }
    }
}

impl<'a> OriginJson<'a> {
    fn of(origin: &'a Origin) -> Self {
        Self {
            id: origin.id(),
            domain_name: origin.domain_name(),
            origin_path: origin.origin_path(),
            custom_origin_config: origin.custom_origin_config().map(|_| Present {}),
        }
    }
}

impl<'a> GroupJson<'a> {
    fn of(group: &'a OriginGroup) -> Self {
        let member = |member: &'a OriginGroupMember| MemberJson { origin_id: member.origin_id() };
        Self { id: group.id(), members: list(group.members(), OriginGroupMembers::items, member) }
    }
}

impl<'a> BehaviourJson<'a> {
    fn of(behaviour: &'a CacheBehavior) -> Self {
        Self {
            path_pattern: Some(behaviour.path_pattern()),
            target_origin_id: behaviour.target_origin_id(),
            cache_policy_id: behaviour.cache_policy_id(),
            forwarded_values: legacy!(behaviour.forwarded_values()).map(|_| Present {}),
            max_ttl: legacy!(behaviour.max_ttl()),
            function_associations: functions(behaviour.function_associations()),
            lambda_function_associations: lambdas(behaviour.lambda_function_associations()),
        }
    }

    fn of_default(behaviour: &'a DefaultCacheBehavior) -> Self {
        Self {
            path_pattern: None,
            target_origin_id: behaviour.target_origin_id(),
            cache_policy_id: behaviour.cache_policy_id(),
            forwarded_values: legacy!(behaviour.forwarded_values()).map(|_| Present {}),
            max_ttl: legacy!(behaviour.max_ttl()),
            function_associations: functions(behaviour.function_associations()),
            lambda_function_associations: lambdas(behaviour.lambda_function_associations()),
        }
    }
}

fn functions(associations: Option<&FunctionAssociations>) -> List<AssociationJson<'_>> {
    list(associations, FunctionAssociations::items, |one| AssociationJson { event_type: one.event_type().as_str() })
}

fn lambdas(associations: Option<&LambdaFunctionAssociations>) -> List<AssociationJson<'_>> {
    list(associations, LambdaFunctionAssociations::items, |one| AssociationJson {
        event_type: one.event_type().as_str(),
    })
}

impl<'a> ErrorJson<'a> {
    fn of(error: &'a CustomErrorResponse) -> Self {
        Self {
            error_code: error.error_code(),
            response_page_path: error.response_page_path(),
            error_caching_min_ttl: error.error_caching_min_ttl(),
        }
    }
}
