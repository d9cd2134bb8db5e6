//! S3 notifications, read tolerantly: the published Rust types fail on `s3:TestEvent` and on records without
//! `requestParameters` (AWS.md, "Lambda").

mod record;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::failure::{Failure, printable};
use record::{Kind, Record};

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
    /// Records, of which none says that an object came or went (a tag or an ACL changed, say). Nothing to do.
    Nothing,
    /// Objects came or went.
    Work(Batch),
}

/// The objects of one event, each key once, in its last state.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Keys that were written, form-encoded as S3 sends them.
    pub uploaded: BTreeSet<String>,
    /// Keys that were removed, form-encoded.
    pub removed: BTreeSet<String>,
    /// What makes this piece of work itself: key, sequencer and version of each record.
    pub identity: BTreeSet<String>,
    /// The earliest `eventTime`, in seconds since the Unix epoch.
    pub earliest: Option<i64>,
}

/// Reads an event; `bucket` is the one that the policy is for, when it names one.
pub fn decode(payload: &Payload, bucket: Option<&str>) -> Result<Event, Failure> {
    let event = payload.0.as_ref().map_err(|error| not_json(error))?;
    if event.get("Event").and_then(Value::as_str) == Some("s3:TestEvent") {
        return Ok(Event::Test);
    }
    let Some(records) = event.get("Records").and_then(Value::as_array) else {
        return Err(unknown_shape(event));
    };
    if records.is_empty() {
        return Err(Failure::new("event-empty", "the event's `Records` is empty", SUBSCRIBE));
    }
    let records = records.iter().enumerate().map(|(index, value)| Record::read(index, value));
    let records = records.collect::<Result<Vec<_>, _>>()?;
    let records = without_other_events(records);
    if records.is_empty() {
        return Ok(Event::Nothing);
    }
    Ok(Event::Work(batch(&of_bucket(records, bucket)?)))
}

/// What to do when an event is not one that the function serves.
const SUBSCRIBE: &str = "send the bucket's own S3 notifications (`s3:ObjectCreated:*`, `s3:ObjectRemoved:*`) straight \
                         to this function";

fn not_json(error: &str) -> Failure {
    Failure::new("event-not-json", format!("the event is not JSON: {}", printable(error)), SUBSCRIBE)
}

/// Names what was seen by its top-level keys alone: the content may hold credentials (a CodePipeline job does).
fn unknown_shape(event: &Value) -> Failure {
    const SHOWN: usize = 8;
    let seen = match event {
        Value::Object(fields) => {
            let mut names: Vec<String> = fields.keys().take(SHOWN).map(|name| format!("`{}`", short(name))).collect();
            if fields.len() > SHOWN {
                names.push("…".to_owned());
            }
            format!("an object with the keys {}", if names.is_empty() { "(none)".to_owned() } else { names.join(", ") })
        }
        Value::Array(_) => "an array".to_owned(),
        Value::String(_) => "a string".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::Bool(_) => "a boolean".to_owned(),
        Value::Null => "null".to_owned(),
    };
    Failure::new("event-shape", format!("the event is not an S3 notification: it is {seen}"), SUBSCRIBE)
}

/// At most 40 characters of a name that someone else chose.
fn short(name: &str) -> String {
    let start: String = name.chars().take(40).collect();
    printable(&start)
}

fn without_other_events(records: Vec<Record<'_>>) -> Vec<Record<'_>> {
    let (kept, others): (Vec<_>, Vec<_>) = records.into_iter().partition(|record| record.kind != Kind::Other);
    if let Some(first) = others.first() {
        tracing::info!(
            records = others.len(),
            event_name = short(first.event_name),
            "records of other events left out"
        );
    }
    kept
}

fn of_bucket<'a>(records: Vec<Record<'a>>, wanted: Option<&str>) -> Result<Vec<Record<'a>>, Failure> {
    let Some(wanted) = wanted else { return Ok(records) };
    let (kept, others): (Vec<_>, Vec<_>) = records.into_iter().partition(|record| record.bucket == Some(wanted));
    let Some(first) = others.first() else { return Ok(kept) };
    let seen = short(first.bucket.unwrap_or("(none)"));
    if kept.is_empty() {
        return Err(Failure::new(
            "another-bucket",
            format!("the event is about bucket `{seen}`, but the policy's `bucket` is `{wanted}`"),
            "send only that bucket's notifications to this function, or correct the policy's `bucket`",
        ));
    }
    tracing::warn!(records = others.len(), bucket = seen, "records of another bucket left out");
    Ok(kept)
}

/// Each key once, in its last state; a key that was removed in one bucket and written in another counts as removed,
/// which purges more.
fn batch(records: &[Record<'_>]) -> Batch {
    let mut last: BTreeMap<(Option<&str>, &str), &Record<'_>> = BTreeMap::new();
    for record in records {
        let newest = last.entry((record.bucket, record.key)).or_insert(record);
        if record.follows(newest) {
            *newest = record;
        }
    }
    let keys_of = |kind| last.values().filter(move |record| record.kind == kind).map(|record| record.key.to_owned());
    let removed: BTreeSet<String> = keys_of(Kind::Removed).collect();
    Batch {
        uploaded: keys_of(Kind::Created).filter(|key| !removed.contains(key)).collect(),
        removed,
        identity: last.values().map(|record| record.identity()).collect(),
        earliest: records.iter().filter_map(Record::time).min(),
    }
}

#[cfg(test)]
mod tests;
