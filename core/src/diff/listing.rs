//! `git diff --raw` and `git diff --name-status`, as lines or with `-z`.
//!
//! Source: git-diff(1), "Raw output format": `:100644 100644 <id> <id> M` TAB `path` LF, with two paths for renames and
//! copies and names quoted as in C; with `-z`, NUL for each of TAB and LF and names as they are.

mod header;
#[cfg(test)]
mod tests;

use alloc::{borrow::Cow, format, string::String};

use self::header::{Header, raw_header, status_header};
use super::{
    encoding::{bom, is_blank},
    lines::{self, cut, hex_digits, is_commit, line, split},
    sink::Sink,
};
use crate::{change::Change, error::Error, escape::escape, names::RepoPath};

/// Which of the two listings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listing {
    Raw,
    NameStatus,
}

impl Listing {
    fn code(self) -> &'static str {
        match self {
            Self::Raw => "diff-git-raw",
            Self::NameStatus => "diff-name-status",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Raw => "give the output of `git diff --raw -z --no-abbrev OLD NEW`, whole and unchanged",
            Self::NameStatus => "give the output of `git diff --name-status -z OLD NEW`, whole and unchanged",
        }
    }

    fn header(self, text: &[u8]) -> Option<Header> {
        match self {
            Self::Raw => raw_header(text),
            Self::NameStatus => status_header(text),
        }
    }

    /// Reads lines. What is no header is text, as `git log` writes it.
    pub(super) fn read_lines(self, bytes: &[u8], index: usize, sink: &mut Sink) -> Result<(), Error> {
        let mut at = bom(bytes);
        while at < bytes.len() {
            let (text, next) = line(bytes, at);
            match self.read_line(text, sink) {
                Ok(Some(change)) => sink.push(change),
                Ok(None) => sink.text(text, at),
                Err(error) => return Err(error.at(Some(index), at, at + text.len())),
            }
            at = next;
        }
        if sink.is_empty() && !is_blank(bytes) && !sink.coloured() {
            let message = "there is no line of such a diff in the text";
            return Err(Error::new(self.code(), message, self.help()).at(Some(index), 0, bytes.len()));
        }
        unterminated(bytes, sink);
        Ok(())
    }

    /// The change of one line; `None` when the line is text.
    pub(super) fn read_line(self, text: &[u8], sink: &mut Sink) -> Result<Option<Change>, Error> {
        let mut names = split(text, b'\t');
        let Some(header) = names.next().and_then(|header| self.header(header)) else {
            return if is_refused(text) { Err(self.refuse(text)) } else { Ok(None) };
        };
        let mut path = || {
            // `--combined-all-paths` writes the name in each parent before the last one.
            let mut field = names.next();
            while header.combined
                && let Some(later) = names.next()
            {
                field = Some(later);
            }
            let name = field.and_then(lines::name);
            name.and_then(|name| RepoPath::new(&name)).ok_or_else(|| self.not_a_path(field.unwrap_or(text)))
        };
        let (path, from) = header.paths(&mut path)?;
        Ok(Some(header.change(path, from, sink)))
    }

    /// Reads fields that end in NUL; between them there can be no text but the headers of commits.
    pub(super) fn read_fields(self, bytes: &[u8], index: usize, sink: &mut Sink) -> Result<(), Error> {
        let mut fields = Fields::of(bytes, index, self.help());
        while fields.follow(true, sink) {
            let start = fields.at;
            let text = fields.next("a header")?;
            let header =
                self.header(text).ok_or_else(|| self.refuse(text).at(Some(index), start, start + text.len()))?;
            let mut path = || {
                let start = fields.at;
                let field = fields.next("a path")?;
                RepoPath::new(field).ok_or_else(|| self.not_a_path(field).at(Some(index), start, fields.at))
            };
            let (path, from) = header.paths(&mut path)?;
            let change = header.change(path, from, sink);
            sink.push(change);
        }
        Ok(())
    }

    fn not_a_path(self, field: &[u8]) -> Error {
        self.error(field, NO_PATH)
    }

    fn error(self, text: &[u8], problem: &str) -> Error {
        Error::new(self.code(), about(text, problem), self.help())
    }

    fn refuse(self, header: &[u8]) -> Error {
        let unmerged = header.last() == Some(&b'U') || header.starts_with(b"U\t");
        self.error(header, if unmerged { " is an unmerged path" } else { " is not a header of such a diff" })
    }
}

