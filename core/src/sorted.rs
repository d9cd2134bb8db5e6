//! Sets that are made once and then asked: sorted lists.

use alloc::vec::Vec;

/// Sorts and drops repetitions; one look when there is nothing to do, as with what git and S3 list.
pub(crate) fn sort<T: Ord>(items: &mut Vec<T>) {
    if !items.is_sorted_by(|a, b| a < b) {
        items.sort();
        items.dedup();
    }
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

impl<T: Ord> From<Vec<T>> for Sorted<T> {
    fn from(mut items: Vec<T>) -> Self {
        sort(&mut items);
        Self(items)
    }
}

impl<T: Ord> FromIterator<T> for Sorted<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        items.into_iter().collect::<Vec<_>>().into()
    }
}
