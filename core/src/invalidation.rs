//! Invalidation paths: how the API wants them written, and the narrowest safe substitute where it takes none.
//!
//! Source of every rule: Amazon CloudFront Developer Guide, "What you need to know when invalidating files" and
//! "Quotas"; what the guide leaves open is as users observed it and is named where it is used.

use alloc::{string::String, sync::Arc};
use core::cmp::Ordering;

use purgeplan_lines::{count_marked, order};

use crate::{escape::push_hex, names::UrlPath};

/// Most characters in one invalidation path, counted as sent (encoded).
pub const MAX_PATH_CHARACTERS: usize = 4000;
/// Most paths in progress for one distribution, and so in one request.
pub const MAX_PATHS_IN_PROGRESS: usize = 3000;
/// Most wildcard paths in progress for one distribution.
pub const MAX_WILDCARDS_IN_PROGRESS: usize = 15;

/// A path as `CreateInvalidation` accepts it: encoded, relative to the distribution.
///
/// ```
/// # use purgeplan_core::{InvalidationPath, UrlPath};
/// let (path, substitution) = InvalidationPath::covering(&UrlPath::below_root("日本.html".as_bytes()));
/// assert_eq!(path.as_str(), "/%E6%97%A5%E6%9C%AC.html");
/// assert!(substitution.is_none());
/// ```
// INVARIANT: begins with `/`, printable ASCII without RFC 1738's unsafe characters, `?` or `~`, at most 4,000 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidationPath(Arc<str>);

impl Ord for InvalidationPath {
    fn cmp(&self, other: &Self) -> Ordering {
        order(self.0.as_bytes(), other.0.as_bytes())
    }
}

impl AsRef<[u8]> for InvalidationPath {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl PartialOrd for InvalidationPath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Why a path is wider than the URL it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Substitution {
    /// A raw `~` is rejected, and `%7E` is accepted and purges nothing (aws/aws-sdk#525).
    Tilde,
    /// A `*` at the end is a wildcard; whether `%2A` would match it is not documented.
    TrailingAsterisk,
    /// Over [`MAX_PATH_CHARACTERS`].
    TooLong,
    /// The policy says that the URL is cached once for each query string: only a wildcard reaches them all.
    QueryString,
}

impl InvalidationPath {
    /// The narrowest path that purges `url`, and why it is wider than the URL when it has to be.
    pub(crate) fn narrowest(url: &UrlPath) -> (Self, Option<Substitution>) {
        let bytes = url.as_bytes();
        if let Some(tilde) = memchr::memchr(b'~', bytes) {
            return (Self::wildcard(&bytes[..tilde]), Some(Substitution::Tilde));
        }
        let text = encode(bytes);
        if text.len() > MAX_PATH_CHARACTERS {
            return (Self::wildcard(bytes), Some(Substitution::TooLong));
        }
        let substitution = text.ends_with('*').then_some(Substitution::TrailingAsterisk);
        (Self(text.into()), substitution)
    }

    /// The wildcard for every URL that begins with `url`, and why it is wider than that when it has to be.
    pub(crate) fn narrowest_wildcard(url: &UrlPath) -> (Self, Option<Substitution>) {
        let bytes = url.as_bytes();
        let tilde = memchr::memchr(b'~', bytes);
        let path = Self::wildcard(&bytes[..tilde.unwrap_or(bytes.len())]);
        let substitution = match tilde {
            Some(_) => Some(Substitution::Tilde),
            None => (encoded_length(bytes) >= MAX_PATH_CHARACTERS).then_some(Substitution::TooLong),
        };
        (path, substitution)
    }

    /// [`Self::narrowest`] with the substitution as its stable code (`tilde`, `trailing-asterisk`, `too-long`).
    #[must_use]
    pub fn covering(url: &UrlPath) -> (Self, Option<&'static str>) {
        let (path, substitution) = Self::narrowest(url);
        (path, substitution.map(Substitution::code))
    }

    /// The wildcard for everything that begins with `prefix`, cut to the longest whole character that fits.
    fn wildcard(prefix: &[u8]) -> Self {
        let mut text = String::new();
        let mut add = |character: &[u8]| {
            let before = text.len();
            encode_into(character, &mut text);
            let fits = text.len() < MAX_PATH_CHARACTERS;
            if !fits {
                text.truncate(before);
            }
            fits
        };
        for chunk in prefix.utf8_chunks() {
            let all_fit = chunk.valid().chars().all(|character| add(character.encode_utf8(&mut [0; 4]).as_bytes()))
                && chunk.invalid().chunks(1).all(&mut add);
            if !all_fit {
                break;
            }
        }
        text.push('*');
        Self(text.into())
    }

