//! From stale URLs to the paths that are sent: the fewest, or those that purge the least without need.
//!
//! # What is optimal
//!
//! An exact path purges one URL. A wildcard `p*` surely purges every URL that extends the text `p` by at least one
//! character; whether it purges `p` itself is open (AWS says "zero or more characters", users saw otherwise), so here it
//! does not count as covered when it is stale, and counts as over-purged when it is live and unchanged. Each path costs
//! 1. Some stale URLs have no exact path; theirs is a *forced* wildcard, given with the URL.
//!
//! - [`CoverMode::Exact`]: the given paths, without those that a forced wildcard among them covers.
//! - [`CoverMode::Lossless`]: the fewest paths that purge no unchanged live URL but those that the forced wildcards
//!   reach anyway, with at most so many wildcards.
//! - [`CoverMode::Budget`]: within so many paths, so many of them wildcards, the least over-purge.
//!
//! Of covers that are equal in this, the one with the fewest paths is taken (in a budget); then the one with the fewest
//! wildcards; then the one whose wildcards come first, as sorted lists, where the longer of two texts that begin alike
//! comes before the shorter (the narrower first) and other texts are in the order of their decoded bytes. So the answer is one, and depends on
//! the sets alone, not on the order in which they are given.
//!
//! # Why it is
//!
//! *Items* are the exact paths and the forced wildcards that no other forced wildcard covers. Their texts form a radix
//! trie with a node where items part, where an item ends and others go on, and at each forced text.
//! Live URLs under a forced wildcard are purged in every cover, so they are counted once and left out of what follows.
//!
//! **1. No wildcard within another.** If `p` begins `q`, `q*` adds nothing to `p*`. So the wildcards of a best cover stand
//! in disjoint parts of the trie, and the cover is: these, and the path of every item that they leave.
//!
//! **2. Two candidates a node.** All texts `p` that end on the edge above a node `v`, `v`'s own excluded, cover the same
//! items: all at and below `v`. The longer `p`, the fewer live URLs begin with it. So only the longest one that ends on a
//! whole character matters (`above`). The text of `v` itself (`on`) covers the same, but not an exact item that ends at
//! `v`; without such an item it is at least as good as `above`, which is then left out. The wildcard of a single exact
//! item is never better than its path. A candidate that is barred rules itself out, and every shorter one on the edge
//! with it. All candidates are shorter than an item that they cover, so none is too long or holds a `~`.
//!
//! **3. Lossless.** Call a candidate pure when it reaches no unchanged live URL; what begins with a pure text is pure. In
//! any lossless cover, put in the place of each wildcard the shortest pure text that begins it, as its candidate: it
//! covers at least the same items, several may become one, nothing is over-purged. So some best cover takes its
//! wildcards from the maximal pure candidates. These are disjoint: each saves (items covered - 1) paths whatever the
//! others do, and uses one wildcard less the forced ones that it covers. Those that cover a forced one and anything else
//! therefore only help, and are taken; of the others, all of equal weight, the greatest savings. One that saves nothing
//! is never taken.
//!
//! **4. Budget.** When the lossless cover fits it is the answer. Otherwise, for each node whose ancestors' wildcards are
//! all left out, the set of its parts' covers is described by states (wildcards, paths, over-purge). By 1 and 2 a node is
//! covered by one of its two candidates, or is *open*: its own items by their paths, and its children each in one of
//! their ways, independently. So a node's states are its candidates' and all sums of its children's. A state that is
//! nowhere smaller than another is dropped: putting the other in its place keeps any cover within the budget and makes
//! it better in the order above. Of equal states the one with the first wildcards stays; equal states have equally many
//! wildcards, and a child's stand in one piece of the whole sorted list, so the order of the pieces is the order of the
//! whole. Below a maximal pure candidate no other wildcard is needed (the replacement of 3), so nodes end there.
//!
//! **5. Bounds.** Put a price on a wildcard and on a path. The cheapest cover at these prices, without limits, is found
//! by one pass; less the price of the budget it is a lower bound of the over-purge of every cover within the budget
//! (which pays no more than the budget's price). The same for covers that contain a given state, with the node open
//! above: state + the cheapest children and siblings outside. What is greater than the over-purge of some cover seen within
//! the budget is dropped. States of best covers are never greater, so all of them stay, and ties are decided as without
//! bounds. The prices decide how much is dropped, never what is found.
//!
//! # What it costs
//!
//! With n stale texts and m live ones, in bytes: sorting only what is not sorted; one comparison of each neighbouring
//! pair; a logarithmic search in the gap beside each node. Live URLs that come sorted are never in memory: of each only
//! how much it shares with the stale ones beside it is counted (`between.rs`). Exact and lossless are linear after that. In a budget of P
//! paths and W wildcards a node of s items has at most min(s, P) x min(s, W) states, and joining them over the whole trie
//! takes at most O(n P W^2) steps; the bounds leave a small part of it. Nothing is recursive. Memory is linear, plus the
//! states of the nodes on one way from the root.

mod between;
mod budget;
mod character;
mod choice;
mod field;
mod frontier;
mod items;
mod lossless;
mod mode;
mod relax;
mod step;
mod trie;
mod url_set;

#[cfg(test)]
mod optimality;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;
use core::cmp::Ordering;

use self::{items::Item, url_set::settle};
use crate::{
    invalidation::{InvalidationPath, MAX_PATHS_IN_PROGRESS, MAX_WILDCARDS_IN_PROGRESS, encode},
    names::UrlPath,
};

pub(crate) use field::Field;
pub use mode::{CoverError, CoverMode, Site};
pub use url_set::{UrlSet, Urls};

