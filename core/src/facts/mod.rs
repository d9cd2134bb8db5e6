//! Facts of a distribution: which behaviour serves a URL, from which origin, and whether it is cached at all.

mod file;
mod origin;

use alloc::{format, string::String, vec, vec::Vec};

use crate::{
    behaviour::{MAX_PATTERN_CHARACTERS, PathPattern, Reach},
    diagnostic::Diagnostic,
    error::Error,
    invalidation::encode,
    json::{self, Json},
    locate,
    names::UrlPath,
};
use file::{FILE, NAMES, items};

pub(crate) use origin::Origin;

/// The managed cache policy `CachingDisabled`. Source: Amazon CloudFront Developer Guide, "Use managed cache policies".
const CACHING_DISABLED: &str = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";

/// What the configuration of one distribution says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Empty: none.
    pub(crate) default_root_object: String,
    /// Those that serve the bucket.
    pub(crate) origins: Vec<Origin>,
    /// In the order in which they are tried; the last is the default behaviour.
    behaviours: Vec<Behaviour>,
    errors: Vec<ErrorResponse>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Behaviour {
    /// `None`: the default behaviour.
    pattern: Option<PathPattern>,
    /// Which of the bucket's origins it gets objects from: one, both of an origin group, or none.
    pub(crate) origins: Vec<usize>,
    pub(crate) caches: bool,
    /// A function sees the request and may send it on under another path.
    pub(crate) rewrites: bool,
}

/// What viewers get, and for how long, instead of an error of the origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ErrorResponse {
    pub(crate) code: u16,
    /// URL path of the page that is shown; `None`: the origin's own answer.
    pub(crate) page: Option<String>,
    /// In seconds.
    pub(crate) cached_for: u64,
}

const CODE: &str = "facts-json";
const HELP: &str = "give what `aws cloudfront get-distribution-config --id …` prints";

/// A configuration as it is written.
pub(crate) struct Document<'a> {
    bytes: &'a [u8],
    attachment: usize,
    tree: Json<'a>,
}

impl<'a> Document<'a> {
    pub(crate) fn read(bytes: &'a [u8], attachment: usize) -> Result<Self, Error> {
        let document = json::Document { bytes, attachment: Some(attachment), code: CODE, help: HELP };
        Ok(Self { bytes, attachment, tree: document.read(NAMES, FILE)? })
    }

    /// The distribution's id, when the document has it: what `get-distribution` prints does.
    pub(crate) fn id(&self) -> Option<&str> {
        self.tree["Distribution"]["Id"].text()
    }

    fn pointed(&self, error: Error, pointer: &str) -> Error {
        locate::pointed(error, self.bytes, Some(self.attachment), pointer)
    }
}

impl Behaviour {
    /// How it is named in answers: its path pattern, or `default`.
    pub(crate) fn name(&self) -> &str {
        self.pattern.as_ref().map_or("default", PathPattern::as_str)
    }

    /// Whether some, and whether every URL that begins so matches.
    fn reach(&self, beginning: &str) -> Reach {
        self.pattern.as_ref().map_or(Reach::All, |pattern| pattern.reach(beginning))
    }
}

