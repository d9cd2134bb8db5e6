//! From a JSON pointer or a parser's line and column to the bytes of the document.

use alloc::{
    format,
    string::{String, ToString},
};

use crate::{
    diff::{bom, split},
    error::Error,
    json::{Document, Json},
};

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
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
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

/// The bytes of the value that a JSON pointer (RFC 6901) names, without surrounding space. The document has been read: it
/// is known to be JSON.
pub(crate) fn span_of(document: &[u8], pointer: &str) -> Option<(usize, usize)> {
    let mut scan = Scan { bytes: document, at: bom(document) };
    for token in split(pointer.as_bytes(), b'/').skip(1) {
        let token = String::from_utf8_lossy(token).replace("~1", "/").replace("~0", "~");
        scan.enter(&token)?;
    }
    scan.next()?;
    let start = scan.at;
    scan.pass_value()?;
    // What nobody reads of a document may be no text; then there is no value to show.
    str::from_utf8(&document[start..scan.at]).ok()?;
    Some((start, scan.at))
}

/// A place in a document.
struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    /// Goes to the next byte that is no white space.
    fn next(&mut self) -> Option<u8> {
        while self.bytes.get(self.at)?.is_ascii_whitespace() {
            self.at += 1;
        }
        Some(self.bytes[self.at])
    }

    /// Passes over the text that begins here.
    fn pass_text(&mut self) -> Option<()> {
        loop {
            self.at += 1;
            match self.bytes.get(self.at)? {
                b'\\' => self.at += 1,
                b'"' => break,
                _ => {}
            }
        }
        self.at += 1;
        Some(())
    }

    /// Passes over the value that begins here.
    fn pass_value(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.next()? {
                b'"' => self.pass_text()?,
                b'{' | b'[' => (depth, self.at) = (depth + 1, self.at + 1),
                b'}' | b']' => (depth, self.at) = (depth.checked_sub(1)?, self.at + 1),
                b',' | b':' => self.at += 1,
                _ => {
                    let rest = &self.bytes[self.at..];
                    let scalar = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
                    self.at += rest.iter().take_while(scalar).count().max(1);
                }
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    /// Goes to the value of this name or index in the object or list that begins here: of several, the last.
    fn enter(&mut self, token: &str) -> Option<()> {
        let is_object = match self.next()? {
            b'{' => true,
            b'[' => false,
            _ => return None,
        };
        let wanted: usize = token.parse().unwrap_or(usize::MAX);
        let (mut index, mut found) = (0, None);
        self.at += 1;
        loop {
            match self.next()? {
                b'}' | b']' => break,
                b',' => self.at += 1,
                _ => {}
            }
            self.next()?;
            let mut is_wanted = index == wanted;
            if is_object {
                let name = self.at;
                self.pass_text()?;
                is_wanted = is_text(&self.bytes[name..self.at], token);
                self.next()?;
                self.at += 1;
                self.next()?;
            }
            if is_wanted {
                found = Some(self.at);
            }
            self.pass_value()?;
            index += 1;
        }
        self.at = found?;
        Some(())
    }
}

/// Whether a text in quotes, as it stands in a document, is this one.
fn is_text(bytes: &[u8], text: &str) -> bool {
    let document = Document { bytes, attachment: None, code: "", help: "" };
    matches!(document.tree(None), Ok(Json::String(read)) if read == text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn value() -> impl Strategy<Value = Value> {
        let text = r#"[a-c/~"\\\[\]{}:, é]{0,3}"#;
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-9..99_i64).prop_map(Value::from),
            text.prop_map(Value::from)
        ];
        scalar.prop_recursive(4, 40, 5, move |inner| {
            let list = proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from);
            let object = proptest::collection::btree_map(text, inner, 0..5);
            prop_oneof![list, object.prop_map(|fields| Value::Object(fields.into_iter().collect()))]
        })
    }

    /// Checks the value at `pointer` of a document and all within it.
    fn check(document: &str, pointer: &str, value: &Value) {
        let (start, end) = span_of(document.as_bytes(), pointer).unwrap();
        assert_eq!(&serde_json::from_str::<Value>(&document[start..end]).unwrap(), value, "{document} {pointer}");
        assert_eq!(document[start..end].trim(), &document[start..end]);
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    check(document, &format!("{pointer}/{index}"), item);
                }
            }
            Value::Object(fields) => {
                for (name, field) in fields {
                    check(document, &format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")), field);
                }
            }
            _ => {}
        }
        for none in ["7", "-", "no"] {
            assert_eq!(span_of(document.as_bytes(), &format!("{pointer}/{none}")), None, "{document} {pointer}");
        }
    }

    proptest! {
        #[test]
        fn every_value_of_a_document_is_found(value in value()) {
            check(&value.to_string(), "", &value);
            check(&serde_json::to_string_pretty(&value).unwrap(), "", &value);
        }
    }

    #[test]
    fn a_pointer_finds_its_value() {
        let document = r#" {"a": [1, {"b/c": "x" }] }"#;
        let at = |pointer| span_of(document.as_bytes(), pointer).map(|(start, end)| &document[start..end]);
        assert_eq!(at("/a/1/b~1c"), Some(r#""x""#));
        assert_eq!(at("/a/1"), Some(r#"{"b/c": "x" }"#));
        assert_eq!(at(""), Some(r#"{"a": [1, {"b/c": "x" }] }"#));
        assert_eq!((at("/a/2"), at("/a/0/0"), at("/a/1/b~1c/0")), (None, None, None));
        let document = r#"{"\u0061": -1.5e+3, "b": "]\"}", "c": {}, "d": [[], true,null ], "b": 2}"#;
        let at = |pointer| span_of(document.as_bytes(), pointer).map(|(start, end)| &document[start..end]);
        assert_eq!((at("/a"), at("/b"), at("/c"), at("/c/b")), (Some("-1.5e+3"), Some("2"), Some("{}"), None));
        assert_eq!((at("/d/0"), at("/d/1"), at("/d/2")), (Some("[]"), Some("true"), Some("null")));
        assert_eq!((at("/z"), at("/d/3"), at("/d/d")), (None, None, None));
    }

    #[test]
    fn line_and_column_become_a_byte() {
        let document = b"{\n  \"a\": ?\n}";
        let error = serde_json::from_slice::<Value>(document).unwrap_err();
        let error = json_error("x", &error, document, None, "");
        assert_eq!(document[error.span.unwrap().start], b'?');
    }
}
