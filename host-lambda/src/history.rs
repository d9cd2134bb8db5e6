//! Which commits an event may be about, and what each of them changed.
//!
//! An S3 event names no commit. HEAD may have moved on since the deploy, and one push may hold several commits, so the
//! plan is over the union of the first-parent diffs of HEAD and of the commits that are younger than a look-back before
//! the event. Commits never change: what was read once is kept for the life of the instance.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use purgeplan_core::Lookback;

use crate::cache::Cache;
use crate::failure::Failure;
use crate::ports::{CodeCommit, Commit};
use crate::retry::{self, Invocation};

/// Commits that are kept.
const COMMITS: usize = 512;

/// Bytes of difference pages that are kept: about 100,000 differences, in a function of 256 MB.
const PAGE_BYTES: usize = 32 << 20;

/// What a kept diff weighs beside its pages.
const DIFF_OVERHEAD: usize = 512;

/// What one commit changed against its first parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitDiff {
    /// The first parent; `None` for a root commit, whose diff is its whole tree.
    pub base: Option<String>,
    /// The commit.
    pub head: String,
    /// `GetDifferences` pages, as the AWS CLI prints them.
    pub pages: Vec<Vec<u8>>,
}

/// The branch's history, as far as this instance has read it.
#[derive(Debug)]
pub struct History {
    branch: String,
    repository: String,
    lookback: Lookback,
    known: Mutex<Known>,
}

#[derive(Debug)]
struct Known {
    commits: Cache<String, Commit>,
    diffs: Cache<(Option<String>, String), Arc<CommitDiff>>,
}

impl History {
    /// Nothing read yet.
    #[must_use]
    pub fn new(repository: &str, branch: &str, lookback: Lookback) -> Self {
        let known = Known { commits: Cache::new(COMMITS), diffs: Cache::new(PAGE_BYTES) };
        Self {
            branch: format!("branch `{branch}` of repository `{repository}`"),
            repository: format!("repository `{repository}`"),
            lookback,
            known: Mutex::new(known),
        }
    }

    /// The diffs that an event of `event_time` (seconds since the Unix epoch) may be about, oldest first; the last
    /// one is HEAD's.
    pub async fn diffs<C: CodeCommit>(
        &self,
        port: &C,
        invocation: &Invocation,
        event_time: i64,
    ) -> Result<Vec<Arc<CommitDiff>>, Failure> {
        let mut diffs = Vec::new();
        for commit in self.commits(port, invocation, event_time).await? {
            diffs.push(self.diff(port, invocation, &commit).await?);
        }
        diffs.reverse();
        Ok(diffs)
    }

    /// HEAD, then its first parents while they are young enough.
    async fn commits<C: CodeCommit>(
        &self,
        port: &C,
        invocation: &Invocation,
        event_time: i64,
    ) -> Result<Vec<Commit>, Failure> {
        let since = event_time.saturating_sub(i64::from(self.lookback.minutes) * 60);
        let limit = usize::try_from(self.lookback.commits).unwrap_or(usize::MAX);
        // A date that cannot be read counts as young: looking at more commits purges at most too much.
        let young = |commit: &Commit| commit.committed_at.is_none_or(|time| time >= since);
        let head = retry::call(invocation, invocation.deadline(), &self.branch, || port.branch_head()).await?;
        let mut commits = vec![self.commit(port, invocation, &head).await?];
        while let Some(last) = commits.last()
            && young(last)
            && commits.len() < limit
            && let Some(parent) = last.parents.first()
        {
            let commit = self.commit(port, invocation, parent).await?;
            if !young(&commit) {
                break;
            }
            commits.push(commit);
        }
        Ok(commits)
    }

    async fn commit<C: CodeCommit>(&self, port: &C, invocation: &Invocation, id: &str) -> Result<Commit, Failure> {
        if let Some(commit) = self.known().commits.get(&id.to_owned()) {
            return Ok(commit);
        }
        let subject = format!("commit `{id}` of {}", self.repository);
        let commit = retry::call(invocation, invocation.deadline(), &subject, || port.commit(id)).await?;
        self.known().commits.put(id.to_owned(), commit.clone(), 1);
        Ok(commit)
    }

    async fn diff<C: CodeCommit>(
        &self,
        port: &C,
        invocation: &Invocation,
        commit: &Commit,
    ) -> Result<Arc<CommitDiff>, Failure> {
        let base = commit.parents.first().cloned();
        let key = (base.clone(), commit.id.clone());
        if let Some(diff) = self.known().diffs.get(&key) {
            return Ok(diff);
        }
        let pages = self.pages(port, invocation, base.as_deref(), &commit.id).await?;
        let weight = DIFF_OVERHEAD + pages.iter().map(Vec::len).sum::<usize>();
        let diff = Arc::new(CommitDiff { base, head: commit.id.clone(), pages });
        self.known().diffs.put(key, Arc::clone(&diff), weight);
        Ok(diff)
    }

    async fn pages<C: CodeCommit>(
        &self,
        port: &C,
        invocation: &Invocation,
        base: Option<&str>,
        head: &str,
    ) -> Result<Vec<Vec<u8>>, Failure> {
        let subject = format!("differences of commit `{head}` of {}", self.repository);
        let mut pages = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let read = || port.differences(base, head, token.as_deref());
            let page = retry::call(invocation, invocation.deadline(), &subject, read).await?;
            pages.push(page.json);
            match page.next {
                Some(next) => token = Some(next),
                None => return Ok(pages),
            }
        }
    }

    /// The lock is held for a look-up only, never while a call waits.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
