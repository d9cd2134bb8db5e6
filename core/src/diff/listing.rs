//! `git diff --raw` and `git diff --name-status`, as lines or with `-z`.
//!
//! Source: git-diff(1), "Raw output format": `:100644 100644 <id> <id> M` TAB `path` LF, with two paths for renames and
//! copies and names quoted as in C; with `-z`, NUL for each of TAB and LF and names as they are.

use alloc::{format, string::String, vec::Vec};

use super::{
    lines::{self, line},
    merge,
    sink::Sink,
};
use crate::{
    change::{BlobId, Change, Entry, Status},
    error::Error,
    escape::escape,
    names::RepoPath,
};

/// Which of the two listings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listing {
    Raw,
    NameStatus,
}

/// The status and the two sides that a header tells.
struct Header {
    status: Status,
    before: Option<Entry>,
    after: Option<Entry>,
    /// The header of a combined diff: more than one old side.
    combined: bool,
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
        let mut at = 0;
        while at < bytes.len() {
            let (text, next) = line(bytes, at);
            let (header, names) = text.split_at(memchr::memchr(b'\t', text).unwrap_or(text.len()));
            match self.header(header) {
                Some(header) => {
                    let mut names = names.split(|byte| *byte == b'\t').skip(1).peekable();
                    let refuse = |field: &[u8]| self.not_a_path(field).at(Some(index), at, at + text.len());
                    let mut path = || {
                        // `--combined-all-paths` writes the name in each parent before the last one.
                        let mut field = names.next().ok_or_else(|| refuse(text))?;
                        while let Some(later) = names.next_if(|_| header.combined) {
                            field = later;
                        }
                        lines::name(field).and_then(|name| RepoPath::new(&name)).ok_or_else(|| refuse(field))
                    };
                    let (path, from) = header.paths(&mut path)?;
                    header.push(path, from, sink);
                }
                None if is_refused(text) => {
                    return Err(self.refuse(text).at(Some(index), at, at + text.len()));
                }
                None => sink.text(text, at),
            }
            at = next;
        }
        if sink.is_empty() && !bytes.trim_ascii().is_empty() && !sink.coloured() {
            let message = "there is no line of such a diff in the text";
            return Err(Error::new(self.code(), message, self.help()).at(Some(index), 0, bytes.len()));
        }
        if !bytes.is_empty() && bytes.last() != Some(&b'\n') {
            unterminated(sink);
        }
        Ok(())
    }

    /// Reads fields that end in NUL; there can be no text between them.
    pub(super) fn read_fields(self, bytes: &[u8], index: usize, sink: &mut Sink) -> Result<(), Error> {
        let mut fields = Fields { bytes, index, at: 0, help: self.help() };
        while fields.at < bytes.len() {
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
            header.push(path, from, sink);
        }
        Ok(())
    }

    fn not_a_path(self, field: &[u8]) -> Error {
        Error::new(self.code(), format!("`{}` is not a path in a repository", shown(field)), self.help())
    }

    fn refuse(self, header: &[u8]) -> Error {
        let shown = shown(header);
        let message = if header.last() == Some(&b'U') || header.starts_with(b"U\t") {
            format!("`{shown}` is an unmerged path")
        } else {
            format!("`{shown}` is not a header of such a diff")
        };
        Error::new(self.code(), message, self.help())
    }
}

/// Lines that look like a header and are none that can be read: passing over them could miss a change.
fn is_refused(text: &[u8]) -> bool {
    let raw = text.starts_with(b":") && text.get(1..7).is_some_and(|mode| lines::mode(mode).is_some());
    raw || text.starts_with(b"U\t")
}

/// The first bytes of a piece of input, for a message.
pub(super) fn shown(bytes: &[u8]) -> String {
    escape(&bytes[..bytes.len().min(120)])
}

/// Says that the end may be missing. It is no error: `$(git diff …)` in a shell takes the last line end off.
pub(super) fn unterminated(sink: &mut Sink) {
    sink.warn(
        "diff-unterminated",
        "the last line of the diff has no line end, so its name may be cut short",
        "give the whole output; with `-z` a cut is seen with certainty",
    );
}

/// Fields that end in NUL.
pub(super) struct Fields<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) index: usize,
    pub(super) at: usize,
    pub(super) help: &'static str,
}

impl<'a> Fields<'a> {
    /// The bytes up to the next NUL.
    pub(super) fn next(&mut self, what: &str) -> Result<&'a [u8], Error> {
        let rest = &self.bytes[self.at..];
        let Some(length) = memchr::memchr(0, rest) else {
            let message = format!("the diff ends in the middle of {what}");
            return Err(Error::new("diff-truncated", message, self.help).at(
                Some(self.index),
                self.at,
                self.bytes.len(),
            ));
        };
        self.at += length + 1;
        Ok(&rest[..length])
    }
}