impl Facts {
    /// Reads the configuration of distribution `id`; `bucket` tells which of its origins are meant.
    pub(crate) fn read(
        id: &str,
        document: &Document<'_>,
        bucket: Option<&str>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Self, Vec<Error>> {
        let (mut config, mut base) = (&document.tree["DistributionConfig"], "/DistributionConfig");
        if config.is_null() {
            let whole = &document.tree["Distribution"];
            if whole.is_null() {
                let message = "the document holds neither `DistributionConfig` nor `Distribution`";
                return Err(document.pointed(Error::new(CODE, message, HELP), "").into());
            }
            if let Some(named) = document.id().filter(|named| *named != id) {
                let message = format!("the configuration is that of distribution `{named}`, not of `{id}`");
                let error = Error::new("facts-contradiction", message, "give each distribution its own configuration");
                return Err(document.pointed(error, "/Distribution/Id").into());
            }
            (config, base) = (&whole["DistributionConfig"], "/Distribution/DistributionConfig");
        }
        let mut errors = Vec::new();
        let facts = Self::check(config, bucket, &mut |pointer, message| {
            let error = Error::new("facts-value", message, "give the configuration as the AWS CLI prints it");
            errors.push(document.pointed(error, &format!("{base}{pointer}")));
        });
        if !errors.is_empty() {
            return Err(errors);
        }
        diagnostics.extend(origin::unnamed(id, items(&config["Origins"]), bucket));
        Ok(facts)
    }

    fn check(config: &Json<'_>, bucket: Option<&str>, fault: &mut dyn FnMut(&str, &str)) -> Self {
        let origins = items(&config["Origins"]);
        let chosen = origin::of_bucket(origins, bucket);
        let mut behaviours = Vec::new();
        for (index, file) in items(&config["CacheBehaviors"]).iter().enumerate() {
            let pointer = format!("/CacheBehaviors/Items/{index}");
            let pattern = file["PathPattern"].text().and_then(PathPattern::new);
            if pattern.is_none() {
                let message = format!(
                    "the behaviour's path pattern is missing, or not of 1 to {MAX_PATTERN_CHARACTERS} characters"
                );
                fault(&pointer, &message);
            }
            behaviours.push(behaviour(file, pattern, &pointer, config, &chosen, fault));
        }
        let default = &config["DefaultCacheBehavior"];
        behaviours.push(behaviour(default, None, "/DefaultCacheBehavior", config, &chosen, fault));
        let mut errors = Vec::new();
        for file in items(&config["CustomErrorResponses"]) {
            errors.push(ErrorResponse {
                code: file["ErrorCode"].number().unwrap_or_default(),
                page: file["ResponsePagePath"].text().filter(|page| !page.is_empty()).map(String::from),
                // Source: Developer Guide, "How CloudFront processes HTTP 4xx and 5xx status codes": 10 s by default.
                cached_for: file["ErrorCachingMinTTL"].number().unwrap_or(10),
            });
        }
        let root = config["DefaultRootObject"].text().unwrap_or_default();
        Self {
            // Source: AWS.md; the console takes no leading slash, and one that was set by the API means nothing else.
            default_root_object: String::from(root.trim_start_matches('/')),
            origins: Origin::of(origins, &chosen, bucket),
            behaviours,
            errors,
        }
    }

    pub(crate) fn behaviour(&self, index: usize) -> &Behaviour {
        &self.behaviours[index]
    }

    /// The behaviours that may serve a URL, each once: the first whose pattern matches.
    ///
    /// There is more than one where the guide leaves a question open: whether patterns are held against the encoded or
    /// the decoded path, and whether `/` is also looked for under the name of the default root object.
    pub(crate) fn behaviours_of(&self, url: &UrlPath, root_object: Option<&str>) -> Vec<usize> {
        let encoded = encode(url.as_bytes());
        let mut found = vec![self.first_match(&encoded)];
        let mut also = |index: usize| {
            if !found.contains(&index) {
                found.push(index);
            }
        };
        if let Some(decoded) = decoded(url.as_bytes(), &encoded) {
            also(self.first_match(decoded));
        }
        if let Some(name) = root_object {
            // CloudFront takes only ASCII for it: a byte is a character.
            let name: String = name.bytes().map(char::from).collect();
            also(self.first_match(&format!("/{name}")));
        }
        found
    }

    fn first_match(&self, path: &str) -> usize {
        let matches = |behaviour: &Behaviour| behaviour.pattern.as_ref().is_none_or(|pattern| pattern.matches(path));
        self.behaviours.iter().position(matches).expect("the default behaviour matches everything")
    }

    /// Whether the wildcard after `prefix`, decoded and ending on a whole character, may reach what gets nothing from
    /// the bucket. What holds of a text holds of every text that begins it.
    ///
    /// Behaviours are tried in their order, so one that surely serves all that begins so ends the search. Patterns are
    /// held against the encoded and the decoded text; one of them is enough to reach, both are needed to serve all.
    /// Where the bucket had to be guessed, a wildcard may not reach two of those that it may be.
    pub(crate) fn barred(&self, prefix: &[u8]) -> bool {
        let encoded = encode(prefix);
        let decoded = decoded(prefix, &encoded);
        let mut reached = None;
        for behaviour in &self.behaviours {
            let first = behaviour.reach(&encoded);
            let second = decoded.map_or(first, |decoded| behaviour.reach(decoded));
            if first.max(second) > Reach::None {
                let mut buckets = behaviour.origins.iter().map(|origin| self.origins[*origin].bucket);
                if behaviour.origins.is_empty() || buckets.any(|bucket| *reached.get_or_insert(bucket) != bucket) {
                    return true;
                }
            }
            if first.min(second) == Reach::All {
                return false;
            }
        }
        false
    }

    /// A behaviour without the bucket's objects that is within reach of every wildcard below the folders of those with
    /// them; `None` when there is room for wildcards somewhere.
    pub(crate) fn barred_everywhere(&self) -> Option<&Behaviour> {
        let first = self.behaviours.iter().find(|behaviour| {
            let takes_anything = behaviour.pattern.as_ref().is_none_or(PathPattern::begins_with_wildcard);
            takes_anything || !behaviour.origins.is_empty()
        });
        first.filter(|behaviour| behaviour.origins.is_empty())
    }

    /// Whether an error that was answered for a missing object stays cached on purpose, also where objects do not.
    pub(crate) fn caches_missing(&self) -> bool {
        self.errors.iter().any(|error| matches!(error.code, 403 | 404) && error.cached_for > 10)
    }

    /// The error responses that show a page of the site and are cached.
    pub(crate) fn error_pages(&self) -> impl Iterator<Item = (&str, &ErrorResponse)> {
        let cached = self.errors.iter().filter(|error| error.cached_for > 0);
        cached.filter_map(|error| error.page.as_deref().map(|page| (page, error)))
    }
}

/// The same text as it is, where that is another one and not bytes that are no text.
fn decoded<'t>(bytes: &'t [u8], encoded: &str) -> Option<&'t str> {
    core::str::from_utf8(bytes).ok().filter(|decoded| *decoded != encoded)
}

