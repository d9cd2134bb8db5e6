//! For every change: purge or skip, why, by which rule, and under which URLs.

use alloc::{collections::BTreeSet, format, string::String, vec::Vec};
use serde::Serialize;

use crate::{
    change::{Change, ChangeSet, Effect, Status},
    invalidation::{InvalidationPath, Substitution},
    map::{self, Form},
    names::{ObjectKey, RepoPath, UrlPath},
    policy::{Distribution, Policy, Preset},
    policy_file::{Added, Deleted},
    trigger::Trigger,
};

/// What changed, as the answer words it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
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
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    Purge,
    Skip,
}

/// Why; stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
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
}

#[derive(Debug)]
pub(crate) struct Decision {
    pub(crate) what: What,
    /// `None` only for a removed object that no repository path is deployed to.
    pub(crate) path: Option<RepoPath>,
    pub(crate) from: Option<RepoPath>,
    pub(crate) key: Option<ObjectKey>,
    pub(crate) outcome: Outcome,
    pub(crate) reason: Reason,
    pub(crate) rule: String,
    /// Index of the newest diff that changed the object; of the newest that changed the path when none did.
    pub(crate) diff: Option<usize>,
    pub(crate) urls: Vec<StaleUrl>,
}

/// A URL that may be stale at one distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StaleUrl {
    pub(crate) url: UrlPath,
    pub(crate) form: Form,
    pub(crate) path: InvalidationPath,
    pub(crate) substitution: Option<Substitution>,
    /// Index into the planned distributions.
    pub(crate) distribution: usize,
}

/// What decisions are made with.
pub(crate) struct Decider<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) distributions: &'a [Distribution],
    /// `None`: the whole diff is planned.
    pub(crate) trigger: Option<&'a Trigger>,
}

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

/// What is decided on one side of a change: the object at one path.
struct Side {
    key: Option<ObjectKey>,
    verdict: Result<Reason, Reason>,
    rule: String,
    urls: Vec<StaleUrl>,
}

