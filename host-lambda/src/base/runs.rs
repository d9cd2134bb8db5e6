//! The pipeline's executions, their actions and their commits, as far as they are read.

mod previous;
mod since;

use std::collections::BTreeMap;

use super::Deploy;
use super::attempt::Attempt;
use crate::failure::Failure;
use crate::ports::{Action, Execution, Pipeline, Revision};

pub(super) use previous::Previous;

/// Most pages of executions that are read, each of up to 100.
const PAGES: usize = 5;
/// Most executions whose actions are read; the others count as deployed.
const ACTION_READS: usize = 40;
/// Most pages of one execution's actions.
const ACTION_PAGES: usize = 5;

/// The executions of one pipeline, as far as they were read.
pub(super) struct Runs<'a, P> {
    port: &'a P,
    pipeline: &'a str,
    subject: String,
    head: &'a str,
    own: Option<&'a str>,
    /// Newest first.
    list: Vec<Execution>,
    next: Option<String>,
    pages: usize,
    /// Whether a page could not be read.
    cut: bool,
    actions: BTreeMap<String, Option<Vec<Action>>>,
}

impl<P> Runs<'_, P> {
    pub(super) fn name(&self) -> &str {
        &self.subject
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }
}

impl<'a, P: Pipeline> Runs<'a, P> {
    /// The first page; `None` where the executions cannot be read.
    pub(super) async fn open(
        port: &'a P,
        pipeline: &'a str,
        attempt: &mut Attempt<'_>,
        deploy: &Deploy<'a>,
    ) -> Result<Option<Self>, Failure> {
        let subject = format!("pipeline `{pipeline}`");
        let (list, actions) = (Vec::new(), BTreeMap::new());
        let (head, own) = (deploy.head, deploy.execution);
        let mut runs = Self { port, pipeline, subject, head, own, list, next: None, pages: 0, cut: false, actions };
        Ok(runs.read_page(attempt).await?.then_some(runs))
    }

    /// One page more; whether it could be read.
    async fn read_page(&mut self, attempt: &mut Attempt<'_>) -> Result<bool, Failure> {
        let (port, pipeline, token) = (self.port, self.pipeline, self.next.take());
        let read = || port.executions(pipeline, token.as_deref());
        let Some(page) = attempt.ask("ListPipelineExecutions", &self.subject, read).await? else {
            self.cut = true;
            return Ok(false);
        };
        self.pages += 1;
        self.list.extend(page.executions);
        self.next = page.next;
        Ok(true)
    }

    /// One page more, where there is one within the bound.
    async fn read_on(&mut self, attempt: &mut Attempt<'_>) -> Result<bool, Failure> {
        Ok(self.next.is_some() && self.pages < PAGES && self.read_page(attempt).await?)
    }

    /// Where this deploy's own execution stands; without its id, the newest one of its commit.
    fn own_position(&self) -> Option<usize> {
        let by_id = self.own.and_then(|own| self.list.iter().position(|execution| execution.id == own));
        by_id.or_else(|| {
            let of_head = |execution: &Execution| execution.revisions.iter().any(|one| one.revision == self.head);
            self.list.iter().position(of_head).filter(|_| self.own.is_none())
        })
    }

    /// What an execution has started; `None` where that cannot be read, or too many were read.
    async fn actions(&mut self, attempt: &mut Attempt<'_>, execution: &str) -> Result<Option<Vec<Action>>, Failure> {
        if let Some(known) = self.actions.get(execution) {
            return Ok(known.clone());
        }
        if self.actions.len() >= ACTION_READS {
            return Ok(None);
        }
        let mut all = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..ACTION_PAGES {
            let (port, pipeline) = (self.port, self.pipeline);
            let read = || port.actions(pipeline, execution, token.as_deref());
            let Some(page) = attempt.ask("ListActionExecutions", &self.subject, read).await? else {
                self.actions.insert(execution.to_owned(), None);
                return Ok(None);
            };
            all.extend(page.actions);
            token = page.next;
            if token.is_none() {
                break;
            }
        }
        let whole = token.is_none().then_some(all);
        self.actions.insert(execution.to_owned(), whole.clone());
        Ok(whole)
    }

    /// The commits that an execution took.
    async fn commits(&mut self, attempt: &mut Attempt<'_>, execution: &Execution) -> Result<Vec<String>, Failure> {
        let listed = self.listed_commits(execution);
        if !listed.is_empty() {
            return Ok(listed);
        }
        let (port, pipeline, id) = (self.port, self.pipeline, &execution.id);
        let read = || port.execution(pipeline, id);
        let revisions = attempt.ask("GetPipelineExecution", &self.subject, read).await?.unwrap_or_default();
        Ok(commits_of(&revisions, None))
    }

    fn listed_commits(&self, execution: &Execution) -> Vec<String> {
        commits_of(&execution.revisions, self.source())
    }

    /// The source action that takes the site's commits: the one that took this deploy's head.
    fn source(&self) -> Option<&str> {
        let mut revisions = self.list.iter().flat_map(|execution| &execution.revisions);
        revisions.find(|revision| revision.revision == self.head).map(|revision| revision.action.as_str())
    }
}

fn deploys(actions: &[Action]) -> impl Iterator<Item = &Action> {
    actions.iter().filter(|action| action.category == "Deploy")
}

/// The commit ids among revisions, of one source action where it is known.
fn commits_of(revisions: &[Revision], source: Option<&str>) -> Vec<String> {
    let commits = |source: Option<&str>| -> Vec<String> {
        let of_source = revisions.iter().filter(|one| source.is_none_or(|source| source == one.action));
        of_source.map(|one| one.revision.clone()).filter(|id| is_commit(id)).collect()
    };
    let known = commits(source);
    // A source action that was given another name is no reason to miss a commit.
    if known.is_empty() { commits(None) } else { known }
}

fn is_commit(id: &str) -> bool {
    matches!(id.len(), 40 | 64) && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}
