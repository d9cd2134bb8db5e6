//! The query of a URL.

use crate::edge::hex_pair;

/// The decoded value of a parameter; empty when it has none, `None` when it is not there.
pub(crate) fn value(query: &str, name: &str) -> Option<String> {
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.into_iter().find(|(key, _)| decode(key) == name).map(|(_, value)| decode(value))
}

/// Percent-decoded once, `+` as a space; bytes that are not UTF-8 become U+FFFD.
pub(crate) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let escaped = (byte == b'%').then(|| tail.get(..2).and_then(hex_pair)).flatten();
        bytes.push(escaped.unwrap_or(if byte == b'+' { b' ' } else { byte }));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn parameters_are_decoded_once() {
        let query = "list-type=2&prefix=a+b%2Bc%2520%E6%97%A5&empty";
        assert_eq!(super::value(query, "prefix").as_deref(), Some("a b+c%20日"));
        assert_eq!(super::value(query, "empty").as_deref(), Some(""));
        assert_eq!(super::value(query, "type"), None);
    }
}
