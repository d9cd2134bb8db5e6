//! Combined diffs of merges: several old sides, one new.

use super::sink::Sink;
use crate::change::{Entry, Status};

/// What a combined entry means, and the old side that speaks for all: one whose bytes differ from the result, when any
/// does, so that a merge counts as a change of mode only when every parent has the result's bytes.
pub(super) fn before(parents: &[Option<Entry>], after: Option<&Entry>) -> (Status, Option<Entry>) {
    let there = || parents.iter().flatten();
    let same = |entry: &&Entry| entry.id.is_some() && after.is_some_and(|after| after.id == entry.id);
    let before = there().find(|entry| !same(entry)).or_else(|| there().next()).copied();
    let status = match (&before, after) {
        (None, _) => Status::Added,
        (Some(_), None) => Status::Deleted,
        (Some(_), Some(_)) => Status::Modified,
    };
    (status, before)
}

/// The same from the letters alone: `MM`, `AM`, `DD`.
pub(super) fn letters(letters: &[u8]) -> Option<Status> {
    let known = letters.iter().all(|letter| b"AMDTRC".contains(letter));
    let all = |wanted: u8| letters.iter().all(|letter| *letter == wanted);
    known.then(|| match () {
        () if all(b'A') => Status::Added,
        () if all(b'D') => Status::Deleted,
        () => Status::Modified,
    })
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
        let entry = |digit: u8| Some(Entry { mode: 0o100_644, id: BlobId::from_hex(&[digit; 40]) });
        assert_eq!(before(&[entry(b'1'), entry(b'2')], entry(b'1').as_ref()), (Status::Modified, entry(b'2')));
        assert_eq!(before(&[None, entry(b'2')], entry(b'1').as_ref()), (Status::Modified, entry(b'2')));
        assert_eq!(before(&[None, None], entry(b'1').as_ref()), (Status::Added, None));
        assert_eq!(before(&[entry(b'1'), None], None), (Status::Deleted, entry(b'1')));
        assert_eq!(
            (letters(b"AM"), letters(b"DD"), letters(b"MX")),
            (Some(Status::Modified), Some(Status::Deleted), None)
        );
    }
}
