//! Many URLs: walked from where they are, or in one piece of memory.

use alloc::vec::Vec;

use purgeplan_lines::append;

use crate::sorted::{sort, sort_all};

/// URL paths that can be walked as often as they are needed: decoded bytes that begin with a slash, without query, as in
/// [`crate::UrlPath`].
///
/// Any order and repetition are allowed. What comes sorted by its bytes, as git and S3 list it, is never held in memory.
pub trait Urls {
    /// Calls `each` with every URL, each time in the same order.
    fn for_each(&self, each: &mut dyn FnMut(&[u8]));
}

/// URL paths of one distribution: the live ones, or those that no wildcard may reach.
///
/// They lie one behind the other in one text, so a million of them take their bytes and eight more each.
///
/// ```
/// # use purgeplan_core::UrlSet;
/// let live: UrlSet = ["/a b.html", "/index.html"].iter().map(|url| url.as_bytes()).collect();
/// assert_eq!(live.len(), 2);
/// ```
#[derive(Debug, Clone, Default)]
pub struct UrlSet {
    text: Vec<u8>,
    /// Where each URL ends in the text.
    ends: Vec<usize>,
}

impl UrlSet {
    /// Adds a URL path: decoded bytes that begin with a slash, without query, as in [`crate::UrlPath`].
    pub fn push(&mut self, url: &[u8]) {
        append(url, &mut self.text);
        self.ends.push(self.text.len());
    }

    /// How many URLs were added, repetitions counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether no URL was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Sorted and without repetition.
    pub(super) fn sorted(&self) -> Vec<&[u8]> {
        let mut urls: Vec<_> = self.iter().collect();
        sort(&mut urls);
        urls
    }

    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |end| &self.text[core::mem::replace(&mut start, *end)..*end])
    }
}

impl Urls for UrlSet {
    fn for_each(&self, each: &mut dyn FnMut(&[u8])) {
        self.iter().for_each(each);
    }
}

impl<T: AsRef<[u8]>> FromIterator<T> for UrlSet {
    fn from_iter<I: IntoIterator<Item = T>>(urls: I) -> Self {
        let mut set = Self::default();
        urls.into_iter().for_each(|url| set.push(url.as_ref()));
        set
    }
}

/// Sorts what is sorted but for neighbours, as encoding leaves a sorted list: of two sorted halves only the part in which
/// they overlap is sorted again, and most do not overlap.
pub(super) fn settle<T: Ord + AsRef<[u8]>>(items: &mut [T]) {
    let middle = items.len() / 2;
    let (left, right) = items.split_at_mut(middle);
    if left.is_empty() {
        return;
    }
    settle(left);
    settle(right);
    let (Some(last), Some(first)) = (left.last(), right.first()) else { return };
    if last > first {
        let start = left.partition_point(|item| item <= first);
        let end = middle + right.partition_point(|item| item < last);
        sort_all(&mut items[start..end]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_settled_is_sorted(mut items in proptest::collection::vec(proptest::array::uniform1(0_u8..40), 0..60)) {
            let mut sorted = items.clone();
            sorted.sort_unstable();
            settle(&mut items);
            prop_assert_eq!(items, sorted);
        }
    }
}
