//! From a JSON pointer or a parser's line and column to the bytes of the document.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;
use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{diff::bom, error::Error, json::Text};

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
pub(crate) fn span_of(document: &[u8], pointer: &str) -> Option<(usize, usize)> {
    let tokens: Vec<String> =
        pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect();
    let mut parser = serde_json::Deserializer::from_slice(&document[bom(document)..]);
    let value = Seek(&tokens).deserialize(&mut parser).ok()??.get();
    let start = value.as_ptr().addr().checked_sub(document.as_ptr().addr())?;
    Some((start, start + value.len()))
}

/// Goes down to the value at these tokens.
#[derive(Clone, Copy)]
struct Seek<'p>(&'p [String]);

impl<'a> DeserializeSeed<'a> for Seek<'_> {
    type Value = Option<&'a RawValue>;

    fn deserialize<D: Deserializer<'a>>(self, parser: D) -> Result<Self::Value, D::Error> {
        if self.0.is_empty() { <&RawValue>::deserialize(parser).map(Some) } else { parser.deserialize_any(self) }
    }
}

impl<'a> Visitor<'a> for Seek<'_> {
    type Value = Option<&'a RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or an object")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let wanted = self.0[0].parse().unwrap_or(usize::MAX);
        for _ in 0..wanted {
            if list.next_element::<IgnoredAny>()?.is_none() {
                return Ok(None);
            }
        }
        let found = list.next_element_seed(Seek(&self.0[1..]))?.flatten();
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(found)
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(name) = map.next_key_seed(Text)? {
            if name == self.0[0] {
                found = map.next_value_seed(Seek(&self.0[1..]))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
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
