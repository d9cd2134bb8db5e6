//! What the wildcards of a pattern matched.

use alloc::{vec, vec::Vec};

use super::{Pattern, Token, Units, ends_may_match, skip, step};

impl Pattern {
    /// How many wildcards every alternative has at least: numbers up to this one always name one.
    pub(crate) fn wildcards(&self) -> usize {
        let count = |tokens: &Vec<Token>| tokens.iter().filter(|token| is_wildcard(token)).count();
        self.alternatives.iter().map(count).min().unwrap_or_default()
    }

    /// The text of each wildcard of the first alternative that matches; `None` when none does.
    ///
    /// Deterministic: the leftmost wildcard takes as much as it can, then the next. `**/` is given without its final
    /// slash. Takes time and memory proportional to path length times pattern length.
    pub(crate) fn captures<'p>(&self, path: &'p [u8]) -> Option<Vec<&'p [u8]>> {
        self.alternatives.iter().find_map(|tokens| captures(tokens, path))
    }
}

/// What counts as a wildcard: `*`, `**`, `?` and `[…]`. The second half of `**/` is not one of its own.
fn is_wildcard(token: &Token) -> bool {
    matches!(token, Token::One | Token::Set { .. } | Token::Star | Token::Folders | Token::Rest)
}

/// From which places in path and pattern the end can be reached: for each unit, and the end, those of the pattern.
struct Ahead {
    leads: Vec<bool>,
    width: usize,
}

impl Ahead {
    fn get(&self, unit: usize, at: usize) -> bool {
        self.leads[unit * self.width + at]
    }

    /// Filled from the end: a place leads on when what it takes, or skips, leads to one that does.
    fn new(tokens: &[Token], path: &[u32]) -> Self {
        let width = tokens.len() + 1;
        let mut ahead = Self { leads: vec![false; (path.len() + 1) * width], width };
        for unit in (0..=path.len()).rev() {
            ahead.leads[unit * width + tokens.len()] = unit == path.len();
            for (at, token) in tokens.iter().enumerate().rev() {
                let taken = path.get(unit).and_then(|value| step(token, at, *value));
                ahead.leads[unit * width + at] = taken.is_some_and(|to| ahead.get(unit + 1, to))
                    || skip(token, at).is_some_and(|to| ahead.get(unit, to));
            }
        }
        ahead
    }
}

/// What a wildcard took.
struct Capture {
    /// Of the wildcard.
    token: usize,
    start: usize,
    end: usize,
}

/// The captures, when the tokens match the path.
fn captures<'p>(tokens: &[Token], path: &'p [u8]) -> Option<Vec<&'p [u8]>> {
    if !ends_may_match(tokens, path) {
        return None;
    }
    let values: Vec<u32> = Units(path).collect();
    let ahead = Ahead::new(tokens, &values);
    if !ahead.get(0, 0) {
        return None;
    }
    let mut captures: Vec<Capture> = Vec::new();
    let (mut unit, mut at, mut byte) = (0, 0, 0);
    while let Some(token) = tokens.get(at) {
        if is_wildcard(token) && captures.last().is_none_or(|last| last.token != at) {
            captures.push(Capture { token: at, start: byte, end: byte });
        }
        let taken = values.get(unit).and_then(|value| step(token, at, *value)).filter(|to| ahead.get(unit + 1, *to));
        if let Some(to) = taken {
            byte += width_of(values[unit]);
            unit += 1;
            at = to;
            if let Some(last) = captures.last_mut().filter(|_| is_wildcard(token) || matches!(token, Token::InFolder)) {
                last.end = byte;
            }
        } else {
            at = skip(token, at).expect("a place that leads to the end takes or skips");
        }
    }
    let mut texts = Vec::with_capacity(captures.len());
    for Capture { token, start, end } in captures {
        let text = &path[start..end];
        let folders = matches!(tokens[token], Token::Folders);
        texts.push(if folders { text.strip_suffix(b"/").unwrap_or(text) } else { text });
    }
    Some(texts)
}

