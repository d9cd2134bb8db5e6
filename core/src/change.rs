//! What a diff says: changes of paths, and what each means for the deployed objects.

mod union;

use purgeplan_lines::unhex;

use crate::names::RepoPath;

pub use union::ChangeSet;
pub(crate) use union::{fold, repeats, sort, split, union};

/// How git names a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The path is new.
    Added,
    /// The bytes differ.
    Modified,
    /// The path is gone.
    Deleted,
    /// The path was another one before ([`Change::from`]).
    Renamed,
    /// The path began as another one that stays ([`Change::from`]).
    Copied,
    /// A file became a symbolic link or a submodule, or the other way round.
    TypeChanged,
    /// Only the mode differs; the bytes are equal.
    ModeChanged,
}

/// What kind of thing a tree entry is. Only regular files reach the bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    Regular,
    /// Mode 120000.
    Symlink,
    /// Mode 160000: a commit of another repository.
    Submodule,
}

/// An object id of git: 20 bytes (SHA-1) or 32 (SHA-256).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobId {
    bytes: [u8; 32],
    length: u8,
}

/// One side of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// File mode as git writes it, in octal: 0o100644, 0o100755, 0o120000, 0o160000. 0 when the diff does not say.
    pub mode: u32,
    /// Which bytes, when the diff says so.
    pub id: Option<BlobId>,
}

/// What a change means for the object of its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// There is an object where the diff knows of none before.
    Added,
    /// The object has other bytes, or had in between.
    Modified,
    /// The path no longer has an object in git.
    Deleted,
    /// None: only the mode changed.
    ModeOnly,
    /// None: a symbolic link has no object.
    Symlink,
    /// None: a submodule has no object.
    Submodule,
}

/// A change of one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What git calls it.
    pub status: Status,
    /// The path, after the change; for a deletion, before it.
    pub path: RepoPath,
    /// The old path of a rename, the source of a copy.
    pub from: Option<RepoPath>,
    /// The entry before, where there was one.
    pub before: Option<Entry>,
    /// The entry after, where there is one.
    pub after: Option<Entry>,
    /// What it means for the object at `path`.
    pub effect: Effect,
    /// Whether a diff says that the bytes changed while the name stayed. A file that went and came back is modified, but
    /// may have its old bytes.
    pub rewritten: bool,
    /// Of a deletion that earlier changes led to, what they come to without it: the object may still be in the bucket.
    pub kept: Option<Effect>,
    /// Whether the object was missing before one of the changes: an error that a viewer got then may be cached.
    pub appeared: bool,
    /// Index of the newest diff that changed the object; of the newest that changed the path when none did.
    pub diff: usize,
}

impl BlobId {
    /// Reads 40 or 64 hexadecimal digits. `None` for anything else, and for git's all-zero "not known".
    #[must_use]
    pub fn from_hex(text: &[u8]) -> Option<Self> {
        if !matches!(text.len(), 40 | 64) {
            return None;
        }
        let mut bytes = [0; 32];
        unhex(text, &mut bytes[..text.len() / 2])?;
        let length = u8::try_from(text.len() / 2).ok()?;
        (bytes != [0; 32]).then_some(Self { bytes, length })
    }

    /// The id's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

impl Entry {
    /// An entry of which a diff says only that it is there.
    pub(crate) const UNKNOWN: Self = Self { mode: 0, id: None };

    /// What kind of thing it is. A mode that git does not document, or that is not known, counts as a file: it may
    /// have an object.
    #[must_use]
    pub fn kind(&self) -> EntryKind {
        match self.mode & 0o170_000 {
            0o120_000 => EntryKind::Symlink,
            0o160_000 => EntryKind::Submodule,
            _ => EntryKind::Regular,
        }
    }

    fn has_object(entry: Option<&Self>) -> bool {
        entry.is_some_and(|entry| entry.kind() == EntryKind::Regular)
    }

    /// Whether both have one id; `None` when one of them is not known.
    pub(crate) fn same_bytes(&self, other: &Self) -> Option<bool> {
        Some(self.id.as_ref()? == other.id.as_ref()?)
    }

    /// Whether both are files whose ids are known and differ.
    fn proves_other_bytes(before: Option<&Self>, after: Option<&Self>) -> bool {
        let differ = |(old, new): (&Self, &Self)| old.same_bytes(new) == Some(false);
        Self::has_object(before) && Self::has_object(after) && before.zip(after).is_some_and(differ)
    }
}

impl Change {
    /// A change as its two sides tell it; `from` makes it a rename or a copy. `ModeChanged` is the diff's own proof that
    /// the bytes are equal, whatever it says of ids.
    pub(crate) fn new(
        status: Status,
        path: RepoPath,
        from: Option<RepoPath>,
        before: Option<Entry>,
        after: Option<Entry>,
    ) -> Self {
        let effect = match status {
            // The old side of a rename or copy belongs to another path.
            Status::Renamed | Status::Copied => Effect::between(None, after.as_ref()),
            Status::ModeChanged if Entry::has_object(before.as_ref()) && Entry::has_object(after.as_ref()) => {
                Effect::ModeOnly
            }
            _ => Effect::between(before.as_ref(), after.as_ref()),
        };
        let status = if effect == Effect::ModeOnly { Status::ModeChanged } else { status };
        let (rewritten, appeared) = (effect == Effect::Modified, effect == Effect::Added);
        Self { status, path, from, before, after, effect, rewritten, kept: None, appeared, diff: 0 }
    }

