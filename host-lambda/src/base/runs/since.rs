//! The executions that may have reached the bucket since a base, and the chain through their commits.

use super::super::Warning;
use super::super::attempt::Attempt;
use super::super::chain::{Anchor, Chain, Since};
use super::{Runs, deploys};
use crate::failure::{Failure, printable};
use crate::ports::{Action, Execution, Pipeline};

impl<P: Pipeline> Runs<'_, P> {
    /// From the anchors, or with `Since::Ever` from `first`, through every commit that may have reached the bucket.
    pub(in super::super) async fn chain(
        &mut self,
        attempt: &mut Attempt<'_>,
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

    /// What the first execution took that may have reached the bucket, which may be this deploy's own.
    pub(in super::super) async fn first_commits(&mut self, attempt: &mut Attempt<'_>) -> Result<Vec<String>, Failure> {
        for execution in self.list.clone().iter().rev() {
            if self.own == Some(execution.id.as_str()) {
                break;
            }
            if self.reached(attempt, execution).await? {
                return self.commits(attempt, execution).await;
            }
        }
        Ok(vec![self.head.to_owned()])
    }

    /// Where an anchor's execution stands. Reads on until it is there, and behind it one that had ended before it.
    async fn place(&mut self, attempt: &mut Attempt<'_>, anchor: &Anchor) -> Result<Option<usize>, Failure> {
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
        attempt: &mut Attempt<'_>,
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
    async fn reached(&mut self, attempt: &mut Attempt<'_>, execution: &Execution) -> Result<bool, Failure> {
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
                printable(&execution.id),
                self.subject
            ),
            "give the function's role `codepipeline:GetPipelineExecution` of host-lambda/iam/optional.json",
        )
    }
}

/// Whether an execution was still at work when another started; so it is where a time is not known.
fn touched_since(execution: &Execution, started: Option<i64>) -> bool {
    let at_work = matches!(execution.status.as_str(), "InProgress" | "Stopping");
    at_work || execution.updated.is_none() || started.is_none() || execution.updated >= started
}

/// S3's own deploy action, which writes every file, changed or not.
fn by_s3(actions: &[Action]) -> impl Iterator<Item = &Action> {
    deploys(actions).filter(|action| action.provider == "S3")
}
