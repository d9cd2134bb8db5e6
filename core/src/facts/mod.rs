//! Facts of a distribution: which behaviour serves a URL, from which origin, and whether it is cached at all.

mod file;
mod origin;

use alloc::{format, string::String, vec, vec::Vec};

use crate::{
    behaviour::{MAX_PATTERN_CHARACTERS, PathPattern, Reach},
    diagnostic::Diagnostic,
    error::Error,
    invalidation::encode,
    json::Document,
    locate,
    names::UrlPath,
};
use file::{BehaviourFile, Config, Document as File, List, NAMES};

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

fn document(bytes: &[u8], attachment: Option<usize>) -> Document<'_> {
    Document { bytes, attachment, code: CODE, help: HELP }
}

impl Behaviour {
    /// How it is named in answers: its path pattern, or `default`.
    pub(crate) fn name(&self) -> &str {
        self.pattern.as_ref().map_or("default", PathPattern::as_str)
    }

    /// Whether some, and whether every URL that begins so matches.
    fn reach<U: Copy + Into<u32>>(&self, beginning: &[U]) -> Reach {
        self.pattern.as_ref().map_or(Reach::All, |pattern| pattern.reach(beginning))
    }
}

impl Facts {
    /// The distribution's id, when the document has it: what `get-distribution` prints does.
    pub(crate) fn id_in(bytes: &[u8]) -> Option<String> {
        document(bytes, None).read::<File>(NAMES).ok()?.distribution?.id
    }

