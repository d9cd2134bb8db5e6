//! Path patterns of cache behaviours, in CloudFront's own syntax.
//!
//! Source: Amazon CloudFront Developer Guide, "Cache behavior settings", Path pattern: `*` is zero or more characters,
//! `?` exactly one, both across `/`; case counts; a leading `/` changes nothing; the query string is not looked at; at
//! most 255 characters.

use alloc::{string::String, vec};

/// Most characters in one path pattern.
pub(crate) const MAX_PATTERN_CHARACTERS: usize = 255;

/// A path pattern of a cache behaviour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PathPattern(String);

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
        let fits = (1..=MAX_PATTERN_CHARACTERS).contains(&source.chars().count());
        fits.then(|| Self(String::from(source)))
    }

    /// The pattern as the distribution has it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The pattern without its leading slash. A literal character is as many places in it as it has bytes.
    fn bytes(&self) -> &[u8] {
        self.0.strip_prefix('/').unwrap_or(&self.0).as_bytes()
    }

    /// Whether all before the first wildcard is the leading slash.
    pub(crate) fn begins_with_wildcard(&self) -> bool {
        matches!(self.bytes().first(), None | Some(b'*' | b'?'))
    }

    /// Which of the paths that begin with this text, leading slash included, match.
    ///
    /// Every place of the pattern where a path could stand is followed, so the time is at most text times pattern length.
    pub(crate) fn reach(&self, beginning: &str) -> Reach {
        let pattern = self.bytes();
        // Where in the pattern what comes next may stand.
        let mut places = vec![false; pattern.len() + 1];
        let mut next = places.clone();
        places[0] = true;
        stars_take_nothing(pattern, &mut places);
        let mut rest = beginning.as_bytes().get(1..).unwrap_or_default();
        while let Some(first) = rest.first() {
            let (unit, after) = rest.split_at(width(*first));
            rest = after;
            next.fill(false);
            for (place, wanted) in pattern.iter().enumerate().filter(|(place, _)| places[*place]) {
                match wanted {
                    b'*' => next[place] = true,
                    b'?' => next[place + 1] = true,
                    wanted if wanted == first && pattern[place..].starts_with(unit) => next[place + unit.len()] = true,
                    _ => {}
                }
            }
            stars_take_nothing(pattern, &mut next);
            core::mem::swap(&mut places, &mut next);
            if !places.contains(&true) {
                return Reach::None;
            }
        }
        let last = pattern.len().saturating_sub(1);
        if pattern.last() == Some(&b'*') && places[last] { Reach::All } else { Reach::Some }
    }

    /// Whether a URL path, with its leading slash, matches.
    ///
    /// A `*` first takes nothing; when the rest fails, only the LAST star takes one more: what an earlier star took was
    /// enough to get there. So each star is gone through once, and the time is at most path times pattern length.
    pub(crate) fn matches(&self, path: &str) -> bool {
        let pattern = self.bytes();
        let path = path.as_bytes().get(1..).unwrap_or_default();
        let (mut at, mut unit) = (0, 0);
        let mut star: Option<(usize, usize)> = None;
        while unit < path.len() {
            match pattern.get(at) {
                Some(b'*') => {
                    star = Some((at, unit));
                    at += 1;
                }
                Some(b'?') => {
                    at += 1;
                    unit += width(path[unit]);
                }
                Some(wanted) if *wanted == path[unit] => {
                    at += 1;
                    unit += 1;
                }
                _ => {
                    let Some((back, taken)) = star else { return false };
                    let taken = taken + width(path[taken]);
                    star = Some((back, taken));
                    (at, unit) = (back + 1, taken);
                }
            }
        }
        pattern[at..].iter().all(|left| *left == b'*')
    }
}

fn stars_take_nothing(pattern: &[u8], places: &mut [bool]) {
    for (place, _) in pattern.iter().enumerate().filter(|(_, byte)| **byte == b'*') {
        places[place + 1] |= places[place];
    }
}

/// How many bytes the character has that begins with this one.
fn width(first: u8) -> usize {
    match first {
        ..0xc0 => 1,
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0.. => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{borrow::ToOwned, vec::Vec};
    use proptest::prelude::*;

    fn is_match(pattern: &str, path: &str) -> bool {
        PathPattern::new(pattern).unwrap().matches(path)
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
            ("日?*", "/日", Reach::Some),
            ("日?*", "/日本", Reach::All),
            ("日?*", "/旦本", Reach::None),
        ] {
            assert_eq!(PathPattern::new(pattern).unwrap().reach(beginning), reach, "{pattern} {beginning}");
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
            match pattern.reach(&beginning) {
                Reach::None => prop_assert_eq!(matching, 0),
                Reach::Some => prop_assert!(matching > 0),
                Reach::All => prop_assert_eq!(matching, all),
            }
        }

        #[test]
        fn equals_the_naive_matcher(pattern in "[abé日朝*?/]{1,10}", path in "/[abé日朝/]{0,12}") {
            let all = |text: &str| text.strip_prefix('/').unwrap_or(text).chars().collect::<Vec<char>>();
            prop_assert_eq!(is_match(&pattern, &path), naive(&all(&pattern), &all(&path)), "{} {}", pattern, path);
        }
    }
}
