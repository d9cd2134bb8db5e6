//! What CloudFront accepts as an invalidation path, and which URLs it matches.

use super::url::{hex_pair, is_unsafe};

/// The most characters of a path.
pub const MAX_PATH: usize = 4_000;

/// The two readings of a trailing `*`. The guide says zero or more characters; users saw `/dir/*` leave `/dir/` stale
/// (pulumi/docs#21786), so a purge has to be right under both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WildcardReading {
    /// As documented: `/dir/*` purges `/dir/` too.
    ZeroOrMore,
    /// As observed: `/dir/*` leaves `/dir/` alone, and `/*` leaves `/`.
    #[default]
    OneOrMore,
}

/// Whether a path counts as a wildcard: only a `*` at its end is one.
#[must_use]
pub fn is_wildcard(path: &str) -> bool {
    path.ends_with('*')
}

/// Why CloudFront would refuse the path; `None` when it takes it.
#[must_use]
pub fn fault(path: &str) -> Option<String> {
    if !path.starts_with('/') {
        return Some("it does not start with a slash".to_owned());
    }
    let length = path.chars().count();
    if length > MAX_PATH {
        return Some(format!("it has {length} characters, more than {MAX_PATH}"));
    }
    let bytes = path.as_bytes();
    for (at, &byte) in bytes.iter().enumerate() {
        if byte == b'~' {
            return Some("it has a raw `~`".to_owned());
        }
        if is_unsafe(byte) {
            return Some(format!("byte 0x{byte:02X} at {at} is not percent-encoded"));
        }
        if byte == b'%' && bytes.get(at + 1..at + 3).and_then(hex_pair).is_none() {
            return Some(format!("the `%` at {at} starts no escape"));
        }
    }
    None
}

/// Whether a path purges what is cached under a URL. Bytes are compared as they are: an over-encoded path matches no
/// canonical URL, an inner `*` is literal, and `%7E` is not `~`.
#[must_use]
pub fn matches(path: &str, url: &str, reading: WildcardReading) -> bool {
    match path.strip_suffix('*') {
        None => path == url,
        Some(prefix) => url.starts_with(prefix) && (reading == WildcardReading::ZeroOrMore || url.len() > prefix.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_paths_are_refused() {
        let long = format!("/{}", "a".repeat(MAX_PATH));
        let bad =
            ["", "a", "*", "#tag", "/a b", "/a~b", "/é", "/%", "/%4", "/%G1", "/a#b", "/[", "/\u{7f}", "/\n", &long];
        for path in bad {
            assert!(fault(path).is_some(), "{path}");
        }
        let good = ["/", "/*", "/a%20b", "/%7E", "/a*b", "/a?b=c", "/+&;'", "/%e3", &long[..MAX_PATH]];
        for path in good {
            assert_eq!(fault(path), None, "{path}");
        }
    }

    #[test]
    fn only_a_last_star_is_a_wildcard() {
        let one = WildcardReading::OneOrMore;
        assert!(matches("/dir*", "/dir2/x", one));
        assert!(matches("/a*b", "/a*b", one));
        assert!(!matches("/a*b", "/axb", one));
        assert!(!matches("/%2A", "/*", one));
        assert!(!matches("/%61", "/a", one));
        assert!(!matches("/%7E", "/~", one));
        assert!(!matches("/A", "/a", one));
        assert!(!matches("/a", "/a?b=c", one));
        assert!(matches("/a?b=c", "/a?b=c", one));
        assert!(matches("/a*", "/a?b=c", one));
    }

    #[test]
    fn the_readings_differ_at_the_prefix_itself() {
        assert!(!matches("/dir/*", "/dir/", WildcardReading::OneOrMore));
        assert!(matches("/dir/*", "/dir/", WildcardReading::ZeroOrMore));
        assert!(!matches("/dir/*", "/dir", WildcardReading::ZeroOrMore));
    }
}
