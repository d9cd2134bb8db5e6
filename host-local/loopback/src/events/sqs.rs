//! SQS: a batch of messages for a function.

use std::time::SystemTime;

use serde_json::{Value, json};

use crate::account::{ACCOUNT, REGION};

/// A message of a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id, which `batchItemFailures` names; see [`message_id`].
    pub id: String,
    /// Its text.
    pub body: Vec<u8>,
    /// How often it was received, this time included.
    pub receive_count: u32,
    /// When it was sent.
    pub sent: SystemTime,
}

/// The event of these messages. It does not compute `md5OfBody`.
#[must_use]
pub fn event(messages: &[Message]) -> Vec<u8> {
    let records: Vec<Value> = messages.iter().map(record).collect();
    json!({ "Records": records }).to_string().into_bytes()
}

/// The event of these bodies, received for the first time: message `n`, from 0, has the id [`message_id`]`(n)`.
#[must_use]
pub fn batch(bodies: &[Vec<u8>], sent: SystemTime) -> Vec<u8> {
    let message =
        |(n, body): (usize, &Vec<u8>)| Message { id: message_id(n), body: body.clone(), receive_count: 1, sent };
    event(&bodies.iter().enumerate().map(message).collect::<Vec<_>>())
}

/// The id of the `n`th message.
#[must_use]
pub fn message_id(n: usize) -> String {
    format!("d0000000-0000-4000-8000-{n:012x}")
}

fn record(message: &Message) -> Value {
    let sent = message.sent.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
    json!({
        "messageId": message.id,
        "receiptHandle": format!("AQEB{}", message.id),
        "body": String::from_utf8_lossy(&message.body),
        "attributes": {
            "ApproximateReceiveCount": message.receive_count.to_string(),
            "SentTimestamp": sent.to_string(),
            "SenderId": "AIDAJXNJGGKNS7OSV23OI",
            "ApproximateFirstReceiveTimestamp": (sent + 1).to_string(),
        },
        "messageAttributes": {},
        "md5OfBody": "d41d8cd98f00b204e9800998ecf8427e",
        "eventSource": "aws:sqs",
        "eventSourceARN": format!("arn:aws:sqs:{REGION}:{ACCOUNT}:site-events"),
        "awsRegion": REGION,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::sns;

    #[test]
    fn sns_into_sqs_nests_twice_and_raw_delivery_once() {
        let (message, time) = (br#"{"Records":[]}"#, SystemTime::UNIX_EPOCH);
        let parse = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).expect("it is JSON");
        let event = parse(&batch(&[sns::envelope(message, time), message.to_vec()], time));
        let body = |n: usize| event["Records"][n]["body"].as_str().expect("a body is text");
        assert_eq!(parse(body(0).as_bytes())["Message"], r#"{"Records":[]}"#);
        assert_eq!(body(1), r#"{"Records":[]}"#);
        assert_eq!(event["Records"][1]["messageId"], message_id(1));
        let direct = parse(&sns::event(message, time));
        assert_eq!(direct["Records"][0]["Sns"]["Message"], r#"{"Records":[]}"#);
        assert_eq!(direct["Records"][0]["EventSource"], "aws:sns");
    }
}