impl Header {
    /// The path, and the old path of a rename or the source of a copy, which stands first.
    fn paths(&self, next: &mut impl FnMut() -> Result<RepoPath, Error>) -> Result<(RepoPath, Option<RepoPath>), Error> {
        let first = next()?;
        match self.status {
            Status::Renamed | Status::Copied => Ok((next()?, Some(first))),
            _ => Ok((first, None)),
        }
    }

    fn push(&self, path: RepoPath, from: Option<RepoPath>, sink: &mut Sink) {
        if self.combined {
            merge::warn(sink);
        }
        sink.push(Change::new(self.status, path, from, self.before, self.after));
    }
}

fn raw_header(text: &[u8]) -> Option<Header> {
    let parents = text.iter().take_while(|byte| **byte == b':').count();
    if parents == 0 {
        return None;
    }
    let mut fields = text[parents..].split(|byte| *byte == b' ');
    if parents > 1 {
        return combined_header(&fields.collect::<Vec<_>>(), parents);
    }
    let (old_mode, new_mode) = (lines::mode(fields.next()?)?, lines::mode(fields.next()?)?);
    let (old_id, new_id) = (fields.next()?, fields.next()?);
    let status = fields.next()?;
    let (before, after) = (entry(old_mode, old_id), entry(new_mode, new_id));
    let status = letter(status)?;
    let sides = match status {
        Status::Added => (false, true),
        Status::Deleted => (true, false),
        _ => (true, true),
    };
    let whole = sides == (before.is_some(), after.is_some()) && fields.next().is_none();
    whole.then_some(Header { status, before, after, combined: false })
}

fn combined_header(fields: &[&[u8]], parents: usize) -> Option<Header> {
    let [modes @ .., statuses] = fields else { return None };
    let (modes, ids) = modes.split_at_checked(parents + 1)?;
    if ids.len() != modes.len() || statuses.len() != parents || !statuses.iter().all(u8::is_ascii_uppercase) {
        return None;
    }
    let sides = modes.iter().zip(ids).map(|(mode, id)| Some(entry(lines::mode(mode)?, id)));
    let mut sides = sides.collect::<Option<Vec<_>>>()?;
    let after = sides.pop()?;
    let (status, before) = merge::before(&sides, after.as_ref());
    Some(Header { status, before, after, combined: true })
}

fn entry(mode: u32, id: &[u8]) -> Option<Entry> {
    (mode != 0).then(|| Entry { mode, id: BlobId::from_hex(id) })
}

/// A listing of names tells neither modes nor ids: each side that is there counts as a file.
fn status_header(text: &[u8]) -> Option<Header> {
    let parents = text.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let (status, combined) = match (parents, text) {
        (1, _) => (letter(text)?, false),
        (2.., _) if parents == text.len() => (merge::letters(text)?, true),
        _ => return None,
    };
    let before = (status != Status::Added).then_some(Entry::UNKNOWN);
    let after = (status != Status::Deleted).then_some(Entry::UNKNOWN);
    Some(Header { status, before, after, combined })
}

