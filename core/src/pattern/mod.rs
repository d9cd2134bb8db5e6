//! Path patterns of a policy: which repository paths a rule speaks of.
//!
//! A pattern is held against the whole path. `*` is any run of characters but `/`, `?` one character but `/`,
//! `[a-z]` and `[!a-z]` one of a set (never `/`), `{a,b}` either, `\` takes the next character as it is. `**` stands
//! alone between slashes: `**/` is any number of folders, also none; `/**` at the end is everything below.
//!
//! In a fingerprint pattern `[hash]` is a content hash: 8 or more of `[0-9A-Za-z_-]` with a digit among them, and
//! `[hash:20]` one of exactly 20.
//!
//! A pattern is checked when it is read. After that matching cannot fail, and takes time proportional to path length
//! times pattern length, whatever the two are: all positions in the pattern are followed at once, nothing is retried.

mod capture;
mod include;
mod read;

use alloc::{string::String, vec, vec::Vec};
use serde::{Serialize, Serializer};

pub(crate) use include::Steps;
use read::Dialect;

/// A checked pattern.
///
/// ```
/// # use purgeplan_core::Pattern;
/// let pattern = Pattern::new("posts/**/*.{md,html}").unwrap();
/// assert!(pattern.matches(b"posts/2026/a.md"));
/// assert!(pattern.matches(b"posts/a.html"));
/// assert!(!pattern.matches(b"drafts/a.md"));
/// assert_eq!(Pattern::new("a[b").unwrap_err().at, 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    source: String,
    alternatives: Vec<Vec<Token>>,
}

/// What is wrong with a pattern, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}; {help}")]
pub struct PatternError {
    /// Byte offset in the pattern.
    pub at: usize,
    /// What is wrong.
    pub message: &'static str,
    /// What to do.
    pub help: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// This unit.
    Literal(u32),
    /// `?`
    One,
    /// `[…]`: ranges of units, and whether they are the ones that do not match.
    Set { ranges: Vec<(u32, u32)>, negated: bool },
    /// `*`
    Star,
    /// `**/`: before the first unit of a folder name, or past all folders.
    Folders,
    /// Second half of `**/`: inside a folder name.
    InFolder,
    /// `/**` at the end: everything.
    Rest,
    /// Inside `[hash]`, not yet long enough; `digit`: one has been seen. Two tokens (without and with) a character.
    Hash { digit: bool },
    /// `[hash]`, long enough; `open`: it may go on.
    HashEnd { digit: bool, open: bool },
}

const SLASH: u32 = b'/' as u32;

impl Pattern {
    /// Reads and checks a pattern.
    ///
    /// # Errors
    /// What is wrong and at which byte.
    pub fn new(source: &str) -> Result<Self, PatternError> {
        Self::read(source, Dialect::Path)
    }

    /// Reads and checks a pattern in which `[hash]` and `[hash:N]` stand for a content hash.
    pub(crate) fn fingerprint(source: &str) -> Result<Self, PatternError> {
        Self::read(source, Dialect::Fingerprint)
    }

    fn read(source: &str, dialect: Dialect) -> Result<Self, PatternError> {
        Ok(Self { source: String::from(source), alternatives: read::alternatives(source, dialect)? })
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether the whole path matches. A byte that is not UTF-8 counts as one character.
    #[must_use]
    pub fn matches(&self, path: &[u8]) -> bool {
        self.alternatives.iter().any(|tokens| matches(tokens, path))
    }

    /// Whether some path below a folder can match; the folder is empty or ends with a slash.
    pub(crate) fn may_match_below(&self, folder: &str) -> bool {
        self.alternatives.iter().any(|tokens| {
            let reached = follow(tokens, folder.as_bytes());
            // The last position has matched the folder itself: nothing longer matches from there.
            reached.is_some_and(|here| here[..tokens.len()].contains(&true))
        })
    }
}

/// As it was written.
impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.source)
    }
}

/// The characters of a path. A byte that is not UTF-8 is a unit past every character, so that no literal and no set
/// names it.
struct Units<'p>(&'p [u8]);

impl Iterator for Units<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let first = *self.0.first()?;
        let width = match first {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => 1,
        };
        let text = self.0.get(..width).and_then(|bytes| core::str::from_utf8(bytes).ok());
        let character = text.and_then(|text| text.chars().next());
        self.0 = &self.0[character.map_or(1, char::len_utf8)..];
        Some(character.map_or(0x11_0000 + u32::from(first), u32::from))
    }
}

fn matches(tokens: &[Token], path: &[u8]) -> bool {
    if !ends_may_match(tokens, path) {
        return false;
    }
    follow(tokens, path).is_some_and(|here| here[tokens.len()])
}

