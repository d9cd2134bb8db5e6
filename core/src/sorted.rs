//! Sets that are made once and then asked: sorted lists.

use alloc::vec::Vec;
use core::cmp::Ordering;

use purgeplan_lines::order;

/// Sorts by bytes and drops repetitions; one look when there is nothing to do, as with what git and S3 list.
pub(crate) fn sort<T: AsRef<[u8]>>(items: &mut Vec<T>) {
    if !items.is_sorted_by(|a, b| by_bytes(a, b).is_lt()) {
        sort_all(items);
        items.dedup_by(|a, b| by_bytes(a, b).is_eq());
    }
}

/// Sorts by bytes, with all repetitions.
pub(crate) fn sort_all<T: AsRef<[u8]>>(items: &mut [T]) {
    items.sort_by(by_bytes);
}

fn by_bytes<T: AsRef<[u8]>>(a: &T, b: &T) -> Ordering {
    order(a.as_ref(), b.as_ref())
}

/// A set, in order.
// INVARIANT: sorted, each item once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sorted<T>(Vec<T>);

impl<T: Ord> Sorted<T> {
    pub(crate) fn contains(&self, item: &T) -> bool {
        self.0.binary_search(item).is_ok()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> core::slice::Iter<'_, T> {
        self.0.iter()
    }
}

impl<T> Default for Sorted<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: AsRef<[u8]>> From<Vec<T>> for Sorted<T> {
    fn from(mut items: Vec<T>) -> Self {
        sort(&mut items);
        Self(items)
    }
}

impl<T: AsRef<[u8]>> FromIterator<T> for Sorted<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        items.into_iter().collect::<Vec<_>>().into()
    }
}
