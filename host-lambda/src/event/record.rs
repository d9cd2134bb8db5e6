//! One record of an S3 notification.

use std::cmp::Ordering;

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{SUBSCRIBE, short};
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

/// The fields of a record that the decision needs.
#[derive(Debug)]
pub(super) struct Record<'a> {
    pub(super) event_name: &'a str,
    pub(super) kind: Kind,
    pub(super) bucket: Option<&'a str>,
    /// Form-encoded, as sent.
    pub(super) key: &'a str,
    sequencer: Option<&'a str>,
    version: Option<&'a str>,
    etag: Option<&'a str>,
    event_time: Option<&'a str>,
}

impl<'a> Record<'a> {
    pub(super) fn read(index: usize, record: &'a Value) -> Result<Self, Failure> {
        let text = |pointer: &str| record.pointer(pointer).and_then(Value::as_str);
        let Some(event_name) = text("/eventName").filter(|_| record.get("s3").is_some_and(Value::is_object)) else {
            let source = text("/eventSource").or_else(|| text("/EventSource")).unwrap_or("an unknown source");
            return Err(not_s3(index, source));
        };
        let kind = Kind::of(event_name);
        let key = match text("/s3/object/key") {
            Some(key) if !key.is_empty() => key,
            _ if kind == Kind::Other => "",
            _ => return Err(no_key(index)),
        };
        Ok(Self {
            event_name,
            kind,
            bucket: text("/s3/bucket/name"),
            key,
            sequencer: text("/s3/object/sequencer"),
            version: text("/s3/object/versionId"),
            etag: text("/s3/object/eTag"),
            event_time: text("/eventTime"),
        })
    }

    /// Whether this record is not older than another one of the SAME key. Of two that S3 did not order, the later
    /// in the event counts as the newer.
    pub(super) fn follows(&self, other: &Self) -> bool {
        sequence(self.sequencer.unwrap_or_default(), other.sequencer.unwrap_or_default()) != Ordering::Less
    }

    /// Seconds since the Unix epoch.
    pub(super) fn time(&self) -> Option<i64> {
        OffsetDateTime::parse(self.event_time?, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp)
    }

    /// What makes this record itself: each part behind its length, so that no two records read the same.
    pub(super) fn identity(&self) -> String {
        let mut parts = vec![self.key, self.sequencer.unwrap_or_default(), self.version.unwrap_or_default()];
        if self.sequencer.is_none() {
            parts.extend([self.etag.unwrap_or_default(), self.event_time.unwrap_or_default()]);
        }
        let sized: Vec<String> = parts.iter().map(|part| format!("{}:{part}", part.len())).collect();
        sized.concat()
    }
}

/// S3's order of two sequencers of one key: the shorter one is padded with zeros on the right, then text is compared.
fn sequence(left: &str, right: &str) -> Ordering {
    let length = left.len().max(right.len());
    let padded = |text: &str| format!("{text:0<length$}");
    padded(left).cmp(&padded(right))
}

fn not_s3(index: usize, source: &str) -> Failure {
    Failure::new(
        "event-shape",
        format!("record {index} of the event is not from S3 but from `{}`", short(source)),
        SUBSCRIBE,
    )
}

fn no_key(index: usize) -> Failure {
    Failure::new(
        "event-key",
        format!("record {index} of the event has no object key (`s3.object.key`, a text that is not empty)"),
        SUBSCRIBE,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequencers_are_padded_on_the_right_and_compared_as_text() {
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
