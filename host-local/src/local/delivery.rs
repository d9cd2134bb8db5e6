//! How AWS hands events to the function, and again when they fail: Lambda's asynchronous tries, and a queue's messages.

use std::collections::BTreeSet;
use std::time::SystemTime;

use bytes::Bytes;
use purgeplan_loopback::Loopback;
use purgeplan_loopback::events::sqs::{self, Message};
use serde_json::Value;

use super::function::{Call, Function, Line};
use super::trouble::Trouble;
use crate::failure::Failure;

/// Lambda tries an asynchronous event three times.
pub(crate) const TRIES: usize = 3;
/// Most receives of a message before its queue gives it to the dead-letter queue (`maxReceiveCount`).
const RECEIVES: u32 = 5;
/// Most records, and bytes, of one batch for a function (AWS Lambda Developer Guide, Amazon SQS).
const BATCH: (usize, usize) = (10_000, 6_000_000);
/// What a record takes besides its body.
const RECORD: usize = 700;

/// AWS's side of the function.
pub(crate) struct Delivery<'a> {
    pub(crate) aws: &'a Loopback,
    pub(crate) function: &'a mut Function,
    pub(crate) trouble: Trouble,
    /// What the function has logged.
    pub(crate) lines: Vec<Line>,
}

impl<'a> Delivery<'a> {
    pub(crate) fn new(aws: &'a Loopback, function: &'a mut Function, trouble: Trouble) -> Self {
        Self { aws, function, trouble, lines: Vec::new() }
    }

    /// Sends an event as Lambda does, tried again when it fails. The inner error: every try failed, and Lambda would
    /// hand the event to the dead-letter queue.
    pub(crate) async fn event(&mut self, event: &[u8]) -> Result<Result<Bytes, String>, Failure> {
        let mut error = String::new();
        for one in 1..=TRIES {
            match self.invoke(event, one == TRIES).await? {
                Ok(answer) => return Ok(Ok(answer)),
                Err(failed) => error = failed,
            }
        }
        Ok(Err(error))
    }

    /// Hands messages over in batches, and those that failed again. Yields the numbers of those that failed for good,
    /// and why.
    pub(crate) async fn queue(&mut self, bodies: Vec<Vec<u8>>) -> Result<Vec<(usize, String)>, Failure> {
        let sent = SystemTime::now();
        let message =
            |(at, body): (usize, Vec<u8>)| (at, Message { id: sqs::message_id(at), body, receive_count: 0, sent });
        let mut waiting: Vec<(usize, Message)> = bodies.into_iter().enumerate().map(message).collect();
        let mut error = String::new();
        for receive in 1..=RECEIVES {
            let mut again = Vec::new();
            for mut batch in batches(std::mem::take(&mut waiting)) {
                for (_, message) in &mut batch {
                    message.receive_count = receive;
                }
                let messages: Vec<Message> = batch.iter().map(|(_, message)| message.clone()).collect();
                match self.invoke(&sqs::event(&messages), receive == RECEIVES).await? {
                    Ok(answer) => {
                        let failed = item_failures(&answer);
                        batch.retain(|(_, message)| failed.contains(&message.id));
                        if !batch.is_empty() {
                            "handed back by the function, which says why in its log".clone_into(&mut error);
                        }
                    }
                    // Without an answer, Lambda gives back the whole batch.
                    Err(failed) => error = failed,
                }
                again.extend(batch);
            }
            waiting = again;
            if waiting.is_empty() {
                break;
            }
        }
        Ok(waiting.into_iter().map(|(at, _)| (at, error.clone())).collect())
    }

    /// One try; `last`: nobody tries again.
    pub(crate) async fn invoke(&mut self, event: &[u8], last: bool) -> Result<Result<Bytes, String>, Failure> {
        self.trouble.prepare(self.aws, last);
        let Call { lines, end } = self.function.invoke(self.aws, event).await?;
        self.lines.extend(lines);
        Ok(end)
    }
}

/// The messages in batches that Lambda takes.
fn batches(messages: Vec<(usize, Message)>) -> Vec<Vec<(usize, Message)>> {
    let mut batches = Vec::new();
    let (mut batch, mut bytes) = (Vec::new(), 0);
    for message in messages {
        let size = message.1.body.len() + RECORD;
        if !batch.is_empty() && (batch.len() == BATCH.0 || bytes + size > BATCH.1) {
            batches.push(std::mem::take(&mut batch));
            bytes = 0;
        }
        bytes += size;
        batch.push(message);
    }
    batches.extend((!batch.is_empty()).then_some(batch));
    batches
}

/// The ids in `batchItemFailures`.
fn item_failures(answer: &[u8]) -> BTreeSet<String> {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let failures = answer["batchItemFailures"].as_array().map(Vec::as_slice).unwrap_or_default();
    failures.iter().filter_map(|failure| failure["itemIdentifier"].as_str()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_has_at_most_ten_thousand_messages_and_six_megabytes() {
        let of = |count: usize, size: usize| {
            let message = |at| {
                let body = vec![b'x'; size];
                (at, Message { id: String::new(), body, receive_count: 0, sent: SystemTime::UNIX_EPOCH })
            };
            batches((0..count).map(message).collect()).iter().map(Vec::len).collect::<Vec<_>>()
        };
        assert_eq!(of(0, 1), [0; 0]);
        assert_eq!(of(8_000, 1), [8_000]);
        assert_eq!(of(5, 2_000_000), [2, 2, 1]);
        assert_eq!(of(2, 9_000_000), [1, 1], "one that is too large stands alone");
    }

    #[test]
    fn only_the_named_messages_failed() {
        let answer = br#"{"batchItemFailures":[{"itemIdentifier":"b"}]}"#;
        assert_eq!(item_failures(answer), BTreeSet::from(["b".to_owned()]));
        assert_eq!(item_failures(b"{}"), BTreeSet::new());
    }
}
