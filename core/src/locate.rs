//! From a JSON pointer or a parser's line and column to the bytes of the document.

use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};
use serde_json::value::RawValue;

use crate::error::Error;

/// What `serde_json` found wrong, with the byte at which it found it.
pub(crate) fn json_error(
    code: &'static str,
    error: &serde_json::Error,
    document: &[u8],
    attachment: Option<usize>,
    help: &str,
) -> Error {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let said = message.strip_suffix(place.as_str()).unwrap_or(&message);
    let at = offset(document, error.line(), error.column());
    let message = format!("line {}, column {}: {said}", error.line(), error.column());
    Error::new(code, message, help).at(attachment, at, document.len().min(at + 1))
}

/// Adds the pointer, and the span of what it points at.
pub(crate) fn pointed(mut error: Error, document: &[u8], attachment: Option<usize>, pointer: &str) -> Error {
    if let Some((start, end)) = span_of(document, pointer) {
        error = error.at(attachment, start, end);
    }
    error.pointer = Some(String::from(pointer));
    error
}

/// Moves an error's span from the value at `pointer` into the document that holds it.
pub(crate) fn within(mut error: Error, document: &[u8], pointer: &str) -> Error {
    if let (Some((start, _)), Some(span)) = (span_of(document, pointer), error.span.as_mut()) {
        span.start += start;
        span.end += start;
    }
    error
}

/// Line from 1 and column from 1, in characters, of a byte of a document.
pub(crate) fn line_and_column(document: &[u8], at: usize) -> (usize, usize) {
    let before = &document[..at.min(document.len())];
    let start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
    (memchr::memchr_iter(b'\n', before).count() + 1, column)
}

/// `serde_json` counts lines from 1 and columns in bytes, 0 before the first byte of a line.
fn offset(document: &[u8], line: usize, column: usize) -> usize {
    let start = match line {
        0 | 1 => 0,
        _ => memchr::memchr_iter(b'\n', document).nth(line - 2).map_or(document.len(), |newline| newline + 1),
    };
    (start + column.saturating_sub(1)).min(document.len())
}

/// The bytes of the value that a JSON pointer (RFC 6901) names, without surrounding space.
fn span_of(document: &[u8], pointer: &str) -> Option<(usize, usize)> {
    let text = core::str::from_utf8(document).ok()?;
    let mut value: &RawValue = serde_json::from_str(text).ok()?;
    for token in pointer.split('/').skip(1) {
        value = if value.get().starts_with('[') {
            let items: Vec<&RawValue> = serde_json::from_str(value.get()).ok()?;
            items.get(token.parse::<usize>().ok()?).copied()?
        } else {
            let fields: BTreeMap<String, &RawValue> = serde_json::from_str(value.get()).ok()?;
            fields.get(&token.replace("~1", "/").replace("~0", "~")).copied()?
        };
    }
    let start = value.get().as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    Some((start, start + value.get().len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_finds_its_value() {
        let document = r#" {"a": [1, {"b/c": "x" }] }"#;
        let at = |pointer| span_of(document.as_bytes(), pointer).map(|(start, end)| &document[start..end]);
        assert_eq!(at("/a/1/b~1c"), Some(r#""x""#));
        assert_eq!(at("/a/1"), Some(r#"{"b/c": "x" }"#));
        assert_eq!(at(""), Some(r#"{"a": [1, {"b/c": "x" }] }"#));
        assert_eq!(at("/a/2"), None);
        assert_eq!(at("/z"), None);
    }

    #[test]
    fn line_and_column_become_a_byte() {
        let document = b"{\n  \"a\": ?\n}";
        let error = serde_json::from_slice::<serde_json::Value>(document).unwrap_err();
        let error = json_error("x", &error, document, None, "");
        assert_eq!(document[error.span.unwrap().start], b'?');
    }
}
