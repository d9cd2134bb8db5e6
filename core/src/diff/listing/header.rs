//! The headers of both listings: what they say of a change but its names.

use alloc::vec::Vec;

use crate::{
    change::{BlobId, Change, Entry, Status},
    diff::{
        lines::{self, Split, split},
        merge::{self, Merge},
        sink::Sink,
    },
    error::Error,
    names::RepoPath,
};

/// The status and the two sides that a header tells.
pub(super) struct Header {
    status: Status,
    before: Option<Entry>,
    after: Option<Entry>,
    /// The header of a combined diff: more than one old side.
    pub(super) combined: bool,
}

impl Header {
    /// How many names follow it.
    pub(super) fn names(&self) -> usize {
        if matches!(self.status, Status::Renamed | Status::Copied) { 2 } else { 1 }
    }

    /// The path, and the old path of a rename or the source of a copy, which stands first.
    pub(super) fn paths(
        &self,
        next: &mut dyn FnMut() -> Result<RepoPath, Error>,
    ) -> Result<(RepoPath, Option<RepoPath>), Error> {
        let first = next()?;
        match self.status {
            Status::Renamed | Status::Copied => Ok((next()?, Some(first))),
            _ => Ok((first, None)),
        }
    }

    /// The change that it tells of this path; that of a merge is told.
    pub(super) fn change(&self, path: RepoPath, from: Option<RepoPath>, sink: &mut Sink) -> Change {
        if self.combined {
            merge::warn(sink);
        }
        Change::new(self.status, path, from, self.before, self.after)
    }
}

/// The header of `--raw`.
pub(super) fn raw_header(text: &[u8]) -> Option<Header> {
    let parents = text.iter().take_while(|byte| **byte == b':').count();
    if parents == 0 {
        return None;
    }
    let mut fields = split(&text[parents..], b' ');
    if parents > 1 {
        return combined_header(fields, parents);
    }
    let (old_mode, new_mode) = (lines::mode(fields.next()?)?, lines::mode(fields.next()?)?);
    let (before, after) = (entry(old_mode, fields.next()?), entry(new_mode, fields.next()?));
    let status = letter(fields.next()?)?;
    let whole = before.is_some() == (status != Status::Added) && after.is_some() == (status != Status::Deleted);
    (whole && fields.next().is_none()).then_some(Header { status, before, after, combined: false })
}

fn combined_header(fields: Split<'_>, parents: usize) -> Option<Header> {
    let mut sides = Vec::new();
    for field in fields {
        sides.push(field);
    }
    let statuses = sides.pop()?;
    let (modes, ids) = sides.split_at_checked(parents + 1)?;
    if ids.len() != modes.len() || statuses.len() != parents || !statuses.iter().all(u8::is_ascii_uppercase) {
        return None;
    }
    let after = entry(lines::mode(modes[parents])?, ids[parents]);
    let mut merge = Merge::default();
    for (mode, id) in modes[..parents].iter().zip(ids) {
        merge.add(entry(lines::mode(mode)?, id), after.as_ref());
    }
    Some(Header { status: merge.status(after.as_ref()), before: merge.before, after, combined: true })
}

fn entry(mode: u32, id: &[u8]) -> Option<Entry> {
    (mode != 0).then(|| Entry { mode, id: BlobId::from_hex(id) })
}

/// A listing of names tells neither modes nor ids: each side that is there counts as a file.
pub(super) fn status_header(text: &[u8]) -> Option<Header> {
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