    /// The wildcard after `prefix`: encoded text that ends on a whole character and leaves room for the `*`.
    pub(crate) fn beginning_with(prefix: &str) -> Self {
        debug_assert!(prefix.starts_with('/') && prefix.len() < MAX_PATH_CHARACTERS, "a path begins with a slash");
        Self((String::from(prefix) + "*").into())
    }

    /// The text that is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the wildcard, when the path is one. `*` is a wildcard only as the last character.
    #[must_use]
    pub fn wildcard_prefix(&self) -> Option<&str> {
        self.0.strip_suffix('*')
    }

    /// Whether purging `self` certainly purges all that `other` would.
    ///
    /// Sound under both readings of `/dir/*`: the guide says zero or more characters, users saw `/dir/` itself left
    /// stale (pulumi/docs#21786), so a wildcard is not trusted to cover its own prefix.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self == other
            || self.wildcard_prefix().is_some_and(|prefix| other.0.len() > prefix.len() && other.0.starts_with(prefix))
    }
}

impl Substitution {
    pub(crate) const ALL: [Self; 4] = [Self::Tilde, Self::TrailingAsterisk, Self::TooLong, Self::QueryString];

    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Tilde => "tilde",
            Self::TrailingAsterisk => "trailing-asterisk",
            Self::TooLong => "too-long",
            Self::QueryString => "query-string",
        }
    }

    pub(crate) fn why(self) -> &'static str {
        match self {
            Self::Tilde => "CloudFront rejects `~` in a path and ignores `%7E`",
            Self::TrailingAsterisk => "a `*` at the end of a path is a wildcard",
            Self::TooLong => "a path holds at most 4,000 characters",
            Self::QueryString => "`query_strings` says that it is cached once for each query string",
        }
    }

    pub(crate) fn help(self) -> &'static str {
        match self {
            Self::Tilde => {
                "name the file without `~` (webpack: `output.filename`, `optimization.runtimeChunk.name`) to purge it alone"
            }
            Self::TrailingAsterisk => "name the file without a final `*` to purge it alone",
            Self::TooLong => "shorten the name to purge it alone",
            Self::QueryString => {
                "keep query strings out of the cache key, and the file out of `query_strings`, to purge it alone"
            }
        }
    }
}

/// A URL path as answers show it.
pub(crate) fn shown(url: &UrlPath, wildcard: bool) -> String {
    let mut text = encode(url.as_bytes());
    if wildcard {
        text.push('*');
    }
    text
}

/// A URL path as viewers send it and as the invalidation API wants it, of any length.
pub(crate) fn encode(path: &[u8]) -> String {
    let mut text = String::with_capacity(path.len());
    encode_into(path, &mut text);
    text
}

fn encoded_length(path: &[u8]) -> usize {
    path.len() + 2 * count_marked(path, &MUST_BE_ENCODED)
}

fn encode_into(path: &[u8], text: &mut String) {
    // Most paths are plain, and then they are copied whole.
    if count_marked(path, &MUST_BE_ENCODED) == 0
        && let Ok(plain) = core::str::from_utf8(path)
    {
        return text.push_str(plain);
    }
    for &byte in path {
        if MUST_BE_ENCODED[usize::from(byte)] {
            text.push('%');
            push_hex(byte, text);
        } else {
            text.push(char::from(byte));
        }
    }
}

