//! EventBridge: its envelope, and S3's events in it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use serde_json::{Value, json};

use crate::account::{ACCOUNT, REGION};
use crate::deploy::ChangeKind;
use crate::s3_event::Record;
use crate::timestamp::iso8601_seconds;

/// An event as EventBridge delivers it to a function.
#[must_use]
pub fn envelope(source: &str, detail_type: &str, resources: &[String], time: SystemTime, detail: &Value) -> Vec<u8> {
    static ISSUED: AtomicU64 = AtomicU64::new(1);
    let event = json!({
        "version": "0",
        "id": format!("c0000000-0000-4000-8000-{:012x}", ISSUED.fetch_add(1, Ordering::Relaxed)),
        "detail-type": detail_type,
        "source": source,
        "account": ACCOUNT,
        "time": iso8601_seconds(time),
        "region": REGION,
        "resources": resources,
        "detail": detail,
    });
    event.to_string().into_bytes()
}

/// "Object Created" or "Object Deleted" of one object. Unlike in S3's own notification the key is not encoded. In a bucket
/// with versioning (`version_id`) a deletion makes a delete marker.
#[must_use]
pub fn object_event(record: &Record<'_>) -> Vec<u8> {
    let mut object = json!({
        "key": String::from_utf8_lossy(record.key),
        "etag": record.e_tag,
        "sequencer": record.sequencer,
    });
    if let Some(version) = record.version_id {
        object["version-id"] = version.into();
    }
    if record.kind == ChangeKind::Created {
        object["size"] = record.size.into();
    }
    let mut detail = json!({
        "version": "0",
        "bucket": { "name": record.bucket },
        "object": object,
        "request-id": "C3D13FE58DE4C810",
        "requester": ACCOUNT,
        "source-ip-address": "127.0.0.1",
    });
    let detail_type = match record.kind {
        ChangeKind::Created => {
            detail["reason"] = "PutObject".into();
            "Object Created"
        }
        ChangeKind::Removed => {
            let marker = record.version_id.is_some();
            detail["reason"] = "DeleteObject".into();
            detail["deletion-type"] = if marker { "Delete Marker Created" } else { "Permanently Deleted" }.into();
            "Object Deleted"
        }
    };
    let resource = format!("arn:aws:s3:::{}", record.bucket);
    envelope("aws.s3", detail_type, &[resource], record.time, &detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_not_encoded_and_only_a_creation_tells_the_size() {
        let mut record = Record {
            bucket: "b",
            key: "a b+%20/日".as_bytes(),
            kind: ChangeKind::Created,
            size: 7,
            e_tag: "e",
            version_id: None,
            sequencer: "00",
            time: SystemTime::UNIX_EPOCH,
        };
        let event = |record: &Record<'_>| serde_json::from_slice::<Value>(&object_event(record)).expect("it is JSON");
        let created = event(&record);
        assert_eq!((&created["source"], &created["detail-type"]), (&json!("aws.s3"), &json!("Object Created")));
        assert_eq!(created["time"], "1970-01-01T00:00:00Z");
        let object = json!({ "key": "a b+%20/日", "etag": "e", "sequencer": "00", "size": 7 });
        assert_eq!((&created["detail"]["object"], &created["detail"]["reason"]), (&object, &json!("PutObject")));
        record.kind = ChangeKind::Removed;
        let removed = event(&record);
        assert_eq!(removed["detail-type"], "Object Deleted");
        assert_eq!(removed["detail"]["deletion-type"], "Permanently Deleted");
        assert_eq!(removed["detail"]["object"]["size"], Value::Null);
        record.version_id = Some("v");
        assert_eq!(event(&record)["detail"]["deletion-type"], "Delete Marker Created");
    }
}