fn behaviour(
    file: &Json<'_>,
    pattern: Option<PathPattern>,
    pointer: &str,
    config: &Json<'_>,
    chosen: &[usize],
    fault: &mut dyn FnMut(&str, &str),
) -> Behaviour {
    let target = file["TargetOriginId"].text();
    let group = items(&config["OriginGroups"]).iter().find(|group| group["Id"].text() == target);
    let (targets, id) = match group {
        Some(group) => (items(&group["Members"]), "OriginId"),
        None => (core::slice::from_ref(file), "TargetOriginId"),
    };
    let origins = items(&config["Origins"]);
    let is_same = |target: &Json<'_>, origin: &Json<'_>| target[id].text() == origin["Id"].text();
    if let Some(unknown) = targets.iter().find(|target| !origins.iter().any(|origin| is_same(target, origin))) {
        let unknown = unknown[id].text().unwrap_or_default();
        let message = format!("the behaviour's origin `{unknown}` is not among `Origins`");
        fault(&format!("{pointer}/TargetOriginId"), &message);
    }
    let serves = |origin: &Json<'_>| targets.iter().any(|target| is_same(target, origin));
    let disabled = match file["CachePolicyId"].text() {
        Some(id) => id == CACHING_DISABLED,
        None => !file["ForwardedValues"].is_null() && file["MaxTTL"].number() == Some(0_u64),
    };
    let sees_requests = |functions: &str| {
        let mut events = items(&file[functions]).iter().filter_map(|function| function["EventType"].text());
        events.any(|event| matches!(event, "viewer-request" | "origin-request"))
    };
    Behaviour {
        pattern,
        origins: (0..chosen.len()).filter(|place| serves(&origins[chosen[*place]])).collect(),
        caches: !disabled,
        rewrites: sees_requests("FunctionAssociations") || sees_requests("LambdaFunctionAssociations"),
    }
}
