//! Messages of an SQS queue: one plan for all, and an answer for each.

use std::collections::BTreeSet;

use super::{Handler, Report};
use crate::event::{Batch, Message};
use crate::failure::Failure;
use crate::log;
use crate::ports::{Bucket, CloudFront, CodeCommit, Pipeline};
use crate::retry::Invocation;

impl<C: CodeCommit, F: CloudFront, P: Pipeline, B: Bucket> Handler<C, F, P, B> {
    /// A message fails alone when it cannot be read. The objects of all others are purged together, because one
    /// invalidation for ten thousand uploads is what a queue is for; when that fails, these messages come again together.
    pub(super) async fn queue(&self, messages: Vec<Message>, invocation: &Invocation) -> Result<Report, Failure> {
        let mut report = Report { event: "nothing", ..Report::default() };
        let mut failed = BTreeSet::new();
        let (mut batch, mut of_batch) = (Batch::default(), Vec::new());
        let mut deployed = Vec::new();
        let mut since = None;
        for message in messages {
            if message.id.is_empty() {
                // Without an id nothing can be said of it alone; a failure of all loses nothing.
                return Err(message.work.err().unwrap_or_else(no_id));
            }
            since = [since, message.sent].into_iter().flatten().min();
            match message.work {
                Err(failure) => {
                    log::message_failed(&message.id, &failure);
                    failed.insert(message.id);
                }
                Ok(work) => {
                    deployed.extend(work.deployed.into_iter().map(|one| (message.id.clone(), one)));
                    if !work.batch.is_empty() {
                        batch.join(work.batch);
                        of_batch.push(message.id);
                    }
                }
            }
        }
        if !batch.is_empty() {
            match self.objects(&batch, since, invocation).await {
                Ok(done) => report = report.and(done),
                Err(failure) => {
                    log::failed(&failure, invocation);
                    failed.extend(of_batch);
                }
            }
        }
        for (id, one) in deployed {
            match self.deployed(&one, since, invocation).await {
                Ok(done) => report = report.and(done),
                Err(failure) => {
                    log::failed(&failure, invocation);
                    failed.insert(id);
                }
            }
        }
        let failed: Vec<String> = failed.into_iter().collect();
        Ok(Report { event: "queue", handed_back: failed.len(), failed_messages: Some(failed), ..report })
    }
}

fn no_id() -> Failure {
    Failure::new("event-shape", "a message of the queue has no `messageId`", "send the queue's own events")
}
