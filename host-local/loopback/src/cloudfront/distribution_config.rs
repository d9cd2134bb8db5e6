//! `GetDistributionConfig`: the edge's configuration in the XML of the service model.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::NAMESPACE;
use crate::account::{ACCOUNT, REGION};
use crate::aws_error::xml_text;
use crate::edge::{Behaviour, DistributionConfig, SiteKind, Target};

/// The id of the site's own origin.
const SITE: &str = "site";

/// The whole configuration of a distribution on a bucket.
pub(super) fn xml(config: &DistributionConfig, bucket: &str) -> String {
    let behaviours = config.behaviours.iter();
    let behaviours: String = behaviours
        .map(|(pattern, one)| {
            let pattern = xml_text(pattern);
            format!("<CacheBehavior><PathPattern>{pattern}</PathPattern>{}</CacheBehavior>", behaviour(one))
        })
        .collect();
    let errors: String = config
        .error_caching
        .iter()
        .map(|(code, seconds)| {
            format!(
                "<CustomErrorResponse><ErrorCode>{code}</ErrorCode><ResponsePagePath></ResponsePagePath>\
                 <ResponseCode></ResponseCode><ErrorCachingMinTTL>{seconds}</ErrorCachingMinTTL></CustomErrorResponse>"
            )
        })
        .collect();
    let origins = origins(config, bucket);
    format!(
        "<DistributionConfig xmlns=\"{NAMESPACE}\"><CallerReference>loopback</CallerReference>\
         <Aliases><Quantity>0</Quantity></Aliases><DefaultRootObject>{root}</DefaultRootObject>{origins}\
         <OriginGroups><Quantity>0</Quantity></OriginGroups>\
         <DefaultCacheBehavior>{default}</DefaultCacheBehavior>{behaviours}{errors}<Comment></Comment>\
         <Logging><Enabled>false</Enabled><IncludeCookies>false</IncludeCookies><Bucket></Bucket><Prefix></Prefix></Logging>\
         <PriceClass>PriceClass_All</PriceClass><Enabled>true</Enabled><ViewerCertificate>\
         <CloudFrontDefaultCertificate>true</CloudFrontDefaultCertificate><SSLSupportMethod>vip</SSLSupportMethod>\
         <MinimumProtocolVersion>TLSv1</MinimumProtocolVersion><CertificateSource>cloudfront</CertificateSource>\
         </ViewerCertificate><Restrictions><GeoRestriction><RestrictionType>none</RestrictionType><Quantity>0</Quantity>\
         </GeoRestriction></Restrictions><WebACLId></WebACLId><HttpVersion>http2</HttpVersion>\
         <IsIPV6Enabled>true</IsIPV6Enabled><ContinuousDeploymentPolicyId></ContinuousDeploymentPolicyId>\
         <Staging>false</Staging></DistributionConfig>",
        root = xml_text(config.default_root_object.as_deref().unwrap_or_default()),
        default = behaviour(&config.default_behaviour),
        behaviours = list("CacheBehaviors", config.behaviours.len(), &behaviours),
        errors = list("CustomErrorResponses", config.error_caching.len(), &errors),
    )
}

