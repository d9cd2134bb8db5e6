//! One event: what changed, what is stale, and the invalidations for it.

mod job;
mod known;
mod objects;
mod purge;
mod queue;
mod report;
mod whole;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use crate::event::{self, Event, Payload, Work};
use crate::failure::Failure;
use crate::history::History;
use crate::log;
use crate::optional::Denials;
use crate::policy::Source;
use crate::ports::{Absent, Bucket, CloudFront, CodeCommit, Pipeline};
use crate::retry::Invocation;
use crate::settings::Settings;
use known::Known;

pub use report::{Reply, Report};

/// The services of one site.
#[derive(Debug)]
pub struct Services<C, F, P = Absent, B = Absent> {
    /// The repository.
    pub codecommit: C,
    /// The distributions.
    pub cloudfront: F,
    /// The pipeline.
    pub pipeline: P,
    /// The bucket.
    pub bucket: B,
}

impl<C, F> Services<C, F> {
    /// What the drop-in needs: neither pipeline nor bucket.
    pub fn drop_in(codecommit: C, cloudfront: F) -> Self {
        Self { codecommit, cloudfront, pipeline: Absent, bucket: Absent }
    }
}

/// The function: made once for an instance, called for each event.
#[derive(Debug)]
pub struct Handler<C, F, P = Absent, B = Absent> {
    settings: Settings,
    services: Services<C, F, P, B>,
    history: History,
    denials: Denials,
    known: Known,
    cold: AtomicBool,
}

impl<C: CodeCommit, F: CloudFront, P: Pipeline, B: Bucket> Handler<C, F, P, B> {
    /// A handler over these services.
    pub fn new(settings: Settings, services: Services<C, F, P, B>) -> Self {
        let history = History::new(&settings.repository, &settings.branch);
        let (denials, known) = (Denials::default(), Known::default());
        Self { settings, services, history, denials, known, cold: AtomicBool::new(true) }
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
        match self.decode(payload, invocation).await? {
            Event::Test => Ok(Report { event: "test-event", ..Report::default() }),
            Event::Nothing => Ok(Report { event: "nothing", ..Report::default() }),
            Event::Work(work) => self.work(&work, None, invocation).await,
            Event::Queue(messages) => self.queue(messages, invocation).await,
            Event::Job(job) => self.job(&job, invocation).await,
        }
    }

    /// Reads the event. Which bucket it may be about, the policy says; one of the repository is read only for an event
    /// that needs it.
    async fn decode(&self, payload: &Payload, invocation: &Invocation) -> Result<Event, Failure> {
        if let Source::Fixed(loaded) = &self.settings.policy {
            return event::decode(payload, loaded.policy.bucket());
        }
        let event = event::decode(payload, None)?;
        if matches!(event, Event::Work(_) | Event::Queue(_)) {
            let head = self.history.head(&self.services.codecommit, invocation).await?;
            let loaded = self.policy(&head, invocation).await?;
            return event::decode(payload, loaded.policy.bucket());
        }
        Ok(event)
    }

    /// Objects first, then every deploy; `since`: when the work was first asked for, where the event does not say.
    async fn work(&self, work: &Work, since: Option<i64>, invocation: &Invocation) -> Result<Report, Failure> {
        let mut report = Report { event: "nothing", ..Report::default() };
        if !work.batch.is_empty() {
            report = self.objects(&work.batch, since, invocation).await?;
        }
        for deployed in &work.deployed {
            report = report.and(self.deployed(deployed, since, invocation).await?);
        }
        Ok(report)
    }
}

/// Seconds since the Unix epoch.
fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_secs()).unwrap_or(i64::MAX)
}

/// The moment that leaves `reserve`, or a fourth of the time if that is less, before the invocation's end.
fn before_end(invocation: &Invocation, reserve: Duration) -> Instant {
    let left = invocation.deadline().saturating_duration_since(Instant::now());
    invocation.deadline() - reserve.min(left / 4)
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
