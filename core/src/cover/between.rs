//! How many unchanged live URLs lie between the items, and how much of their text they share with these.

use alloc::{vec, vec::Vec};
use core::cmp::Ordering;

use purgeplan_lines::{append, common_prefix, order, same};

use super::{
    items::{Item, Items},
    url_set::{UrlSet, Urls},
};

/// The unchanged live URLs as the items see them: not one of their texts is kept.
///
/// A prefix of items `first..end` that no other item begins with is longer than what these items share with their
/// neighbours. So of the URLs in the gaps beside them only those count that share more with one of the two items of
/// their gap than these share with each other, and for them it is enough to know how much.
pub(super) struct Between {
    /// For each item, how many URLs stand before it; then how many there are.
    before: Vec<usize>,
    /// For each gap, the URLs that share more with the item on its left.
    left: Runs,
    /// For each gap, those that share more with the item on its right.
    right: Runs,
    /// URLs that the forced wildcards reach; they stand in no gap.
    pub(super) forced: usize,
    /// For each stale URL, whether it is live.
    pub(super) listed: Vec<bool>,
}

impl Between {
    /// URLs that come sorted are walked once; others are sorted first.
    pub(super) fn new(stale: &Items<'_>, live: &dyn Urls) -> Self {
        let (mut walk, mut last, mut sorted) = (Walk::new(stale), Vec::new(), true);
        live.for_each(&mut |url| {
            match order(&last, url) {
                _ if !sorted => return,
                Ordering::Equal => return,
                Ordering::Greater => sorted = false,
                Ordering::Less => walk.see(url),
            }
            last.clear();
            append(url, &mut last);
        });
        if !sorted {
            let mut all = UrlSet::default();
            live.for_each(&mut |url| all.push(url));
            walk = Walk::new(stale);
            all.sorted().into_iter().for_each(|url| walk.see(url));
        }
        walk.end()
    }

    /// How many of the URLs begin with the first `len` bytes of `items[first..end]`, with which no other item begins.
    pub(super) fn count(&self, len: usize, first: usize, end: usize) -> usize {
        let inside = self.before[end - 1] - self.before[first];
        let left = self.right.of_gap(first);
        let right = self.left.of_gap(end);
        left.all() - left.until(|run| run.shared < len) + inside + right.until(|run| run.shared >= len)
    }
}

/// Neighbouring URLs of one gap that share equally much.
struct Run {
    shared: usize,
    /// How many URLs there are up to the end of this run, from the first gap on.
    through: usize,
}

/// The runs of one side, gap by gap: towards the item they share more and more, away from it less and less.
#[derive(Default)]
struct Runs {
    runs: Vec<Run>,
    /// For each gap, where its runs end.
    ends: Vec<usize>,
}

/// The runs of one gap.
struct GapRuns<'r> {
    runs: &'r [Run],
    /// How many URLs stand in runs of earlier gaps.
    earlier: usize,
}

impl Runs {
    fn through(&self) -> usize {
        self.runs.last().map_or(0, |run| run.through)
    }

    fn add(&mut self, shared: usize) {
        let begin = self.ends.last().copied().unwrap_or_default();
        let through = self.through() + 1;
        match self.runs[begin..].last_mut().filter(|run| run.shared == shared) {
            Some(run) => run.through = through,
            None => self.runs.push(Run { shared, through }),
        }
    }

    fn end_gap(&mut self) {
        self.ends.push(self.runs.len());
    }

    fn of_gap(&self, gap: usize) -> GapRuns<'_> {
        let begin = if gap == 0 { 0 } else { self.ends[gap - 1] };
        let earlier = if begin == 0 { 0 } else { self.runs[begin - 1].through };
        GapRuns { runs: &self.runs[begin..self.ends[gap]], earlier }
    }
}

impl GapRuns<'_> {
    fn all(&self) -> usize {
        self.runs.last().map_or(0, |run| run.through - self.earlier)
    }

    /// How many URLs stand in the runs for which `holds`; it does for the first ones.
    fn until(&self, holds: impl Fn(&Run) -> bool) -> usize {
        let runs = self.runs.partition_point(holds);
        runs.checked_sub(1).map_or(0, |last| self.runs[last].through - self.earlier)
    }
}

