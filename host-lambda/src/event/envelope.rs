//! Envelopes: what SNS and SQS put round an event.

use serde_json::Value;

use super::{Work, shape, text, unwrapped};
use crate::failure::Failure;

/// One message of a queue.
#[derive(Debug, PartialEq, Eq)]
pub struct Message {
    /// `messageId`: what a failure of this message alone is told by.
    pub id: String,
    /// When it was first put into the queue, in seconds since the Unix epoch.
    pub sent: Option<i64>,
    /// What is in it, or why that cannot be served. Empty work: a test event, say.
    pub work: Result<Work, Failure>,
}

impl Message {
    pub(super) fn read(index: usize, message: &Value, bucket: Option<&str>) -> Self {
        let sent = text(message, "/attributes/SentTimestamp").and_then(|milliseconds| milliseconds.parse::<i64>().ok());
        let work = match text(message, "/body") {
            Some(body) => unwrapped(body, 0).and_then(|content| content.work(bucket)),
            None => {
                Err(Failure::new("event-shape", format!("message {index} of the queue has no `body`"), shape::SEND))
            }
        };
        let id = text(message, "/messageId").unwrap_or_default().to_owned();
        Self { id, sent: sent.map(|milliseconds| milliseconds / 1000), work }
    }
}

/// The messages of an SQS event.
pub(super) fn messages(event: &Value) -> Option<&[Value]> {
    let records = event.get("Records")?.as_array()?;
    let of_queue = |record: &Value| text(record, "/eventSource") == Some("aws:sqs");
    (!records.is_empty() && records.iter().all(of_queue)).then_some(records.as_slice())
}

/// The event in a record of SNS's call of a function.
pub(super) fn notification_record(record: &Value) -> Option<&str> {
    text(record, "/Sns/Message")
}

/// The event in what SNS puts into a queue, unless raw delivery is on.
pub(super) fn notification(event: &Value) -> Option<&str> {
    text(event, "/Message").filter(|_| text(event, "/Type") == Some("Notification") || event.get("TopicArn").is_some())
}
