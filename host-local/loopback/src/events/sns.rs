//! SNS: a message on its way to a function, or into a queue.

use std::time::SystemTime;

use serde_json::{Value, json};

use crate::account::{ACCOUNT, REGION};
use crate::timestamp::iso8601;

const MESSAGE_ID: &str = "5a1e0000-0000-4000-8000-000000000001";

/// The event of a function that is subscribed to the topic: one record, whose `Message` is the text.
#[must_use]
pub fn event(message: &[u8], time: SystemTime) -> Vec<u8> {
    let mut sns = fields(message, time);
    sns["SigningCertUrl"] = certificate().into();
    sns["UnsubscribeUrl"] = unsubscribe().into();
    sns["MessageAttributes"] = json!({});
    let record = json!({
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": format!("{}:2bcfbf39-05c3-41de-beaa-fcfcc21c8f55", topic()),
        "Sns": sns,
    });
    json!({ "Records": [record] }).to_string().into_bytes()
}

/// What a queue gets without raw message delivery: the message in SNS's own envelope. With it the queue gets the message.
#[must_use]
pub fn envelope(message: &[u8], time: SystemTime) -> Vec<u8> {
    let mut envelope = fields(message, time);
    // Unlike in the function's event, the last letters are capitals.
    envelope["SigningCertURL"] = certificate().into();
    envelope["UnsubscribeURL"] = unsubscribe().into();
    envelope.to_string().into_bytes()
}

fn fields(message: &[u8], time: SystemTime) -> Value {
    json!({
        "Type": "Notification",
        "MessageId": MESSAGE_ID,
        "TopicArn": topic(),
        "Subject": "Amazon S3 Notification",
        "Message": String::from_utf8_lossy(message),
        "Timestamp": iso8601(time),
        "SignatureVersion": "1",
        "Signature": "bG9vcGJhY2s=",
    })
}

fn topic() -> String {
    format!("arn:aws:sns:{REGION}:{ACCOUNT}:site-events")
}

fn certificate() -> String {
    format!("https://sns.{REGION}.amazonaws.com/SimpleNotificationService-loopback.pem")
}

fn unsubscribe() -> String {
    format!("https://sns.{REGION}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={}", topic())
}
