//! The policy: checked once when it is read, used without a failure afterwards.

mod check;
pub(crate) mod file;
mod report;
mod rules;
mod settings;
pub(crate) mod template;
mod unreachable;

use alloc::{borrow::ToOwned, format, string::String, sync::Arc, vec::Vec};

use crate::{
    diagnostic::Diagnostic,
    error::Error,
    json::{Document, Json, words},
    pattern::Pattern,
};
use file::{Added, Deleted, EscalateFile, MaxPathsFile, POLICY};
use report::Report;

pub use file::Base;
pub(crate) use rules::{CoverRule, Dependents};
#[cfg(feature = "ts")]
pub(crate) use settings::DistributionSettings;
pub(crate) use settings::Settings;

/// A set of defaults with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename_all = "kebab-case"))]
pub enum Preset {
    /// What the article's Lambda does: modified and deleted files are purged, added ones are not.
    Article,
    /// Added files too: the deploy action deletes nothing, so an object that was deleted in git, is still cached, and
    /// is added again with other bytes would stay stale; and an error cached for the URL would hide the new file.
    Sound,
}

words!(pub enum Preset { Article: "article", Sound: "sound" });

/// How far back the drop-in looks for commits that one deploy may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lookback {
    /// Age of the oldest commit, before the event. HEAD always counts.
    pub minutes: u32,
    /// Most commits, HEAD included.
    pub commits: u32,
}

/// When a purge that CloudFront puts off is widened, and to how many paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Escalate {
    /// How long it has been put off.
    pub after_minutes: u32,
    /// Most paths of all distributions together.
    pub paths: usize,
}

/// A value, and whether the policy itself says it: a default gives way to what the distribution's facts say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) said: bool,
}

/// One distribution in front of the bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    id: String,
    /// Origin path without its leading slash and with a trailing one; empty when the origin is the bucket's root.
    pub(crate) origin_prefix: Setting<String>,
    pub(crate) urls: UrlForms,
    /// In the place of the policy's own lists.
    pub(crate) ignore: Option<Arc<[Pattern]>>,
    pub(crate) query_strings: Option<Arc<[Pattern]>>,
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
    pub(crate) default_root_object: Setting<String>,
    pub(crate) index_document: String,
    pub(crate) directory: Setting<bool>,
    pub(crate) bare_directory: Setting<bool>,
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
    pub(crate) fingerprinted: Vec<Pattern>,
    pub(crate) dependents: Vec<Dependents>,
    pub(crate) query_strings: Vec<Pattern>,
    pub(crate) added: Setting<Added>,
    pub(crate) deleted: Setting<Deleted>,
    pub(crate) urls: UrlForms,
    lookback: Lookback,
    base: Base,
    list_bucket: bool,
    escalate: Option<EscalateFile>,
    pub(crate) max_paths: Option<MaxPathsFile>,
    /// To how many paths a host asks to hold the plan, by wildcards, before what the policy itself says of its size.
    pub(crate) widen_to: Option<usize>,
    pub(crate) cover: CoverRule,
    distributions: Vec<Distribution>,
    /// What is probably not as it was meant.
    pub(crate) warnings: Vec<Diagnostic>,
}

impl<T> Setting<T> {
    fn new(said: Option<T>, default: T) -> Self {
        Self { said: said.is_some(), value: said.unwrap_or(default) }
    }
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
        let mut report = Report::default();
        let policy = check::check(&Json::Null, preset, &mut report);
        debug_assert!(report.errors.is_empty(), "a preset has no faults: {:?}", report.errors);
        Self { given: false, ..policy }
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

    /// From which commit on the Lambda plans a whole deploy.
    #[must_use]
    pub fn base(&self) -> Base {
        self.base
    }

    /// Whether the bucket may be listed, and the cover has a use for it: wildcards that save paths.
    #[must_use]
    pub fn list_bucket(&self) -> bool {
        self.list_bucket && self.cover.mode != crate::cover::CoverMode::Exact
    }

    /// When a purge that CloudFront puts off is widened; `None`: never.
    #[must_use]
    pub fn escalate(&self) -> Option<Escalate> {
        self.escalate.map(|EscalateFile { after_minutes, paths }| Escalate { after_minutes, paths })
    }

    /// The preset whose defaults hold: `article` or `sound`.
    #[must_use]
    pub fn preset_name(&self) -> &'static str {
        self.preset.name()
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

    /// The distributions to plan for: those of the policy, or the given ones, or one without a name.
    pub(crate) fn planned_distributions(&self, ids: &[&str]) -> Vec<Distribution> {
        if !self.distributions.is_empty() {
            return self.distributions.clone();
        }
        let ids = if ids.is_empty() { &[""] } else { ids };
        ids.iter().map(|id| self.plain_distribution(id)).collect()
    }

    /// A distribution without settings of its own, whose origin is the bucket's root.
    fn plain_distribution(&self, id: &str) -> Distribution {
        Distribution {
            id: id.to_owned(),
            origin_prefix: Setting::new(None, String::new()),
            urls: self.urls.clone(),
            ignore: None,
            query_strings: None,
        }
    }

    /// Reads the policy that is a whole attachment.
    pub(crate) fn from_attachment(bytes: &[u8], attachment: usize) -> Result<Self, Vec<Error>> {
        let document = Document { bytes, attachment: Some(attachment), code: CODE, help: HELP };
        Self::from_document(&document.tree(None)?, document, "")
    }

    /// Reads and checks the policy that stands at `pointer` of a document.
    pub(crate) fn from_document(json: &Json<'_>, document: Document<'_>, pointer: &str) -> Result<Self, Vec<Error>> {
        let document = Document { code: CODE, help: HELP, ..document };
        document.check(pointer, json, POLICY)?;
        let mut report = Report::new(document.bytes, document.attachment, pointer);
        let mut policy = check::check(json, json["preset"].word().unwrap_or(Preset::Sound), &mut report);
        if !report.errors.is_empty() {
            return Err(report.errors);
        }
        unreachable::warn(&policy, &mut report);
        policy.warnings = report.warnings;
        Ok(policy)
    }
}

const CODE: &str = "policy-json";
const HELP: &str = "see the policy table in the README for the fields and their values";

impl Distribution {
    /// The distribution's id, `E…`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The origin path as the policy has it: empty, or `/production`.
    #[must_use]
    pub fn origin_path(&self) -> String {
        match self.origin_prefix.value.strip_suffix('/') {
            Some(folder) => format!("/{folder}"),
            None => String::new(),
        }
    }
}

/// `a/b`, `/a/b/` and `./a/b` are one folder: `a/b/`; the root is empty.
pub(crate) fn folder(text: &str) -> String {
    let text = text.strip_prefix("./").unwrap_or(text);
    let text = text.trim_start_matches('/').trim_end_matches('/');
    if matches!(text, "" | ".") { String::new() } else { format!("{text}/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(document: &str) -> Vec<(&'static str, String)> {
        let errors = Policy::from_json(document.as_bytes()).unwrap_err();
        errors.into_iter().map(|error| (error.code, error.pointer.clone().unwrap_or_default())).collect()
    }

    #[test]
    fn an_empty_policy_is_the_sound_preset() {
        let policy = Policy::from_json(b"{}").unwrap();
        assert_eq!(
            (policy.preset, policy.added.value, policy.added.said, policy.given),
            (Preset::Sound, Added::Purge, false, true)
        );
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
