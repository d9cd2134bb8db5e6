//! Path patterns of a policy: which repository paths a rule speaks of.
//!
//! A pattern is held against the whole path. `*` is any run of characters but `/`, `?` one character but `/`,
//! `[a-z]` and `[!a-z]` one of a set (never `/`), `{a,b}` either, `\` takes the next character as it is. `**` stands
//! alone between slashes: `**/` is any number of folders, also none; `/**` at the end is everything below.
//!
//! A pattern is checked when it is read. After that matching cannot fail, and takes time proportional to path length
//! times pattern length, whatever the two are: all positions in the pattern are followed at once, nothing is retried.

use alloc::{string::String, vec, vec::Vec};

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
}

/// More alternatives than this in one pattern are a mistake, not a need.
const MAX_ALTERNATIVES: usize = 256;
const SLASH: u32 = b'/' as u32;

impl Pattern {
    /// Reads and checks a pattern.
    ///
    /// # Errors
    /// What is wrong and at which byte.
    pub fn new(source: &str) -> Result<Self, PatternError> {
        let refuse = |message, help| Err(PatternError { at: 0, message, help });
        match source.as_bytes().first() {
            None => return refuse("the pattern is empty", "write `**` to match every file"),
            Some(b'/') => {
                return refuse(
                    "the pattern begins with `/`",
                    "paths are relative to the repository root: drop the slash",
                );
            }
            Some(b'!') => {
                return refuse(
                    "the pattern begins with `!`",
                    r"there is no negation; for a name that begins so write `\!`",
                );
            }
            _ => {}
        }
        let alternatives = expand(source)?.iter().map(|written| tokens(written)).collect::<Result<_, _>>()?;
        Ok(Self { source: String::from(source), alternatives })
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
}

/// A character of a pattern with its byte offset in the source and whether `\` took its meaning away.
#[derive(Debug, Clone, Copy)]
struct Written {
    character: char,
    at: usize,
    escaped: bool,
}

impl Written {
    fn is(self, character: char) -> bool {
        !self.escaped && self.character == character
    }
}

/// Resolves `\` and `{…}`: each way to choose, as a run of characters.
fn expand(source: &str) -> Result<Vec<Vec<Written>>, PatternError> {
    let mut written = Vec::new();
    let mut characters = source.char_indices();
    while let Some((at, character)) = characters.next() {
        if character == '\\' {
            let Some((_, character)) = characters.next() else {
                return Err(PatternError {
                    at,
                    message: r"the pattern ends with a lone `\`",
                    help: r"write `\\` for a backslash",
                });
            };
            written.push(Written { character, at, escaped: true });
        } else {
            written.push(Written { character, at, escaped: false });
        }
    }
    let mut rest = written.as_slice();
    let choices = sequence(&mut rest, 0)?;
    Ok(choices)
}

/// Characters and groups up to the end, or, within a group, to its `,` or `}`.
fn sequence(rest: &mut &[Written], depth: usize) -> Result<Vec<Vec<Written>>, PatternError> {
    let mut choices: Vec<Vec<Written>> = vec![Vec::new()];
    let mut in_set = false;
    while let Some((&first, tail)) = rest.split_first() {
        if !in_set && depth > 0 && (first.is(',') || first.is('}')) {
            break;
        }
        if !in_set && depth == 0 && first.is('}') {
            return Err(PatternError { at: first.at, message: "`}` closes no `{`", help: r"write `\}` for a brace" });
        }
        *rest = tail;
        if !in_set && first.is('{') {
            let options = group(rest, first.at, depth + 1)?;
            if choices.len() * options.len() > MAX_ALTERNATIVES {
                return Err(PatternError {
                    at: first.at,
                    message: "the `{…}` groups make more than 256 alternatives",
                    help: "split the pattern into several",
                });
            }
            choices = choices
                .iter()
                .flat_map(|left| options.iter().map(|right| [left.as_slice(), right.as_slice()].concat()))
                .collect();
            continue;
        }
        // A `]` right after `[` or `[!` belongs to the set, which the reader of sets will refuse or take.
        in_set = if in_set { !first.is(']') } else { first.is('[') };
        for choice in &mut choices {
            choice.push(first);
        }
    }
    Ok(choices)
}

/// The options of a group whose `{` has been read.
fn group(rest: &mut &[Written], open: usize, depth: usize) -> Result<Vec<Vec<Written>>, PatternError> {
    if depth > 8 {
        return Err(PatternError {
            at: open,
            message: "`{…}` nests deeper than 8",
            help: "split the pattern into several",
        });
    }
    let mut options = Vec::new();
    loop {
        options.extend(sequence(rest, depth)?);
        match rest.split_first() {
            Some((end, tail)) => {
                *rest = tail;
                if end.is('}') {
                    return Ok(options);
                }
            }
            None => {
                return Err(PatternError {
                    at: open,
                    message: "`{` is never closed",
                    help: r"add `}`, or write `\{` for a brace",
                });
            }
        }
    }
}

/// One alternative as tokens.
fn tokens(written: &[Written]) -> Result<Vec<Token>, PatternError> {
    let mut tokens = Vec::with_capacity(written.len());
    let mut rest = written;
    while let Some((&first, mut tail)) = rest.split_first() {
        if first.is('*') && tail.first().is_some_and(|next| next.is('*')) {
            let starts_folder = matches!(tokens.last(), None | Some(Token::Literal(SLASH) | Token::InFolder));
            tail = &tail[1..];
            match tail.split_first() {
                None if starts_folder => tokens.push(Token::Rest),
                Some((next, after)) if starts_folder && next.is('/') => {
                    tokens.extend([Token::Folders, Token::InFolder]);
                    tail = after;
                }
                _ => {
                    return Err(PatternError {
                        at: first.at,
                        message: "`**` shares a folder name with other characters",
                        help: "`**` stands alone between slashes (`a/**/b`); within a name write one `*`",
                    });
                }
            }
        } else if first.is('*') {
            tokens.push(Token::Star);
        } else if first.is('?') {
            tokens.push(Token::One);
        } else if first.is('[') {
            tokens.push(set(first.at, &mut tail)?);
        } else {
            tokens.push(Token::Literal(u32::from(first.character)));
        }
        rest = tail;
    }
    Ok(tokens)
}

/// The set whose `[` has been read.
fn set(open: usize, rest: &mut &[Written]) -> Result<Token, PatternError> {
    let negated = rest.first().is_some_and(|first| first.is('!') || first.is('^'));
    if negated {
        *rest = &rest[1..];
    }
    let mut ranges = Vec::new();
    loop {
        let Some((&first, tail)) = rest.split_first() else {
            return Err(PatternError {
                at: open,
                message: "`[` is never closed",
                help: r"add `]`, or write `\[` for a bracket",
            });
        };
        *rest = tail;
        if first.is(']') {
            break;
        }
        let last = match tail {
            [dash, last, after @ ..] if dash.is('-') && !last.is(']') => {
                *rest = after;
                *last
            }
            _ => first,
        };
        if last.character < first.character {
            return Err(PatternError {
                at: first.at,
                message: "the range runs backwards",
                help: "write the smaller character first",
            });
        }
        ranges.push((u32::from(first.character), u32::from(last.character)));
    }
    if ranges.is_empty() {
        return Err(PatternError {
            at: open,
            message: "`[]` is an empty set",
            help: r"name its characters, or write `\[` for a bracket",
        });
    }
    Ok(Token::Set { ranges, negated })
}

/// Follows all positions at once: `here[i]` says that the path so far can have used the tokens before `i`.
fn matches(tokens: &[Token], path: &[u8]) -> bool {
    let mut here = vec![false; tokens.len() + 1];
    let mut next = here.clone();
    here[0] = true;
    skip_empty(tokens, &mut here);
    for chunk in path.utf8_chunks() {
        // A byte that is not UTF-8 is a unit past every character, so that no literal and no set names it.
        let invalid = chunk.invalid().iter().map(|byte| 0x11_0000 + u32::from(*byte));
        for unit in chunk.valid().chars().map(u32::from).chain(invalid) {
            next.fill(false);
            let mut any = false;
            for (at, token) in tokens.iter().enumerate().filter(|(at, _)| here[*at]) {
                if let Some(to) = step(token, at, unit) {
                    next[to] = true;
                    any = true;
                }
            }
            if !any {
                return false;
            }
            skip_empty(tokens, &mut next);
            core::mem::swap(&mut here, &mut next);
        }
    }
    here[tokens.len()]
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
    }
}

/// Adds the positions behind tokens that may match nothing.
fn skip_empty(tokens: &[Token], here: &mut [bool]) {
    for (at, token) in tokens.iter().enumerate() {
        if here[at] {
            match token {
                Token::Star | Token::Rest => here[at + 1] = true,
                Token::Folders => here[at + 2] = true,
                _ => {}
            }
        }
    }
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
            ("é\\", 2),
        ] {
            assert_eq!(Pattern::new(pattern).map_err(|error| error.at), Err(at), "{pattern}");
        }
        assert!(Pattern::new(&"{a,b}".repeat(9)).is_err());
        assert!(Pattern::new(&"{".repeat(100_000)).is_err());
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
