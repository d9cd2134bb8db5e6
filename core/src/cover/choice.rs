//! Sets of wildcards that share their parts.

use alloc::{vec, vec::Vec};
use core::cmp::Ordering;

use super::Wildcard;

/// A set of wildcards, none within another, in the order of [`Wildcard`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choice(u32);

enum Entry {
    Nothing,
    One(Wildcard),
    /// Two sets, all of the first before all of the second; both come earlier in the store.
    Both(Choice, Choice),
}

/// All sets that are still looked at; the first is the empty one.
pub(super) struct Choices {
    entries: Vec<Entry>,
    /// The number of entries at which it pays to look for those that nothing needs any more.
    full: usize,
}

/// Tests collect early, so that every search of theirs is one with collections.
const FIRST_COLLECTION: usize = if cfg!(test) { 8 } else { 1 << 20 };

impl Choices {
    pub(super) const NONE: Choice = Choice(0);

    pub(super) fn new() -> Self {
        Self { entries: vec![Entry::Nothing], full: FIRST_COLLECTION }
    }

    pub(super) fn one(&mut self, wildcard: Wildcard) -> Choice {
        self.push(Entry::One(wildcard))
    }

    pub(super) fn both(&mut self, first: Choice, second: Choice) -> Choice {
        match (first, second) {
            (Self::NONE, only) | (only, Self::NONE) => only,
            _ => self.push(Entry::Both(first, second)),
        }
    }

    fn push(&mut self, entry: Entry) -> Choice {
        let index = u32::try_from(self.entries.len()).expect("collection keeps far fewer entries than 2^32");
        self.entries.push(entry);
        Choice(index)
    }

    /// Compares two sets of one size, each given as two parts one after the other.
    pub(super) fn compare(&self, a: (Choice, Choice), b: (Choice, Choice)) -> Ordering {
        if a == b {
            return Ordering::Equal;
        }
        let (mut a, mut b) = (self.walk(a), self.walk(b));
        loop {
            let (one, other) = (a.next(), b.next());
            if one.is_none() || one != other {
                return one.cmp(&other);
            }
        }
    }

    pub(super) fn wildcards(&self, set: (Choice, Choice)) -> Vec<Wildcard> {
        let (mut walk, mut wildcards) = (self.walk(set), Vec::new());
        while let Some(wildcard) = walk.next() {
            wildcards.push(wildcard);
        }
        wildcards
    }

    fn walk(&self, (first, second): (Choice, Choice)) -> Walk<'_> {
        Walk { entries: &self.entries, rest: vec![second, first] }
    }

    pub(super) fn is_full(&self) -> bool {
        self.entries.len() >= self.full
    }

    /// Keeps only what `roots` need, and renames them.
    pub(super) fn collect(&mut self, roots: Vec<&mut Choice>) {
        let mut needed = vec![false; self.entries.len()];
        needed[Self::NONE.0 as usize] = true;
        for root in &roots {
            needed[root.0 as usize] = true;
        }
        for (index, entry) in self.entries.iter().enumerate().rev() {
            if let (true, Entry::Both(first, second)) = (needed[index], entry) {
                needed[first.0 as usize] = true;
                needed[second.0 as usize] = true;
            }
        }
        let mut names = vec![Self::NONE; self.entries.len()];
        for (index, entry) in core::mem::take(&mut self.entries).into_iter().enumerate() {
            if needed[index] {
                names[index] = self.push(match entry {
                    Entry::Both(first, second) => Entry::Both(names[first.0 as usize], names[second.0 as usize]),
                    single => single,
                });
            }
        }
        for root in roots {
            *root = names[root.0 as usize];
        }
        self.full = FIRST_COLLECTION.max(2 * self.entries.len());
    }
}

/// The wildcards of a set, in their order.
struct Walk<'c> {
    entries: &'c [Entry],
    rest: Vec<Choice>,
}

impl Walk<'_> {
    fn next(&mut self) -> Option<Wildcard> {
        loop {
            let Choice(index) = self.rest.pop()?;
            match self.entries[index as usize] {
                Entry::Nothing => {}
                Entry::One(wildcard) => return Some(wildcard),
                Entry::Both(first, second) => self.rest.extend([second, first]),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_survives_a_collection() {
        let mut choices = Choices::new();
        let ones: Vec<Choice> = (0..6).map(|item| choices.one(Wildcard { item, len: 1 })).collect();
        let (first, second) = (choices.both(ones[0], ones[2]), choices.both(ones[3], ones[5]));
        let (mut all, mut none, mut last) = (choices.both(first, second), Choices::NONE, ones[5]);
        choices.collect([&mut all, &mut none, &mut last].into_iter().collect());
        let items = |choice| {
            choices.wildcards((choice, Choices::NONE)).iter().map(|wildcard| wildcard.item).collect::<Vec<_>>()
        };
        assert_eq!((items(all), items(none), items(last)), (vec![0, 2, 3, 5], vec![], vec![5]));
        assert_eq!(choices.entries.len(), 8);
    }

    #[test]
    fn sets_are_compared_wildcard_by_wildcard_the_narrower_first() {
        let mut choices = Choices::new();
        let [wide, narrow, after] = [(4, 1), (4, 3), (5, 2)].map(|(item, len)| choices.one(Wildcard { item, len }));
        let both = choices.both(narrow, after);
        assert_eq!(choices.compare((narrow, after), (wide, after)), Ordering::Less);
        assert_eq!(choices.compare((wide, after), (both, Choices::NONE)), Ordering::Greater);
        assert_eq!(choices.compare((Choices::NONE, both), (narrow, after)), Ordering::Equal);
    }
}