impl Decider<'_> {
    /// One decision a change, sorted by path; behind them the removed objects that no diff speaks of.
    pub(crate) fn decide(&self, changes: &ChangeSet) -> Vec<Decision> {
        let mut decisions: Vec<Decision> = changes.iter().map(|change| self.change(change)).collect();
        decisions.extend(self.removed_objects(changes));
        decisions
    }

    fn change(&self, change: &Change) -> Decision {
        let new = self.side(&change.path, change.effect);
        let Some((from, effect)) = change.effect_on_from() else {
            return decision(change, new);
        };
        let old = self.side(from, effect);
        // A rename is purged when either name is, with the URLs of both; its own name tells why it is not.
        let joined = match (&new.verdict, old.verdict) {
            (Err(_), Ok(_)) => Side { key: new.key, verdict: Ok(Reason::Renamed), rule: old.rule, urls: old.urls },
            (Err(_), Err(_)) => new,
            (Ok(_), _) => {
                let urls = new.urls.into_iter().chain(old.urls).collect();
                Side { key: new.key, verdict: Ok(Reason::Renamed), rule: new.rule, urls }
            }
        };
        decision(change, joined)
    }

    fn side(&self, path: &RepoPath, effect: Effect) -> Side {
        let skip = |key, reason, rule: String| Side { key, verdict: Err(reason), rule, urls: Vec::new() };
        let Some(key) = map::key_of(path, &self.policy.mappings) else {
            return skip(None, Reason::OutsideSource, String::from("/mappings"));
        };
        if let Some(index) = self.policy.ignore.iter().position(|pattern| pattern.matches(path.as_bytes())) {
            return skip(Some(key), Reason::Ignored, format!("/ignore/{index}"));
        }
        if self.trigger.is_some_and(|trigger| !trigger.contains(&key)) {
            return skip(Some(key), Reason::NotInTrigger, String::from("trigger"));
        }
        let removed = self.trigger.is_some_and(|trigger| trigger.removed.contains(&key));
        match self.verdict(effect, removed) {
            (Err(reason), rule) => skip(Some(key), reason, rule),
            (Ok(reason), rule) => match self.urls(&key) {
                urls if urls.is_empty() => skip(Some(key), Reason::OutsideOriginPath, String::from("/distributions")),
                urls => Side { key: Some(key), verdict: Ok(reason), rule, urls },
            },
        }
    }

    /// The rule for an object with this effect, whose removal the trigger has or has not seen.
    fn verdict(&self, effect: Effect, removed: bool) -> (Result<Reason, Reason>, String) {
        let policy = self.policy;
        if removed && effect != Effect::Deleted && policy.preset == Preset::Sound {
            return (Ok(Reason::RemovedFromBucket), self.rule("preset", false));
        }
        match effect {
            Effect::Modified => (Ok(Reason::Modified), self.rule("preset", false)),
            Effect::Added => {
                let (added, said) = policy.added;
                let verdict = if added == Added::Purge { Ok(Reason::Added) } else { Err(Reason::AddedSkipped) };
                (verdict, self.rule("/added", said))
            }
            Effect::Deleted => {
                let (deleted, said) = policy.deleted;
                let verdict =
                    if deleted == Deleted::Purge || removed { Ok(Reason::Deleted) } else { Err(Reason::DeletedKept) };
                (verdict, self.rule("/deleted", said))
            }
            Effect::ModeOnly => (Err(Reason::ModeOnly), String::from("deploy")),
            Effect::Symlink => (Err(Reason::Symlink), String::from("deploy")),
            Effect::Submodule => (Err(Reason::Submodule), String::from("deploy")),
        }
    }

    /// The policy's own field, or the preset whose default spoke.
    fn rule(&self, pointer: &str, said: bool) -> String {
        match (said, self.policy.preset) {
            (true, _) => String::from(pointer),
            (false, Preset::Article) => String::from("preset:article"),
            (false, Preset::Sound) => String::from("preset:sound"),
        }
    }

    fn urls(&self, key: &ObjectKey) -> Vec<StaleUrl> {
        let mut urls = Vec::new();
        for (index, distribution) in self.distributions.iter().enumerate() {
            for (url, form) in map::urls_of(key, distribution, &self.policy.urls) {
                let (path, substitution) = InvalidationPath::narrowest(&url);
                urls.push(StaleUrl { url, form, path, substitution, distribution: index });
            }
        }
        urls
    }

    /// An object that left the bucket is gone at the origin, whatever git says: under `sound` its URLs are stale.
    fn removed_objects(&self, changes: &ChangeSet) -> Vec<Decision> {
        let Some(trigger) = self.trigger.filter(|_| self.policy.preset == Preset::Sound) else {
            return Vec::new();
        };
        let spoken = self.changed_keys(changes);
        let unspoken = trigger.removed.iter().filter(|key| !spoken.contains(key));
        let found = unspoken.map(|key| {
            let urls = self.urls(key);
            let path = map::path_of(key, &self.policy.mappings);
            let ignored = path
                .as_ref()
                .and_then(|path| self.policy.ignore.iter().position(|pattern| pattern.matches(path.as_bytes())));
            let (outcome, reason, rule, urls) = match ignored {
                Some(index) => (Outcome::Skip, Reason::Ignored, format!("/ignore/{index}"), Vec::new()),
                None if urls.is_empty() => {
                    (Outcome::Skip, Reason::OutsideOriginPath, String::from("/distributions"), urls)
                }
                None => (Outcome::Purge, Reason::RemovedFromBucket, self.rule("preset", false), urls),
            };
            Decision {
                what: What::Removed,
                path,
                from: None,
                key: Some(key.clone()),
                outcome,
                reason,
                rule,
                diff: None,
                urls,
            }
        });
        found.collect()
    }

    /// The keys that the diffs speak of, old names of renames included.
    pub(crate) fn changed_keys(&self, changes: &ChangeSet) -> BTreeSet<ObjectKey> {
        let paths = changes.iter().flat_map(|change| {
            let from = change.effect_on_from().map(|(from, _)| from);
            core::iter::once(&change.path).chain(from)
        });
        paths.filter_map(|path| map::key_of(path, &self.policy.mappings)).collect()
    }
}

fn decision(change: &Change, side: Side) -> Decision {
    let what = What::from(change.status);
    let (outcome, reason) = match side.verdict {
        Ok(Reason::Added) if what == What::Copied => (Outcome::Purge, Reason::Copied),
        Ok(reason) => (Outcome::Purge, reason),
        Err(reason) => (Outcome::Skip, reason),
    };
    Decision {
        what,
        path: Some(change.path.clone()),
        from: change.from.clone(),
        key: side.key,
        outcome,
        reason,
        rule: side.rule,
        diff: Some(change.diff),
        urls: side.urls,
    }
}
