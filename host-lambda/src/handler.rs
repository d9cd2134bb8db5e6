//! One S3 event: what changed, what is stale, and the invalidations for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use crate::event::{self, Batch, Event, Payload};
use crate::failure::Failure;
use crate::history::History;
use crate::log;
use crate::plan::{self, PathBatch, Plan};
use crate::ports::{CloudFront, CodeCommit};
use crate::retry::{self, Invocation};
use crate::settings::{Mode, Settings};

/// The function: made once for an instance, called for each event.
#[derive(Debug)]
pub struct Handler<C, F> {
    settings: Settings,
    codecommit: C,
    cloudfront: F,
    history: History,
    cold: AtomicBool,
}

/// What an invocation did: its answer, and its line in the log.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// `work`, `nothing` (no object came or went) or `test-event`.
    pub event: &'static str,
    /// `live` or `observe`.
    pub mode: &'static str,
    /// The preset that the core planned with; empty when nothing was planned.
    pub preset: String,
    /// Commits whose diffs were planned.
    pub commits: usize,
    /// The branch's newest commit.
    pub head: String,
    /// Keys that the event says were written.
    pub uploaded: u64,
    /// Keys that the event says were removed.
    pub removed: u64,
    /// Keys of the event that no planned commit changed.
    pub unchanged: u64,
    /// Changes that are purged.
    pub purge: usize,
    /// Changes that are not.
    pub skip: usize,
    /// Paths that CloudFront bills.
    pub billed_paths: u64,
    /// Those of them that end in a wildcard.
    pub wildcards: u64,
    /// Ids of the invalidations that were created; in `observe` mode there are none.
    pub invalidations: Vec<String>,
    /// Whether this was the instance's first event.
    pub cold_start: bool,
}

impl<C: CodeCommit, F: CloudFront> Handler<C, F> {
    /// A handler that reads from one port and writes to the other.
    pub fn new(settings: Settings, codecommit: C, cloudfront: F) -> Self {
        let history = History::new(&settings.repository, &settings.branch, settings.lookback());
        Self { settings, codecommit, cloudfront, history, cold: AtomicBool::new(true) }
    }

    /// Handles one event inside the invocation's time, and logs how it ended.
    pub async fn handle(&self, payload: &Payload, invocation: &Invocation) -> Result<Report, Failure> {
        let work = async {
            let cold_start = self.cold.swap(false, Ordering::Relaxed);
            let outcome = timeout_at(invocation.deadline(), self.run(payload, invocation)).await;
            let outcome = outcome.unwrap_or_else(|_| Err(out_of_time()));
            match outcome {
                Ok(report) => {
                    let report = Report { cold_start, mode: self.settings.mode.name(), ..report };
                    log::summary(&report, invocation);
                    Ok(report)
                }
                Err(failure) => {
                    log::failed(&failure, invocation);
                    Err(failure)
                }
            }
        };
        work.instrument(log::span(invocation)).await
    }

    async fn run(&self, payload: &Payload, invocation: &Invocation) -> Result<Report, Failure> {
        let batch = match event::decode(payload, self.settings.bucket())? {
            Event::Work(work) => work.batch,
            Event::Queue(_) | Event::Job(_) => return Ok(Report::default()),
            Event::Test => return Ok(Report { event: "test-event", ..Report::default() }),
            Event::Nothing => return Ok(Report { event: "nothing", ..Report::default() }),
        };
        let diffs = self.history.diffs(&self.codecommit, invocation, event_time(&batch)).await?;
        let plan = plan::plan(&self.settings, &diffs, &batch)?;
        log::decisions(&plan);
        log::diagnostics(&plan.diagnostics);
        let invalidations = match self.settings.mode {
            Mode::Live => self.purge(&plan, invocation).await?,
            Mode::Observe => Vec::new(),
        };
        let head = diffs.last().map(|diff| diff.head.clone()).unwrap_or_default();
        Ok(report(plan, diffs.len(), head, invalidations))
    }

    /// Creates every invalidation of the plan. One that fails does not keep the others from being tried; then the
    /// whole invocation fails, and Lambda's retry finds those that succeeded by their caller reference.
    async fn purge(&self, plan: &Plan, invocation: &Invocation) -> Result<Vec<String>, Failure> {
        let work: Vec<(&str, &PathBatch)> = plan
            .distributions
            .iter()
            .flat_map(|one| one.batches.iter().map(|batch| (one.id.as_str(), batch)))
            .collect();
        let mut created = Vec::new();
        let mut failures = Vec::new();
        for (done, (distribution, batch)) in work.iter().enumerate() {
            let left = u32::try_from(work.len() - done).unwrap_or(u32::MAX);
            match self.create(distribution, batch, invocation, invocation.share(left)).await {
                Ok(id) => created.push(id),
                Err(failure) => failures.push(failure),
            }
        }
        if failures.is_empty() { Ok(created) } else { Err(together(failures, &created, work.len())) }
    }

    async fn create(
        &self,
        distribution: &str,
        batch: &PathBatch,
        invocation: &Invocation,
        deadline: Instant,
    ) -> Result<String, Failure> {
        let subject = format!("distribution `{distribution}`");
        let attempt = || self.cloudfront.create_invalidation(distribution, &batch.caller_reference, &batch.paths);
        let created = retry::call(invocation, deadline, "CreateInvalidation", &subject, attempt).await?;
        tracing::debug!(
            distribution,
            id = created.id,
            caller_reference = batch.caller_reference,
            paths = batch.paths.len(),
            "invalidation"
        );
        Ok(created.id)
    }
}

/// When the deploy happened, in seconds since the Unix epoch; now, when the event does not say it.
fn event_time(batch: &Batch) -> i64 {
    batch.earliest.unwrap_or_else(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(now.as_secs()).unwrap_or(i64::MAX)
    })
}

fn report(plan: Plan, commits: usize, head: String, invalidations: Vec<String>) -> Report {
    let purge = plan.decisions.iter().filter(|decision| decision.outcome == "purge").count();
    Report {
        event: "work",
        preset: plan.preset,
        commits,
        head,
        uploaded: plan.trigger.uploaded,
        removed: plan.trigger.removed,
        unchanged: plan.trigger.unchanged,
        purge,
        skip: plan.decisions.len() - purge,
        billed_paths: plan.billed_paths,
        wildcards: plan.distributions.iter().map(|one| one.wildcards).sum(),
        invalidations,
        ..Report::default()
    }
}

/// All failures of an invocation as one: the first gives the code and the advice.
fn together(failures: Vec<Failure>, created: &[String], all: usize) -> Failure {
    let messages = failures.iter().map(|failure| failure.message.as_str()).collect::<Vec<_>>().join("; ");
    let done = if created.is_empty() { "none".to_owned() } else { created.join(" ") };
    let first = failures.into_iter().next().unwrap_or_else(out_of_time);
    if all == 1 {
        return first;
    }
    Failure { message: format!("{messages} (of {all} invalidations, created: {done})"), ..first }
}

fn out_of_time() -> Failure {
    Failure::new(
        "deadline",
        "the invocation's time was over before its work",
        "raise the function's timeout; Lambda runs this event again and then hands it to the dead-letter queue",
    )
}

#[cfg(test)]
mod tests;
