//! Patterns as they are written: braces resolved, then tokens.

use alloc::{string::String, vec, vec::Vec};

use super::{PatternError, SLASH, Token};

/// More alternatives than this in one pattern are a mistake, not a need.
const MAX_ALTERNATIVES: usize = 256;
/// Shortest run that `[hash]` takes for a content hash: bundlers write 8 characters or more.
const MIN_HASH: usize = 8;

/// Which tokens a pattern may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Repository paths.
    Path,
    /// Repository paths with `[hash]`.
    Fingerprint,
}

fn fault<T>(at: usize, message: &'static str, help: &'static str) -> Result<T, PatternError> {
    Err(PatternError { at, message, help })
}

/// Each way to choose among the `{…}` groups, as tokens.
pub(super) fn alternatives(source: &str, dialect: Dialect) -> Result<Vec<Vec<Token>>, PatternError> {
    match source.as_bytes().first() {
        None => return fault(0, "the pattern is empty", "write `**` to match every file"),
        Some(b'/') => {
            return fault(
                0,
                "the pattern begins with `/`",
                "paths are relative to the repository root: drop the slash",
            );
        }
        Some(b'!') => {
            return fault(
                0,
                "the pattern begins with `!`",
                r"there is no negation; for a name that begins so write `\!`",
            );
        }
        _ => {}
    }
    let mut alternatives = Vec::new();
    for written in expand(source)? {
        alternatives.push(tokens(&written, dialect)?);
    }
    Ok(alternatives)
}

/// A character of a pattern.
#[derive(Debug, Clone, Copy)]
struct Written {
    /// With [`PLAIN`], when `\` took its meaning away.
    unit: u32,
    /// Byte offset in the source.
    at: usize,
}

/// Past every character.
const PLAIN: u32 = 1 << 31;

impl Written {
    fn is(self, character: char) -> bool {
        self.unit == u32::from(character)
    }

    fn character(self) -> u32 {
        self.unit & !PLAIN
    }
}

/// Resolves `\` and `{…}`: each way to choose, as a run of characters.
fn expand(source: &str) -> Result<Vec<Vec<Written>>, PatternError> {
    let mut written = Vec::new();
    let mut escape = None;
    for (at, character) in source.char_indices() {
        match escape.take() {
            None if character == '\\' => escape = Some(at),
            None => written.push(Written { unit: u32::from(character), at }),
            Some(_) => written.push(Written { unit: u32::from(character) | PLAIN, at: at - 1 }),
        }
    }
    match escape {
        None => sequence(&mut written.as_slice(), 0),
        Some(at) => fault(at, r"the pattern ends with a lone `\`", r"write `\\` for a backslash"),
    }
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
            return fault(first.at, "`}` closes no `{`", r"write `\}` for a brace");
        }
        *rest = tail;
        if !in_set && first.is('{') {
            let options = group(rest, first.at, depth + 1)?;
            if choices.len() * options.len() > MAX_ALTERNATIVES {
                return fault(
                    first.at,
                    "the `{…}` groups make more than 256 alternatives",
                    "split the pattern into several",
                );
            }
            let mut both = Vec::with_capacity(choices.len() * options.len());
            for left in &choices {
                for right in &options {
                    let mut choice = left.clone();
                    choice.extend_from_slice(right);
                    both.push(choice);
                }
            }
            choices = both;
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
        return fault(open, "`{…}` nests deeper than 8", "split the pattern into several");
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
                return fault(open, "`{` is never closed", r"add `}`, or write `\{` for a brace");
            }
        }
    }
}

/// One alternative as tokens.
fn tokens(written: &[Written], dialect: Dialect) -> Result<Vec<Token>, PatternError> {
    let mut tokens = Vec::with_capacity(written.len());
    let mut rest = written;
    while let Some((&first, mut tail)) = rest.split_first() {
        // Stars that only a group puts side by side are two.
        if first.is('*') && tail.first().is_some_and(|next| next.is('*') && next.at == first.at + 1) {
            let starts_folder = matches!(tokens.last(), None | Some(Token::Literal(SLASH) | Token::InFolder));
            tail = &tail[1..];
            match tail.split_first() {
                None if starts_folder => tokens.push(Token::Rest),
                Some((next, after)) if starts_folder && next.is('/') => {
                    tokens.push(Token::Folders);
                    tokens.push(Token::InFolder);
                    tail = after;
                }
                _ => {
                    return fault(
                        first.at,
                        "`**` shares a folder name with other characters",
                        "`**` stands alone between slashes (`a/**/b`); within a name write one `*`",
                    );
                }
            }
        } else if first.is('*') {
            tokens.push(Token::Star);
        } else if first.is('?') {
            tokens.push(Token::One);
        } else if first.is('[') {
            if dialect == Dialect::Path || !hash(first.at, &mut tail, &mut tokens)? {
                tokens.push(set(first.at, &mut tail)?);
            }
        } else {
            tokens.push(Token::Literal(first.character()));
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
            return fault(open, "`[` is never closed", r"add `]`, or write `\[` for a bracket");
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
        if last.character() < first.character() {
            return fault(first.at, "the range runs backwards", "write the smaller character first");
        }
        ranges.push((first.character(), last.character()));
    }
    if ranges.is_empty() {
        return fault(open, "`[]` is an empty set", r"name its characters, or write `\[` for a bracket");
    }
    Ok(Token::Set { ranges, negated })
}

/// `[hash]` or `[hash:N]`, whose `[` has been read; `false` when it is a set.
fn hash(open: usize, rest: &mut &[Written], tokens: &mut Vec<Token>) -> Result<bool, PatternError> {
    let inside = rest.iter().position(|character| character.is(']')).unwrap_or_default();
    let text: String = rest[..inside].iter().filter_map(|written| char::from_u32(written.character())).collect();
    let Some(length) = text.strip_prefix("hash") else { return Ok(false) };
    let (length, exact) = match length.strip_prefix(':').map(str::parse) {
        None if length.is_empty() => (MIN_HASH, false),
        Some(Ok(length @ 4..=128)) => (length, true),
        _ => {
            return fault(
                open,
                "the length of the hash is not a number from 4 to 128",
                "write `[hash]` for any length from 8, or `[hash:20]` for exactly 20 characters",
            );
        }
    };
    *rest = &rest[inside + 1..];
    for _ in 0..length {
        tokens.push(Token::Hash { digit: false });
        tokens.push(Token::Hash { digit: true });
    }
    tokens.push(Token::HashEnd { digit: false, open: !exact });
    tokens.push(Token::HashEnd { digit: true, open: !exact });
    Ok(true)
}