/// Whether the plain characters at both ends of the pattern are the path's: this turns most paths away.
fn ends_may_match(tokens: &[Token], path: &[u8]) -> bool {
    let plain = |token: &Token| match token {
        Token::Literal(unit) => u8::try_from(*unit).ok().filter(u8::is_ascii),
        _ => None,
    };
    let begins = tokens.iter().map_while(plain).zip(path).all(|(wanted, byte)| wanted == *byte);
    begins && tokens.iter().rev().map_while(plain).zip(path.iter().rev()).all(|(wanted, byte)| wanted == *byte)
}

/// Follows all positions at once: `here[i]` says that the path can have used the tokens before `i`. `None`: none is left.
fn follow(tokens: &[Token], path: &[u8]) -> Option<Vec<bool>> {
    let mut here = vec![false; tokens.len() + 1];
    let mut next = here.clone();
    here[0] = true;
    skip_empty(tokens, &mut here);
    for unit in Units(path) {
        if !advance(tokens, &here, unit, &mut next) {
            return None;
        }
        core::mem::swap(&mut here, &mut next);
    }
    Some(here)
}

/// The positions after one more unit; `false` when there is none.
fn advance(tokens: &[Token], here: &[bool], unit: u32, next: &mut [bool]) -> bool {
    next.fill(false);
    let mut any = false;
    for (at, token) in tokens.iter().enumerate().filter(|(at, _)| here[*at]) {
        if let Some(to) = step(token, at, unit) {
            next[to] = true;
            any = true;
        }
    }
    skip_empty(tokens, next);
    any
}

/// Where a token leads when it takes the unit.
fn step(token: &Token, at: usize, unit: u32) -> Option<usize> {
    match token {
        Token::Literal(literal) => (*literal == unit).then_some(at + 1),
        Token::One => (unit != SLASH).then_some(at + 1),
        Token::Set { ranges, negated } => {
            let named = ranges.iter().any(|(first, last)| (*first..=*last).contains(&unit));
            (unit != SLASH && named != *negated).then_some(at + 1)
        }
        Token::Star => (unit != SLASH).then_some(at),
        Token::Folders => Some(if unit == SLASH { at } else { at + 1 }),
        Token::InFolder => Some(if unit == SLASH { at - 1 } else { at }),
        Token::Rest => Some(at),
        Token::Hash { digit } => is_hash(unit).then(|| at + 2 + usize::from(!digit && is_digit(unit))),
        Token::HashEnd { digit, open } => (*open && is_hash(unit)).then(|| at + usize::from(!digit && is_digit(unit))),
    }
}

/// Where a token leads when it takes nothing.
fn skip(token: &Token, at: usize) -> Option<usize> {
    match token {
        Token::Star | Token::Rest | Token::HashEnd { digit: true, .. } => Some(at + 1),
        Token::Folders => Some(at + 2),
        _ => None,
    }
}

/// Adds the positions behind tokens that may match nothing.
fn skip_empty(tokens: &[Token], here: &mut [bool]) {
    for (at, token) in tokens.iter().enumerate() {
        if here[at]
            && let Some(to) = skip(token, at)
        {
            here[to] = true;
        }
    }
}

fn is_digit(unit: u32) -> bool {
    (u32::from(b'0')..=u32::from(b'9')).contains(&unit)
}

