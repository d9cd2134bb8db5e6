//! The stale URLs where they stand, and the way from there to a cover.

use alloc::vec::Vec;

use super::{
    Cover, CoverError, CoverMode,
    between::Between,
    budget,
    items::Items,
    lossless, step,
    trie::{self, Ground},
    url_set::Urls,
};
use crate::{invalidation::InvalidationPath, names::UrlPath};

/// Stale URLs among the live ones, when these are known: looked at once, and covered as often as it takes.
pub(crate) struct Field<'a> {
    stale: Items<'a>,
    live: Option<Between>,
}

impl<'a> Field<'a> {
    /// Each stale URL is given with its path, as to [`Cover::best`].
    pub(crate) fn new(
        stale: impl IntoIterator<Item = (&'a UrlPath, &'a InvalidationPath)>,
        live: Option<&dyn Urls>,
    ) -> Self {
        let stale = Items::new(stale);
        let live = live.map(|live| Between::new(&stale, live));
        Self { stale, live }
    }

    /// The stale URLs that are not among the live ones, when these are known; sorted.
    pub(crate) fn unlisted(&self) -> Vec<&'a [u8]> {
        let mut unlisted = Vec::new();
        for (url, listed) in self.stale.urls.iter().zip(self.live.iter().flat_map(|live| &live.listed)) {
            if !listed {
                unlisted.push(*url);
            }
        }
        unlisted
    }

    /// The best cover; see [`super::Site::barred`] and [`Cover::best`].
    pub(crate) fn cover(&self, barred: &dyn Fn(&[u8]) -> bool, mode: CoverMode) -> Result<Cover, CoverError> {
        let (items, forced) = (self.stale.items.as_slice(), self.stale.forced());
        let (paths, wildcards) = match mode {
            CoverMode::Exact => (usize::MAX, 0),
            CoverMode::Lossless { wildcards } => (usize::MAX, wildcards),
            CoverMode::Budget { paths, wildcards } => (paths, wildcards),
        };
        // Without nodes no wildcard can be bought.
        let mut nodes = match &self.live {
            Some(live) if mode != CoverMode::Exact && !items.is_empty() => trie::nodes(items, &Ground { live, barred }),
            _ => Vec::new(),
        };
        lossless::mark_maximal_pure(&mut nodes);
        let lossless = lossless::cheapest(&nodes, forced, wildcards);
        let cover = Cover::of_items(items, &lossless, self.live.as_ref().map(|live| live.forced));
        if !matches!(mode, CoverMode::Budget { .. }) || cover.is_within(paths, wildcards) {
            return Ok(cover);
        }
        let (exact_paths, forced_wildcards) = (items.len(), forced);
        let Some(live) = &self.live else {
            return Err(CoverError::LiveUnknown { paths, wildcards, exact_paths, forced_wildcards });
        };
        if let Some(best) = budget::best(&step::steps(&nodes, items), paths, wildcards) {
            let cover = Cover::of_items(items, &best.wildcards, Some(live.forced + best.cost));
            if cover.is_within(paths, wildcards) {
                return Ok(cover);
            }
        }
        Err(CoverError::Infeasible { paths, wildcards, exact_paths, forced_wildcards })
    }
}
