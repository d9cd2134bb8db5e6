//! What a mode promises, worked out without the core: a second opinion for the report to judge by.
//!
//! An S3 event promises the URLs of its own key, when a commit of its look-back changed the file: HEAD, and its first
//! parents that are younger than the look-back. The commits' changes come from git itself.

use std::collections::{BTreeMap, BTreeSet};

use purgeplan_core::Policy;
use purgeplan_loopback::git::{Entry, Repository};
use purgeplan_loopback::{DistributionConfig, deploy::ObjectChange};
use serde_json::Value;

use crate::failure::Failure;

/// How long after its commit a deploy is taken to happen, in seconds.
pub(crate) const DEPLOYED_AFTER: i64 = 60;

/// The parts of the policy that the promise depends on, read anew.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the policy")]
pub(crate) struct Promise {
    article: bool,
    of_a_deploy: bool,
    added: bool,
    directory: bool,
    bare_directory: bool,
    lookback_seconds: i64,
    lookback_commits: usize,
}

/// How a file fared over the look-back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It was only added, and stayed as it was.
    Added,
    /// An object that may have been cached has other bytes, or is gone from git.
    Changed,
}

impl Promise {
    /// `of_a_deploy`: the trigger is of a whole deploy, where no policy means `sound`.
    pub(crate) fn new(document: Option<&[u8]>, policy: &Policy, of_a_deploy: bool) -> Self {
        let json: Value = document.and_then(|document| serde_json::from_slice(document).ok()).unwrap_or_default();
        let article = (document.is_none() && !of_a_deploy) || json["preset"] == "article";
        let lookback = policy.lookback();
        Self {
            article,
            of_a_deploy,
            added: json["added"].as_str().map_or(!article, |added| added == "purge"),
            directory: json["urls"]["directory"].as_bool().unwrap_or(!article),
            bare_directory: json["urls"]["bare_directory"].as_bool().unwrap_or(false),
            lookback_seconds: i64::from(lookback.minutes) * 60,
            lookback_commits: usize::try_from(lookback.commits).unwrap_or(usize::MAX),
        }
    }

    /// The commits that a deploy of `head` looks back at, newest first.
    pub(crate) fn commits(
        &self,
        repository: &Repository,
        head: &str,
    ) -> Result<Vec<(Option<String>, String)>, Failure> {
        let mut commits = Vec::new();
        let mut commit = repository.commit(head)?;
        let oldest = seconds(&commit.committer.date) + DEPLOYED_AFTER - self.lookback_seconds;
        loop {
            let parent = commit.parents.first().cloned();
            commits.push((parent.clone(), commit.id));
            let Some(parent) = parent.filter(|_| commits.len() < self.lookback_commits) else { return Ok(commits) };
            commit = repository.commit(&parent)?;
            if seconds(&commit.committer.date) < oldest {
                return Ok(commits);
            }
        }
    }

    /// What became of each path over these commits, newest first.
    pub(crate) fn fates(
        repository: &Repository,
        commits: &[(Option<String>, String)],
    ) -> Result<BTreeMap<Vec<u8>, Fate>, Failure> {
        let mut fates = BTreeMap::new();
        let mut gone = BTreeSet::new();
        for (parent, commit) in commits.iter().rev() {
            for change in repository.changes(parent.as_deref(), commit)? {
                let file =
                    |side: &Option<Entry>| side.as_ref().filter(|entry| entry.is_file()).map(|entry| entry.id.clone());
                let fate = match (file(&change.before), file(&change.after)) {
                    (Some(before), Some(after)) if before == after => continue,
                    (None, None) => continue,
                    (None, Some(_)) if gone.contains(&change.path) => Fate::Changed,
                    (None, Some(_)) => *fates.get(&change.path).unwrap_or(&Fate::Added),
                    (Some(_), None) => {
                        gone.insert(change.path.clone());
                        Fate::Changed
                    }
                    (Some(_), Some(_)) => Fate::Changed,
                };
                fates.insert(change.path, fate);
            }
        }
        Ok(fates)
    }

    /// Whether the mode promises that this URL of this object is fresh.
    pub(crate) fn covers(
        &self,
        step: &ObjectChange,
        fate: Option<Fate>,
        url: &str,
        distribution: &DistributionConfig,
    ) -> bool {
        let removed = step.kind == purgeplan_loopback::deploy::ChangeKind::Removed;
        let file = match fate {
            Some(Fate::Changed) => true,
            Some(Fate::Added) => self.added || (removed && !self.article),
            None => removed && !self.article && !self.of_a_deploy,
        };
        file && self.has_form(&step.key, url, distribution)
    }

    /// Whether the policy speaks of this form of the object's URL.
    fn has_form(&self, key: &str, url: &str, distribution: &DistributionConfig) -> bool {
        let plain = DistributionConfig { site: purgeplan_loopback::SiteKind::Rest, ..distribution.clone() };
        plain.urls_of_key(key).iter().any(|form| form == url)
            || (self.directory && url.ends_with('/'))
            || (self.bare_directory && !url.ends_with('/'))
    }
}

/// Seconds since the epoch of git's `1700000000 +0900`.
pub(crate) fn seconds(date: &str) -> i64 {
    date.split(' ').next().and_then(|seconds| seconds.parse().ok()).unwrap_or(0)
}
