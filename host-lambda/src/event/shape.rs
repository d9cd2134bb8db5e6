//! What is said of events that are not served. Only names are told, never content: it may hold credentials.

use serde_json::Value;

use super::printable;
use crate::failure::Failure;

/// What to do when an event is not one that the function serves.
pub(super) const SEND: &str = "send the bucket's S3 notifications (`s3:ObjectCreated:*`, `s3:ObjectRemoved:*`; straight, \
                               or through SNS, SQS or EventBridge), or call the function from CodePipeline";

pub(super) fn not_json(error: &str) -> Failure {
    Failure::new("event-not-json", format!("the event is not JSON: {}", printable(error)), SEND)
}

/// Names what was seen by its top-level keys alone.
pub(super) fn unknown(event: &Value) -> Failure {
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
    Failure::new("event-shape", format!("the event is of no kind that this function serves: it is {seen}"), SEND)
}

/// A push is no deploy: what it changed is not in the bucket yet.
pub(super) fn push() -> Failure {
    Failure::new(
        "event-push",
        "the event is a push to CodeCommit, which comes before the deploy: a purge now would let the edge cache the old \
         objects again",
        "call the function when the deploy is done: from the pipeline, by its success events, or by the bucket's events",
    )
}

/// At most 40 characters of a name that someone else chose.
pub(super) fn short(name: &str) -> String {
    let start: String = name.chars().take(40).collect();
    printable(&start)
}