/// Base 16, 32, 36, 62 and URL-safe base 64: what bundlers write into names.
fn is_hash(unit: u32) -> bool {
    u8::try_from(unit).is_ok_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use proptest::prelude::*;

    fn is_match(pattern: &str, path: &str) -> bool {
        Pattern::new(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}")).matches(path.as_bytes())
    }

    #[test]
    fn what_matches_and_what_does_not() {
        for (pattern, yes, no) in [
            ("*.map", &["a.map", ".map"][..], &["a/b.map", "a.maps"][..]),
            ("**/*.map", &["a.map", "a/b/c.map"], &["a.map/x"]),
            ("a/**", &["a/b", "a/b/c"], &["a", "ab/c"]),
            ("**", &["a", "a/b"], &[]),
            ("a/**/b", &["a/b", "a/x/b", "a/x/y/b"], &["a/xb", "ab", "a/x/yb"]),
            ("a/**/**/b", &["a/b", "a/x/b"], &["ab"]),
            ("?.md", &["日.md"], &["ab.md", "/.md"]),
            ("[a-c]x", &["ax", "cx"], &["dx", "/x"]),
            ("[!a-c]x", &["dx"], &["ax", "/x"]),
            ("[a-]", &["a", "-"], &["b"]),
            ("{a,b/c}.html", &["a.html", "b/c.html"], &["b.html", "a,b/c.html"]),
            ("{a,{b,c}}{1,}", &["a1", "a", "c1", "b"], &["1"]),
            ("{*,x}*", &["ab", "x"], &["a/b", "x/y"]),
            ("*{*,/b}", &["a", "a/b"], &["a/c", "a/b/c"]),
            ("{**,x}/a", &["a", "b/c/a", "x/a"], &["xa"]),
            (r"\*\{\[", &["*{["], &["a{["]),
            ("[{,}]", &["{", ",", "}"], &["a"]),
            ("a,b", &["a,b"], &["a"]),
        ] {
            for path in yes {
                assert!(is_match(pattern, path), "{pattern} should match {path}");
            }
            for path in no {
                assert!(!is_match(pattern, path), "{pattern} should not match {path}");
            }
        }
        assert!(Pattern::new("a?").unwrap().matches(b"a\xff"));
    }

    #[test]
    fn bad_patterns_say_where() {
        for (pattern, at) in [
            ("", 0),
            ("/a", 0),
            ("!a", 0),
            ("a[b", 1),
            ("a[]", 1),
            ("[z-a]", 1),
            ("a{b", 1),
            ("a}", 1),
            ("a**", 1),
            ("**a", 0),
            ("{**,x}*", 1),
            ("é\\", 2),
        ] {
            assert_eq!(Pattern::new(pattern).map_err(|error| error.at), Err(at), "{pattern}");
        }
        assert!(Pattern::new(&"{a,b}".repeat(9)).is_err());
        assert!(Pattern::new(&"{".repeat(100_000)).is_err());
    }

    #[test]
    fn a_hash_is_long_enough_and_has_a_digit() {
        let hash = |pattern: &str, path: &str| Pattern::fingerprint(pattern).unwrap().matches(path.as_bytes());
        for path in ["app-1234abcd.js", "app-aaaaaaa1.js", "app-1aaaaaaaaaaaaaaaaaaaaaaaaaa.js", "app-a-b_c-d1.js"] {
            assert!(hash("*-[hash].js", path), "{path}");
        }
        for path in ["app-homepage.js", "app-123abcd.js", "app-1234.bcd.js", "app-1234/bcd.js", "app-1234abcé.js"] {
            assert!(!hash("*-[hash].js", path), "{path}");
        }
        assert!(hash("[hash:20].css", "0123456789abcdef0123.css"));
        assert!(
            !hash("[hash:20].css", "0123456789abcdef012.css") && !hash("[hash:20].css", "0123456789abcdef01234.css")
        );
        assert!(hash("[hash:4]{,x}", "a1b2x") && !hash("[hash:4]", "abcd"));
        // Elsewhere it is a set of letters, as in any glob.
        assert!(is_match("[hash]", "h") && !is_match("[hash]", "1234abcd"));
        for (pattern, at) in [("a[hash:3]", 1), ("[hash:x]", 0), ("[hash:]", 0), ("[hashes]", 0), ("[hash:200]", 0)] {
            assert_eq!(Pattern::fingerprint(pattern).map_err(|error| error.at), Err(at), "{pattern}");
        }
    }

    #[test]
    fn what_may_match_below_a_folder() {
        let may = |pattern: &str, folder: &str| Pattern::new(pattern).unwrap().may_match_below(folder);
        assert!(may("**/*.map", "public/") && may("public/*", "public/") && may("p*/x", "public/") && may("a", ""));
        assert!(!may("src/**", "public/") && !may("*.map", "public/") && !may("public/", "public/"));
    }

    #[test]
    fn a_hostile_pattern_takes_linear_steps() {
        // Thirty stars against thirty thousand characters: backtracking would not end.
        assert!(!is_match(&"*a".repeat(30), &format!("{}b", "a".repeat(30_000))));
    }

    /// The obvious recursive matcher.
    fn naive(pattern: &[u8], path: &[u8]) -> bool {
        match pattern {
            [] => path.is_empty(),
            [b'*', b'*', b'/', rest @ ..] => {
                naive(rest, path) || (0..path.len()).any(|at| path[at] == b'/' && naive(rest, &path[at + 1..]))
            }
            [b'*', b'*'] => true,
            [b'*', rest @ ..] => {
                (0..=path.len()).take_while(|at| !path[..*at].contains(&b'/')).any(|at| naive(rest, &path[at..]))
            }
            [b'?', rest @ ..] => path.first().is_some_and(|byte| *byte != b'/') && naive(rest, &path[1..]),
            [byte, rest @ ..] => path.first() == Some(byte) && naive(rest, &path[1..]),
        }
    }

    proptest! {
        #[test]
        fn equals_the_naive_matcher(pattern in "([ab?*]|a/|/\\*\\*/){1,8}", path in "[ab/]{1,10}") {
            if let Ok(compiled) = Pattern::new(&pattern) {
                prop_assert_eq!(compiled.matches(path.as_bytes()), naive(pattern.as_bytes(), path.as_bytes()), "{} {}", pattern, path);
            }
        }

        #[test]
        fn never_panics(pattern in ".{0,40}", path in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(compiled) = Pattern::new(&pattern) {
                let _ = compiled.matches(&path);
            }
        }
    }
}
