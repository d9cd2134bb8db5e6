//! Combined diffs of merges: several old sides, one new.

use super::sink::Sink;
use crate::change::{Effect, Entry, Status};

/// The old side that speaks for all: that of a parent whose object has other bytes or goes, when there is one. A merge
/// counts as a change of mode only when every parent has the result's bytes, as an addition only when none has an object.
#[derive(Default)]
pub(super) struct Merge {
    pub(super) before: Option<Entry>,
    effect: Option<Effect>,
}

impl Merge {
    /// Takes up what one more parent has.
    pub(super) fn add(&mut self, parent: Option<Entry>, after: Option<&Entry>) {
        let effect = Effect::between(parent.as_ref(), after);
        match (self.effect, effect) {
            (Some(Effect::Modified | Effect::Deleted), _) => {}
            (Some(Effect::Added), Effect::ModeOnly) | (Some(Effect::ModeOnly), Effect::Added) => {
                (self.before, self.effect) = (Some(Entry::UNKNOWN), Some(Effect::Modified));
            }
            (None, _) | (_, Effect::Modified | Effect::Deleted) => (self.before, self.effect) = (parent, Some(effect)),
            _ => self.before = self.before.or(parent),
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
        let merged = |parents: &[Option<Entry>], after: Option<&Entry>| {
            let mut merge = Merge::default();
            for parent in parents {
                merge.add(*parent, after);
            }
            (merge.status(after), merge.before)
        };
        assert_eq!(merged(&[Some(one), Some(other)], Some(&one)), (Status::Modified, Some(other)));
        assert_eq!(merged(&[None, Some(other)], Some(&one)), (Status::Modified, Some(other)));
        assert_eq!(merged(&[None, None], Some(&one)), (Status::Added, None));
        assert_eq!(merged(&[Some(one), None], None), (Status::Deleted, Some(one)));
        assert_eq!(
            (letters(b"AM"), letters(b"DD"), letters(b"MX")),
            (Some(Status::Modified), Some(Status::Deleted), None)
        );
    }

    #[test]
    fn a_parent_without_the_file_or_with_a_link_hides_no_other() {
        let entry = |mode, digit: u8| Some(Entry { mode, id: BlobId::from_hex(&[digit; 40]) });
        let (file, other, executable) = (entry(0o100_644, b'1'), entry(0o100_644, b'2'), entry(0o100_755, b'1'));
        let (link, equal_link) = (entry(0o120_000, b'2'), entry(0o120_000, b'1'));
        for (parents, after, expected) in [
            ([None, file], executable, Effect::Modified),
            ([link, file], executable, Effect::Modified),
            ([file, file], executable, Effect::ModeOnly),
            ([link, other], file, Effect::Modified),
            ([equal_link, other], file, Effect::Modified),
            ([None, link], file, Effect::Added),
            ([link, file], equal_link, Effect::Deleted),
            ([link, link], equal_link, Effect::Symlink),
        ] {
            for parents in [parents, [parents[1], parents[0]]] {
                let mut merge = Merge::default();
                for parent in parents {
                    merge.add(parent, after.as_ref());
                }
                assert_eq!(Effect::between(merge.before.as_ref(), after.as_ref()), expected, "{parents:?}");
            }
        }
    }
}
