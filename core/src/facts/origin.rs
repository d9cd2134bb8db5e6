//! Which origins of a distribution are the bucket.

use alloc::{format, string::String, vec::Vec};

use crate::{diagnostic::Diagnostic, json::Json, policy::folder};

/// An origin that serves the bucket's objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    /// What its object keys begin with: its origin path without the leading slash and with a trailing one, or nothing.
    pub(crate) prefix: String,
    /// An S3 website endpoint: it answers `/dir/` with `dir/index.html` itself.
    pub(crate) website: bool,
    /// Origins of different domain names may be different buckets, unless the policy names the bucket; 0, 1, ….
    pub(crate) bucket: usize,
}

impl Origin {
    /// The chosen ones of these origins.
    pub(super) fn of(origins: &[Json<'_>], chosen: &[usize], bucket: Option<&str>) -> Vec<Self> {
        let mut domains: Vec<&str> = Vec::new();
        let mut all = Vec::with_capacity(chosen.len());
        for index in chosen {
            let origin = &origins[*index];
            let domain = domain(origin);
            let number = domains.iter().position(|known| *known == domain).unwrap_or(domains.len());
            if number == domains.len() {
                domains.push(domain);
            }
            let named = bucket.is_some_and(|bucket| carries(domain, bucket));
            all.push(Self {
                bucket: if named { 0 } else { number },
                prefix: folder(origin["OriginPath"].text().unwrap_or_default()),
                website: !origin["CustomOriginConfig"].is_null() && is_website(domain),
            });
        }
        all
    }
}

fn domain<'j>(origin: &'j Json<'_>) -> &'j str {
    origin["DomainName"].text().unwrap_or_default()
}

/// Indices of the origins that are the bucket: those that carry its name; else all that look like S3; else all.
///
/// A URL of another origin that is purged too costs a path; one that is missed stays stale.
pub(super) fn of_bucket(origins: &[Json<'_>], bucket: Option<&str>) -> Vec<usize> {
    let those = |is: &dyn Fn(&str) -> bool| -> Vec<usize> {
        (0..origins.len()).filter(|index| is(domain(&origins[*index]))).collect()
    };
    let named = those(&|domain| bucket.is_some_and(|bucket| carries(domain, bucket)));
    let s3 = if named.is_empty() { those(&is_s3) } else { named };
    if s3.is_empty() { those(&|_| true) } else { s3 }
}

/// A warning when the policy names a bucket and no origin does.
pub(super) fn unnamed(id: &str, origins: &[Json<'_>], bucket: Option<&str>) -> Option<Diagnostic> {
    let bucket = bucket.filter(|bucket| !origins.iter().any(|origin| carries(domain(origin), bucket)))?;
    Some(Diagnostic::warning(
        "facts-bucket",
        format!(
            "no origin of distribution `{id}` carries the name of bucket `{bucket}`: every origin that may be it counts"
        ),
        "check `bucket` in the policy; behind an access point or a proxy this is as it must be",
    ))
}

/// `bucket.s3.amazonaws.com`, `bucket.s3.eu-west-1.amazonaws.com`, `bucket.s3-website-us-east-1.amazonaws.com`, …
///
/// Source: Amazon S3 User Guide, "Virtual hosting of buckets" and "Website endpoints".
fn carries(domain: &str, bucket: &str) -> bool {
    let rest = domain.strip_prefix(bucket).and_then(|rest| rest.strip_prefix(".s3"));
    rest.is_some_and(|rest| rest.starts_with(['.', '-']) && is_s3(domain))
}

fn is_s3(domain: &str) -> bool {
    let aws = domain.ends_with(".amazonaws.com") || domain.ends_with(".amazonaws.com.cn");
    aws && domain.split('.').any(|label| label == "s3" || label.starts_with("s3-"))
}

fn is_website(domain: &str) -> bool {
    is_s3(domain) && domain.split('.').any(|label| label == "s3-website" || label.starts_with("s3-website-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins<'d>(domains: &[&'d str]) -> Vec<Json<'d>> {
        let origin = |domain: &&'d str| Json::Object([("DomainName".into(), Json::String((*domain).into()))].into());
        domains.iter().map(origin).collect()
    }

    #[test]
    fn the_bucket_is_found_by_its_name_then_by_its_look() {
        let domains =
            ["api.example.com", "site.s3.eu-west-1.amazonaws.com", "logs.s3.amazonaws.com", "site.s3-eu.example.com"];
        assert_eq!(of_bucket(&origins(&domains), Some("site")), [1]);
        assert_eq!(of_bucket(&origins(&domains), None), [1, 2]);
        assert_eq!(of_bucket(&origins(&domains), Some("other")), [1, 2]);
        assert_eq!(of_bucket(&origins(&domains[..1]), None), [0]);
        assert!(unnamed("E", &origins(&domains), Some("other")).is_some());
        assert!(unnamed("E", &origins(&domains), Some("site")).is_none());
        assert_eq!(of_bucket(&origins(&["a.site.s3.amazonaws.com"]), Some("site")), [0]);
        assert!(!carries("a.site.s3.amazonaws.com", "site"));
    }

    #[test]
    fn website_endpoints_of_both_spellings() {
        assert!(
            is_website("b.s3-website-us-east-1.amazonaws.com") && is_website("b.s3-website.eu-central-1.amazonaws.com")
        );
        assert!(!is_website("b.s3.us-east-1.amazonaws.com") && !is_website("b.s3-website.example.com"));
        assert!(is_s3("b.s3.cn-north-1.amazonaws.com.cn") && !is_s3("b.s3.example.com"));
    }
}
