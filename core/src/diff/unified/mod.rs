//! Unified diffs: of git, with what `git log`, `git show` and `git format-patch` write round them, and of others.
//!
//! Source: git-diff(1), "Generating patch text with -p"; POSIX diff, "Diff -u Output Format".

mod combined;
mod header;
mod names;
mod plain;
mod prefix;
#[cfg(test)]
mod tests;

use alloc::{format, vec::Vec};
use purgeplan_lines::hunk::{self, Broken};

use self::{
    header::{CombinedHeader, Header},
    prefix::Prefixes,
};
use super::{
    encoding::{bom, is_blank},
    lines::{self, after, hex_digits, line},
    listing::{Listing, NO_PATH, about, shown, unterminated},
    merge,
    sink::Sink,
};
use crate::{
    change::{Change, Entry, Status},
    error::Error,
    names::RepoPath,
};

const HELP: &str = "give the output of `git diff`, `git show`, `git log -p` or `git format-patch`, whole and unchanged";

/// Reads a diff. A second time when its files have shown prefixes of names that the first reading could not know.
pub(super) fn parse(bytes: &[u8], index: usize, sink: &mut Sink) -> Result<(), Error> {
    let mut reader = Reader { bytes, index, at: bom(bytes), sink, prefixes: Prefixes::default() };
    let result = reader.read();
    match reader.prefixes.read_again() {
        Ok(false) => result,
        Ok(true) => {
            *reader.sink = Sink::default();
            reader.at = bom(bytes);
            let result = reader.read();
            reader.report_prefixes();
            result
        }
        Err(()) => {
            let message = "the names of the files begin with different prefixes, so it is not known where they end";
            result.and(Err(reader.error("diff-prefix", message, 0, bytes.len()).help(PREFIX_HELP)))
        }
    }
}

const PREFIX_HELP: &str = "make the diff with git's own prefixes: `git diff --default-prefix`";

struct Reader<'a, 's> {
    bytes: &'a [u8],
    index: usize,
    at: usize,
    sink: &'s mut Sink,
    prefixes: Prefixes,
}

