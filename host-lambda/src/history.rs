//! Which commits an event may be about, and what each of them changed.
//!
//! An S3 event names no commit. HEAD may have moved on since the deploy, and one push may hold several commits, so the
//! plan is over the union of the first-parent diffs of HEAD and of the commits that are younger than a look-back before
//! the event. Commits never change: what was read once is kept for the life of the instance.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use purgeplan_core::Lookback;

use crate::cache::Cache;
use crate::failure::Failure;
use crate::ports::{CodeCommit, Commit, PortError};
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
        let head =
            retry::call(invocation, invocation.deadline(), "GetBranch", &self.branch, || port.branch_head()).await?;
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
        self.find_commit(port, invocation, id).await?.map_err(|error| retry::refused(&self.of_commit(id), &error))
    }

    /// One commit; the inner error is what CodeCommit says when it has none such.
    pub(crate) async fn find_commit<C: CodeCommit>(
        &self,
        port: &C,
        invocation: &Invocation,
        id: &str,
    ) -> Result<Result<Commit, PortError>, Failure> {
        if let Some(commit) = self.known().commits.get(&id.to_owned()) {
            return Ok(Ok(commit));
        }
        let read = || port.commit(id);
        let subject = self.of_commit(id);
        let found = retry::call_or_refusal(invocation, invocation.deadline(), "GetCommit", &subject, read).await?;
        if let Ok(commit) = &found {
            self.known().commits.put(id.to_owned(), commit.clone(), 1);
        }
        Ok(found)
    }

    fn of_commit(&self, id: &str) -> String {
        format!("commit `{id}` of {}", self.repository)
    }

    async fn diff<C: CodeCommit>(
        &self,
        port: &C,
        invocation: &Invocation,
        commit: &Commit,
    ) -> Result<Arc<CommitDiff>, Failure> {
        let base = commit.parents.first().map(String::as_str);
        let diff = self.find_diff(port, invocation, base, &commit.id).await?;
        diff.map_err(|error| retry::refused(&self.of_differences(&commit.id), &error))
    }

    /// What `head` changed against `base`; the inner error is what CodeCommit says when it lacks one of them.
    pub(crate) async fn find_diff<C: CodeCommit>(
        &self,
        port: &C,
        invocation: &Invocation,
        base: Option<&str>,
        head: &str,
    ) -> Result<Result<Arc<CommitDiff>, PortError>, Failure> {
        let key = (base.map(str::to_owned), head.to_owned());
        if let Some(diff) = self.known().diffs.get(&key) {
            return Ok(Ok(diff));
        }
        let pages = match self.pages(port, invocation, base, head).await? {
            Ok(pages) => pages,
            Err(error) => return Ok(Err(error)),
        };
        let weight = DIFF_OVERHEAD + pages.iter().map(Vec::len).sum::<usize>();
        let diff = Arc::new(CommitDiff { base: key.0.clone(), head: head.to_owned(), pages });
        self.known().diffs.put(key, Arc::clone(&diff), weight);
        Ok(Ok(diff))
    }

    fn of_differences(&self, head: &str) -> String {
        format!("differences of commit `{head}` of {}", self.repository)
    }

    async fn pages<C: CodeCommit>(
        &self,
        port: &C,
        invocation: &Invocation,
        base: Option<&str>,
        head: &str,
    ) -> Result<Result<Vec<Vec<u8>>, PortError>, Failure> {
        let subject = self.of_differences(head);
        let mut pages = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let read = || port.differences(base, head, token.as_deref());
            let deadline = invocation.deadline();
            let page = match retry::call_or_refusal(invocation, deadline, "GetDifferences", &subject, read).await? {
                Ok(page) => page,
                Err(error) => return Ok(Err(error)),
            };
            pages.push(page.json);
            match page.next {
                Some(next) => token = Some(next),
                None => return Ok(Ok(pages)),
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
