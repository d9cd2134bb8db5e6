//! The pipeline's executions: which came since, which may have reached the bucket, and with what commit.

use std::collections::BTreeMap;

use super::chain::{Anchor, Chain, Origin, Since};
use super::{Deploy, Try, Warning};
use crate::failure::Failure;
use crate::ports::{Action, Execution, Pipeline, Revision};

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

/// The newest earlier deploy that succeeded.
pub(super) enum Previous {
    Found(Anchor),
    /// The whole list has none.
    None,
    /// None in what was read of the list.
    TooFar,
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
        attempt: &mut Try<'_>,
        deploy: &Deploy<'a>,
    ) -> Result<Option<Self>, Failure> {
        let subject = format!("pipeline `{pipeline}`");
        let (list, actions) = (Vec::new(), BTreeMap::new());
        let (head, own) = (deploy.head, deploy.execution);
        let mut runs = Self { port, pipeline, subject, head, own, list, next: None, pages: 0, cut: false, actions };
        Ok(runs.read_page(attempt).await?.then_some(runs))
    }

    /// One page more; whether it could be read.
    async fn read_page(&mut self, attempt: &mut Try<'_>) -> Result<bool, Failure> {
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
    async fn read_on(&mut self, attempt: &mut Try<'_>) -> Result<bool, Failure> {
        Ok(self.next.is_some() && self.pages < PAGES && self.read_page(attempt).await?)
    }

    /// The newest execution before this deploy's whose deploy stage succeeded with another commit. The same commit
    /// deployed again is compared with what was there before it, so that a redeploy purges again.
    pub(super) async fn previous(&mut self, attempt: &mut Try<'_>) -> Result<Previous, Failure> {
        let mut index = self.own_position().map_or(0, |own| own + 1);
        loop {
            if index == self.list.len() && !self.read_on(attempt).await? {
                let all = self.next.is_none() && !self.cut;
                return Ok(if all { Previous::None } else { Previous::TooFar });
            }
            let Some(execution) = self.list.get(index).cloned() else { continue };
            index += 1;
            if self.own.is_some_and(|own| own == execution.id) {
                continue;
            }
            if let [commit] = &*self.listed_commits(&execution)
                && commit != self.head
                && self.deployed_well(attempt, &execution).await?
            {
                let commits = vec![commit.clone()];
                return Ok(Previous::Found(Anchor { commits, origin: Origin::Execution(execution.id) }));
            }
        }
    }

    /// Where this deploy's own execution stands; without its id, the newest one of its commit.
    fn own_position(&self) -> Option<usize> {
        let by_id = self.own.and_then(|own| self.list.iter().position(|execution| execution.id == own));
        by_id.or_else(|| {
            let of_head = |execution: &Execution| execution.revisions.iter().any(|one| one.revision == self.head);
            self.list.iter().position(of_head).filter(|_| self.own.is_none())
        })
    }

    /// Whether the stage that deploys certainly went through.
    async fn deployed_well(&mut self, attempt: &mut Try<'_>, execution: &Execution) -> Result<bool, Failure> {
        if execution.status == "Succeeded" {
            return Ok(true);
        }
        let Some(actions) = self.actions(attempt, &execution.id).await? else { return Ok(false) };
        let Some(last) = deploys(&actions).max_by_key(|action| action.started) else { return Ok(false) };
        let of_stage = actions.iter().filter(|action| action.stage == last.stage);
        let newest = of_stage.fold(BTreeMap::<&str, &Action>::new(), |mut newest, action| {
            let known = newest.entry(&action.action).or_insert(action);
            if known.started <= action.started {
                *known = action;
            }
            newest
        });
        let ended = newest.values().filter_map(|action| action.started).max();
        // That a later stage began says that this one has no action left to start.
        let passed = actions.iter().any(|action| action.stage != last.stage && action.started > ended);
        Ok(passed && ended.is_some() && newest.values().all(|action| action.status == "Succeeded"))
    }

    /// From the anchors, or with `Since::Ever` from `first`, through every commit that may have reached the bucket.
    pub(super) async fn chain(
        &mut self,
        attempt: &mut Try<'_>,
        anchors: &[Anchor],
        since: Since,
        first: Vec<Option<String>>,
    ) -> Result<Result<Chain, Box<Warning>>, Failure> {
        let mut placed = Vec::new();
        for anchor in anchors {
            match self.place(attempt, anchor).await? {
                Some(index) => placed.push((index, anchor)),
                None => return Ok(Err(Box::new(self.not_listed(anchor)))),
            }
        }
        // The last in the list is the oldest.
        placed.sort_by_key(|(index, _)| std::cmp::Reverse(*index));
        let oldest = placed.first().map(|(index, _)| *index).filter(|_| since == Since::Anchors);
        let mut states = first;
        states.extend(placed.iter().flat_map(|(_, anchor)| &anchor.commits).cloned().map(Some));
        let base = oldest.map(|index| self.list[index].clone());
        for (earlier, execution) in self.since(oldest) {
            if anchors.iter().any(|anchor| anchor.origin.is(&execution))
                || !self.reached(attempt, &execution).await?
                || (earlier && self.overwritten(attempt, &execution, base.as_ref()).await?)
            {
                continue;
            }
            let commits = self.commits(attempt, &execution).await?;
            if commits.is_empty() {
                return Ok(Err(Box::new(self.without_commit(&execution))));
            }
            states.extend(commits.into_iter().map(Some));
        }
        states.push(Some(self.head.to_owned()));
        Ok(Chain::from(states).map_err(Box::new))
    }

    /// Where an anchor's execution stands. Reads on until it is there, and behind it one that had ended before it.
    async fn place(&mut self, attempt: &mut Try<'_>, anchor: &Anchor) -> Result<Option<usize>, Failure> {
        loop {
            let found = self.list.iter().position(|execution| anchor.origin.is(execution));
            let settled = found.is_some_and(|index| {
                let started = self.list[index].started;
                self.list[index + 1..].iter().any(|earlier| !touched_since(earlier, started))
            });
            if settled || !self.read_on(attempt).await? {
                return Ok(found);
            }
        }
    }

    /// The executions that started after the oldest anchor's, or that went on after it had started, oldest first. Each
    /// with whether it started before the anchor's.
    fn since(&self, oldest: Option<usize>) -> Vec<(bool, Execution)> {
        let last = oldest.unwrap_or(self.list.len());
        let started = oldest.and_then(|index| self.list[index].started);
        let others = self.list.iter().enumerate().map(|(index, execution)| (index > last, execution));
        let counting = others.filter(|(earlier, execution)| !earlier || touched_since(execution, started));
        let others = counting.filter(|(_, execution)| self.own != Some(execution.id.as_str()));
        let mut others: Vec<_> = others.map(|(earlier, execution)| (earlier, execution.clone())).collect();
        others.reverse();
        others
    }

    /// Whether an execution's uploads had certainly ended before those of the anchor's began, which wrote every file anew.
    async fn overwritten(
        &mut self,
        attempt: &mut Try<'_>,
        execution: &Execution,
        anchor: Option<&Execution>,
    ) -> Result<bool, Failure> {
        let Some(anchor) = anchor else { return Ok(false) };
        let Some(earlier) = self.actions(attempt, &execution.id).await? else { return Ok(false) };
        let Some(later) = self.actions(attempt, &anchor.id).await? else { return Ok(false) };
        let Some(began) = by_s3(&later).map(|action| action.started).min().flatten() else { return Ok(false) };
        let before = |action: &Action| action.ended.is_some_and(|ended| ended < began);
        Ok(by_s3(&earlier).next().is_some() && deploys(&earlier).all(before))
    }

    /// Whether an execution may have written to the bucket: once its deploy action has started.
    async fn reached(&mut self, attempt: &mut Try<'_>, execution: &Execution) -> Result<bool, Failure> {
        let Some(actions) = self.actions(attempt, &execution.id).await? else { return Ok(true) };
        if deploys(&actions).next().is_some() {
            return Ok(true);
        }
        let idle = |action: &Action| matches!(action.category.as_str(), "Source" | "Approval");
        if actions.iter().all(idle) {
            return Ok(false);
        }
        // Without a deploy action it is known to have missed the bucket only where S3's own action is what deploys.
        let own = self.own.or_else(|| self.own_position().map(|index| &*self.list[index].id)).map(str::to_owned);
        let Some(own) = own else { return Ok(true) };
        let of_own = self.actions(attempt, &own).await?;
        Ok(of_own.is_none_or(|actions| by_s3(&actions).next().is_none()))
    }

    /// What an execution has started; `None` where that cannot be read, or too many were read.
    async fn actions(&mut self, attempt: &mut Try<'_>, execution: &str) -> Result<Option<Vec<Action>>, Failure> {
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
    async fn commits(&mut self, attempt: &mut Try<'_>, execution: &Execution) -> Result<Vec<String>, Failure> {
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

    fn not_listed(&self, anchor: &Anchor) -> Warning {
        let commit = anchor.commits.last().map(String::as_str).unwrap_or_default();
        Warning::new(
            "base-execution-not-listed",
            format!(
                "the execution that deployed `{commit}` is not among the {} that {} lists: everything is purged",
                self.list.len(),
                self.subject
            ),
            "expected once when the pipeline was made anew; the next deploy is compared with this one",
        )
    }

    fn without_commit(&self, execution: &Execution) -> Warning {
        Warning::new(
            "base-commit-unknown",
            format!(
                "execution `{}` of {} may have reached the bucket, but not with what commit: everything is purged",
                crate::failure::printable(&execution.id),
                self.subject
            ),
            "give the function's role `codepipeline:GetPipelineExecution` of host-lambda/iam/optional.json",
        )
    }
}

fn deploys(actions: &[Action]) -> impl Iterator<Item = &Action> {
    actions.iter().filter(|action| action.category == "Deploy")
}

/// S3's own deploy action, which writes every file, changed or not.
fn by_s3(actions: &[Action]) -> impl Iterator<Item = &Action> {
    deploys(actions).filter(|action| action.provider == "S3")
}

/// Whether an execution was still at work when another started; so it is where a time is not known.
fn touched_since(execution: &Execution, started: Option<i64>) -> bool {
    let at_work = matches!(execution.status.as_str(), "InProgress" | "Stopping");
    at_work || execution.updated.is_none() || started.is_none() || execution.updated >= started
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
