//! The header of one file in git's own diffs.
//!
//! Source: git-diff(1), "Generating patch text with -p" and "Combined diff format".

use alloc::vec::Vec;

use purgeplan_lines::same;

use crate::{
    change::{BlobId, Change, Entry, Status},
    diff::{
        lines::{self, after, cut, find, line, split, unquote},
        merge::Merge,
        unified::prefix::Sides,
    },
    names::RepoPath,
};

/// The name of a side that is not there.
pub(super) const NOTHING: &[u8] = b"/dev/null";

/// Whether a header joins two names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Pair {
    #[default]
    No,
    /// It tells how similar two files are; their names have not come.
    Announced,
    Rename,
    Copy,
}

/// What a line of a header tells.
#[derive(Debug, Clone, Copy)]
enum Field {
    Index,
    NewFile,
    DeletedFile,
    OldMode,
    NewMode,
    /// Those of all sides, in a combined diff.
    Modes,
    Similarity,
    Dissimilarity,
    From(Pair),
    To(Pair),
}

const FIELDS: [(&[u8], Field); 12] = [
    (b"index ", Field::Index),
    (b"new file mode ", Field::NewFile),
    (b"deleted file mode ", Field::DeletedFile),
    (b"old mode ", Field::OldMode),
    (b"new mode ", Field::NewMode),
    (b"mode ", Field::Modes),
    (b"similarity index ", Field::Similarity),
    (b"dissimilarity index ", Field::Dissimilarity),
    (b"rename from ", Field::From(Pair::Rename)),
    (b"rename to ", Field::To(Pair::Rename)),
    (b"copy from ", Field::From(Pair::Copy)),
    (b"copy to ", Field::To(Pair::Copy)),
];

/// What a line tells, and the rest of it.
fn field(text: &[u8]) -> Option<(Field, &[u8])> {
    for (start, field) in &FIELDS {
        if let Some(value) = after(text, start) {
            return Some((*field, value));
        }
    }
    None
}

/// The two sides of `OLD..NEW`.
fn dots(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = find(text, b"..")?;
    Some((&text[..at], &text[at + 2..]))
}

/// What the lines of a header say.
#[derive(Debug, Default)]
pub(super) struct Header<'a> {
    /// The rest of the `diff --git` line: both names.
    pub(super) line: &'a [u8],
    old_mode: Option<u32>,
    new_mode: Option<u32>,
    /// Which sides the lines on modes leave.
    pub(super) sides: Sides,
    /// Names without prefixes, as they are written.
    pub(super) from: Option<&'a [u8]>,
    pub(super) to: Option<&'a [u8]>,
    pair: Pair,
    /// The two files of a pair are not the same.
    unlike: bool,
    /// Both ids of the `index` line.
    ids: Option<(&'a [u8], &'a [u8])>,
    /// The `--- ` and `+++ ` lines: written names, with a tab behind them when they have blanks.
    pub(super) files: Option<(&'a [u8], &'a [u8])>,
    /// Whether content follows.
    pub(super) body: bool,
    /// How many lines it has.
    lines: usize,
    /// The ends of the lines are CR LF.
    pub(super) crlf: bool,
}

impl<'a> Header<'a> {
    /// Reads the header whose first line is `first`, from the line after it; yields where it ends.
    pub(super) fn read(bytes: &'a [u8], first: &'a [u8], mut at: usize) -> (Self, usize) {
        let mut header = Self { line: first, crlf: bytes[..at].ends_with(b"\r\n"), ..Self::default() };
        while at < bytes.len() {
            let (text, next) = line(bytes, at);
            if let Some(old) = after(text, b"--- ") {
                let (second, next) = line(bytes, next);
                if let Some(new) = after(second, b"+++ ") {
                    header.files = Some((old, new));
                    header.lines += 2;
                    at = next;
                }
                break;
            }
            if header.take(text).is_none() {
                break;
            }
            header.lines += 1;
            at = next;
        }
        let rest = &bytes[at..];
        header.body = [b"@@ -".as_slice(), b"@@@", b"Binary files ", b"GIT binary patch"]
            .iter()
            .any(|start| rest.starts_with(start));
        (header, at)
    }

