//! The policy: checked once when it is read, used without a failure afterwards.

use alloc::{borrow::ToOwned, collections::BTreeSet, format, string::String, vec, vec::Vec};
use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    locate,
    pattern::Pattern,
    policy_file::{Added, Deleted, DistributionFile, MappingFile, MaxPathsFile, PolicyFile, Then, UrlsFile},
};

/// A set of defaults with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// What the article's Lambda does: modified and deleted files are purged, added ones are not.
    Article,
    /// Added files too: the deploy action deletes nothing, so an object that was deleted in git, is still cached, and
    /// is added again with other bytes would stay stale; and an error cached for the URL would hide the new file.
    Sound,
}

/// How far back the drop-in looks for commits that one deploy may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lookback {
    /// Age of the oldest commit, before the event. HEAD always counts.
    pub minutes: u32,
    /// Most commits, HEAD included.
    pub commits: u32,
}

/// One distribution in front of the bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    id: String,
    /// Origin path without its leading slash and with a trailing one; empty when the origin is the bucket's root.
    origin_prefix: String,
}

/// A repository folder and the key prefix under which its files are deployed.
// INVARIANT: each is empty, or ends with a slash and does not begin with one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mapping {
    pub(crate) source: String,
    pub(crate) prefix: String,
}

/// Under which URLs one object is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UrlForms {
    pub(crate) default_root_object: String,
    pub(crate) index_document: String,
    pub(crate) directory: bool,
    pub(crate) bare_directory: bool,
    pub(crate) clean: bool,
}

/// A checked policy.
///
/// ```
/// # use purgeplan_core::Policy;
/// let policy = Policy::from_json(br#"{"distributions":[{"id":"E123","origin_path":"/production"}]}"#).unwrap();
/// assert_eq!(policy.distributions()[0].id(), "E123");
/// let errors = Policy::from_json(br#"{"ignore":["a[b"]}"#).unwrap_err();
/// assert_eq!((errors[0].code, errors[0].pointer.as_deref()), ("policy-glob", Some("/ignore/0")));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub(crate) preset: Preset,
    /// Whether a policy was given, or only the preset.
    pub(crate) given: bool,
    bucket: Option<String>,
    pub(crate) mappings: Vec<Mapping>,
    pub(crate) ignore: Vec<Pattern>,
    /// With whether the policy itself says so.
    pub(crate) added: (Added, bool),
    pub(crate) deleted: (Deleted, bool),
    pub(crate) urls: UrlForms,
    lookback: Lookback,
    pub(crate) max_paths: Option<MaxPathsFile>,
    distributions: Vec<Distribution>,
}

impl Policy {
    /// Reads and checks a policy document. All that is wrong with it is told at once.
    ///
    /// # Errors
    /// One error for each fault, with its JSON pointer and byte span (as attachment 0).
    pub fn from_json(document: &[u8]) -> Result<Self, Vec<Error>> {
        Self::from_attachment(document, 0)
    }

    /// What the drop-in does when no policy is given.
    #[must_use]
    pub fn article() -> Self {
        Self::preset(Preset::Article)
    }

    /// The defaults of a preset, as when no policy is given.
    #[must_use]
    pub fn preset(preset: Preset) -> Self {
        let file = PolicyFile { preset: Some(preset), ..PolicyFile::default() };
        let mut policy = Self::check(file, &mut |_, error| unreachable!("a preset has no faults: {error}"));
        policy.given = false;
        policy
    }

    /// The bucket whose events are meant; `None`: any.
    #[must_use]
    pub fn bucket(&self) -> Option<&str> {
        self.bucket.as_deref()
    }

    /// How far back the drop-in looks.
    #[must_use]
    pub fn lookback(&self) -> Lookback {
        self.lookback
    }

