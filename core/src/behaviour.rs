//! Path patterns of cache behaviours, in CloudFront's own syntax.
//!
//! Source: Amazon CloudFront Developer Guide, "Cache behavior settings", Path pattern: `*` is zero or more characters,
//! `?` exactly one, both across `/`; case counts; a leading `/` changes nothing; the query string is not looked at; at
//! most 255 characters.

use alloc::{string::String, vec, vec::Vec};

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

/// Which of many paths match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    None,
    /// Some may.
    Some,
    All,
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

    /// Which of the paths that begin with this text, leading slash included, match; given as ASCII bytes or as characters.
    ///
    /// Every place of the pattern where a path could stand is followed, so the time is at most text times pattern length.
    pub(crate) fn reach<U: Copy + Into<u32>>(&self, beginning: &[U]) -> Reach {
        // Where in the pattern what comes next may stand.
        let mut places = vec![false; self.units.len() + 1];
        let mut next = places.clone();
        places[0] = true;
        self.stars_take_nothing(&mut places);
        for unit in beginning.get(1..).unwrap_or_default() {
            next.fill(false);
            for (place, wanted) in self.units.iter().enumerate().filter(|(place, _)| places[*place]) {
                match *wanted {
                    ANY => next[place] = true,
                    wanted if wanted == ONE || wanted == (*unit).into() => next[place + 1] = true,
                    _ => {}
                }
            }
            self.stars_take_nothing(&mut next);
            core::mem::swap(&mut places, &mut next);
            if !places.contains(&true) {
                return Reach::None;
            }
        }
        let last = self.units.len().saturating_sub(1);
        if self.units.last() == Some(&ANY) && places[last] { Reach::All } else { Reach::Some }
    }

    fn stars_take_nothing(&self, places: &mut [bool]) {
        for (place, _) in self.units.iter().enumerate().filter(|(_, unit)| **unit == ANY) {
            places[place + 1] |= places[place];
        }
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

    #[test]
    fn what_begins_alike_is_reached_in_part_wholly_or_not() {
        for (pattern, beginning, reach) in [
            ("api/*", "/", Reach::Some),
            ("api/*", "/api", Reach::Some),
            ("api/*", "/api/", Reach::All),
            ("api/*", "/api/v1/x", Reach::All),
            ("api/*", "/apis", Reach::None),
            ("*.php", "/docs/", Reach::Some),
            ("a?c*", "/abc", Reach::All),
            ("a?c*", "/ab", Reach::Some),
            ("*", "/", Reach::All),
            ("a", "/a", Reach::Some),
            ("a", "/ab", Reach::None),
        ] {
            let found = PathPattern::new(pattern).unwrap().reach(&beginning.chars().collect::<Vec<char>>());
            assert_eq!(found, reach, "{pattern} {beginning}");
        }
    }

    proptest! {
        #[test]
        fn reach_is_what_extensions_say(pattern in "[ab*?/]{1,6}", beginning in "/[ab/]{0,5}") {
            // Every extension by up to 6 characters, as many as the pattern has.
            let pattern = PathPattern::new(&pattern).unwrap();
            let mut texts = alloc::vec![beginning.clone()];
            let (mut matching, mut all) = (0, 0);
            while let Some(text) = texts.pop() {
                all += 1;
                matching += usize::from(is_match(pattern.as_str(), &text));
                if text.len() < beginning.len() + 6 {
                    texts.extend(["a", "b", "/"].map(|unit| text.clone() + unit));
                }
            }
            match pattern.reach(&beginning.chars().collect::<Vec<char>>()) {
                Reach::None => prop_assert_eq!(matching, 0),
                Reach::Some => prop_assert!(matching > 0),
                Reach::All => prop_assert_eq!(matching, all),
            }
        }

        #[test]
        fn equals_the_naive_matcher(pattern in "[ab*?/]{1,10}", path in "/[ab/]{0,12}") {
            let all = |text: &str| text.strip_prefix('/').unwrap_or(text).chars().collect::<Vec<char>>();
            prop_assert_eq!(is_match(&pattern, &path), naive(&all(&pattern), &all(&path)), "{} {}", pattern, path);
        }
    }
}
