//! The changes of several commits, in the order of a text, as one.

use alloc::vec::Vec;

use crate::change::{self, Change, Effect, Entry, Status};

/// In which order a text lists commits, as far as its headers say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Order {
    /// There are no headers: diffs without text between them, or with text that git did not write.
    #[default]
    Unknown,
    /// `git log`.
    NewestFirst,
    /// `git format-patch`.
    OldestFirst,
}

/// Joins changes whose [`Change::diff`] counts the commits of the text; yields also whether the commits turned out to
/// stand against their headers' order.
///
/// The headers' order is doubted only when what the commits did to their paths contradicts it and never supports it:
/// a file that is modified after it was deleted, say. With no order at all, what came and went may as well have gone and
/// come: it counts as modified, which is purged under every policy.
pub(super) fn join(mut changes: Vec<Change>, order: Order) -> (Vec<Change>, bool) {
    let Some(last) = changes.last().map(|change| change.diff).filter(|last| *last > 0) else {
        return (changes, false);
    };
    change::split(&mut changes);
    let turn = |changes: &mut Vec<Change>| changes.iter_mut().for_each(|change| change.diff = last - change.diff);
    if order != Order::OldestFirst {
        turn(&mut changes);
    }
    change::sort(&mut changes);
    let votes = Votes::of(&changes);
    let wrong = votes.against > 0 && votes.for_it == 0;
    if wrong {
        turn(&mut changes);
        change::sort(&mut changes);
    }
    let known = order != Order::Unknown || (votes.against > 0) != (votes.for_it > 0);
    if !known {
        doubt(&mut changes);
    }
    change::fold(&mut changes);
    (changes, wrong && order != Order::Unknown)
}

#[derive(Default)]
struct Votes {
    for_it: usize,
    against: usize,
}

impl Votes {
    /// Two changes of a path can follow each other in one order only when the first leaves what the second finds.
    fn of(changes: &[Change]) -> Self {
        let mut votes = Self::default();
        for pair in changes.windows(2).filter(|pair| pair[0].path == pair[1].path && pair[0].diff != pair[1].diff) {
            let follows = links(pair[0].after.as_ref(), pair[1].before.as_ref());
            let precedes = links(pair[1].after.as_ref(), pair[0].before.as_ref());
            votes.for_it += usize::from(follows && !precedes);
            votes.against += usize::from(precedes && !follows);
        }
        votes
    }
}

fn links(left: Option<&Entry>, found: Option<&Entry>) -> bool {
    match (left, found) {
        (None, None) => true,
        (Some(left), Some(found)) => left.same_bytes(found) != Some(false),
        _ => false,
    }
}

/// Takes each path that was both added and deleted for modified.
fn doubt(changes: &mut [Change]) {
    for path in changes.chunk_by_mut(|one, next| one.path == next.path) {
        let has = |effect| path.iter().any(|change| change.effect == effect);
        if has(Effect::Added) && has(Effect::Deleted) {
            for change in path {
                (change.status, change.effect) = (Status::Modified, Effect::Modified);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::RepoPath;
    use alloc::vec;

    fn at(commit: usize, status: Status) -> Change {
        let side = |there: bool| there.then_some(Entry::UNKNOWN);
        let path = RepoPath::new(b"a").unwrap();
        let change = Change::new(status, path, None, side(status != Status::Added), side(status != Status::Deleted));
        Change { diff: commit, ..change }
    }

    fn joined(order: Order, first: Status, second: Status) -> (Effect, bool) {
        let (changes, reversed) = join(vec![at(0, first), at(1, second)], order);
        assert_eq!(changes.len(), 1);
        (changes[0].effect, reversed)
    }

    #[test]
    fn headers_say_the_order() {
        assert_eq!(joined(Order::NewestFirst, Status::Deleted, Status::Added), (Effect::Deleted, false));
        assert_eq!(joined(Order::OldestFirst, Status::Deleted, Status::Added), (Effect::Modified, false));
    }

    #[test]
    fn what_cannot_be_in_this_order_turns_it() {
        assert_eq!(joined(Order::NewestFirst, Status::Modified, Status::Deleted), (Effect::Deleted, true));
        assert_eq!(joined(Order::Unknown, Status::Modified, Status::Deleted), (Effect::Deleted, false));
    }

    #[test]
    fn with_no_order_what_came_and_went_is_modified() {
        assert_eq!(joined(Order::Unknown, Status::Added, Status::Deleted), (Effect::Modified, false));
        assert_eq!(joined(Order::Unknown, Status::Deleted, Status::Added), (Effect::Modified, false));
    }

    #[test]
    fn names_that_change_places_stay() {
        let path = |name: &[u8]| RepoPath::new(name).unwrap();
        let side = Some(Entry::UNKNOWN);
        let rename = |from: &[u8], to: &[u8]| Change::new(Status::Renamed, path(to), Some(path(from)), side, side);
        let later = Change { diff: 1, ..Change::new(Status::Added, path(b"c"), None, None, side) };
        let (changes, _) = join(vec![rename(b"b", b"a"), rename(b"a", b"b"), later], Order::OldestFirst);
        let effects: Vec<_> = changes.iter().map(|change| change.effect).collect();
        assert_eq!(effects, [Effect::Modified, Effect::Modified, Effect::Added]);
    }
}
