//! The stale URLs where they stand, and the way from there to a cover.

use alloc::vec::Vec;

use super::{
    Cover, CoverError, CoverMode, Wildcard,
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
        let stale = &self.stale;
        let cover = match &self.live {
            Some(live) => self.cover_among(live, barred, mode),
            None => Some(Cover::of_items(&stale.items, &[], None)),
        };
        let CoverMode::Budget { paths, wildcards } = mode else {
            return Ok(cover.expect("only a budget can be too small"));
        };
        if let Some(cover) = cover.filter(|cover| cover.is_within(paths, wildcards)) {
            return Ok(cover);
        }
        let (exact_paths, forced_wildcards) = (stale.items.len(), stale.forced());
        Err(match self.live {
            Some(_) => CoverError::Infeasible { paths, wildcards, exact_paths, forced_wildcards },
            None => CoverError::LiveUnknown { paths, wildcards, exact_paths, forced_wildcards },
        })
    }

    /// The best cover among live URLs; `None` when the budget holds none.
    fn cover_among(&self, live: &Between, barred: &dyn Fn(&[u8]) -> bool, mode: CoverMode) -> Option<Cover> {
        let items = &self.stale.items;
        let cover = |chosen: &[Wildcard], cost: usize| Cover::of_items(items, chosen, Some(live.forced + cost));
        let limit = match mode {
            _ if items.is_empty() => return Some(cover(&[], 0)),
            CoverMode::Exact => return Some(cover(&[], 0)),
            CoverMode::Lossless { wildcards } | CoverMode::Budget { wildcards, .. } => wildcards,
        };
        let mut nodes = trie::nodes(items, &Ground { live, barred });
        lossless::mark_maximal_pure(&mut nodes);
        let lossless = cover(&lossless::cheapest(&nodes, self.stale.forced(), limit), 0);
        let CoverMode::Budget { paths, wildcards } = mode else { return Some(lossless) };
        if lossless.is_within(paths, wildcards) {
            return Some(lossless);
        }
        let best = budget::best(&step::steps(&nodes, items), paths, wildcards)?;
        Some(cover(&best.wildcards, best.cost))
    }
}