/// How many bytes of the path a unit stands for.
fn width_of(unit: u32) -> usize {
    char::from_u32(unit).map_or(1, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};
    use proptest::prelude::*;

    fn captured(pattern: &str, path: &str) -> Option<Vec<String>> {
        let pattern = Pattern::new(pattern).unwrap();
        let texts = pattern.captures(path.as_bytes())?;
        Some(texts.into_iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect())
    }

    #[test]
    fn each_wildcard_has_its_text() {
        for (pattern, path, texts) in [
            ("posts/**/*.md", "posts/a.md", &["", "a"][..]),
            ("posts/**/*.md", "posts/2026/11/a.md", &["2026/11", "a"]),
            ("**/x/**/y", "x/x/x/y", &["x/x", ""]),
            ("a/**", "a/b/c", &["b/c"]),
            ("*-*.md", "a-b-c.md", &["a-b", "c"]),
            ("?[a-c]*", "日b", &["日", "b", ""]),
            ("**/*", "a", &["", "a"]),
            ("{*/a,b/?}", "b/c", &["c"]),
            ("{*/a,*/?}", "b/a", &["b"]),
            ("*/**/*", "a/b/c/d", &["a", "b/c", "d"]),
            ("日/*", "日/本", &["本"]),
            ("{*,x}*.md", "a.md", &["a", ""]),
            ("plain", "plain", &[]),
        ] {
            assert_eq!(captured(pattern, path).unwrap(), texts, "{pattern} on {path}");
        }
        assert_eq!(captured("a/*", "b/c"), None);
        assert_eq!(Pattern::new("a?").unwrap().captures(b"a\xff").unwrap(), [b"\xff"]);
        assert_eq!(Pattern::new("{*,a/?/*}").unwrap().wildcards(), 1);
    }

    #[test]
    fn a_hostile_path_takes_linear_steps() {
        let path = "a".repeat(100_000);
        assert_eq!(captured(&"*a".repeat(20), &path).unwrap()[0].len(), 100_000 - 20);
    }

    /// Leftmost-greedy by trying the longest text first.
    fn naive(pattern: &[u8], path: &[u8]) -> Option<Vec<String>> {
        let with = |text: &[u8], rest: Option<Vec<String>>| {
            rest.map(|rest| core::iter::once(String::from_utf8_lossy(text).into_owned()).chain(rest).collect())
        };
        match pattern {
            [] => path.is_empty().then(Vec::new),
            [b'*', b'*', b'/', rest @ ..] => (0..=path.len())
                .rev()
                .filter(|at| *at == 0 || path[at - 1] == b'/')
                .find_map(|at| with(path[..at].strip_suffix(b"/").unwrap_or_default(), naive(rest, &path[at..]))),
            [b'*', b'*'] => Some(vec![String::from_utf8_lossy(path).to_string()]),
            [b'*', rest @ ..] => (0..=path.len())
                .rev()
                .filter(|at| !path[..*at].contains(&b'/'))
                .find_map(|at| with(&path[..at], naive(rest, &path[at..]))),
            [b'?', rest @ ..] => {
                let first = path.first().filter(|byte| **byte != b'/')?;
                with(&[*first], naive(rest, &path[1..]))
            }
            [byte, rest @ ..] => (path.first() == Some(byte)).then(|| naive(rest, &path[1..]))?,
        }
    }

    proptest! {
        #[test]
        fn equals_the_naive_captures(pattern in "([ab?*]|a/|/\\*\\*/){1,8}", path in "[ab/]{1,10}") {
            if Pattern::new(&pattern).is_ok() {
                prop_assert_eq!(captured(&pattern, &path), naive(pattern.as_bytes(), path.as_bytes()), "{} {}", pattern, path);
            }
        }
    }
}