    /// The preset whose defaults hold: `article` or `sound`.
    #[must_use]
    pub fn preset_name(&self) -> &'static str {
        match self.preset {
            Preset::Article => "article",
            Preset::Sound => "sound",
        }
    }

    /// Source folder and key prefix of each mapping, first match first. Each is empty or ends with a slash.
    pub fn mappings(&self) -> impl Iterator<Item = (&str, &str)> {
        self.mappings.iter().map(|mapping| (mapping.source.as_str(), mapping.prefix.as_str()))
    }

    /// The distributions that the policy names; may be none.
    #[must_use]
    pub fn distributions(&self) -> &[Distribution] {
        &self.distributions
    }

    /// The distributions to plan for: those of the policy, or the one of the request.
    pub(crate) fn planned_distributions(&self, requested: Option<&str>) -> Vec<Distribution> {
        if self.distributions.is_empty() {
            vec![Distribution::unprefixed(requested.unwrap_or_default())]
        } else {
            self.distributions.clone()
        }
    }

    /// Reads the policy that is a whole attachment.
    pub(crate) fn from_attachment(document: &[u8], attachment: usize) -> Result<Self, Vec<Error>> {
        let attachment = Some(attachment);
        let file: PolicyFile = serde_json::from_slice(document).map_err(|error| {
            vec![locate::json_error(
                "policy-json",
                &error,
                document,
                attachment,
                "see the policy table in the README for the fields and their values",
            )]
        })?;
        Self::from_file(file, document, attachment, "")
    }

    /// Checks a policy that was read from `pointer` of a document.
    pub(crate) fn from_file(
        file: PolicyFile,
        document: &[u8],
        attachment: Option<usize>,
        base: &str,
    ) -> Result<Self, Vec<Error>> {
        let mut errors = Vec::new();
        let policy = Self::check(file, &mut |pointer, error| {
            errors.push(locate::pointed(error, document, attachment, &format!("{base}{pointer}")));
        });
        if errors.is_empty() { Ok(policy) } else { Err(errors) }
    }

    fn check(file: PolicyFile, fault: &mut dyn FnMut(&str, Error)) -> Self {
        let preset = file.preset.unwrap_or(Preset::Sound);
        let root = || vec![MappingFile { source: String::new(), prefix: String::new() }];
        let mappings = check_mappings(&file.mappings.unwrap_or_else(root), fault);
        let ignore = check_ignore(&file.ignore, fault);
        let urls = check_urls(file.urls, preset, fault);
        let distributions = check_distributions(file.distributions, &mappings, fault);
        check_max_paths(file.max_paths, fault);
        if file.lookback.commits == Some(0) {
            fault(
                "/lookback/commits",
                Error::new("policy-value", "`commits` is 0, but HEAD always counts", "write 1 to look at HEAD alone"),
            );
        }
        if file.bucket.as_deref() == Some("") {
            fault(
                "/bucket",
                Error::new(
                    "policy-value",
                    "`bucket` is empty",
                    "name the bucket, or leave `bucket` out to take every bucket's events",
                ),
            );
        }
        let lookback =
            Lookback { minutes: file.lookback.minutes.unwrap_or(60), commits: file.lookback.commits.unwrap_or(20) };
        let added = match preset {
            Preset::Article => Added::Skip,
            Preset::Sound => Added::Purge,
        };
        Self {
            preset,
            given: true,
            bucket: file.bucket,
            mappings,
            ignore,
            added: (file.added.unwrap_or(added), file.added.is_some()),
            deleted: (file.deleted.unwrap_or(Deleted::Purge), file.deleted.is_some()),
            urls,
            lookback,
            max_paths: file.max_paths,
            distributions,
        }
    }
}

impl Distribution {
    /// One distribution of this id whose origin is the bucket's root.
    pub(crate) fn unprefixed(id: &str) -> Self {
        Self { id: id.to_owned(), origin_prefix: String::new() }
    }

    /// The distribution's id, `E…`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The origin path as the distribution has it: empty, or `/production`.
    #[must_use]
    pub fn origin_path(&self) -> String {
        match self.origin_prefix.strip_suffix('/') {
            Some(folder) => format!("/{folder}"),
            None => String::new(),
        }
    }

    /// What the object keys of this distribution begin with.
    pub(crate) fn origin_prefix(&self) -> &str {
        &self.origin_prefix
    }
}

/// `a/b`, `/a/b/` and `./a/b` are one folder: `a/b/`; the root is empty.
fn folder(text: &str) -> String {
    let trimmed = text.strip_prefix("./").unwrap_or(text).trim_matches('/');
    if trimmed.is_empty() || trimmed == "." { String::new() } else { format!("{trimmed}/") }
}