fn origins(config: &DistributionConfig, bucket: &str) -> String {
    let (bucket, path) = (xml_text(bucket), xml_text(&config.origin_path));
    let custom = "<CustomOriginConfig><HTTPPort>80</HTTPPort><HTTPSPort>443</HTTPSPort>\
                  <OriginProtocolPolicy>http-only</OriginProtocolPolicy><OriginSslProtocols><Quantity>1</Quantity><Items>\
                  <SslProtocol>TLSv1.2</SslProtocol></Items></OriginSslProtocols><OriginReadTimeout>30</OriginReadTimeout>\
                  <OriginKeepaliveTimeout>5</OriginKeepaliveTimeout></CustomOriginConfig>";
    let (domain, kind) = match config.site {
        SiteKind::Rest => (
            format!("{bucket}.s3.{REGION}.amazonaws.com"),
            "<S3OriginConfig><OriginAccessIdentity></OriginAccessIdentity></S3OriginConfig>",
        ),
        SiteKind::Website { .. } => (format!("{bucket}.s3-website-{REGION}.amazonaws.com"), custom),
    };
    let mut xml = String::new();
    let mut origin = |id: &str, domain: &str, path: &str, kind: &str| {
        let _ = write!(
            xml,
            "<Origin><Id>{id}</Id><DomainName>{domain}</DomainName><OriginPath>{path}</OriginPath><CustomHeaders>\
             <Quantity>0</Quantity></CustomHeaders>{kind}<ConnectionAttempts>3</ConnectionAttempts>\
             <ConnectionTimeout>10</ConnectionTimeout><OriginShield><Enabled>false</Enabled></OriginShield>\
             <OriginAccessControlId></OriginAccessControlId></Origin>"
        );
    };
    origin(SITE, &domain, &path, kind);
    let behaviours = config.behaviours.iter().map(|(_, behaviour)| behaviour).chain([&config.default_behaviour]);
    let others: BTreeSet<&String> = behaviours
        .filter_map(|behaviour| match &behaviour.target {
            Target::Site => None,
            Target::Other(domain) => Some(domain),
        })
        .collect();
    for domain in &others {
        let domain = xml_text(domain);
        origin(&domain, &domain, "", custom);
    }
    list("Origins", 1 + others.len(), &xml)
}

fn behaviour(behaviour: &Behaviour) -> String {
    let target = match &behaviour.target {
        Target::Site => SITE.to_owned(),
        Target::Other(domain) => xml_text(domain),
    };
    let methods = "<Quantity>2</Quantity><Items><Method>HEAD</Method><Method>GET</Method></Items>";
    let functions = associations(
        "FunctionAssociation",
        &behaviour.functions,
        &format!("<FunctionARN>arn:aws:cloudfront::{ACCOUNT}:function/viewer</FunctionARN>"),
    );
    let lambda = associations(
        "LambdaFunctionAssociation",
        &behaviour.lambda_functions,
        &format!(
            "<LambdaFunctionARN>arn:aws:lambda:{REGION}:{ACCOUNT}:function:edge:1</LambdaFunctionARN>\
             <IncludeBody>false</IncludeBody>"
        ),
    );
    format!(
        "<TargetOriginId>{target}</TargetOriginId><TrustedSigners><Enabled>false</Enabled><Quantity>0</Quantity>\
         </TrustedSigners><TrustedKeyGroups><Enabled>false</Enabled><Quantity>0</Quantity></TrustedKeyGroups>\
         <ViewerProtocolPolicy>redirect-to-https</ViewerProtocolPolicy><AllowedMethods>{methods}<CachedMethods>{methods}\
         </CachedMethods></AllowedMethods><SmoothStreaming>false</SmoothStreaming><Compress>true</Compress>{lambda}{functions}\
         <FieldLevelEncryptionId></FieldLevelEncryptionId><CachePolicyId>{policy}</CachePolicyId>\
         <GrpcConfig><Enabled>false</Enabled></GrpcConfig>",
        policy = xml_text(&behaviour.cache_policy),
    )
}

fn associations(name: &str, events: &[String], function: &str) -> String {
    let items: String = events
        .iter()
        .map(|event| format!("<{name}>{function}<EventType>{}</EventType></{name}>", xml_text(event)))
        .collect();
    list(&format!("{name}s"), events.len(), &items)
}

/// A list of the API: an empty one has no `Items`.
fn list(name: &str, quantity: usize, items: &str) -> String {
    let items = if quantity == 0 { String::new() } else { format!("<Items>{items}</Items>") };
    format!("<{name}><Quantity>{quantity}</Quantity>{items}</{name}>")
}
