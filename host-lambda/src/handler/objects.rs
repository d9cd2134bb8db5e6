//! Objects that came or went: what the commits that may be behind them changed.

use super::{Handler, Report, now};
use crate::event::Batch;
use crate::failure::Failure;
use crate::log;
use crate::plan::{self, Question, Scope};
use crate::ports::{Bucket, CloudFront, CodeCommit, Pipeline};
use crate::retry::Invocation;

impl<C: CodeCommit, F: CloudFront, P: Pipeline, B: Bucket> Handler<C, F, P, B> {
    pub(super) async fn objects(
        &self,
        batch: &Batch,
        since: Option<i64>,
        invocation: &Invocation,
    ) -> Result<Report, Failure> {
        let codecommit = &self.services.codecommit;
        let head = self.history.head(codecommit, invocation).await?;
        let policy = self.policy(&head, invocation).await?;
        // When the deploy happened; now, when the event does not say it.
        let time = batch.earliest.unwrap_or_else(now);
        let lookback = policy.policy.lookback();
        let diffs = self.history.diffs(codecommit, invocation, &head, lookback, time).await?;
        let question = Question {
            policy: &policy,
            preset: "article",
            distribution: self.settings.distribution.as_deref(),
            diffs: &diffs,
            scope: Scope::Objects(batch),
            everything: None,
            configs: &self.configs(&policy, invocation).await?,
            live: None,
            widen_to: escalated(&policy.policy, since.or(batch.earliest)),
        };
        let plan = plan::plan(&question)?;
        log::decisions(&plan);
        log::diagnostics(&plan.diagnostics);
        let made = self.purge(&plan, invocation).await?;
        let ids = made.into_iter().map(|one| one.id).collect();
        Ok(Report { head, ..Report::of("objects", plan, diffs.len(), ids) })
    }
}

/// To how many paths a purge is widened that has been put off since then.
pub(super) fn escalated(policy: &purgeplan_core::Policy, since: Option<i64>) -> Option<usize> {
    let escalate = policy.escalate()?;
    let age = now().saturating_sub(since?);
    (age >= i64::from(escalate.after_minutes) * 60).then_some(escalate.paths)
}
