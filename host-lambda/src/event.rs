//! Events told apart by their shape: S3 notifications (straight, or wrapped by SNS, SQS or both), `EventBridge` events and
//! `CodePipeline` jobs.
//!
//! All are read tolerantly and by ourselves: the published Rust types fail on `s3:TestEvent`, on records without
//! `requestParameters`, and print a job's secret key (AWS.md, "Lambda").

mod batch;
mod bridge;
mod envelope;
mod job;
mod record;
mod shape;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::failure::{Failure, printable};

pub use batch::Batch;
pub use bridge::Deployed;
pub use envelope::Message;
pub use job::{Job, OnFailure, Parameters};

/// What the Runtime API delivered: the event, or why it is not JSON. Bad JSON is answered by us, not by the runtime.
#[derive(Debug, Clone)]
pub struct Payload(pub Result<Value, String>);

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Value::deserialize(deserializer).map_err(|error| error.to_string())))
    }
}

/// An event that was understood.
#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    /// `s3:TestEvent`: S3 asks, when the notification is configured, whether it may call. Nothing to do.
    Test,
    /// Nothing that makes a URL stale: a tag changed, say, or a pipeline has not succeeded yet.
    Nothing,
    /// Objects came or went, or a pipeline deployed.
    Work(Work),
    /// Messages of a queue: each is answered by itself.
    Queue(Vec<Message>),
    /// A `CodePipeline` action waits for an answer.
    Job(Job),
}

/// What there is to do.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Objects that came or went.
    pub batch: Batch,
    /// Deploys that came to their end.
    pub deployed: Vec<Deployed>,
}

impl Work {
    fn is_empty(&self) -> bool {
        self.batch.is_empty() && self.deployed.is_empty()
    }
}

/// What one event, or one message in an envelope, holds.
#[derive(Debug, Default)]
struct Content {
    changes: Vec<record::Change>,
    deployed: Vec<Deployed>,
    test: bool,
}

impl Content {
    fn join(&mut self, other: Self) {
        self.changes.extend(other.changes);
        self.deployed.extend(other.deployed);
        self.test |= other.test;
    }

    /// The work in it; changes of other buckets than the policy's are left out.
    fn work(self, bucket: Option<&str>) -> Result<Work, Failure> {
        let batch = Batch::of(&batch::of_bucket(self.changes, bucket)?);
        Ok(Work { batch, deployed: self.deployed })
    }
}

/// Reads an event; `bucket` is the one that the policy is for, when it names one.
pub fn decode(payload: &Payload, bucket: Option<&str>) -> Result<Event, Failure> {
    let event = payload.0.as_ref().map_err(|error| shape::not_json(error))?;
    if let Some(job) = event.get("CodePipeline.job") {
        return Job::read(job).map(Event::Job);
    }
    if let Some(messages) = envelope::messages(event) {
        return Ok(Event::Queue(messages.iter().enumerate().map(|(at, one)| Message::read(at, one, bucket)).collect()));
    }
    let content = content(event, 0)?;
    let test = content.test;
    let work = content.work(bucket)?;
    Ok(match (work.is_empty(), test) {
        (false, _) => Event::Work(work),
        (true, true) => Event::Test,
        (true, false) => Event::Nothing,
    })
}

/// How deep envelopes may stand in each other: an S3 event in SNS in SQS is two deep.
const DEEPEST: usize = 3;

/// What an event holds, out of its envelopes; `depth` is how many it was in.
fn content(event: &Value, depth: usize) -> Result<Content, Failure> {
    if event.get("Event").and_then(Value::as_str) == Some("s3:TestEvent") {
        return Ok(Content { test: true, ..Content::default() });
    }
    if event.get("detail-type").is_some_and(Value::is_string) {
        return bridge::read(event);
    }
    if let Some(inner) = envelope::notification(event) {
        return unwrapped(inner, depth);
    }
    let Some(records) = event.get("Records").and_then(Value::as_array) else {
        return Err(shape::unknown(event));
    };
    if records.is_empty() {
        return Err(Failure::new("event-empty", "the event's `Records` is empty", shape::SEND));
    }
    let mut content = Content::default();
    let mut others = Vec::new();
    for (index, value) in records.iter().enumerate() {
        match envelope::notification_record(value) {
            Some(inner) => content.join(unwrapped(inner, depth)?),
            None => match record::read(index, value)? {
                record::Read::Change(change) => content.changes.push(change),
                record::Read::Other(event_name) => others.push(event_name),
            },
        }
    }
    if let Some(first) = others.first() {
        tracing::info!(records = others.len(), event_name = shape::short(first), "records of other events left out");
    }
    Ok(content)
}

/// What stands as text in an envelope.
fn unwrapped(text: &str, depth: usize) -> Result<Content, Failure> {
    if depth == DEEPEST {
        let message = format!("the event is in more than {DEEPEST} envelopes");
        return Err(Failure::new("event-shape", message, shape::SEND));
    }
    match serde_json::from_str(text) {
        Ok(event) => content(&event, depth + 1),
        Err(error) => Err(shape::not_json(&error.to_string())),
    }
}

/// A text field at a JSON pointer.
fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer).and_then(Value::as_str)
}

/// Seconds since the Unix epoch of an RFC 3339 time.
fn seconds(time: &str) -> Option<i64> {
    use time::{OffsetDateTime, format_description::well_known::Rfc3339};
    OffsetDateTime::parse(time, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp)
}

#[cfg(test)]
mod tests;