fn check_mappings(files: &[MappingFile], fault: &mut dyn FnMut(&str, Error)) -> Vec<Mapping> {
    if files.is_empty() {
        fault(
            "/mappings",
            Error::new(
                "policy-value",
                "`mappings` is empty: no file would ever be purged",
                "leave `mappings` out to deploy the repository root",
            ),
        );
    }
    let mappings: Vec<Mapping> =
        files.iter().map(|file| Mapping { source: folder(&file.source), prefix: folder(&file.prefix) }).collect();
    for (index, mapping) in mappings.iter().enumerate() {
        let shadow = mappings[..index].iter().position(|earlier| mapping.source.starts_with(&earlier.source));
        if let Some(earlier) = shadow {
            let message = format!(
                "mapping {index} is never reached: mapping {earlier} already takes every file of `{}`",
                files[index].source
            );
            fault(
                &format!("/mappings/{index}"),
                Error::new(
                    "policy-contradiction",
                    message,
                    "put the narrower source folder first: the first match wins",
                ),
            );
        }
    }
    mappings
}

fn check_ignore(patterns: &[String], fault: &mut dyn FnMut(&str, Error)) -> Vec<Pattern> {
    let mut checked = Vec::with_capacity(patterns.len());
    for (index, text) in patterns.iter().enumerate() {
        match Pattern::new(text) {
            Ok(pattern) => checked.push(pattern),
            Err(error) => {
                let message =
                    format!("pattern `{text}`, character {}: {}", text[..error.at].chars().count() + 1, error.message);
                fault(&format!("/ignore/{index}"), Error::new("policy-glob", message, error.help));
            }
        }
    }
    checked
}

fn check_urls(file: UrlsFile, preset: Preset, fault: &mut dyn FnMut(&str, Error)) -> UrlForms {
    for (field, name) in [("default_root_object", &file.default_root_object), ("index_document", &file.index_document)]
    {
        if name.as_deref().is_some_and(|name| name.starts_with('/')) {
            let message = format!("`{field}` begins with a slash");
            fault(
                &format!("/urls/{field}"),
                Error::new("policy-value", message, "write the object's name alone, for example `index.html`"),
            );
        }
    }
    let no_index = file.index_document.as_deref() == Some("");
    for (field, wanted) in [("directory", file.directory), ("bare_directory", file.bare_directory)] {
        if no_index && wanted == Some(true) {
            let message = format!("`{field}` is on, but `index_document` is empty: no file stands for a directory");
            fault(
                &format!("/urls/{field}"),
                Error::new("policy-contradiction", message, "name the index document, or turn the form off"),
            );
        }
    }
    let index = || String::from("index.html");
    UrlForms {
        default_root_object: file.default_root_object.unwrap_or_else(index),
        index_document: file.index_document.unwrap_or_else(index),
        directory: !no_index && file.directory.unwrap_or(preset == Preset::Sound),
        bare_directory: file.bare_directory.unwrap_or(false),
        clean: file.clean.unwrap_or(false),
    }
}

fn check_distributions(
    files: Vec<DistributionFile>,
    mappings: &[Mapping],
    fault: &mut dyn FnMut(&str, Error),
) -> Vec<Distribution> {
    let mut ids = BTreeSet::new();
    let mut distributions = Vec::with_capacity(files.len());
    for (index, file) in files.into_iter().enumerate() {
        let pointer = |field: &str| format!("/distributions/{index}/{field}");
        let path = file.origin_path.as_str();
        if file.id.is_empty() {
            fault(
                &pointer("id"),
                Error::new("policy-value", "`id` is empty", "write the distribution's id, for example `E2EXAMPLE`"),
            );
        }
        if !ids.insert(file.id.clone()) {
            fault(
                &pointer("id"),
                Error::new(
                    "policy-contradiction",
                    format!("distribution `{}` is listed twice", file.id),
                    "list each distribution once",
                ),
            );
        }
        if !path.is_empty() && (!path.starts_with('/') || path.ends_with('/')) {
            let message = format!("origin path `{path}` does not begin with a slash, or ends with one");
            fault(
                &pointer("origin_path"),
                Error::new("policy-value", message, "write it as the distribution has it, for example `/production`"),
            );
        }
        let origin_prefix = folder(path);
        let reached = mappings
            .iter()
            .any(|mapping| mapping.prefix.starts_with(&origin_prefix) || origin_prefix.starts_with(&mapping.prefix));
        if !reached && !mappings.is_empty() {
            let message = format!("no mapping deploys below the origin path `{path}`: nothing would ever be purged");
            fault(
                &pointer("origin_path"),
                Error::new(
                    "policy-contradiction",
                    message,
                    "make a mapping's `prefix` the origin path without its leading slash",
                ),
            );
        }
        distributions.push(Distribution { id: file.id, origin_prefix });
    }
    distributions
}