/// The status of a letter and its score: `M`, `R100`.
fn letter(text: &[u8]) -> Option<Status> {
    let (letter, score) = text.split_first()?;
    if !score.iter().all(u8::is_ascii_digit) {
        return None;
    }
    match letter {
        b'A' => Some(Status::Added),
        b'D' => Some(Status::Deleted),
        b'M' => Some(Status::Modified),
        b'T' => Some(Status::TypeChanged),
        b'R' => Some(Status::Renamed),
        b'C' => Some(Status::Copied),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Effect;
    use proptest::prelude::*;

    const A: &str = "1111111111111111111111111111111111111111";
    const B: &str = "2222222222222222222222222222222222222222";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    fn read(bytes: &[u8]) -> Result<Vec<Change>, Error> {
        let mut sink = Sink::default();
        Listing::Raw.read_fields(bytes, 3, &mut sink).map(|()| sink.finish().0)
    }

    fn read_lines(listing: Listing, text: &str) -> Result<Vec<(String, Effect)>, Error> {
        let mut sink = Sink::default();
        listing.read_lines(text.as_bytes(), 3, &mut sink)?;
        Ok(sink.finish().0.iter().map(|change| (change.path.escaped(), change.effect)).collect())
    }

    fn every_status() -> String {
        [
            format!(":000000 100644 {ZERO} {A} A\0a\0"),
            format!(":100644 100644 {A} {B} C75\0source\0copy\0"),
            format!(":100644 000000 {A} {ZERO} D\0d\0"),
            format!(":100644 100644 {A} {B} M\0m\0"),
            format!(":100644 100644 {A} {A} R100\0old\0new\0"),
            format!(":100644 120000 {A} {B} T\0t\0"),
            format!(":100644 100755 {A} {A} M\0x\0"),
        ]
        .concat()
    }

    #[test]
    fn every_status_is_read() {
        let changes = read(every_status().as_bytes()).unwrap();
        let effects: Vec<_> = changes.iter().map(|c| (c.path.escaped(), c.effect)).collect();
        assert_eq!(
            effects,
            [
                (String::from("a"), Effect::Added),
                ("copy".into(), Effect::Added),
                ("d".into(), Effect::Deleted),
                ("m".into(), Effect::Modified),
                ("new".into(), Effect::Added),
                ("t".into(), Effect::Deleted),
                ("x".into(), Effect::ModeOnly),
            ]
        );
        assert_eq!(
            changes[4].effect_on_from().map(|(path, effect)| (path.escaped(), effect)),
            Some(("old".into(), Effect::Deleted))
        );
        assert_eq!(changes[1].effect_on_from(), None);
    }

    #[test]
    fn lines_say_the_same_as_fields() {
        let lines =
            every_status().replace(':', "\n:").replace(" A\0", " A\t").replace('\0', "\t").replace("\t\n", "\n");
        let fields: Vec<_> =
            read(every_status().as_bytes()).unwrap().iter().map(|c| (c.path.escaped(), c.effect)).collect();
        assert_eq!(read_lines(Listing::Raw, lines.trim()).unwrap(), fields);
    }

    #[test]
    fn abbreviated_ids_prove_nothing() {
        let text = ":100644 100755 1234567 1234567 M\t\"\\303\\251\"\n";
        assert_eq!(read_lines(Listing::Raw, text).unwrap(), [("é".into(), Effect::Modified)]);
    }

    #[test]
    fn a_status_with_a_name_counts_each_side_as_a_file() {
        let text = "commit 1234567\nAuthor: A <a@b>\n\n    M\tno\n\nA\ta b\nD\td\nM\tm\nR050\told\tr\nT\tt\nMM\tz\n";
        assert_eq!(
            read_lines(Listing::NameStatus, text).unwrap(),
            [
                (String::from("a b"), Effect::Added),
                ("d".into(), Effect::Deleted),
                ("m".into(), Effect::Modified),
                ("r".into(), Effect::Added),
                ("t".into(), Effect::Modified),
                ("z".into(), Effect::Modified),
            ]
        );
    }

    #[test]
    fn a_combined_header_has_a_side_for_each_parent() {
        let text = format!(
            "::100644 100644 100644 {A} {B} {A} MM\told\told\tnew\n::000000 100644 000000 {ZERO} {A} {ZERO} AD\tx\n"
        );
        assert_eq!(
            read_lines(Listing::Raw, &text).unwrap(),
            [("new".into(), Effect::Modified), ("x".into(), Effect::Deleted)]
        );
    }

    #[test]
    fn an_id_that_is_not_known_is_not_equal_to_another() {
        let diff = format!(":100644 100644 {ZERO} {ZERO} M\0m\0");
        assert_eq!(read(diff.as_bytes()).unwrap()[0].effect, Effect::Modified);
    }

    #[test]
    fn bytes_that_are_not_utf8_survive() {
        let diff = [format!(":000000 100644 {ZERO} {A} A\0").as_bytes(), b"a\xff\n\0"].concat();
        assert_eq!(read(&diff).unwrap()[0].path.as_bytes(), b"a\xff\n");
    }

    #[test]
    fn errors_say_where() {
        let whole = format!(":100644 100644 {A} {B} M\0m\0");
        let truncated = read(&whole.as_bytes()[..whole.len() - 1]).unwrap_err();
        assert_eq!((truncated.code, truncated.span.unwrap().start), ("diff-truncated", whole.len() - 2));
        let unmerged = format!("{whole}:000000 000000 {ZERO} {ZERO} U\0m\0");
        let error = read(unmerged.as_bytes()).unwrap_err();
        assert!(error.message.contains("unmerged"), "{error}");
        assert_eq!(error.span.map(|s| (s.attachment, s.start)), Some((Some(3), whole.len())));
        let error = read_lines(Listing::NameStatus, "M\ta\nU\tb\n").unwrap_err();
        assert!(error.message.contains("unmerged") && error.span.unwrap().start == 4, "{error}");
        assert_eq!(read_lines(Listing::NameStatus, "M\t/a\n").unwrap_err().code, "diff-name-status");
        assert_eq!(read_lines(Listing::NameStatus, "hello\n").unwrap_err().code, "diff-name-status");
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(prop_oneof![Just(b':'), Just(0u8), Just(b' '), Just(b'\t'), any::<u8>()], 0..300)) {
            let _ = read(&bytes);
            let mut sink = Sink::default();
            let _ = Listing::NameStatus.read_lines(&bytes, 0, &mut sink);
            let _ = sink.finish();
        }
    }
}
