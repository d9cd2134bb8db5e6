//! The viewer's URL of an object, and back.

/// The viewer's canonical URL path of a path of the site (an object key without the origin path): `/`, then the key's
/// bytes, percent-encoded exactly where CloudFront's guide asks for it: non-ASCII, control characters, the unsafe
/// characters of RFC 1738, and a literal `?`. `~` is the exception: browsers send it raw.
#[must_use]
pub fn canonical(site_path: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut url = String::with_capacity(site_path.len() + 1);
    url.push('/');
    for byte in site_path.bytes() {
        if is_unsafe(byte) || byte == b'%' || byte == b'?' {
            url.push('%');
            url.push(char::from(HEX[usize::from(byte >> 4)]));
            url.push(char::from(HEX[usize::from(byte & 15)]));
        } else {
            url.push(char::from(byte));
        }
    }
    url
}

/// Bytes that may not stand raw in an invalidation path (`%` apart, which starts an escape).
pub(super) fn is_unsafe(byte: u8) -> bool {
    byte <= b' ' || byte >= 0x7F || b"<>\"#{}|\\^[]`".contains(&byte)
}

/// The site path that a URL path asks the origin for: without the query and the leading slash, decoded once.
/// `None` when that is not UTF-8, so no object key.
pub(super) fn site_path(url: &str) -> Option<String> {
    let path = url.split('?').next().unwrap_or_default();
    let path = path.strip_prefix('/').unwrap_or(path).as_bytes();
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((&byte, tail)) = rest.split_first() {
        let escaped = (byte == b'%').then(|| tail.get(..2).and_then(hex_pair)).flatten();
        bytes.push(escaped.unwrap_or(byte));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).ok()
}

/// The byte that two hexadecimal digits stand for.
pub(crate) fn hex_pair(digits: &[u8]) -> Option<u8> {
    let [high, low] = *digits else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok());
    Some(digit(high)? << 4 | digit(low)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_documented_characters_are_encoded() {
        let encoded: Vec<char> = (0..128)
            .map(char::from_u32)
            .map(|c| c.expect("ASCII"))
            .filter(|c| canonical(&c.to_string()).len() == 4)
            .collect();
        let controls = (0..32).chain([127]).map(|c| char::from_u32(c).expect("ASCII"));
        let mut expected: Vec<char> = controls.chain(" <>\"#%{}|\\^[]`?".chars()).collect();
        expected.sort_unstable();
        assert_eq!(encoded, expected);
        assert_eq!(canonical("a b/日本~+&;'*.html"), "/a%20b/%E6%97%A5%E6%9C%AC~+&;'*.html");
    }

    #[test]
    fn decoding_is_the_inverse() {
        for path in ["", "index.html", "100%", "a%20b", "日本 語?.html", "\u{1}\u{7f}", "a+b/c"] {
            assert_eq!(site_path(&canonical(path)).as_deref(), Some(path));
        }
        assert_eq!(site_path("/a%zz%4"), Some("a%zz%4".to_owned()), "what is no escape stands for itself");
        assert_eq!(site_path("/%FF"), None);
        assert_eq!(site_path("/a?b=%41"), Some("a".to_owned()));
    }
}
