//! What an invocation did: its answer, and its line in the log.

use serde::Serialize;

use crate::plan::{Diagnostic, Plan};

/// What an invocation did.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// `objects`, `deploy`, `queue`, `job`, `nothing` (no object came or went, nothing was deployed) or `test-event`.
    pub event: &'static str,
    /// `live` or `observe`.
    pub mode: &'static str,
    /// The preset that the core planned with; empty when nothing was planned.
    pub preset: String,
    /// Commits whose diffs were planned.
    pub commits: usize,
    /// The deployed commit; for events of the bucket the branch's newest one.
    pub head: String,
    /// The commit that a whole deploy was compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// The pipeline execution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution: Option<String>,
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
    /// Unchanged live URLs that are purged besides; only where all live URLs are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over_purged: Option<u64>,
    /// Ids of the invalidations that were created; in `observe` mode there are none.
    pub invalidations: Vec<String>,
    /// Codes of what the person who owns the site should know; the log has the texts.
    pub warnings: Vec<String>,
    /// The code of a failure that was told to a pipeline, which so counts as handled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// Messages, or a job, that are to come again.
    pub handed_back: usize,
    /// Whether this was the instance's first event.
    pub cold_start: bool,
    /// Messages of a queue that are not done, by id; `None`: the event was of no queue.
    #[serde(skip)]
    pub failed_messages: Option<Vec<String>>,
}

/// What Lambda is answered.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Reply {
    /// What was done.
    Report(Box<Report>),
    /// To SQS, which deletes every message that is not in it (`ReportBatchItemFailures`).
    #[serde(rename_all = "camelCase")]
    Queue {
        /// The messages that are to come again.
        batch_item_failures: Vec<ItemFailure>,
    },
}

/// One message that is to come again.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemFailure {
    /// The message's id.
    pub item_identifier: String,
}

impl Report {
    /// As the event's source wants to be answered.
    #[must_use]
    pub fn reply(self) -> Reply {
        match self.failed_messages {
            None => Reply::Report(Box::new(self)),
            Some(ids) => Reply::Queue {
                batch_item_failures: ids.into_iter().map(|item_identifier| ItemFailure { item_identifier }).collect(),
            },
        }
    }

    /// Of a plan that is purged.
    pub(super) fn of(event: &'static str, plan: Plan, commits: usize, invalidations: Vec<String>) -> Self {
        let purge = plan.decisions.iter().filter(|decision| decision.outcome == "purge").count();
        let over_purged = plan.distributions.iter().map(|one| one.over_purged).sum();
        Self {
            event,
            preset: plan.preset,
            commits,
            uploaded: plan.trigger.uploaded,
            removed: plan.trigger.removed,
            unchanged: plan.trigger.unchanged,
            purge,
            skip: plan.decisions.len() - purge,
            billed_paths: plan.billed_paths,
            wildcards: plan.distributions.iter().map(|one| one.wildcards).sum(),
            over_purged,
            invalidations,
            warnings: warnings(&plan.diagnostics),
            ..Self::default()
        }
    }

    /// This and what the same invocation did next.
    pub(super) fn and(mut self, next: Self) -> Self {
        if self.event == "nothing" {
            return next;
        }
        self.invalidations.extend(next.invalidations);
        self.warnings.extend(next.warnings);
        Self {
            uploaded: self.uploaded + next.uploaded,
            removed: self.removed + next.removed,
            unchanged: self.unchanged + next.unchanged,
            purge: self.purge + next.purge,
            skip: self.skip + next.skip,
            commits: self.commits + next.commits,
            billed_paths: self.billed_paths + next.billed_paths,
            wildcards: self.wildcards + next.wildcards,
            over_purged: self.over_purged.zip(next.over_purged).map(|(one, other)| one + other),
            invalidations: self.invalidations,
            warnings: self.warnings,
            ..next
        }
    }
}

fn warnings(diagnostics: &[Diagnostic]) -> Vec<String> {
    let warnings = diagnostics.iter().filter(|diagnostic| diagnostic.severity == "warning");
    warnings.map(|diagnostic| diagnostic.code.clone()).collect()
}
