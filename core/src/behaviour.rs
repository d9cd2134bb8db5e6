//! Path patterns of cache behaviours, in CloudFront's own syntax.
//!
//! Source: Amazon CloudFront Developer Guide, "Cache behavior settings", Path pattern: `*` is zero or more characters,
//! `?` exactly one, both across `/`; case counts; a leading `/` changes nothing; the query string is not looked at; at
//! most 255 characters.

use alloc::{string::String, vec::Vec};

const ANY: u32 = b'*' as u32;
const ONE: u32 = b'?' as u32;

/// Most characters in one path pattern.
pub(crate) const MAX_PATTERN_CHARACTERS: usize = 255;

/// A path pattern of a cache behaviour.
// INVARIANT: `units` is the source without its leading slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PathPattern {
    source: String,
    units: Vec<u32>,
}

impl PathPattern {
    /// `None` when it is longer than CloudFront takes, or empty.
    pub(crate) fn new(source: &str) -> Option<Self> {
        let units: Vec<u32> = source.strip_prefix('/').unwrap_or(source).chars().map(u32::from).collect();
        let fits = !source.is_empty() && source.chars().count() <= MAX_PATTERN_CHARACTERS;
        fits.then(|| Self { source: String::from(source), units })
    }

    /// The pattern as the distribution has it.
    pub(crate) fn as_str(&self) -> &str {
        &self.source
    }

    /// The text before the first wildcard, with the leading slash.
    pub(crate) fn literal_beginning(&self) -> String {
        let pattern = self.source.strip_prefix('/').unwrap_or(&self.source);
        let literal = pattern.chars().take_while(|unit| !matches!(unit, '*' | '?'));
        core::iter::once('/').chain(literal).collect()
    }

    /// Whether a URL path, with its leading slash, matches; given as ASCII bytes or as characters.
    ///
    /// A `*` first takes nothing; when the rest fails, only the LAST star takes one more: what an earlier star took was
    /// enough to get there. So each star is gone through once, and the time is at most path times pattern length.
    pub(crate) fn matches<U: Copy + Into<u32>>(&self, path: &[U]) -> bool {
        let path = path.get(1..).unwrap_or_default();
        let (mut at, mut unit) = (0, 0);
        let mut star: Option<(usize, usize)> = None;
        while unit < path.len() {
            match self.units.get(at) {
                Some(&ANY) => {
                    star = Some((at, unit));
                    at += 1;
                }
                Some(&wanted) if wanted == ONE || wanted == path[unit].into() => {
                    at += 1;
                    unit += 1;
                }
                _ => {
                    let Some((back, taken)) = star else { return false };
                    star = Some((back, taken + 1));
                    (at, unit) = (back + 1, taken + 1);
                }
            }
        }
        self.units[at..].iter().all(|left| *left == ANY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::borrow::ToOwned;
    use proptest::prelude::*;

    fn is_match(pattern: &str, path: &str) -> bool {
        PathPattern::new(pattern).unwrap().matches(&path.chars().collect::<Vec<char>>())
    }

    #[test]
    fn the_guides_rules() {
        for (pattern, yes, no) in [
            ("images/*.jpg", &["/images/a.jpg", "/images/x/a.jpg", "/images/.jpg"][..], &["/Images/a.jpg"][..]),
            ("/images/*.jpg", &["/images/a.jpg"], &["/a/images/b.jpg"]),
            ("*.gif", &["/a.gif", "/a/b.gif", "/.gif"], &["/a.gifs", "/a.GIF"]),
            ("a??.js", &["/abc.js", "/a//.js"], &["/ab.js", "/abcd.js"]),
            ("*", &["/", "/a/b"], &[]),
            ("/", &["/"], &["/a"]),
            ("a*b*c", &["/abc", "/axbxbxc"], &["/abcd", "/acb"]),
        ] {
            for path in yes {
                assert!(is_match(pattern, path), "{pattern} should match {path}");
            }
            for path in no {
                assert!(!is_match(pattern, path), "{pattern} should not match {path}");
            }
        }
        assert!(PathPattern::new("").is_none() && PathPattern::new(&"a".repeat(256)).is_none());
        assert!(PathPattern::new(&"a".repeat(255)).is_some());
    }

    #[test]
    fn a_hostile_pattern_takes_few_steps() {
        assert!(!is_match(&"*a".repeat(127), &("/".to_owned() + &"a".repeat(100_000) + "b")));
    }

    fn naive(pattern: &[char], path: &[char]) -> bool {
        match pattern {
            [] => path.is_empty(),
            ['*', rest @ ..] => (0..=path.len()).any(|at| naive(rest, &path[at..])),
            ['?', rest @ ..] => !path.is_empty() && naive(rest, &path[1..]),
            [unit, rest @ ..] => path.first() == Some(unit) && naive(rest, &path[1..]),
        }
    }

    proptest! {
        #[test]
        fn equals_the_naive_matcher(pattern in "[ab*?/]{1,10}", path in "/[ab/]{0,12}") {
            let all = |text: &str| text.strip_prefix('/').unwrap_or(text).chars().collect::<Vec<char>>();
            prop_assert_eq!(is_match(&pattern, &path), naive(&all(&pattern), &all(&path)), "{} {}", pattern, path);
        }
    }
}