/// How many names follow this status in a listing of names; also one that is refused when it is read, as an unmerged
/// path is.
pub(super) fn status_names(text: &[u8]) -> Option<usize> {
    if text == UNMERGED { Some(1) } else { status_header(text).map(|header| header.names()) }
}

const UNMERGED: &[u8] = b"U";

pub(super) const NO_PATH: &str = " is not a path in a repository";

/// Lines that look like a header and are none that can be read: passing over them could miss a change.
fn is_refused(text: &[u8]) -> bool {
    let raw = text.starts_with(b":") && text.get(1..7).is_some_and(|mode| lines::mode(mode).is_some());
    raw || text.starts_with(b"U\t")
}

/// A piece of input and what is to say of it.
pub(super) fn about(text: &[u8], remark: &str) -> String {
    format!("`{}`{remark}", shown(text))
}

/// The first bytes of a piece of input, for a message.
pub(super) fn shown(bytes: &[u8]) -> Cow<'_, str> {
    escape(&bytes[..bytes.len().min(120)])
}

/// Says when the end may be missing. It is no error: `$(git diff …)` in a shell takes the last line end off.
pub(super) fn unterminated(bytes: &[u8], sink: &mut Sink) {
    if bytes.last().is_some_and(|last| *last != b'\n') {
        sink.warn_of_end("the last line of the diff has no line end");
    }
}

/// Passes over the header of a commit, which stands at `at` of the diff, and its indented message and notes; yields how
/// long they are.
pub(super) fn skip_header(bytes: &[u8], at: usize, sink: &mut Sink) -> usize {
    let mut in_header = true;
    let mut end = 0;
    while end < bytes.len() {
        let (text, next) = line(bytes, end);
        if in_header {
            sink.text(text, at + end);
            in_header = !text.is_empty();
        } else {
            let notes = text.starts_with(b"Notes") && text.ends_with(b":") && bytes[next..].starts_with(INDENT);
            if !text.is_empty() && !text.starts_with(INDENT) && !notes {
                break;
            }
        }
        end = next;
    }
    end
}

/// Stands before each line of a commit's message.
const INDENT: &[u8] = b"    ";

/// Fields that end in NUL.
pub(super) struct Fields<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) index: usize,
    pub(super) at: usize,
    pub(super) help: &'static str,
}

impl<'a> Fields<'a> {
    pub(super) fn of(bytes: &'a [u8], index: usize, help: &'static str) -> Self {
        Self { bytes, index, at: bom(bytes), help }
    }

    /// Whether fields follow the header of a commit that may stand here, as `git log -z` and `git diff-tree -z` write it.
    /// An id that stands alone, or before a subject, is one only where no name can stand, as in a `listing` of changes.
    pub(super) fn follow(&mut self, listing: bool, sink: &mut Sink) -> bool {
        loop {
            let rest = &self.bytes[self.at..];
            let digits = if listing { hex_digits(rest) } else { 0 };
            self.at += match rest {
                [0, next @ ..] if is_commit(next) => 1,
                [b'c', ..] if is_commit(rest) => {
                    let (text, more) = cut(rest, 0);
                    let length = skip_header(text, self.at, sink);
                    if length < text.len() || (more.is_none() && !text.ends_with(b"\n")) {
                        self.at += length;
                        return true;
                    }
                    // The header of a merge ends in NUL, and so does one without fields but for the last.
                    if more.is_none() {
                        sink.warn_of_end("the last commit of the diff has no change");
                    }
                    length + usize::from(more.is_some())
                }
                _ if (7..=64).contains(&digits) && matches!(rest.get(digits), Some(0 | b' ')) => {
                    let (text, more) = cut(rest, 0);
                    sink.text(text, self.at);
                    // `--format=%H` has an empty line behind it.
                    text.len() + more.map_or(0, |more| 1 + usize::from(more.starts_with(b"\n")))
                }
                _ => return !rest.is_empty(),
            };
        }
    }

    /// The bytes up to the next NUL.
    pub(super) fn next(&mut self, what: &str) -> Result<&'a [u8], Error> {
        let rest = &self.bytes[self.at..];
        let Some(length) = memchr::memchr(0, rest) else {
            let message = format!("the diff ends in the middle of {what}");
            let error = Error::new("diff-truncated", message, self.help);
            return Err(error.at(Some(self.index), self.at, self.bytes.len()));
        };
        self.at += length + 1;
        Ok(&rest[..length])
    }
}