impl<'a> Reader<'a, '_> {
    fn read(&mut self) -> Result<(), Error> {
        while self.at < self.bytes.len() {
            let start = self.at;
            let rest = &self.bytes[start..];
            match rest[0] {
                b'd' if rest.starts_with(b"diff --git ") => self.git_file()?,
                b'd' if rest.starts_with(b"diff --cc ") || rest.starts_with(b"diff --combined ") => {
                    self.combined_file()?;
                }
                b'-' if rest.starts_with(b"--- ") => self.plain_file()?,
                b'@' if rest.starts_with(b"@@ -") => self.stray_hunk()?,
                // `git log -z` parts commits so.
                0 => self.at += 1,
                _ => self.text()?,
            }
            debug_assert!(self.at > start, "each turn takes bytes");
        }
        let nothing = self.sink.is_empty() && !self.sink.coloured() && !is_blank(self.bytes);
        if nothing {
            return Err(self.error("diff-unified", "there is no diff in the text", 0, self.bytes.len()));
        }
        unterminated(self.bytes, self.sink);
        Ok(())
    }

    fn git_file(&mut self) -> Result<(), Error> {
        let start = self.at;
        let (first, next) = line(self.bytes, start);
        let (header, end) = Header::read(self.bytes, &first[b"diff --git ".len()..], next);
        self.at = end;
        let rest = &self.bytes[end..];
        // A last line without its end may be the start of more of the header.
        if memchr::memchr(b'\n', rest).is_none()
            && let Some(missing) = header.missing(!rest.is_empty() || self.bytes.ends_with(b"\n"))
        {
            // With its header whole, the file counts in what came before the end.
            let _ = self.push_git(&header, start);
            return Err(self.truncated(&format!("the diff ends before {missing}"), start));
        }
        self.push_git(&header, start)?;
        if header.crlf {
            self.sink.warn(
                "diff-crlf",
                "the lines of the diff end in CR LF; they were read as if in LF",
                "nothing, if a mail program or an editor turned them; names are not touched by it",
            );
        }
        self.body(start)
    }

    fn push_git(&mut self, header: &Header<'a>, start: usize) -> Result<(), Error> {
        if let (Some(from), Some(to)) = (header.from, header.to) {
            self.prefixes.learn(header.line, from, to);
            let (from, path) = (self.named(from, start)?, self.named(to, start)?);
            self.sink.push(header.change(path, Some(from)));
            return Ok(());
        }
        let mut unquoted = [Vec::new(), Vec::new()];
        let name = match names::written(header, self.prefixes.known(), &mut unquoted) {
            Some((old, new)) => self.prefixes.name(old, new, header.sides),
            None => None,
        };
        if name.is_none() {
            let message = about(header.line, " does not tell its two names apart");
            let end = start + b"diff --git ".len() + header.line.len();
            let unfinished = end == self.bytes.len();
            let error = self.error("diff-prefix", &message, start, end).help(PREFIX_HELP);
            return Err(if unfinished { self.truncated("the diff ends in a name", start) } else { error });
        }
        let path = self.path(name, start)?;
        if header.names_another(&path) {
            let message = about(header.line, " and its `+++ ` or `--- ` line name two files");
            return Err(self.error("diff-prefix", &message, start, self.at));
        }
        self.sink.push(header.change(path, None));
        Ok(())
    }

    fn combined_file(&mut self) -> Result<(), Error> {
        let start = self.at;
        let (first, next) = line(self.bytes, start);
        let name = after(first, b"diff --cc ").or(after(first, b"diff --combined ")).unwrap_or(first);
        let (header, end) = CombinedHeader::read(self.bytes, next);
        self.at = end;
        merge::warn(self.sink);
        let path = self.named(name, start)?;
        self.sink.push(header.change(path));
        let ends = memchr::memchr(b'\n', &self.bytes[end..]).is_none();
        if ends && !header.body && !header.is_whole() {
            return Err(self.truncated("the diff ends before the content of the file", start));
        }
        self.body(start)
    }

    /// Passes over what follows the header of the file that began at `file`.
    fn body(&mut self, file: usize) -> Result<(), Error> {
        let body = self.at;
        loop {
            let start = self.at;
            let rest = &self.bytes[start..];
            if rest.starts_with(b"@@") {
                let (header, next) = line(self.bytes, start);
                let end = match hunk::counts(header) {
                    Some(counts) => hunk::skip(self.bytes, next, counts),
                    None => match combined::counts(header) {
                        Some(counts) => combined::skip(self.bytes, next, counts),
                        None if next == self.bytes.len() => Err(Broken::End),
                        None => Err(Broken::Line(start)),
                    },
                };
                self.at = end.map_err(|broken| self.broken(broken, start, file))?;
                self.at = hunk::skip_no_newline(self.bytes, self.at);
            } else if start == body && rest.starts_with(b"Binary files ") {
                self.at = line(self.bytes, start).1;
                return Ok(());
            } else if start == body && rest.starts_with(b"GIT binary patch") {
                return self.binary_patch(file);
            } else {
                return Ok(());
            }
        }
    }

    /// One or two blocks of lines in base 85, which has no blank, each closed by an empty line.
    fn binary_patch(&mut self, file: usize) -> Result<(), Error> {
        let start = self.at;
        self.at = line(self.bytes, start).1;
        for block in 0..2 {
            let rest = &self.bytes[self.at..];
            if block > 0 && !rest.starts_with(b"literal ") && !rest.starts_with(b"delta ") {
                return Ok(());
            }
            loop {
                if self.at == self.bytes.len() {
                    return Err(self.broken(Broken::End, start, file));
                }
                let (text, next) = line(self.bytes, self.at);
                if text.starts_with(b"diff ") {
                    return Err(self.broken(Broken::Line(self.at), start, file));
                }
                self.at = next;
                if text.is_empty() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// A line that is no part of a file. A few of them tell of one all the same.
    fn text(&mut self) -> Result<(), Error> {
        let start = self.at;
        let (text, next) = line(self.bytes, start);
        self.at = next;
        let end = start + text.len();
        if is_encoded(text) {
            let message = "the diff stands in a mail whose text is encoded for transport";
            return Err(self.error("diff-encoded", message, start, end).help("save the text of the mail decoded"));
        }
        if text.starts_with(b":") {
            match Listing::Raw.read_line(text, self.sink) {
                Ok(Some(change)) => {
                    self.sink.announce(change);
                    return Ok(());
                }
                Err(error) if !self.sink.in_mail() => return Err(error.at(Some(self.index), start, end)),
                // The text of a mail may be anything.
                _ => {}
            }
        }
        if self.sink.in_mail() {
            self.sink.text(text, start);
            return Ok(());
        }
        if text.starts_with(b"* Unmerged path ") {
            let message = about(text, ": conflicts are not resolved yet");
            return Err(self.error("diff-unmerged", &message, start, end).help("commit the merge, then make the diff"));
        }
        if let Some(name) = submodule(text) {
            let entry = Some(Entry { mode: 0o160_000, id: None });
            let path = self.named(name, start)?;
            self.sink.push(Change::new(Status::Modified, path, None, entry, entry));
            return Ok(());
        }
        if self.plain_note(text, start)? {
            return Ok(());
        }
        self.sink.text(text, start);
        Ok(())
    }

    fn stray_hunk(&mut self) -> Result<(), Error> {
        let (text, _) = line(self.bytes, self.at);
        if hunk::counts(text).is_none() {
            return self.text();
        }
        let message = "a hunk stands here without the header that names its file";
        Err(self.error("diff-hunk", message, self.at, self.at + text.len()))
    }

    /// The path of a name as it is written, in quotes or without.
    fn named(&self, written: &[u8], start: usize) -> Result<RepoPath, Error> {
        self.path(lines::name(written).as_deref(), start)
    }

    fn path(&self, name: Option<&[u8]>, start: usize) -> Result<RepoPath, Error> {
        name.and_then(RepoPath::new).ok_or_else(|| {
            let (text, _) = line(self.bytes, start);
            let message = about(name.unwrap_or(text), NO_PATH);
            self.error("diff-path", &message, start, start + text.len())
        })
    }

    fn broken(&self, broken: Broken, start: usize, file: usize) -> Error {
        let (name, _) = line(self.bytes, file);
        let of = shown(name);
        match broken {
            Broken::End => self.truncated(&format!("the diff ends in the content of `{of}`"), start),
            Broken::Line(at) => {
                let (text, _) = line(self.bytes, at);
                let message = format!(
                    "`{}` does not belong to the hunk of `{of}` that begins at byte {start}: its header counts otherwise",
                    shown(text)
                );
                self.error("diff-hunk", &message, at, at + text.len())
            }
        }
    }

    fn truncated(&self, message: &str, start: usize) -> Error {
        self.error("diff-truncated", message, start, self.bytes.len())
    }

    fn error(&self, code: &'static str, message: &str, start: usize, end: usize) -> Error {
        Error::new(code, message, HELP).at(Some(self.index), start, end)
    }

    fn report_prefixes(&mut self) {
        if let Some((old, new)) = self.prefixes.known() {
            let message = format!("the names begin with `{}` and `{}`, which were taken off", shown(old), shown(new));
            self.sink.warn("diff-prefix", &message, "check the paths; git's own prefixes leave no doubt");
        }
    }
}

/// `Content-Transfer-Encoding: base64` or `quoted-printable` (RFC 2045): what follows is not the diff itself.
fn is_encoded(text: &[u8]) -> bool {
    const FIELD: &[u8] = b"content-transfer-encoding:";
    let Some((field, value)) = text.split_at_checked(FIELD.len()) else { return false };
    let value = value.trim_ascii();
    field.eq_ignore_ascii_case(FIELD)
        && (value.eq_ignore_ascii_case(b"base64") || value.eq_ignore_ascii_case(b"quoted-printable"))
}

/// The name in `Submodule NAME 1234567..89abcde:`, as `--submodule=log` writes it.
fn submodule(text: &[u8]) -> Option<&[u8]> {
    let rest = after(text, b"Submodule ")?;
    for note in [b" contains untracked content".as_slice(), b" contains modified content"] {
        if let Some(name) = rest.strip_suffix(note) {
            return Some(name);
        }
    }
    let dots = rest.windows(2).rposition(|pair| pair == b"..")?;
    let before = rest[..dots].strip_suffix(b".").unwrap_or(&rest[..dots]);
    let blank = before.iter().rposition(|byte| *byte == b' ')?;
    let (old, new) = (&before[blank + 1..], &rest[dots + 2..]);
    (old.len() >= 4 && hex_digits(old) == old.len() && hex_digits(new) >= 4).then_some(&rest[..blank])
}
