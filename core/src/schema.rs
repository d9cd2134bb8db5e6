//! The JSON Schema of a policy, for editors; kept out of builds that do not ask for it.

use alloc::{format, vec::Vec};

/// Draft 2020-12.
const SCHEMA: &str = include_str!("../policy.schema.json");

/// The answer of the operation `schema`, with the schema's file as it is.
pub(crate) fn answer() -> Vec<u8> {
    format!(r#"{{"type":"success","schema":{}}}"#, SCHEMA.trim_ascii()).into_bytes()
}