    /// A change of which a diff says no more than its status, and that is no rename or copy: each side that is there
    /// counts as a file.
    pub(crate) fn of_unknown(status: Status, path: RepoPath) -> Self {
        let before = (status != Status::Added).then_some(Entry::UNKNOWN);
        let after = (status != Status::Deleted).then_some(Entry::UNKNOWN);
        Self::new(status, path, None, before, after)
    }

    /// What a rename means for the object at its old path.
    #[must_use]
    pub fn effect_on_from(&self) -> Option<(&RepoPath, Effect)> {
        match (&self.from, self.status) {
            (Some(from), Status::Renamed) => Some((from, Effect::between(self.before.as_ref(), None))),
            _ => None,
        }
    }

    /// Makes a rename or a copy the addition that it is; yields the deletion that a rename is as well.
    fn split(&mut self) -> Option<Self> {
        if !matches!(self.status, Status::Renamed | Status::Copied) {
            return None;
        }
        let from = self.from.take().filter(|_| self.status == Status::Renamed);
        let before = self.before.take();
        (self.status, self.effect, self.rewritten) = (Status::Added, Effect::between(None, self.after.as_ref()), false);
        let mut deletion = Self::new(Status::Deleted, from?, None, before, None);
        deletion.diff = self.diff;
        Some(deletion)
    }

    /// Takes up a later change of the same path.
    fn follow(&mut self, later: &Self) {
        // A commit that left the object alone is not the one to name for what happened to it.
        let newest = if self.effect.is_on_object() && !later.effect.is_on_object() { self.diff } else { later.diff };
        if later.effect == Effect::Deleted {
            let before = later.kept.map_or(self.effect, |kept| self.effect.then(kept));
            self.kept = Some(before).filter(|before| before.leaves_object()).or(self.kept);
        }
        // What one diff removes and adds again was there all the time.
        self.appeared |= later.appeared && (self.diff != later.diff || self.effect != Effect::Deleted);
        self.effect = self.effect.then(later.effect);
        self.status = match self.effect {
            Effect::Added => Status::Added,
            Effect::Modified => Status::Modified,
            Effect::Deleted => Status::Deleted,
            _ => later.status,
        };
        self.rewritten |= later.rewritten || Entry::proves_other_bytes(self.before.as_ref(), later.after.as_ref());
        (self.from, self.after, self.diff) = (None, later.after, newest);
    }
}

impl Effect {
    /// What becomes of an object whose path has these two entries.
    pub(crate) fn between(before: Option<&Entry>, after: Option<&Entry>) -> Self {
        match (Entry::has_object(before), Entry::has_object(after)) {
            (false, true) => Self::Added,
            (true, false) => Self::Deleted,
            (true, true) => match before.zip(after) {
                Some((old, new)) if old.same_bytes(new) == Some(true) => Self::ModeOnly,
                _ => Self::Modified,
            },
            (false, false) => match after.or(before).map(Entry::kind) {
                Some(EntryKind::Submodule) => Self::Submodule,
                _ => Self::Symlink,
            },
        }
    }

    /// Whether the object came, changed or went.
    fn is_on_object(self) -> bool {
        self.leaves_object() || self == Self::Deleted
    }

    /// Whether the object came or changed.
    fn leaves_object(self) -> bool {
        matches!(self, Self::Added | Self::Modified)
    }

    /// One after the other. Each state in between may have been deployed and cached, so what came back to its old
    /// bytes is still modified, and what came and went is deleted.
    fn then(self, later: Self) -> Self {
        match (self, later) {
            (earlier, later) if !later.is_on_object() => earlier,
            (Self::Deleted | Self::Modified, Self::Added) => Self::Modified,
            (_, later) => later,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "a side of a change is an Option")]
    fn file(digit: u8) -> Option<Entry> {
        Some(Entry { mode: 0o100_644, id: BlobId::from_hex(&[digit; 40]) })
    }

    fn change(status: Status, path: &str, before: Option<Entry>, after: Option<Entry>) -> Change {
        Change::new(status, RepoPath::new(path.as_bytes()).unwrap(), None, before, after)
    }

    #[test]
    fn trap_16_equal_blobs_are_a_mode_change() {
        let before = file(b'1');
        let after = Some(Entry { mode: 0o100_755, ..before.unwrap() });
        let change = change(Status::Modified, "run.sh", before, after);
        assert_eq!((change.status, change.effect), (Status::ModeChanged, Effect::ModeOnly));
    }

    #[test]
    fn trap_17_links_and_submodules_have_no_object() {
        let link = Some(Entry { mode: 0o120_000, id: None });
        let module = Some(Entry { mode: 0o160_000, id: None });
        assert_eq!(change(Status::Added, "l", None, link).effect, Effect::Symlink);
        assert_eq!(change(Status::Modified, "m", module, module).effect, Effect::Submodule);
        // A file that becomes a link leaves the deploy; a link that becomes a file enters it.
        assert_eq!(change(Status::TypeChanged, "t", file(b'1'), link).effect, Effect::Deleted);
        assert_eq!(change(Status::TypeChanged, "t", link, file(b'1')).effect, Effect::Added);
    }
}
