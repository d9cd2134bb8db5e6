//! One record of an S3 notification: an object came or went.

use std::cmp::Ordering;

use purgeplan_core::ObjectKey;
use serde_json::Value;

use super::shape::{self, SEND, short};
use super::{printable, seconds, text};
use crate::failure::Failure;

/// What happened to the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It was written.
    Created,
    /// It was removed, or hidden by a delete marker.
    Removed,
    /// Something that leaves the object's bytes as they are.
    Other,
}

impl Kind {
    /// By `eventName`, which comes without the `s3:` prefix of the configuration; some senders keep it.
    fn of(event_name: &str) -> Self {
        let name = event_name.strip_prefix("s3:").unwrap_or(event_name);
        let starts = |prefixes: [&str; 2]| prefixes.iter().any(|prefix| name.starts_with(prefix));
        if name.starts_with("ObjectCreated:") {
            Self::Created
        } else if starts(["ObjectRemoved:", "LifecycleExpiration:"]) {
            Self::Removed
        } else {
            Self::Other
        }
    }
}

/// What a record says.
#[derive(Debug)]
pub(super) enum Read {
    Change(Change),
    /// Another event, by its name.
    Other(String),
}

/// An object came or went.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) kind: Kind,
    pub(super) bucket: Option<String>,
    pub(super) key: ObjectKey,
    pub(super) sequencer: Option<String>,
    pub(super) version: Option<String>,
    pub(super) etag: Option<String>,
    /// Seconds since the Unix epoch.
    pub(super) time: Option<i64>,
}

/// Reads a record of an S3 notification, whose key is form-encoded.
pub(super) fn read(index: usize, record: &Value) -> Result<Read, Failure> {
    let Some(event_name) = text(record, "/eventName").filter(|_| record.get("s3").is_some_and(Value::is_object)) else {
        return Err(not_s3(index, record));
    };
    let kind = Kind::of(event_name);
    if kind == Kind::Other {
        return Ok(Read::Other(event_name.to_owned()));
    }
    let key = text(record, "/s3/object/key").filter(|key| !key.is_empty()).ok_or_else(|| no_key(index))?;
    let key = ObjectKey::from_s3_event(key.as_bytes()).map_err(|at| bad_key(index, key, at))?;
    let owned = |pointer: &str| text(record, pointer).map(str::to_owned);
    Ok(Read::Change(Change {
        kind,
        bucket: owned("/s3/bucket/name"),
        key,
        sequencer: owned("/s3/object/sequencer"),
        version: owned("/s3/object/versionId"),
        etag: owned("/s3/object/eTag"),
        time: text(record, "/eventTime").and_then(seconds),
    }))
}

impl Change {
    /// Whether this change is not older than another one of the SAME key. Of two that S3 did not order, the later
    /// in the event counts as the newer.
    pub(super) fn follows(&self, other: &Self) -> bool {
        let sequencer = |change: &Self| change.sequencer.clone().unwrap_or_default();
        sequence(&sequencer(self), &sequencer(other)) != Ordering::Less
    }

    /// What makes this change itself: each part behind its length, so that no two changes read the same.
    pub(super) fn identity(&self) -> String {
        let key = self.key.escaped();
        let time = self.time.map(|time| time.to_string());
        let mut parts = vec![Some(&*key), self.sequencer.as_deref(), self.version.as_deref()];
        if self.sequencer.is_none() {
            parts.extend([self.etag.as_deref(), time.as_deref()]);
        }
        let sized = parts.into_iter().map(Option::unwrap_or_default).map(|part| format!("{}:{part}", part.len()));
        sized.collect()
    }
}

/// S3's order of two sequencers of one key: the shorter one is padded with zeros on the right, then text is compared.
fn sequence(left: &str, right: &str) -> Ordering {
    let length = left.len().max(right.len());
    let padded = |text: &str| format!("{text:0<length$}");
    padded(left).cmp(&padded(right))
}

fn not_s3(index: usize, record: &Value) -> Failure {
    if record.get("codecommit").is_some() {
        return shape::push();
    }
    let source = text(record, "/eventSource").or_else(|| text(record, "/EventSource")).unwrap_or("an unknown source");
    let message = format!("record {index} of the event is not from S3 but from `{}`", short(source));
    Failure::new("event-shape", message, SEND)
}

fn bad_key(index: usize, key: &str, at: usize) -> Failure {
    Failure::new(
        "event-key",
        format!("record {index} of the event has the key `{}`, which is not form-encoded at byte {at}", printable(key)),
        SEND,
    )
}

fn no_key(index: usize) -> Failure {
    Failure::new(
        "event-key",
        format!("record {index} of the event has no object key (`s3.object.key`, a text that is not empty)"),
        SEND,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trap_34_sequencers_are_padded_on_the_right_and_compared_as_text() {
        assert_eq!(sequence("0055AED6DCD90281E5", "0055AED6DCD90281E6"), Ordering::Less);
        assert_eq!(sequence("01", "0055"), Ordering::Greater, "not as integers: 01 is 0100");
        assert_eq!(sequence("0055", "005500"), Ordering::Equal);
        assert_eq!(sequence("", "00"), Ordering::Equal);
    }

    #[test]
    fn event_names_are_known_with_and_without_the_prefix() {
        for (name, kind) in [
            ("ObjectCreated:Put", Kind::Created),
            ("s3:ObjectCreated:CompleteMultipartUpload", Kind::Created),
            ("ObjectRemoved:DeleteMarkerCreated", Kind::Removed),
            ("LifecycleExpiration:Delete", Kind::Removed),
            ("ObjectTagging:Put", Kind::Other),
            ("ObjectCreatedX", Kind::Other),
        ] {
            assert_eq!(Kind::of(name), kind, "{name}");
        }
    }
}
