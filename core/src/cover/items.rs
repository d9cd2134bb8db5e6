//! What has to be covered, sorted, and the unchanged live URLs that lie between.

use alloc::vec::Vec;

use super::url_set::sort;
use crate::{
    invalidation::{InvalidationPath, encode},
    names::UrlPath,
};

/// One path that the stale URLs ask for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item<'a> {
    pub(super) path: &'a InvalidationPath,
    /// What the path stands for, without its wildcard.
    pub(super) text: &'a [u8],
    /// The path is a wildcard: its URL has no exact path.
    pub(super) forced: bool,
}

impl<'a> Item<'a> {
    /// The text is decoded: what is sorted by its bytes stays so.
    fn decoded(url: &'a UrlPath, path: &'a InvalidationPath) -> Self {
        let prefix = path.wildcard_prefix();
        let len = prefix.map_or(url.as_bytes().len(), decoded_len);
        let text = &url.as_bytes()[..len];
        debug_assert_eq!(encode(text), prefix.unwrap_or(path.as_str()), "a URL's path is the URL's or a prefix's");
        Self { path, text, forced: prefix.is_some() }
    }

    /// Whether the wildcard after `prefix` purges, under both readings, all that this item's path would.
    pub(super) fn is_covered_by(&self, prefix: &[u8]) -> bool {
        self.text.starts_with(prefix) && (self.forced || self.text.len() > prefix.len())
    }
}

/// How many bytes encoded text stands for.
fn decoded_len(text: &str) -> usize {
    text.len() - 2 * memchr::memchr_iter(b'%', text.as_bytes()).count()
}

/// The stale URLs of one distribution.
pub(super) struct Items<'a> {
    /// Sorted by text, the exact path before the wildcard; no item is covered by another.
    pub(super) items: Vec<Item<'a>>,
    /// Every stale URL, sorted.
    urls: Vec<&'a [u8]>,
}

impl<'a> Items<'a> {
    pub(super) fn new(stale: impl IntoIterator<Item = (&'a UrlPath, &'a InvalidationPath)>) -> Self {
        let (mut exact, mut forced, mut urls) = (Vec::new(), Vec::new(), Vec::new());
        for (url, path) in stale {
            urls.push(url.as_bytes());
            let item = Item::decoded(url, path);
            if item.forced { &mut forced } else { &mut exact }.push(item);
        }
        sort(&mut urls);
        Self { items: uncovered(exact, forced), urls }
    }

    /// How many of the items are wildcards.
    pub(super) fn forced(&self) -> usize {
        self.items.iter().filter(|item| item.forced).count()
    }

    /// Takes the stale URLs out of sorted live ones.
    pub(super) fn unchanged<'l>(&self, live: Vec<&'l [u8]>) -> Vec<&'l [u8]> {
        let mut kept = live;
        let (mut to, mut from) = (0, 0);
        for stale in &self.urls {
            let at = gallop(&kept, from, |url| url < stale);
            kept.copy_within(from..at, to);
            to += at - from;
            from = at + usize::from(kept.get(at).is_some_and(|url| url == stale));
        }
        let rest = kept.len();
        kept.copy_within(from..rest, to);
        kept.truncate(to + rest - from);
        kept
    }
}

/// Sorted, without repetition, and without what a wildcard among them covers.
fn uncovered<'a>(mut exact: Vec<Item<'a>>, mut forced: Vec<Item<'a>>) -> Vec<Item<'a>> {
    let by_text = |a: &Item<'_>, b: &Item<'_>| a.text.cmp(b.text);
    for list in [&mut exact, &mut forced] {
        if !list.is_sorted_by(|a, b| a.text < b.text) {
            list.sort_by(by_text);
            list.dedup_by(|a, b| a.text == b.text);
        }
    }
    let mut wider: Option<&[u8]> = None;
    forced.retain(|item| {
        let covered = wider.is_some_and(|wider| item.is_covered_by(wider));
        if !covered {
            wider = Some(item.text);
        }
        !covered
    });
    let mut items = Vec::with_capacity(exact.len() + forced.len());
    let mut forced = forced.into_iter().peekable();
    let mut wider: Option<&[u8]> = None;
    for item in exact {
        while let Some(wildcard) = forced.next_if(|wildcard| wildcard.text < item.text) {
            wider = Some(wildcard.text);
            items.push(wildcard);
        }
        // No other than the last wildcard before it: between a prefix and its extension stand only extensions.
        if !wider.is_some_and(|wider| item.is_covered_by(wider)) {
            items.push(item);
        }
    }
    items.extend(forced);
    items
}

/// Sorted URLs, and how many of them stand before each item.
pub(super) struct Between<'l> {
    urls: Vec<&'l [u8]>,
    /// For each item, the number of URLs before it; then the number of all.
    before: Vec<usize>,
    /// How many of the given URLs the forced wildcards reach. They are taken out.
    pub(super) forced: usize,
}

impl<'l> Between<'l> {
    pub(super) fn new(mut urls: Vec<&'l [u8]>, items: &[Item<'_>]) -> Self {
        let mut before = Vec::with_capacity(items.len() + 1);
        let (mut to, mut from, mut forced) = (0, 0, 0);
        for item in items {
            let mut at = gallop(&urls, from, |url| *url < item.text);
            urls.copy_within(from..at, to);
            to += at - from;
            before.push(to);
            if item.forced {
                let end = gallop(&urls, at, |url| url.starts_with(item.text));
                forced += end - at;
                at = end;
            }
            from = at;
        }
        let rest = urls.len();
        urls.copy_within(from..rest, to);
        urls.truncate(to + rest - from);
        before.push(urls.len());
        Self { urls, before, forced }
    }

    /// How many of the URLs begin with `prefix`, which `items[first..end]` and no other items begin with.
    pub(super) fn count(&self, prefix: &[u8], first: usize, end: usize) -> usize {
        let gap = |item: usize| if item == 0 { 0 } else { self.before[item - 1] }..self.before[item];
        let left = &self.urls[gap(first)];
        let right = &self.urls[gap(end)];
        let inside = self.before[end - 1] - self.before[first];
        inside + left.len() - left.partition_point(|url| !url.starts_with(prefix))
            + right.partition_point(|url| url.starts_with(prefix))
    }
}

/// The first index at or after `from` where `before` does not hold, in time logarithmic in the distance.
fn gallop<T>(sorted: &[T], from: usize, before: impl Fn(&T) -> bool) -> usize {
    let (mut low, mut step) = (from, 1);
    while sorted.get(low + step - 1).is_some_and(&before) {
        low += step;
        step *= 2;
    }
    let high = sorted.len().min(low + step - 1);
    low + sorted[low..high].partition_point(before)
}
