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

/// Each way to choose among the `{…}` groups, as tokens.
pub(super) fn alternatives(source: &str, dialect: Dialect) -> Result<Vec<Vec<Token>>, PatternError> {
    let refuse = |message, help| Err(PatternError { at: 0, message, help });
    match source.as_bytes().first() {
        None => return refuse("the pattern is empty", "write `**` to match every file"),
        Some(b'/') => {
            return refuse("the pattern begins with `/`", "paths are relative to the repository root: drop the slash");
        }
        Some(b'!') => {
            return refuse(
                "the pattern begins with `!`",
                r"there is no negation; for a name that begins so write `\!`",
            );
        }
        _ => {}
    }
    expand(source)?.iter().map(|written| tokens(written, dialect)).collect()
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
    sequence(&mut written.as_slice(), 0)
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
fn tokens(written: &[Written], dialect: Dialect) -> Result<Vec<Token>, PatternError> {
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
            match hash(first.at, &mut tail, dialect)? {
                Some(hash) => tokens.extend(hash),
                None => tokens.push(set(first.at, &mut tail)?),
            }
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

/// `[hash]` or `[hash:N]`, whose `[` has been read; `None` when it is a set.
fn hash(open: usize, rest: &mut &[Written], dialect: Dialect) -> Result<Option<Vec<Token>>, PatternError> {
    let inside = rest.iter().position(|character| character.is(']')).unwrap_or_default();
    let text: String = rest[..inside].iter().map(|written| written.character).collect();
    let written = if dialect == Dialect::Fingerprint { text.strip_prefix("hash") } else { None };
    let Some(length) = written else { return Ok(None) };
    let (length, exact) = match length.strip_prefix(':').map(str::parse) {
        None if length.is_empty() => (MIN_HASH, false),
        Some(Ok(length @ 4..=128)) => (length, true),
        _ => {
            return Err(PatternError {
                at: open,
                message: "the length of the hash is not a number from 4 to 128",
                help: "write `[hash]` for any length from 8, or `[hash:20]` for exactly 20 characters",
            });
        }
    };
    *rest = &rest[inside + 1..];
    let steps = (0..length).flat_map(|_| [Token::Hash { digit: false }, Token::Hash { digit: true }]);
    let end = [false, true].map(|digit| Token::HashEnd { digit, open: !exact });
    Ok(Some(steps.chain(end).collect()))
}