    /// Takes one line; `None` when it is none of a header.
    fn take(&mut self, text: &'a [u8]) -> Option<()> {
        let (field, value) = field(text)?;
        let mode = lines::mode(value);
        match field {
            Field::Index => self.take_index(value)?,
            Field::NewFile => (self.sides, self.new_mode) = (Sides::OnlyNew, Some(mode?)),
            Field::DeletedFile => (self.sides, self.old_mode) = (Sides::OnlyOld, Some(mode?)),
            Field::NewMode => self.new_mode = Some(mode?),
            Field::OldMode => self.old_mode = Some(mode?),
            Field::Similarity => (self.pair, self.unlike) = (Pair::Announced, value != b"100%"),
            Field::Dissimilarity => {}
            Field::From(pair) => (self.from, self.pair) = (Some(value), pair),
            Field::To(pair) => (self.to, self.pair) = (Some(value), pair),
            Field::Modes => return None,
        }
        Some(())
    }

    fn take_index(&mut self, text: &'a [u8]) -> Option<()> {
        let (ids, mode) = cut(text, b' ');
        self.ids = Some(dots(ids)?);
        if let Some(mode) = mode.and_then(|mode| lines::mode(cut(mode, b' ').0)) {
            self.old_mode = self.old_mode.or(Some(mode));
            self.new_mode = self.new_mode.or(Some(mode));
        }
        Some(())
    }

    /// What is missing when the diff ends behind this header.
    pub(super) fn missing(&self, terminated: bool) -> Option<&'static str> {
        if self.lines == 0 {
            Some("what became of the file")
        } else if self.from.is_some() != self.to.is_some() || self.pair == Pair::Announced {
            Some("the names of a rename or copy")
        } else if !terminated && self.is_name_cut() {
            Some("the end of a name")
        } else if !self.body && (self.files.is_some() || self.unlike || self.wants_content()) {
            Some("the content of the file")
        } else if self.half_a_mode() || (self.sides != Sides::Both && self.ids.is_none()) {
            Some("the rest of its header")
        } else {
            None
        }
    }

    /// Whether a `--- ` or `+++ ` line speaks of another file than this path of the `diff --git` line.
    pub(super) fn names_another(&self, path: &RepoPath) -> bool {
        let another = |written: &[u8]| {
            let name = written.strip_suffix(b"\t").unwrap_or(written);
            let path = path.as_bytes();
            let ends = |name: &[u8]| name.len() >= path.len() && same(&name[name.len() - path.len()..], path);
            let same = ends(name) || name == NOTHING || name.starts_with(b"\"");
            !same && !ends(unquoted_file_name(name))
        };
        self.files.is_some_and(|(old, new)| another(old) || another(new))
    }

    /// Whether the last name of a rename or copy is shorter than in the `diff --git` line.
    fn is_name_cut(&self) -> bool {
        let (Some(from), Some(to)) = (self.from, self.to) else { return false };
        if memchr::memchr(b'"', self.line).is_some() {
            return !to.ends_with(b"\"") && !self.line.ends_with(to);
        }
        // Both names, each behind a prefix of this length.
        let holds = |prefix| {
            let behind = after(self.line.get(prefix..)?, from)?;
            (after(behind, b" ")?.get(prefix..)? == to).then_some(())
        };
        holds(0).or(holds(2)).is_none()
    }

    fn half_a_mode(&self) -> bool {
        self.sides == Sides::Both && self.old_mode.is_some() != self.new_mode.is_some()
    }

    /// Whether the ids differ and neither side is the empty file: then hunks or a note of binary content follow.
    fn wants_content(&self) -> bool {
        let empty = |id: &[u8]| {
            id.len() >= 4
                && (b"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391".starts_with(id)
                    || b"473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813".starts_with(id))
        };
        self.ids.is_some_and(|(old, new)| {
            let nothing = match self.sides {
                Sides::OnlyNew => empty(new),
                Sides::OnlyOld => empty(old),
                Sides::Both => false,
            };
            old != new && !nothing
        })
    }

    /// The change that the header tells of this path.
    pub(super) fn change(&self, path: RepoPath, from: Option<RepoPath>) -> Change {
        let (old_id, new_id) = self.ids.unwrap_or_default();
        let before = (self.sides != Sides::OnlyNew).then(|| entry(self.old_mode, old_id));
        let after = (self.sides != Sides::OnlyOld).then(|| entry(self.new_mode, new_id));
        let status = match (&from, &before, &after) {
            (Some(_), ..) if self.pair == Pair::Copy => Status::Copied,
            (Some(_), ..) => Status::Renamed,
            (None, None, _) => Status::Added,
            (None, _, None) => Status::Deleted,
            // git writes an `index` line whenever the content differs.
            (None, Some(old), Some(new)) if self.only_modes() && old.kind() == new.kind() => Status::ModeChanged,
            _ => Status::Modified,
        };
        Change::new(status, path, from, before, after)
    }

    fn only_modes(&self) -> bool {
        let modes = self.old_mode.is_some() && self.new_mode.is_some();
        modes && self.ids.is_none() && self.files.is_none() && !self.body
    }
}

