//! AWS in memory: commits, a pipeline's executions, invalidations; and the permissions that are not there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use purgeplan_core::DeployReference;

use crate::ports::{
    Action, Actions, CloudFront, CodeCommit, Commit, Created, Execution, Executions, Invalidation, JobFailure,
    JobSuccess, Page, Pipeline, PortError, Revision,
};

pub(super) const SITE: &str = "site";

/// How an execution went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Went {
    Well,
    /// The deploy was done, the purge behind it in the same stage was not.
    PurgeFailed,
    DeployFailed,
    /// Stopped while it uploaded.
    Stopped,
    /// Superseded while it waited for the deploy stage.
    SupersededBefore,
    /// Superseded while it waited for a later stage.
    SupersededAfter,
    /// Uploads still.
    Running,
}

#[derive(Default)]
pub(super) struct World {
    /// Each commit's parents.
    pub(super) commits: BTreeMap<String, Vec<String>>,
    /// Oldest first.
    pub(super) executions: Vec<Execution>,
    pub(super) actions: BTreeMap<String, Vec<Action>>,
    /// Of each distribution the caller references, oldest first.
    pub(super) ledger: BTreeMap<String, Vec<String>>,
    pub(super) denied: BTreeSet<&'static str>,
    /// How often an operation is still throttled.
    pub(super) throttled: Mutex<BTreeMap<&'static str, u32>>,
    pub(super) page: usize,
    pub(super) calls: Mutex<Vec<&'static str>>,
}

/// The full id of a commit that a test names by one hexadecimal digit.
pub(super) fn id(commit: char) -> String {
    commit.to_string().repeat(40)
}

pub(super) fn reference(base: Option<&str>, head: &str, execution: &str, part: &str, digest: u64) -> String {
    let site = DeployReference::site_digest(SITE);
    format!("purgeplan1:{site}:{}:{head}:{execution}:{part}:{digest:016x}", base.unwrap_or("-"))
}

impl World {
    /// Commits in a line, oldest first; the first one is a root commit.
    pub(super) fn line(commits: &str) -> Self {
        let mut world = Self { page: 100, ..Self::default() };
        let mut parent = None;
        for commit in commits.chars() {
            world.commits.insert(id(commit), parent.into_iter().collect());
            parent = Some(id(commit));
        }
        world
    }

    pub(super) fn commit(mut self, commit: char, parents: &str) -> Self {
        self.commits.insert(id(commit), parents.chars().map(id).collect());
        self
    }

    pub(super) fn without(mut self, commit: char) -> Self {
        self.commits.remove(&id(commit));
        self
    }

    /// An execution that starts after those before it.
    pub(super) fn ran(mut self, execution: &str, commit: char, went: Went) -> Self {
        let at = i64::try_from(self.executions.len()).expect("few") * 1_000;
        let running = went == Went::Running;
        let status = match went {
            Went::Well => "Succeeded",
            Went::PurgeFailed | Went::DeployFailed => "Failed",
            Went::Stopped => "Stopped",
            Went::SupersededBefore | Went::SupersededAfter => "Superseded",
            Went::Running => "InProgress",
        };
        self.executions.push(Execution {
            id: execution.to_owned(),
            status: status.to_owned(),
            rollback: false,
            started: Some(at),
            updated: Some(at + 500),
            revisions: vec![Revision { action: "Source".into(), revision: id(commit) }],
        });
        let action = |stage: &str, name: &str, category: &str, provider: &str, status: &str, from: i64| Action {
            stage: stage.into(),
            action: name.into(),
            category: category.into(),
            provider: provider.into(),
            status: status.into(),
            started: Some(at + from),
            ended: (status != "InProgress").then_some(at + from + 50),
        };
        let mut actions = vec![action("Source", "Source", "Source", "CodeCommit", "Succeeded", 0)];
        if went != Went::SupersededBefore {
            let deploy = match went {
                Went::DeployFailed => "Failed",
                Went::Stopped => "Abandoned",
                _ if running => "InProgress",
                _ => "Succeeded",
            };
            actions.push(action("Deploy", "Upload", "Deploy", "S3", deploy, 100));
        }
        if matches!(went, Went::Well | Went::PurgeFailed | Went::SupersededAfter) {
            let purge = if went == Went::PurgeFailed { "Failed" } else { "Succeeded" };
            actions.push(action("Deploy", "Purge", "Invoke", "Lambda", purge, 200));
        }
        if went == Went::SupersededAfter {
            actions.push(action("Check", "Ask", "Approval", "Manual", "Abandoned", 300));
        }
        self.actions.insert(execution.to_owned(), actions);
        self
    }

