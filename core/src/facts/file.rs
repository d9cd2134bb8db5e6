//! A distribution's configuration as the AWS CLI prints it; only what the decision reads, everything else passed over.
//!
//! Source: Amazon CloudFront API Reference, `DistributionConfig`. `aws cloudfront get-distribution-config` prints
//! `{"ETag", "DistributionConfig"}`, `get-distribution` prints `{"ETag", "Distribution": {"Id", "DistributionConfig"}}`.

use crate::json::{ANY, Json, Names, Shape, TEXT, U16, U64, nullable, optional, required};

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

pub(super) const FILE: &Shape = &Shape::Open(&[
    nullable("DistributionConfig", CONFIG),
    nullable("Distribution", &Shape::Open(&[nullable("Id", TEXT), required("DistributionConfig", CONFIG)])),
]);

const CONFIG: &Shape = &Shape::Open(&[
    nullable("DefaultRootObject", TEXT),
    required("Origins", ORIGINS),
    nullable("OriginGroups", ORIGIN_GROUPS),
    required("DefaultCacheBehavior", BEHAVIOUR),
    nullable("CacheBehaviors", &Shape::Open(&[nullable("Items", &Shape::List(BEHAVIOUR))])),
    nullable("CustomErrorResponses", ERROR_RESPONSES),
]);

// `{"Quantity": 0}` has no items.
const ORIGINS: &Shape = &Shape::Open(&[nullable(
    "Items",
    &Shape::List(&Shape::Open(&[
        required("Id", TEXT),
        required("DomainName", TEXT),
        nullable("OriginPath", TEXT),
        optional("CustomOriginConfig", ANY),
    ])),
)]);

const ORIGIN_GROUPS: &Shape = &Shape::Open(&[nullable(
    "Items",
    &Shape::List(&Shape::Open(&[required("Id", TEXT), required("Members", MEMBERS)])),
)]);

const MEMBERS: &Shape = &Shape::Open(&[nullable("Items", &Shape::List(&Shape::Open(&[required("OriginId", TEXT)])))]);

const BEHAVIOUR: &Shape = &Shape::Open(&[
    // The default behaviour has none.
    nullable("PathPattern", TEXT),
    required("TargetOriginId", TEXT),
    nullable("CachePolicyId", TEXT),
    // There when the behaviour still has the settings from before cache policies.
    optional("ForwardedValues", ANY),
    nullable("MaxTTL", U64),
    nullable("FunctionAssociations", ASSOCIATIONS),
    nullable("LambdaFunctionAssociations", ASSOCIATIONS),
]);

const ASSOCIATIONS: &Shape =
    &Shape::Open(&[nullable("Items", &Shape::List(&Shape::Open(&[required("EventType", TEXT)])))]);

const ERROR_RESPONSES: &Shape = &Shape::Open(&[nullable(
    "Items",
    &Shape::List(&Shape::Open(&[
        required("ErrorCode", U16),
        nullable("ResponsePagePath", TEXT),
        nullable("ErrorCachingMinTTL", U64),
    ])),
)]);

/// The items of a list.
pub(super) fn items<'j, 'a>(list: &'j Json<'a>) -> &'j [Json<'a>] {
    list["Items"].items()
}
