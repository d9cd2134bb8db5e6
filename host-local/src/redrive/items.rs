//! What the file holds: messages of SQS as the AWS CLI prints them, or events, each by itself, in a list, or one a line.

use serde_json::{Deserializer, Value};

use super::shape::Shape;
use crate::failure::Failure;

/// One event.
pub(crate) struct Item {
    /// As the file has it.
    pub(crate) original: Value,
    /// What is sent, or why nothing can be.
    pub(crate) event: Result<Vec<u8>, String>,
    /// What the function would do with it.
    pub(crate) shape: Shape,
}

pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Item>, Failure> {
    let mut items = Vec::new();
    for value in Deserializer::from_slice(bytes).into_iter() {
        let value: Value = value.map_err(|error| {
            Failure::new(
                format!("the file of events is not JSON: {error}"),
                "give what `aws sqs receive-message` prints, or events as JSON, one or several",
            )
        })?;
        match value {
            Value::Array(values) => items.extend(values.into_iter().map(Item::new)),
            Value::Object(mut fields) if fields.get("Messages").is_some_and(Value::is_array) => {
                let Some(Value::Array(messages)) = fields.remove("Messages") else { continue };
                items.extend(messages.into_iter().map(Item::new));
            }
            value => items.push(Item::new(value)),
        }
    }
    Ok(items)
}

impl Item {
    fn new(original: Value) -> Self {
        // A message of SQS has its text in `Body`; no event that the function serves has such a field.
        let event = match original.get("Body").and_then(Value::as_str) {
            Some(body) => serde_json::from_str(body).map_err(|_| "the message's body is not JSON".to_owned()),
            None => Ok(original.clone()),
        };
        let event = event.map(unwrapped);
        let shape = match &event {
            Ok(event) => Shape::of(event),
            Err(why) => Shape::new("unreadable", why.clone()),
        };
        Self { original, event: event.map(|event| event.to_string().into_bytes()), shape }
    }
}

/// A Lambda destination puts the event that failed beside what became of it.
fn unwrapped(mut event: Value) -> Value {
    let is_record = event.get("requestContext").is_some_and(Value::is_object);
    match event.get_mut("requestPayload") {
        Some(payload) if is_record => payload.take(),
        _ => event,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn events(text: &str) -> Vec<String> {
        let items = read(text.as_bytes()).ok().expect("JSON");
        items
            .into_iter()
            .map(|item| item.event.map_or_else(|why| why, |event| String::from_utf8(event).unwrap_or_default()))
            .collect()
    }

    #[test]
    fn every_form_of_a_file_holds_the_same_events() {
        let message = |body: &str| json!({ "MessageId": "m", "ReceiptHandle": "r", "Body": body });
        let wrapped = json!({ "version": "1.0", "requestContext": {}, "requestPayload": { "b": 2 } }).to_string();
        let printed = json!({ "Messages": [message("{\"a\":1}"), message(&wrapped)] });
        let both = [r#"{"a":1}"#, r#"{"b":2}"#];
        assert_eq!(events(&printed.to_string()), both);
        assert_eq!(events(&format!("{printed:#}\n{{\"c\":3}}"))[2], r#"{"c":3}"#);
        assert_eq!(events("{\"a\":1}\n{\"b\":2}\n"), both);
        assert_eq!(events(r#"[{"a":1},{"b":2}]"#), both);
        assert_eq!(events(&wrapped), [both[1]]);
        assert_eq!(events(""), [""; 0]);
        assert_eq!(events(&json!({ "Messages": [message("no")] }).to_string()), ["the message's body is not JSON"]);
        assert!(read(b"{\"a\":").is_err());
    }
}