/// Live URLs, in their order, beside the items and the stale URLs.
struct Walk<'w, 'a> {
    stale: &'w Items<'a>,
    /// The first item after the URL.
    item: usize,
    /// How much that item shares with the one before it.
    shared: usize,
    /// The first stale URL that is not before the URL.
    url: usize,
    /// How many URLs stand in gaps.
    count: usize,
    between: Between,
}

impl<'w, 'a> Walk<'w, 'a> {
    fn new(stale: &'w Items<'a>) -> Self {
        let before = Vec::with_capacity(stale.items.len() + 1);
        let listed = vec![false; stale.urls.len()];
        let between = Between { before, left: Runs::default(), right: Runs::default(), forced: 0, listed };
        Self { stale, item: 0, shared: 0, url: 0, count: 0, between }
    }

    fn see(&mut self, url: &[u8]) {
        let urls = &self.stale.urls;
        while urls.get(self.url).is_some_and(|stale| order(stale, url).is_lt()) {
            self.url += 1;
        }
        if urls.get(self.url).is_some_and(|stale| same(stale, url)) {
            self.between.listed[self.url] = true;
            return;
        }
        while self.right().is_some_and(|item| order(item.text, url).is_le()) {
            self.pass();
        }
        let (left, right) = (self.left(), self.right());
        if left.is_some_and(|item| item.forced && url.starts_with(item.text)) {
            self.between.forced += 1;
            return;
        }
        let shares = |item: Option<&Item<'_>>| item.map_or(0, |item| common_prefix(item.text, url));
        let (with_left, with_right) = (shares(left), shares(right));
        if with_left > self.shared {
            self.between.left.add(with_left);
        } else if with_right > self.shared {
            self.between.right.add(with_right);
        }
        self.count += 1;
    }

    fn left(&self) -> Option<&'w Item<'a>> {
        self.stale.items.get(self.item.checked_sub(1)?)
    }

    fn right(&self) -> Option<&'w Item<'a>> {
        self.stale.items.get(self.item)
    }

    /// Goes on to the next gap.
    fn pass(&mut self) {
        self.between.before.push(self.count);
        self.between.left.end_gap();
        self.between.right.end_gap();
        self.item += 1;
        let neighbours = self.left().zip(self.right());
        self.shared = neighbours.map_or(0, |(left, right)| common_prefix(left.text, right.text));
    }

    fn end(mut self) -> Between {
        while self.item <= self.stale.items.len() {
            self.pass();
        }
        self.between
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{invalidation::InvalidationPath, names::UrlPath};
    use alloc::string::String;
    use proptest::prelude::*;

    proptest! {
        /// In any order; `~` makes forced wildcards.
        #[test]
        fn the_counts_are_those_of_the_texts(
            stale in proptest::collection::vec("[ab~]{0,5}", 1..8),
            live in proptest::collection::vec("[ab]{0,6}", 0..24),
        ) {
            let stale: Vec<UrlPath> = stale.iter().map(|url| UrlPath::below_root(url.as_bytes())).collect();
            let paths: Vec<_> = stale.iter().map(|url| InvalidationPath::narrowest(url).0).collect();
            let items = Items::new(stale.iter().zip(&paths));
            let live: Vec<String> = live.iter().map(|rest| alloc::format!("/{rest}")).collect();
            let between = Between::new(&items, &live.iter().collect::<UrlSet>());

            let urls: alloc::collections::BTreeSet<&[u8]> = live.iter().map(String::as_bytes).collect();
            let listed: Vec<bool> = items.urls.iter().map(|url| urls.contains(url)).collect();
            prop_assert_eq!(&between.listed, &listed);
            let forced = |url: &&[u8]| items.items.iter().any(|item| item.forced && url.starts_with(item.text));
            let unchanged: Vec<&[u8]> = urls.into_iter().filter(|url| !items.urls.contains(url)).collect();
            prop_assert_eq!(between.forced, unchanged.iter().filter(|url| forced(url)).count());
            for item in &items.items {
                for len in 1..=item.text.len() {
                    let prefix = &item.text[..len];
                    let begins = |item: &Item<'_>| item.text.starts_with(prefix);
                    let first = items.items.iter().position(begins).unwrap();
                    let end = items.items.iter().rposition(begins).unwrap() + 1;
                    let naive = unchanged.iter().filter(|url| !forced(url) && url.starts_with(prefix)).count();
                    prop_assert_eq!(between.count(len, first, end), naive);
                }
            }
        }
    }
}
