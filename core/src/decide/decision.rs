//! What is decided: an outcome, its reason and rule, and the URLs that it is about.

use alloc::{borrow::Cow, boxed::Box, vec::Vec};
use serde::Serialize;

use crate::{
    change::{Change, Status},
    edge::{EdgeUrl, Skip},
    invalidation::{InvalidationPath, Substitution, shown},
    json::words,
    map::Form,
    names::{ObjectKey, RepoPath, UrlPath},
    policy::Policy,
};

/// What changed, as the answer words it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename_all = "kebab-case"))]
pub(crate) enum What {
    Added,
    Modified,
    Deleted,
    Renamed,
    Copied,
    TypeChanged,
    ModeChanged,
    /// An object left the bucket, and no diff speaks of it.
    Removed,
    /// Anything may have: what was deployed before is not known.
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub(crate) enum Outcome {
    Purge,
    Skip,
}

/// Why; stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename_all = "kebab-case"))]
pub(crate) enum Reason {
    Modified,
    Added,
    Deleted,
    Renamed,
    Copied,
    RemovedFromBucket,
    AddedSkipped,
    DeletedKept,
    NotInTrigger,
    Ignored,
    OutsideSource,
    OutsideOriginPath,
    ModeOnly,
    Submodule,
    Symlink,
    /// Another file changed that the URL shows something of.
    Dependent,
    /// The name carries the content's hash: it never comes with other bytes.
    Fingerprinted,
    /// The behaviour that serves the URL keeps nothing.
    CachingDisabled,
    /// The behaviour that serves the URL gets it from an origin without the object.
    OtherOrigin,
    /// What was deployed before is not known.
    BaseUnknown,
}

#[derive(Debug)]
pub(crate) struct Decision {
    pub(crate) what: What,
    /// `None` for a removed object that no repository path is deployed to, and for everything.
    pub(crate) path: Option<RepoPath>,
    pub(crate) from: Option<RepoPath>,
    pub(crate) key: Option<ObjectKey>,
    pub(crate) outcome: Outcome,
    pub(crate) reason: Reason,
    pub(crate) rule: Cow<'static, str>,
    /// Index of the newest diff that changed the object; of the newest that changed the path when none did.
    pub(crate) diff: Option<usize>,
    pub(crate) urls: Vec<StaleUrl>,
    /// Whether the object is new and is left alone: nothing old can be cached for it, so a wildcard may reach it.
    pub(crate) free: bool,
    /// The fingerprint pattern that the name matches, though its bytes changed.
    pub(crate) broken_fingerprint: Option<usize>,
    /// The name of a rename that the outcome is not about: it is left alone.
    pub(crate) left: Option<Box<Left>>,
}

/// An object that is left alone, and why.
#[derive(Debug)]
pub(crate) struct Left {
    pub(crate) key: ObjectKey,
    pub(crate) reason: Reason,
    pub(crate) rule: Cow<'static, str>,
}

/// A URL that may be stale at one distribution.
#[derive(Debug)]
pub(crate) struct StaleUrl {
    pub(crate) url: UrlPath,
    /// Whether every URL that begins so is meant.
    pub(crate) wildcard: bool,
    pub(crate) form: Form,
    pub(crate) path: InvalidationPath,
    pub(crate) substitution: Option<Substitution>,
    /// Index into the planned distributions.
    pub(crate) distribution: usize,
    /// Index of the behaviour that serves it, where facts are known.
    pub(crate) behaviour: Option<usize>,
    /// Why it is not purged after all.
    pub(crate) skipped: Option<Skip>,
}

words!(pub(crate) enum What {
    Added: "added",
    Modified: "modified",
    Deleted: "deleted",
    Renamed: "renamed",
    Copied: "copied",
    TypeChanged: "type-changed",
    ModeChanged: "mode-changed",
    Removed: "removed",
    Unknown: "unknown",
});

words!(pub(crate) enum Reason {
    Modified: "modified",
    Added: "added",
    Deleted: "deleted",
    Renamed: "renamed",
    Copied: "copied",
    RemovedFromBucket: "removed-from-bucket",
    AddedSkipped: "added-skipped",
    DeletedKept: "deleted-kept",
    NotInTrigger: "not-in-trigger",
    Ignored: "ignored",
    OutsideSource: "outside-source",
    OutsideOriginPath: "outside-origin-path",
    ModeOnly: "mode-only",
    Submodule: "submodule",
    Symlink: "symlink",
    Dependent: "dependent",
    Fingerprinted: "fingerprinted",
    CachingDisabled: "caching-disabled",
    OtherOrigin: "other-origin",
    BaseUnknown: "base-unknown",
});

impl From<Status> for What {
    fn from(status: Status) -> Self {
        match status {
            Status::Added => Self::Added,
            Status::Modified => Self::Modified,
            Status::Deleted => Self::Deleted,
            Status::Renamed => Self::Renamed,
            Status::Copied => Self::Copied,
            Status::TypeChanged => Self::TypeChanged,
            Status::ModeChanged => Self::ModeChanged,
        }
    }
}

impl Decision {
    /// Without anything said yet.
    pub(super) fn new(what: What) -> Self {
        Self {
            what,
            path: None,
            from: None,
            key: None,
            outcome: Outcome::Skip,
            reason: Reason::OutsideSource,
            rule: Cow::Borrowed(""),
            diff: None,
            urls: Vec::new(),
            free: false,
            broken_fingerprint: None,
            left: None,
        }
    }

