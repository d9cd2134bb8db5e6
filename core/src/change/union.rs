//! Several diffs as one: what became of each path.

use alloc::vec::Vec;

use super::{Change, Effect, Status};
use crate::sorted::Sorted;

/// The union of diffs: every path that any of them changed, with what became of it, sorted by path.
///
/// ```
/// # use purgeplan_core::ChangeSet;
/// let changes = ChangeSet::default();
/// assert_eq!(changes.iter().count(), 0);
/// ```
// INVARIANT: sorted by path, each path once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeSet(Vec<Change>);

impl ChangeSet {
    /// Joins diffs, oldest first.
    ///
    /// In one diff a rename stays a rename. Over several it becomes a deletion and an addition, because its two paths
    /// can have histories of their own; and so in a diff that names a path twice.
    pub(crate) fn union(diffs: Vec<Vec<Change>>) -> Self {
        Self(union(diffs))
    }

    /// The changes, sorted by path bytes.
    pub fn iter(&self) -> impl Iterator<Item = &Change> {
        self.0.iter()
    }

    /// How many paths changed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Joins diffs, oldest first, into one change a path; [`Change::diff`] says which diff was the last.
pub(crate) fn union(diffs: Vec<Vec<Change>>) -> Vec<Change> {
    let several = diffs.len() > 1 || diffs.iter().any(|diff| repeats(diff));
    let mut changes = Vec::new();
    for (index, mut diff) in diffs.into_iter().enumerate() {
        for change in &mut diff {
            change.diff = index;
        }
        // One diff is the usual case: its list is taken over as it is.
        if changes.is_empty() {
            changes = diff;
        } else {
            changes.append(&mut diff);
        }
    }
    if several {
        split(&mut changes);
    }
    take_over(&mut changes);
    sort(&mut changes);
    fold(&mut changes);
    changes
}

/// `git diff -B -M` writes files that change places as renames. What comes to a name that a rename leaves has other bytes
/// under it: it is modified, not added. A file that a rename overwrites without leaving for another name cannot be told
/// so: git writes the rename alone, as if its new name had been free.
fn take_over(changes: &mut [Change]) {
    let mut left = Vec::new();
    for change in &*changes {
        if let Some((from, _)) = change.effect_on_from() {
            left.push(from.clone());
        }
    }
    if left.is_empty() {
        return;
    }
    let left = Sorted::from(left);
    for change in changes {
        if change.effect == Effect::Added && left.contains(&change.path) {
            (change.effect, change.rewritten, change.appeared) = (Effect::Modified, true, false);
        }
    }
}

/// Whether a path stands twice in a diff. git sorts by path, so the set is made only for what others wrote.
pub(crate) fn repeats(diff: &[Change]) -> bool {
    if diff.is_sorted_by(|one, next| one.path < next.path) {
        return false;
    }
    let mut paths = Vec::with_capacity(diff.len());
    for change in diff {
        paths.push(change.path.clone());
    }
    Sorted::from(paths).len() < diff.len()
}

/// Turns renames and copies into the deletions and additions that they are.
pub(crate) fn split(changes: &mut Vec<Change>) {
    for at in 0..changes.len() {
        if let Some(deletion) = changes[at].split() {
            changes.push(deletion);
        }
    }
}

/// Sorts by path, then from old to new. Within one diff a path is left before it is taken: `a` to `b` and `b` to `a`.
pub(crate) fn sort(changes: &mut [Change]) {
    let later = |change: &Change| (change.diff, change.status != Status::Deleted);
    let order = |one: &Change, other: &Change| one.path.cmp(&other.path).then_with(|| later(one).cmp(&later(other)));
    // A diff of git comes sorted, and a sort takes memory before it looks.
    if !changes.is_sorted_by(|one, other| order(one, other).is_le()) {
        changes.sort_by(order);
    }
}

/// Joins the changes of each path; they are sorted.
pub(crate) fn fold(changes: &mut Vec<Change>) {
    changes.dedup_by(|later, earlier| {
        let same = later.path == earlier.path;
        if same {
            earlier.follow(later);
        }
        same
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        change::{BlobId, Entry},
        names::RepoPath,
    };
    use alloc::vec;

    #[expect(clippy::unnecessary_wraps, reason = "a side of a change is an Option")]
    fn file(digit: u8) -> Option<Entry> {
        Some(Entry { mode: 0o100_644, id: BlobId::from_hex(&[digit; 40]) })
    }

    fn change(status: Status, path: &str, before: Option<Entry>, after: Option<Entry>) -> Change {
        Change::new(status, RepoPath::new(path.as_bytes()).unwrap(), None, before, after)
    }

    fn effects(diffs: Vec<Vec<Change>>) -> Vec<(alloc::string::String, Effect)> {
        ChangeSet::union(diffs).iter().map(|c| (c.path.escaped().into_owned(), c.effect)).collect()
    }

    #[test]
    fn a_revert_within_the_union_stays_modified() {
        let there = change(Status::Modified, "a", file(b'1'), file(b'2'));
        let back = change(Status::Modified, "a", file(b'2'), file(b'1'));
        assert_eq!(effects(vec![vec![there], vec![back]]), [("a".into(), Effect::Modified)]);
    }

    #[test]
    fn what_comes_and_goes_is_deleted_and_what_goes_and_comes_is_modified() {
        let add = || change(Status::Added, "a", None, file(b'1'));
        let delete = || change(Status::Deleted, "a", file(b'1'), None);
        assert_eq!(effects(vec![vec![add()], vec![delete()]]), [("a".into(), Effect::Deleted)]);
        assert_eq!(effects(vec![vec![delete()], vec![add()]]), [("a".into(), Effect::Modified)]);
        let edit = change(Status::Modified, "a", file(b'1'), file(b'2'));
        assert_eq!(effects(vec![vec![add()], vec![edit]]), [("a".into(), Effect::Modified)]);
    }

    #[test]
    fn what_was_before_a_deletion_is_kept() {
        let add = || change(Status::Added, "a", None, file(b'1'));
        let edit = || change(Status::Modified, "a", file(b'1'), file(b'2'));
        let delete = || change(Status::Deleted, "a", file(b'1'), None);
        let mode = || change(Status::ModeChanged, "a", file(b'1'), file(b'1'));
        for (changes, kept) in [
            (vec![delete()], None),
            (vec![mode(), delete()], None),
            (vec![delete(), delete()], None),
            (vec![add(), delete()], Some(Effect::Added)),
            (vec![add(), delete(), delete()], Some(Effect::Added)),
            (vec![add(), delete(), mode()], Some(Effect::Added)),
            (vec![edit(), delete()], Some(Effect::Modified)),
            (vec![add(), edit(), delete()], Some(Effect::Modified)),
            (vec![delete(), add(), delete()], Some(Effect::Modified)),
            (vec![edit(), delete(), add(), delete()], Some(Effect::Modified)),
        ] {
            // However they are joined before.
            for border in 0..changes.len() {
                let (first, rest) = changes.split_at(border);
                let one = |changes: &[Change]| union(changes.iter().map(|change| vec![change.clone()]).collect());
                let union = ChangeSet::union(vec![one(first), one(rest)]);
                let found: Vec<_> = union.iter().map(|c| (c.effect, c.kept)).collect();
                assert_eq!(found, [(Effect::Deleted, kept)]);
            }
        }
    }

    #[test]
    fn only_bytes_that_differ_under_one_name_are_rewritten() {
        let add = |after| vec![change(Status::Added, "a", None, after)];
        let delete = || vec![change(Status::Deleted, "a", file(b'1'), None)];
        let edit = |old, new| vec![change(Status::Modified, "a", file(old), file(new))];
        let executable = file(b'1').map(|entry| Entry { mode: 0o100_755, ..entry });
        for (diffs, expected) in [
            (vec![edit(b'1', b'2')], (Effect::Modified, true)),
            (vec![edit(b'1', b'2'), edit(b'2', b'1')], (Effect::Modified, true)),
            (vec![delete(), add(file(b'2'))], (Effect::Modified, true)),
            (vec![delete(), add(file(b'1'))], (Effect::Modified, false)),
            (vec![delete(), add(executable)], (Effect::Modified, false)),
            (vec![delete(), add(Some(Entry::UNKNOWN))], (Effect::Modified, false)),
            (vec![add(file(b'1')), delete(), add(file(b'1'))], (Effect::Modified, false)),
            (vec![add(file(b'1')), edit(b'1', b'2'), delete()], (Effect::Deleted, true)),
        ] {
            let union = ChangeSet::union(diffs);
            let found: Vec<_> = union.iter().map(|c| (c.effect, c.rewritten)).collect();
            assert_eq!(found, [expected]);
        }
    }

    #[test]
    fn an_object_that_was_missing_in_between_has_appeared() {
        let add = || change(Status::Added, "a", None, file(b'1'));
        let edit = || change(Status::Modified, "a", file(b'1'), file(b'2'));
        let delete = || change(Status::Deleted, "a", file(b'1'), None);
        for (changes, appeared) in [
            (vec![edit(), edit()], false),
            (vec![edit(), delete()], false),
            (vec![add(), edit()], true),
            (vec![delete(), add()], true),
            (vec![edit(), delete(), add(), edit()], true),
        ] {
            let union = ChangeSet::union(changes.into_iter().map(|change| vec![change]).collect());
            assert_eq!(union.iter().map(|c| c.appeared).collect::<Vec<_>>(), [appeared]);
        }
        let rename = |old: &[u8], new: &[u8]| {
            let path = |name: &[u8]| RepoPath::new(name);
            Change::new(Status::Renamed, path(new).unwrap(), path(old), file(b'1'), file(b'1'))
        };
        let swap = || vec![rename(b"a", b"b"), rename(b"b", b"a")];
        for diffs in [vec![swap()], vec![swap(), swap()]] {
            let swapped = ChangeSet::union(diffs);
            assert!(swapped.iter().all(|c| !c.appeared), "{swapped:?}");
        }
    }

    #[test]
    fn a_later_change_of_the_mode_takes_no_blame() {
        let edit = change(Status::Modified, "a", file(b'1'), file(b'2'));
        let executable = Some(Entry { mode: 0o100_755, ..file(b'2').unwrap() });
        let mode = change(Status::Modified, "a", file(b'2'), executable);
        let union = ChangeSet::union(vec![vec![edit], vec![mode.clone()], vec![mode]]);
        let blamed: Vec<_> = union.iter().map(|c| (c.effect, c.diff)).collect();
        assert_eq!(blamed, [(Effect::Modified, 0)]);
    }

    #[test]
    fn trap_13_a_rename_in_a_union_is_a_deletion_and_an_addition() {
        let rename =
            Change::new(Status::Renamed, RepoPath::new(b"new").unwrap(), RepoPath::new(b"old"), file(b'1'), file(b'1'));
        assert_eq!(effects(vec![vec![rename.clone()]]), [("new".into(), Effect::Added)]);
        let path = |name: &str| RepoPath::new(name.as_bytes());
        let back = Change::new(Status::Renamed, path("old").unwrap(), path("new"), file(b'2'), file(b'2'));
        let swapped = effects(vec![vec![rename.clone(), back]]);
        assert_eq!(swapped, [("new".into(), Effect::Modified), ("old".into(), Effect::Modified)]);
        let edit = change(Status::Modified, "new", file(b'1'), file(b'2'));
        assert_eq!(
            effects(vec![vec![rename], vec![edit]]),
            [("new".into(), Effect::Modified), ("old".into(), Effect::Deleted)]
        );
    }
}