/// RFC 1738's unsafe characters, control characters, non-ASCII bytes, and `?`, which would begin a query string.
///
/// Nothing else: an over-encoded path is accepted and purges nothing. `~` is unsafe in RFC 1738 too, but `%7E` purges
/// nothing, so [`InvalidationPath::narrowest`] never sends one.
const MUST_BE_ENCODED: [bool; 256] = {
    let unsafe_characters = b"<>\"#%{}|\\^[]`?";
    let mut must = [true; 256];
    let mut byte = b'!';
    while byte <= b'~' {
        must[byte as usize] = false;
        byte += 1;
    }
    let mut at = 0;
    while at < unsafe_characters.len() {
        must[unsafe_characters[at] as usize] = true;
        at += 1;
    }
    must
};

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, vec::Vec};
    use proptest::prelude::*;

    fn path(rest: &[u8]) -> (String, Option<&'static str>) {
        let (path, substitution) = InvalidationPath::covering(&UrlPath::below_root(rest));
        (String::from(path.as_str()), substitution)
    }

    #[test]
    fn trap_22_exactly_the_documented_characters_are_encoded() {
        let encoded: Vec<char> = (0x20..0x7f_u8)
            .filter(|byte| *byte != b'~')
            .filter(|byte| encode(&[*byte]) != String::from(char::from(*byte)))
            .map(char::from)
            .collect();
        assert_eq!(encoded.iter().collect::<String>(), " \"#%<>?[\\]^`{|}");
        assert_eq!(path("é\u{7f}\n".as_bytes()).0, "/%C3%A9%7F%0A");
    }

    #[test]
    fn trap_23_nothing_is_over_encoded() {
        let raw = b"-_.!$&'()+,;=:@abcXYZ019*x";
        assert_eq!(path(raw), (format!("/{}", core::str::from_utf8(raw).unwrap()), None));
    }

    #[test]
    fn trap_24_a_tilde_becomes_the_wildcard_before_it() {
        assert_eq!(path(b"js/runtime~main~x.js"), ("/js/runtime*".into(), Some("tilde")));
        assert_eq!(path(b"~user/a.html"), ("/*".into(), Some("tilde")));
    }

    #[test]
    fn trap_25_query_fragment_percent_and_trailing_asterisk() {
        assert_eq!(path(b"a?b#c%d"), ("/a%3Fb%23c%25d".into(), None));
        assert_eq!(path(b"a*"), ("/a*".into(), Some("trailing-asterisk")));
        assert_eq!(path(b"a*b"), ("/a*b".into(), None));
    }

    #[test]
    fn a_path_over_4000_characters_is_cut_on_a_whole_character() {
        let (text, substitution) = path("日".repeat(500).as_bytes());
        assert_eq!(substitution, Some("too-long"));
        // "/" + 444 characters of 9 + "*" = 3,998; one more character would pass the limit.
        assert_eq!(text.len(), 3998);
        assert!(text.ends_with("%E6%97%A5*"));
        assert_eq!(path(&[b'a'; 3999]).0.len(), 4000);
        assert_eq!(path(&[b'a'; 4000]).0.len(), 4000);
    }

    #[test]
    fn a_wildcard_is_not_trusted_with_its_own_prefix() {
        let below = InvalidationPath::beginning_with("/dir/");
        assert!(!below.covers(&InvalidationPath::narrowest(&UrlPath::below_root(b"dir/")).0));
        assert!(below.covers(&InvalidationPath::narrowest(&UrlPath::below_root(b"dir/x")).0));
        assert!(!below.covers(&InvalidationPath::narrowest(&UrlPath::below_root(b"dir2/x")).0));
    }

    proptest! {
        #[test]
        fn every_path_is_one_the_api_accepts(rest in proptest::collection::vec(any::<u8>(), 0..5000)) {
            let (text, _) = path(&rest);
            prop_assert!(text.starts_with('/') && text.len() <= MAX_PATH_CHARACTERS);
            let accepted = text.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"#{}|\\^[]`?~".contains(&b));
            prop_assert!(accepted);
            let mut rest = text.as_bytes();
            while let Some(at) = memchr::memchr(b'%', rest) {
                prop_assert!(rest[at + 1].is_ascii_hexdigit() && rest[at + 2].is_ascii_hexdigit());
                rest = &rest[at + 3..];
            }
        }

        #[test]
        fn the_path_covers_the_url(rest in proptest::collection::vec(any::<u8>(), 0..200)) {
            let url = UrlPath::below_root(&rest);
            let (path, substitution) = InvalidationPath::narrowest(&url);
            let wanted = encode(url.as_bytes());
            if let Some(prefix) = path.wildcard_prefix() {
                prop_assert!(wanted.len() > prefix.len() && wanted.starts_with(prefix));
            } else {
                prop_assert_eq!(path.as_str(), wanted);
            }
            prop_assert_eq!(substitution.is_some(), path.wildcard_prefix().is_some());
        }
    }
}
