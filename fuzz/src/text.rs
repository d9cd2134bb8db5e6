//! Paths as text, by the documented rules alone.

/// The decoded bytes of a path as it is sent; `None` when an escape is broken or needless.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut rest) = (Vec::new(), text);
    while let Some(first) = rest.bytes().next() {
        let len = if first == b'%' { 3 } else { 1 };
        let unit = rest.get(..len)?;
        let byte = if first == b'%' { u8::from_str_radix(&unit[1..], 16).ok()? } else { first };
        if (first == b'%') != is_encoded(byte) || (first == b'%' && unit != unit.to_ascii_uppercase()) {
            return None;
        }
        bytes.push(byte);
        rest = &rest[len..];
    }
    Some(bytes)
}

/// Whether the API wants this byte escaped: what is not printable ASCII, RFC 1738's unsafe characters but `~`, and `?`.
pub(crate) fn is_encoded(byte: u8) -> bool {
    !(0x21..0x7f).contains(&byte) || b" <>\"#%{}|\\^[]`?".contains(&byte)
}

/// Whether the API takes the path: a slash first, at most 4,000 characters, no `~`, only whole and needed escapes.
pub(crate) fn is_accepted(path: &str) -> bool {
    path.starts_with('/') && path.len() <= 4000 && !path.contains('~') && decode(path).is_some()
}

/// Where characters end: UTF-8 that more bytes could still complete is not whole; a broken byte is one of its own.
pub(crate) fn is_whole(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Err(error) = std::str::from_utf8(rest) {
        let Some(len) = error.error_len() else { return false };
        rest = &rest[error.valid_up_to() + len..];
    }
    true
}