    /// Reads the configuration of distribution `id`; `bucket` tells which of its origins are meant.
    pub(crate) fn read(
        id: &str,
        bytes: &[u8],
        attachment: usize,
        bucket: Option<&str>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Self, Vec<Error>> {
        let document = document(bytes, Some(attachment));
        let pointed = |error, pointer: &str| locate::pointed(error, bytes, Some(attachment), pointer);
        let (config, base, named) = match document.read(NAMES).map_err(|error| vec![error])? {
            File { distribution_config: Some(config), .. } => (config, "/DistributionConfig", None),
            File { distribution: Some(whole), .. } => {
                (whole.distribution_config, "/Distribution/DistributionConfig", whole.id)
            }
            _ => {
                let message = "the document holds neither `DistributionConfig` nor `Distribution`";
                return Err(vec![pointed(Error::new(CODE, message, HELP), "")]);
            }
        };
        if let Some(named) = named.filter(|named| named != id) {
            let message = format!("the configuration is that of distribution `{named}`, not of `{id}`");
            let error = Error::new("facts-contradiction", message, "give each distribution its own configuration");
            return Err(vec![pointed(error, "/Distribution/Id")]);
        }
        let mut errors = Vec::new();
        let facts = Self::check(&config, bucket, &mut |pointer, error| {
            errors.push(pointed(error, &format!("{base}{pointer}")));
        });
        if !errors.is_empty() {
            return Err(errors);
        }
        diagnostics.extend(origin::unnamed(id, config.origins.items(), bucket));
        Ok(facts)
    }

    fn check(config: &Config, bucket: Option<&str>, fault: &mut dyn FnMut(&str, Error)) -> Self {
        let chosen = origin::of_bucket(config.origins.items(), bucket);
        let mut behaviours = Vec::new();
        let ordered = config.cache_behaviors.iter().flat_map(List::items);
        for (index, file) in ordered.enumerate() {
            let pointer = format!("/CacheBehaviors/Items/{index}");
            let pattern = file.path_pattern.as_deref().and_then(PathPattern::new);
            if pattern.is_none() {
                let message = format!(
                    "the behaviour's path pattern is missing, or not of 1 to {MAX_PATTERN_CHARACTERS} characters"
                );
                fault(&pointer, Error::new("facts-value", message, "give the configuration as the AWS CLI prints it"));
            }
            behaviours.push(behaviour(file, pattern, &pointer, config, &chosen, fault));
        }
        let default = &config.default_cache_behavior;
        behaviours.push(behaviour(default, None, "/DefaultCacheBehavior", config, &chosen, fault));
        let errors = config.custom_error_responses.iter().flat_map(List::items).map(|file| ErrorResponse {
            code: file.error_code,
            page: file.response_page_path.clone().filter(|page| !page.is_empty()),
            // Source: Developer Guide, "How CloudFront processes HTTP 4xx and 5xx status codes": 10 s by default.
            cached_for: file.error_caching_min_ttl.unwrap_or(10),
        });
        let root = config.default_root_object.as_deref().unwrap_or_default();
        Self {
            // Source: AWS.md; the console takes no leading slash, and one that was set by the API means nothing else.
            default_root_object: String::from(root.trim_start_matches('/')),
            origins: Origin::of(config.origins.items(), &chosen, bucket),
            behaviours,
            errors: errors.collect(),
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
        let mut found = vec![self.first_match(encoded.as_bytes())];
        let mut also = |index: usize| {
            if !found.contains(&index) {
                found.push(index);
            }
        };
        if encoded.as_bytes() != url.as_bytes()
            && let Ok(decoded) = core::str::from_utf8(url.as_bytes())
        {
            also(self.first_match(&decoded.chars().collect::<Vec<char>>()));
        }
        if let Some(name) = root_object {
            also(self.first_match(format!("/{name}").as_bytes()));
        }
        found
    }

    fn first_match<U: Copy + Into<u32>>(&self, path: &[U]) -> usize {
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
        let decoded = core::str::from_utf8(prefix).ok().filter(|decoded| *decoded != encoded);
        let decoded = decoded.map(|decoded| decoded.chars().collect::<Vec<char>>());
        let mut reached = None;
        for behaviour in &self.behaviours {
            let first = behaviour.reach(encoded.as_bytes());
            let second = decoded.as_ref().map_or(first, |decoded| behaviour.reach(decoded));
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
        for behaviour in &self.behaviours {
            let literal = behaviour.pattern.as_ref().map_or_else(|| String::from("/"), PathPattern::literal_beginning);
            match (behaviour.origins.is_empty(), literal.as_str()) {
                // Anything could be named so.
                (true, "/") => return Some(behaviour),
                (true, _) => {}
                (false, _) => return None,
            }
        }
        None
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

fn behaviour(
    file: &BehaviourFile,
    pattern: Option<PathPattern>,
    pointer: &str,
    config: &Config,
    chosen: &[usize],
    fault: &mut dyn FnMut(&str, Error),
) -> Behaviour {
    let target = file.target_origin_id.as_str();
    let groups = config.origin_groups.iter().flat_map(List::items);
    let group = groups.into_iter().find(|group| group.id == target);
    let targets: Vec<&str> = match group {
        Some(group) => group.members.items().iter().map(|member| member.origin_id.as_str()).collect(),
        None => [target].into(),
    };
    let origins = config.origins.items();
    if let Some(unknown) = targets.iter().find(|target| !origins.iter().any(|origin| origin.id == **target)) {
        let message = format!("the behaviour's origin `{unknown}` is not among `Origins`");
        let error = Error::new("facts-value", message, "give the configuration as the AWS CLI prints it");
        fault(&format!("{pointer}/TargetOriginId"), error);
    }
    let serves = |index: &usize| targets.contains(&origins[*index].id.as_str());
    let disabled = match &file.cache_policy_id {
        Some(id) => id == CACHING_DISABLED,
        None => file.forwarded_values.0 && file.max_ttl == Some(0),
    };
    let mut events = file.function_events();
    Behaviour {
        pattern,
        origins: chosen.iter().enumerate().filter(|(_, index)| serves(index)).map(|(chosen, _)| chosen).collect(),
        caches: !disabled,
        rewrites: events.any(|event| matches!(event, "viewer-request" | "origin-request")),
    }
}