    /// Parts of a whole-deploy purge: `parts` of `all`.
    pub(super) fn purged_on(
        mut self,
        distribution: &str,
        (base, head, execution): (char, char, &str),
        parts: std::ops::RangeInclusive<u32>,
        all: u32,
    ) -> Self {
        let base = (base != '-').then(|| id(base));
        let ledger = self.ledger.entry(distribution.to_owned()).or_default();
        ledger.extend(parts.map(|part| reference(base.as_deref(), &id(head), execution, &format!("{part}/{all}"), 7)));
        self
    }

    pub(super) fn purged(self, base: char, head: char, execution: &str) -> Self {
        self.purged_on("E1", (base, head, execution), 1..=1, 1)
    }

    pub(super) fn denying(mut self, operations: &[&'static str]) -> Self {
        self.denied.extend(operations);
        self
    }

    pub(super) fn take_calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.calls.lock().expect("one thread"))
    }

    fn called(&self, operation: &'static str) -> Result<(), PortError> {
        self.calls.lock().expect("one thread").push(operation);
        if self.denied.contains(operation) {
            return Err(error(operation, false, "AccessDeniedException"));
        }
        match self.throttled.lock().expect("one thread").get_mut(operation) {
            Some(left) if *left > 0 => {
                *left -= 1;
                Err(error(operation, true, "ThrottlingException"))
            }
            _ => Ok(()),
        }
    }
}

fn error(operation: &'static str, retriable: bool, code: &str) -> PortError {
    PortError { operation, retriable, code: code.into(), message: "it said".into() }
}

impl CodeCommit for World {
    async fn branch_head(&self) -> Result<String, PortError> {
        panic!("the branch may be past the deployed commit");
    }

    async fn commit(&self, id: &str) -> Result<Commit, PortError> {
        self.called("GetCommit")?;
        let parents = self.commits.get(id).ok_or_else(|| error("GetCommit", false, "CommitIdDoesNotExistException"))?;
        Ok(Commit { id: id.to_owned(), parents: parents.clone(), committed_at: None })
    }

    async fn differences(&self, before: Option<&str>, after: &str, _: Option<&str>) -> Result<Page, PortError> {
        self.called("GetDifferences")?;
        let known = before.into_iter().chain([after]).all(|id| self.commits.contains_key(id));
        let missing = || error("GetDifferences", false, "CommitDoesNotExistException");
        known.then(|| Page { json: Vec::new(), next: None }).ok_or_else(missing)
    }
}

impl CloudFront for World {
    async fn create_invalidation(&self, _: &str, _: &str, _: &[String]) -> Result<Created, PortError> {
        panic!("a base is found without a purge");
    }

    async fn list_invalidations(&self, distribution: &str) -> Result<Vec<String>, PortError> {
        self.called("ListInvalidations")?;
        let count = self.ledger.get(distribution).map_or(0, Vec::len);
        Ok((0..count).rev().map(|index| index.to_string()).collect())
    }

    async fn invalidation(&self, distribution: &str, id: &str) -> Result<Invalidation, PortError> {
        self.called("GetInvalidation")?;
        let index: usize = id.parse().expect("an id of ours");
        let caller_reference = self.ledger[distribution][index].clone();
        Ok(Invalidation { caller_reference, paths: 1, completed: true })
    }
}

impl Pipeline for World {
    async fn executions(&self, _: &str, token: Option<&str>) -> Result<Executions, PortError> {
        self.called("ListPipelineExecutions")?;
        let from: usize = token.map_or(0, |token| token.parse().expect("a token of ours"));
        let newest: Vec<_> = self.executions.iter().rev().skip(from).take(self.page).cloned().collect();
        let next = from + newest.len();
        let next = (next < self.executions.len()).then(|| next.to_string());
        Ok(Executions { executions: newest, next })
    }

    async fn actions(&self, _: &str, execution: &str, token: Option<&str>) -> Result<Actions, PortError> {
        self.called("ListActionExecutions")?;
        // One a page.
        let at: usize = token.map_or(0, |token| token.parse().expect("a token of ours"));
        let all = &self.actions[execution];
        let actions = all.iter().skip(at).take(1).cloned().collect();
        Ok(Actions { actions, next: (at + 1 < all.len()).then(|| (at + 1).to_string()) })
    }

    async fn execution(&self, _: &str, _: &str) -> Result<Vec<Revision>, PortError> {
        self.called("GetPipelineExecution")?;
        Ok(vec![Revision { action: "SourceArtifact".into(), revision: id('e') }])
    }

    async fn job_success(&self, _: &str, _: &JobSuccess) -> Result<(), PortError> {
        panic!("a base is found without an answer to a job");
    }

    async fn job_failure(&self, _: &str, _: JobFailure, _: &str) -> Result<(), PortError> {
        panic!("a base is found without an answer to a job");
    }
}
