//! The one escape for names in JSON: UTF-8 text, with `\` as `\\` and each byte that is not part of valid UTF-8 as `\xHH`.
//!
//! git and S3 disagree on what a name may hold: git's are any bytes, JSON's strings are Unicode. The escape is lossless,
//! and leaves the names that people really use as they are.

use alloc::{borrow::Cow, string::String, vec::Vec};

/// Writes bytes as text that [`unescape`] turns back into the same bytes; plain text stays where it is.
///
/// ```
/// assert_eq!(purgeplan_core::escape("naïve.html".as_bytes()), "naïve.html");
/// assert_eq!(purgeplan_core::escape(b"a\\b\xff"), r"a\\b\xFF");
/// ```
#[must_use]
pub fn escape(bytes: &[u8]) -> Cow<'_, str> {
    match core::str::from_utf8(bytes) {
        Ok(text) if memchr::memchr(b'\\', bytes).is_none() => Cow::Borrowed(text),
        _ => Cow::Owned(written(bytes)),
    }
}

fn written(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(&chunk.valid().replace('\\', r"\\"));
        for byte in chunk.invalid() {
            text.push_str("\\x");
            push_hex(*byte, &mut text);
        }
    }
    text
}

/// Reads what [`escape`] wrote.
///
/// # Errors
/// The byte offset of a backslash that begins neither `\\` nor `\xHH`.
///
/// ```
/// assert_eq!(purgeplan_core::unescape(r"a\\b\xFF"), Ok(b"a\\b\xff".to_vec()));
/// assert_eq!(purgeplan_core::unescape(r"a\b"), Err(1));
/// ```
pub fn unescape(text: &str) -> Result<Vec<u8>, usize> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first != b'\\' {
            bytes.push(first);
            rest = tail;
            continue;
        }
        rest = match tail {
            [b'\\', tail @ ..] => {
                bytes.push(b'\\');
                tail
            }
            [b'x', high, low, tail @ ..] if let (Some(high), Some(low)) = (hex(*high), hex(*low)) => {
                bytes.push(high << 4 | low);
                tail
            }
            _ => return Err(text.len() - rest.len()),
        };
    }
    Ok(bytes)
}

/// Decodes `%HH`, once, and with `plus` each `+` as the blank that it is in forms; or says where a `%` stands that two
/// hexadecimal digits do not follow.
pub(crate) fn percent_decoded(text: &[u8], plus: bool) -> Result<Vec<u8>, usize> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, mut tail)) = rest.split_first() {
        bytes.push(match first {
            b'%' => {
                let [high, low, behind @ ..] = tail else { return Err(text.len() - rest.len()) };
                tail = behind;
                let (Some(high), Some(low)) = (hex(*high), hex(*low)) else { return Err(text.len() - rest.len()) };
                high << 4 | low
            }
            b'+' if plus => b' ',
            _ => first,
        });
        rest = tail;
    }
    Ok(bytes)
}

/// Appends a byte as two upper-case hexadecimal digits; `write!` would take ten times as long.
pub(crate) fn push_hex(byte: u8, text: &mut String) {
    for digit in [byte >> 4, byte & 15] {
        text.push(char::from(b"0123456789ABCDEF"[usize::from(digit)]));
    }
}

/// The value of one hexadecimal digit of either case.
pub(crate) fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn escape_is_lossless(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(unescape(&escape(&bytes)), Ok(bytes));
        }

        #[test]
        fn text_without_backslash_stays_as_it_is(text in "[^\\\\]*") {
            prop_assert_eq!(escape(text.as_bytes()), &*text);
        }
    }
}