/// A chosen wildcard: after the first `len` bytes of the text of the last item that begins so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wildcard {
    item: usize,
    len: usize,
}

/// By text, the longer of two that begin alike first.
impl Ord for Wildcard {
    fn cmp(&self, other: &Self) -> Ordering {
        self.item.cmp(&other.item).then(other.len.cmp(&self.len))
    }
}

impl PartialOrd for Wildcard {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The paths of one distribution, sorted; none is covered by another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    paths: Vec<InvalidationPath>,
    /// Where the wildcards stand among them; their prefixes have the same order.
    wildcards: Vec<usize>,
    over_purged: Option<usize>,
}

impl Cover {
    /// The best cover of stale URLs, each given with the path that [`InvalidationPath::covering`] says.
    ///
    /// # Errors
    /// Only of [`CoverMode::Budget`]: when no cover is within it.
    ///
    /// ```
    /// # use purgeplan_core::{Cover, CoverMode, InvalidationPath, Site, UrlPath, UrlSet};
    /// let stale = ["docs/a.html", "docs/b.html", "index.html"].map(|url| UrlPath::below_root(url.as_bytes()));
    /// let paths = stale.each_ref().map(|url| InvalidationPath::covering(url).0);
    /// let live: UrlSet = ["/index.html", "/about.html"].iter().collect();
    /// let cover = Cover::best(stale.iter().zip(&paths), Site::of(Some(&live)), CoverMode::Lossless { wildcards: 15 }).unwrap();
    /// let texts: Vec<&str> = cover.paths().iter().map(InvalidationPath::as_str).collect();
    /// assert_eq!(texts, ["/docs/*", "/index.html"]);
    /// ```
    pub fn best<'a>(
        stale: impl IntoIterator<Item = (&'a UrlPath, &'a InvalidationPath)>,
        site: Site<'_>,
        mode: CoverMode,
    ) -> Result<Self, CoverError> {
        Field::new(stale, site.live).cover(site.barred, mode)
    }

    /// The chosen wildcards, sorted, and the paths of the items that they leave.
    fn of_items(items: &[Item<'_>], chosen: &[Wildcard], over_purged: Option<usize>) -> Self {
        let mut paths: Vec<InvalidationPath> = Vec::new();
        let mut chosen = chosen.iter();
        let mut next = chosen.next();
        for (index, item) in items.iter().enumerate() {
            // The only one that can cover it: all others end before it or begin after it.
            let wider = next.map(|wildcard| &items[wildcard.item].text[..wildcard.len]);
            if !wider.is_some_and(|prefix| item.is_covered_by(prefix)) {
                paths.push(item.path.clone());
            }
            if let (Some(prefix), Some(Wildcard { item, .. })) = (wider, next)
                && *item == index
            {
                paths.push(InvalidationPath::beginning_with(&encode(prefix)));
                next = chosen.next();
            }
        }
        settle(&mut paths);
        debug_assert!(paths.is_sorted_by(|one, next| one < next), "each item has a path of its own");
        let mut wildcards = Vec::new();
        for (index, path) in paths.iter().enumerate() {
            if path.wildcard_prefix().is_some() {
                wildcards.push(index);
            }
        }
        Self { paths, wildcards, over_purged }
    }

    fn is_within(&self, paths: usize, wildcards: usize) -> bool {
        self.paths.len() <= paths && self.wildcards.len() <= wildcards
    }

    /// Sorted by their text.
    #[must_use]
    pub fn paths(&self) -> &[InvalidationPath] {
        &self.paths
    }

    /// How many of the paths are wildcards.
    #[must_use]
    pub fn wildcards(&self) -> usize {
        self.wildcards.len()
    }

    /// Which of the paths purges what `path` would; `path` is one that the cover was made of.
    #[must_use]
    pub fn covering<'a>(&'a self, path: &'a InvalidationPath) -> &'a InvalidationPath {
        self.position(path).map_or(path, |at| &self.paths[at])
    }

    /// Where the path that purges what `path` would stands among the paths.
    pub(crate) fn position(&self, path: &InvalidationPath) -> Option<usize> {
        self.paths.binary_search(path).ok().or_else(|| {
            let text = path.as_str();
            // Only the last prefix before it can begin it: between them stand only texts that it begins as well.
            let after = self.wildcards.partition_point(|at| self.paths[*at].wildcard_prefix() < Some(text));
            let wider = self.wildcards[after.checked_sub(1)?];
            self.paths[wider].covers(path).then_some(wider)
        })
    }

    /// How many unchanged live URLs the paths purge at most, forced wildcards counted; `None` when the live URLs, or the
    /// paths' origin, are not known.
    #[must_use]
    pub fn over_purged(&self) -> Option<usize> {
        self.over_purged
    }

    /// Sorted runs that one request may hold: at most 3,000 paths, at most 15 of them wildcards.
    #[must_use]
    pub fn batches(&self) -> Vec<&[InvalidationPath]> {
        let mut batches = Vec::new();
        let (mut start, mut wildcards) = (0, 0);
        for (index, path) in self.paths.iter().enumerate() {
            let wildcard = usize::from(path.wildcard_prefix().is_some());
            if index - start == MAX_PATHS_IN_PROGRESS || wildcards + wildcard > MAX_WILDCARDS_IN_PROGRESS {
                batches.push(&self.paths[start..index]);
                (start, wildcards) = (index, 0);
            }
            wildcards += wildcard;
        }
        if start < self.paths.len() {
            batches.push(&self.paths[start..]);
        }
        batches
    }
}