    /// The same about a change.
    pub(super) fn of(change: &Change) -> Self {
        let (path, from) = (Some(change.path.clone()), change.from.clone());
        Self { path, from, diff: Some(change.diff), ..Self::new(What::from(change.status)) }
    }

    pub(super) fn say(&mut self, outcome: Outcome, reason: Reason, rule: Cow<'static, str>) {
        (self.outcome, self.reason, self.rule) = (outcome, reason, rule);
    }

    /// Says why nothing of the URLs is purged, when that is so.
    pub(super) fn skip_unpurged(&mut self, policy: &Policy) {
        let Some(first) = self.urls.first() else {
            return self.say(Outcome::Skip, Reason::OutsideOriginPath, Cow::Borrowed(no_origin(policy)));
        };
        if self.urls.iter().all(|url| url.skipped.is_some())
            && let Some(Skip { reason, rule }) = first.skipped.clone()
        {
            self.say(Outcome::Skip, reason, rule);
        }
    }

    /// What is said of its object alone, without the outcome of the other name of a rename.
    pub(super) fn left(&self) -> Option<Box<Left>> {
        let Self { key, reason, rule, .. } = self;
        Some(Box::new(Left { key: key.clone()?, reason: *reason, rule: rule.clone() }))
    }

    /// The URLs that are purged.
    pub(crate) fn stale(&self) -> impl Iterator<Item = &StaleUrl> {
        self.urls.iter().filter(|url| self.purges(url))
    }

    /// Whether one of the URLs is purged.
    pub(crate) fn purges(&self, url: &StaleUrl) -> bool {
        self.outcome == Outcome::Purge && url.skipped.is_none()
    }
}

impl StaleUrl {
    /// The URL as answers show it.
    pub(crate) fn shown(&self) -> Cow<'_, str> {
        match self.substitution {
            None => Cow::Borrowed(self.path.as_str()),
            Some(_) => Cow::Owned(shown(&self.url, self.wildcard)),
        }
    }

    /// A URL with the path that purges it.
    pub(super) fn new(url: EdgeUrl, wildcard: bool, distribution: usize) -> Self {
        let EdgeUrl { url, form, behaviour, skipped } = url;
        let (path, substitution) =
            if wildcard { InvalidationPath::narrowest_wildcard(&url) } else { InvalidationPath::narrowest(&url) };
        Self { url, wildcard, form, path, substitution, distribution, behaviour, skipped }
    }

    /// Adds it to URLs of its form, each once.
    pub(super) fn add_to(self, urls: &mut Vec<Self>) {
        let is_it =
            |url: &Self| url.distribution == self.distribution && url.wildcard == self.wildcard && url.url == self.url;
        if !urls.iter().any(is_it) {
            urls.push(self);
        }
    }

    /// All query strings of this URL. The URL itself is purged beside them: a wildcard is not trusted with its own
    /// prefix.
    pub(super) fn query_strings(&self) -> Self {
        let (path, substitution) = InvalidationPath::narrowest_wildcard(&self.url);
        let substitution = substitution.or(Some(Substitution::QueryString));
        let (url, skipped) = (self.url.clone(), self.skipped.clone());
        let Self { distribution, behaviour, .. } = *self;
        Self { url, wildcard: true, form: Form::QueryString, path, substitution, distribution, behaviour, skipped }
    }
}

/// The rule by which an object has no URL: the policy's own origin paths, or what is known of the distributions.
pub(crate) fn no_origin(policy: &Policy) -> &'static str {
    if policy.distributions().is_empty() { "origin" } else { "/distributions" }
}
