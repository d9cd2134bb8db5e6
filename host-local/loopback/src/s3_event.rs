//! S3's notifications, as they reach a function.

use std::time::SystemTime;

use serde_json::{Value, json};

use crate::account::REGION;
use crate::deploy::{ChangeKind, ObjectChange};
use crate::timestamp::iso8601;

/// One object's notification.
#[derive(Clone, Debug)]
pub struct Record<'a> {
    /// The bucket's name.
    pub bucket: &'a str,
    /// The object key, raw. S3's keys are UTF-8; other bytes are possible here to try what a handler makes of them.
    pub key: &'a [u8],
    /// What happened.
    pub kind: ChangeKind,
    /// The object's size; a deletion does not tell it.
    pub size: u64,
    /// The object's `ETag`; a deletion does not tell it.
    pub e_tag: &'a str,
    /// The version, in a bucket with versioning.
    pub version_id: Option<&'a str>,
    /// Orders the events of one key; see [`sequencer`].
    pub sequencer: &'a str,
    /// When it happened.
    pub time: SystemTime,
}

impl<'a> Record<'a> {
    /// The notification of a deploy's step. The `ETag` is the blob's id: like S3's own, it tells bytes apart.
    #[must_use]
    pub fn of(change: &'a ObjectChange, bucket: &'a str, sequencer: &'a str, time: SystemTime) -> Self {
        Self {
            bucket,
            key: change.key.as_bytes(),
            kind: change.kind,
            size: change.object.size,
            e_tag: change.object.content.as_str(),
            version_id: None,
            sequencer,
            time,
        }
    }

    fn json(&self) -> Value {
        let mut object = json!({ "key": form_encode(self.key), "sequencer": self.sequencer });
        if self.kind == ChangeKind::Created {
            object["size"] = self.size.into();
            object["eTag"] = self.e_tag.into();
        }
        if let Some(version) = self.version_id {
            object["versionId"] = version.into();
        }
        let name = match self.kind {
            ChangeKind::Created => "ObjectCreated:Put",
            ChangeKind::Removed => "ObjectRemoved:Delete",
        };
        json!({
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": REGION,
            "eventTime": iso8601(self.time),
            "eventName": name,
            "userIdentity": { "principalId": "AWS:AROAEXAMPLE:purgeplan" },
            "requestParameters": { "sourceIPAddress": "127.0.0.1" },
            "responseElements": { "x-amz-request-id": "C3D13FE58DE4C810", "x-amz-id-2": "loopback" },
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": "purgeplan",
                "bucket": {
                    "name": self.bucket,
                    "ownerIdentity": { "principalId": "A3NL1KOZZKExample" },
                    "arn": format!("arn:aws:s3:::{}", self.bucket),
                },
                "object": object,
            },
        })
    }
}

/// The event of these records. S3 itself sends one record a message.
#[must_use]
pub fn notification(records: &[Record<'_>]) -> Vec<u8> {
    let records: Vec<Value> = records.iter().map(Record::json).collect();
    json!({ "Records": records }).to_string().into_bytes()
}

/// What S3 sends when a notification is set up: it has no `Records`.
#[must_use]
pub fn test_event(bucket: &str, time: SystemTime) -> Vec<u8> {
    json!({
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": iso8601(time),
        "Bucket": bucket,
        "RequestId": "5582815E1AEA5ADF",
        "HostId": "loopback",
    })
    .to_string()
    .into_bytes()
}

/// The `n`th sequencer: hexadecimal, of a fixed width, growing with `n`.
#[must_use]
pub fn sequencer(n: u64) -> String {
    format!("00{n:016X}")
}

/// A key as S3 writes it into a notification: form-encoded, with a space as `+`, and `/` left as it is.
#[must_use]
pub fn form_encode(key: &[u8]) -> String {
    use std::fmt::Write;

    let mut text = String::with_capacity(key.len());
    for &byte in key {
        match byte {
            b' ' => text.push('+'),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' | b'/' => text.push(char::from(byte)),
            _ => write!(text, "%{byte:02X}").expect("writing to a string does not fail"),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_form_encoded() {
        assert_eq!(form_encode("a b+c/日~%.html".as_bytes()), "a+b%2Bc/%E6%97%A5%7E%25.html");
        assert_eq!(form_encode(b"\xff"), "%FF");
    }

    #[test]
    fn sequencers_grow_as_text() {
        assert!(sequencer(9) < sequencer(16) && sequencer(255) < sequencer(4_096));
    }

    #[test]
    fn a_deletion_tells_neither_size_nor_etag() {
        let mut record = Record {
            bucket: "b",
            key: b"k y",
            kind: ChangeKind::Created,
            size: 7,
            e_tag: "e",
            version_id: Some("v"),
            sequencer: "00",
            time: SystemTime::UNIX_EPOCH,
        };
        let object = |record: &Record<'_>| record.json()["s3"]["object"].clone();
        let created = json!({ "key": "k+y", "sequencer": "00", "size": 7, "eTag": "e", "versionId": "v" });
        assert_eq!(object(&record), created);
        record.kind = ChangeKind::Removed;
        assert_eq!(object(&record), json!({ "key": "k+y", "sequencer": "00", "versionId": "v" }));
        assert_eq!(record.json()["eventName"], "ObjectRemoved:Delete");
    }
}
