//! Combined diffs of merges: several old sides, one new.

use super::sink::Sink;
use crate::change::{Entry, Status};

/// The old side that speaks for all: one whose bytes differ from the result, when any does, so that a merge counts as a
/// change of mode only when every parent has the result's bytes.
#[derive(Default)]
pub(super) struct Merge {
    pub(super) before: Option<Entry>,
    differs: bool,
}

impl Merge {
    /// Takes up the entry of one more parent.
    pub(super) fn add(&mut self, parent: Entry, after: Option<&Entry>) {
        let differs = after.is_none_or(|after| parent.same_bytes(after) != Some(true));
        if self.before.is_none() || (differs && !self.differs) {
            (self.before, self.differs) = (Some(parent), differs);
        }
    }

    /// What the combined entry means.
    pub(super) fn status(&self, after: Option<&Entry>) -> Status {
        match (&self.before, after) {
            (None, _) => Status::Added,
            (Some(_), None) => Status::Deleted,
            (Some(_), Some(_)) => Status::Modified,
        }
    }
}

/// The same from the letters alone: `MM`, `AM`, `DD`.
pub(super) fn letters(letters: &[u8]) -> Option<Status> {
    let all = |allowed: &[u8]| letters.iter().all(|letter| allowed.contains(letter));
    if !all(b"AMDTRC") {
        None
    } else if all(b"A") {
        Some(Status::Added)
    } else if all(b"D") {
        Some(Status::Deleted)
    } else {
        Some(Status::Modified)
    }
}

/// Says what a combined diff does not show.
pub(super) fn warn(sink: &mut Sink) {
    sink.warn(
        "diff-combined",
        "a combined diff of a merge leaves out each file that is the same as in one of the parents",
        "give the diff between the deployed and the new commit: `git diff OLD NEW`",
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::BlobId;

    #[test]
    fn one_parent_with_other_bytes_makes_it_modified() {
        let entry = |digit: u8| Entry { mode: 0o100_644, id: BlobId::from_hex(&[digit; 40]) };
        let (one, other) = (entry(b'1'), entry(b'2'));
        let merged = |parents: &[Entry], after: Option<&Entry>| {
            let mut merge = Merge::default();
            for parent in parents {
                merge.add(*parent, after);
            }
            (merge.status(after), merge.before)
        };
        assert_eq!(merged(&[one, other], Some(&one)), (Status::Modified, Some(other)));
        assert_eq!(merged(&[other], Some(&one)), (Status::Modified, Some(other)));
        assert_eq!(merged(&[], Some(&one)), (Status::Added, None));
        assert_eq!(merged(&[one], None), (Status::Deleted, Some(one)));
        assert_eq!(
            (letters(b"AM"), letters(b"DD"), letters(b"MX")),
            (Some(Status::Modified), Some(Status::Deleted), None)
        );
    }
}
