//! The JSON Schema of a policy, for editors; kept out of builds that do not ask for it.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::answer::Success;

/// Draft 2020-12.
const SCHEMA: &str = include_str!("../policy.schema.json");

#[derive(Serialize)]
pub(crate) struct SchemaAnswer {
    #[serde(rename = "type")]
    kind: Success,
    schema: &'static RawValue,
}

impl SchemaAnswer {
    pub(crate) fn new() -> Self {
        Self {
            kind: Success,
            schema: serde_json::from_str(SCHEMA).expect("the schema's file is JSON; a test reads it"),
        }
    }
}