/// The header of one file in a combined diff.
#[derive(Debug, Default)]
pub(super) struct CombinedHeader<'a> {
    /// Those of the parents, with commas between them, and that of the result.
    ids: Option<(&'a [u8], &'a [u8])>,
    /// In the same order.
    modes: Vec<u32>,
    sides: Sides,
    pub(super) body: bool,
    files: bool,
    lines: usize,
}

impl<'a> CombinedHeader<'a> {
    /// Reads it from the line after `diff --cc`; yields where it ends.
    pub(super) fn read(bytes: &'a [u8], mut at: usize) -> (Self, usize) {
        let mut header = Self::default();
        while at < bytes.len() {
            let (text, next) = line(bytes, at);
            // `--combined-all-paths` writes a `--- ` line for each parent.
            let file_line = header.lines > 0 && (text.starts_with(b"--- ") || text.starts_with(b"+++ "));
            header.files |= text.starts_with(b"+++ ") && next > at + text.len();
            if !file_line && header.take(text).is_none() {
                break;
            }
            header.lines += 1;
            at = next;
        }
        let rest = &bytes[at..];
        header.body = rest.starts_with(b"@@@") || rest.starts_with(b"Binary files ");
        (header, at)
    }

    fn take(&mut self, text: &'a [u8]) -> Option<()> {
        let (field, value) = field(text)?;
        match field {
            Field::Index => self.ids = Some(dots(value)?),
            Field::Modes => {
                let (parents, result) = dots(value)?;
                self.take_modes(parents)?;
                self.modes.push(lines::mode(result)?);
            }
            Field::NewFile => {
                self.sides = Sides::OnlyNew;
                self.modes.clear();
                self.modes.push(lines::mode(value)?);
            }
            Field::DeletedFile => {
                self.sides = Sides::OnlyOld;
                self.take_modes(value)?;
            }
            Field::Similarity => {}
            _ => return None,
        }
        Some(())
    }

    fn take_modes(&mut self, modes: &[u8]) -> Option<()> {
        let mut read = Vec::new();
        for mode in split(modes, b',') {
            read.push(lines::mode(mode)?);
        }
        self.modes = read;
        Some(())
    }

    /// Whether nothing has to follow: only modes differ, or the file is gone, or no hunk is shown for it.
    pub(super) fn is_whole(&self) -> bool {
        self.files
            || self.sides == Sides::OnlyOld
            || self.ids.is_some_and(|(parents, result)| split(parents, b',').all(|id| id == result))
    }

    /// The change that it tells of this path.
    pub(super) fn change(&self, path: RepoPath) -> Change {
        let (parents, result) = self.ids.unwrap_or_default();
        let after = (self.sides != Sides::OnlyOld).then(|| entry(self.modes.last().copied(), result));
        let mut merge = Merge::default();
        for (side, id) in split(parents, b',').enumerate() {
            let mode = self.modes.get(side).copied().filter(|_| self.sides != Sides::OnlyNew);
            let there = id.iter().any(|digit| *digit != b'0');
            merge.add(there.then(|| entry(mode, id)), after.as_ref());
        }
        Change::new(merge.status(after.as_ref()), path, None, merge.before, after)
    }
}

fn entry(mode: Option<u32>, id: &[u8]) -> Entry {
    Entry { mode: mode.unwrap_or(0), id: BlobId::from_hex(id) }
}

/// The name of a `--- ` or `+++ ` line: up to the tab before a time, or quoted; then it is put in `unquoted`.
pub(super) fn file_name<'n>(text: &'n [u8], unquoted: &'n mut Vec<u8>) -> Option<&'n [u8]> {
    if text.first() != Some(&b'"') {
        return Some(unquoted_file_name(text));
    }
    (*unquoted, _) = unquote(text)?;
    Some(unquoted)
}

/// A name without quotes, up to the tab behind it.
pub(super) fn unquoted_file_name(text: &[u8]) -> &[u8] {
    cut(text, b'\t').0
}
