//! What has to be covered, sorted.

use alloc::vec::Vec;

use crate::{
    invalidation::{InvalidationPath, encode},
    names::UrlPath,
    sorted::sort,
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

impl AsRef<[u8]> for Item<'_> {
    fn as_ref(&self) -> &[u8] {
        self.text
    }
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
    pub(super) urls: Vec<&'a [u8]>,
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
}

/// Sorted, without repetition, and without what a wildcard among them covers.
fn uncovered<'a>(mut exact: Vec<Item<'a>>, mut forced: Vec<Item<'a>>) -> Vec<Item<'a>> {
    sort(&mut exact);
    sort(&mut forced);
    let mut items: Vec<Item<'a>> = Vec::with_capacity(exact.len() + forced.len());
    // No other than the last wildcard before it: between a prefix and its extension stand only extensions.
    let mut wider: Option<&[u8]> = None;
    let mut add = |item: Item<'a>| {
        if !wider.is_some_and(|wider| item.is_covered_by(wider)) {
            if item.forced {
                wider = Some(item.text);
            }
            items.push(item);
        }
    };
    let mut forced = forced.as_slice();
    for item in exact {
        while let Some((wildcard, rest)) = forced.split_first()
            && wildcard.text < item.text
        {
            add(*wildcard);
            forced = rest;
        }
        add(item);
    }
    for wildcard in forced {
        add(*wildcard);
    }
    items
}