fn check_max_paths(limit: Option<MaxPathsFile>, fault: &mut dyn FnMut(&str, Error)) {
    let Some(MaxPathsFile { limit, then }) = limit else { return };
    let (least, why) = match then {
        Then::Refuse => (1, "at 0 every purge would be refused"),
        // `/dir/*` may leave `/dir/` itself stale, so a widened plan can need both.
        Then::Widen => (2, "a widened plan can need a folder and its wildcard"),
    };
    if limit < least {
        let message = format!("`limit` is {limit}: {why}");
        fault("/max_paths/limit", Error::new("policy-contradiction", message, format!("write at least {least}")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(document: &str) -> Vec<(&'static str, String)> {
        let errors = Policy::from_json(document.as_bytes()).unwrap_err();
        errors.into_iter().map(|error| (error.code, error.pointer.unwrap_or_default())).collect()
    }

    #[test]
    fn an_empty_policy_is_the_sound_preset() {
        let policy = Policy::from_json(b"{}").unwrap();
        assert_eq!((policy.preset, policy.added, policy.given), (Preset::Sound, (Added::Purge, false), true));
        assert_eq!(policy.lookback(), Lookback { minutes: 60, commits: 20 });
    }

    #[test]
    fn every_fault_is_told_with_its_place() {
        let document = r#"{"ignore":["ok","a[b"],"max_paths":{"limit":0,"then":"refuse"},
            "urls":{"index_document":"","directory":true},"lookback":{"commits":0},"bucket":"",
            "distributions":[{"id":"E1","origin_path":"production/"},{"id":"E1"}]}"#;
        let expected = [
            ("policy-glob", "/ignore/1"),
            ("policy-contradiction", "/urls/directory"),
            ("policy-value", "/distributions/0/origin_path"),
            ("policy-contradiction", "/distributions/1/id"),
            ("policy-contradiction", "/max_paths/limit"),
            ("policy-value", "/lookback/commits"),
            ("policy-value", "/bucket"),
        ];
        assert_eq!(codes(document), expected.map(|(code, pointer)| (code, String::from(pointer))));
    }

    #[test]
    fn a_span_covers_the_faulty_value() {
        let document = r#"{ "ignore": [ "a[b" ] }"#;
        let span = Policy::from_json(document.as_bytes()).unwrap_err()[0].span.unwrap();
        assert_eq!(&document[span.start..span.end], r#""a[b""#);
    }

    #[test]
    fn contradictions_between_parts() {
        assert_eq!(
            codes(r#"{"mappings":[{"prefix":"staging"}],"distributions":[{"id":"E","origin_path":"/production"}]}"#),
            [("policy-contradiction", String::from("/distributions/0/origin_path"))]
        );
        assert_eq!(
            codes(r#"{"mappings":[{"source":""},{"source":"docs"}]}"#),
            [("policy-contradiction", String::from("/mappings/1"))]
        );
    }

    #[test]
    fn unknown_fields_and_broken_json_are_refused() {
        let errors = Policy::from_json(b"{\n  \"ignored\": []\n}").unwrap_err();
        assert_eq!(errors[0].code, "policy-json");
        assert!(errors[0].message.contains("line 2") && errors[0].message.contains("`ignored`"), "{}", errors[0]);
        assert_eq!(Policy::from_json(b"{").unwrap_err()[0].code, "policy-json");
    }
}
