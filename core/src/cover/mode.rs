//! What a cover is asked for, and why there may be none.

use core::fmt;

use super::Urls;

/// How many paths a cover may have, and what it may purge without need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoverMode {
    /// One path a stale URL; no wildcards but the forced ones.
    Exact,
    /// The fewest paths that purge no unchanged live URL. Without the live URLs it is [`CoverMode::Exact`].
    Lossless {
        /// Most wildcards, the forced ones counted. These stand even when they are more.
        wildcards: usize,
    },
    /// The least over-purge.
    Budget {
        /// Most paths, wildcards counted.
        paths: usize,
        /// Most wildcards, the forced ones counted.
        wildcards: usize,
    },
}

/// What is known of the other URLs of a distribution.
#[derive(Clone, Copy)]
pub struct Site<'a> {
    /// Every live URL, when all are known; stale ones may be among them. Whatever is not in it is free to purge.
    pub live: Option<&'a dyn Urls>,
    /// Whether the wildcard after this text, decoded, may not be bought, whatever is live. What holds of a text has to
    /// hold of every text that begins it: a shorter one reaches more. Forced wildcards are not asked about.
    pub barred: &'a dyn Fn(&[u8]) -> bool,
}

impl<'a> Site<'a> {
    /// A site without barriers.
    #[must_use]
    pub fn of(live: Option<&'a dyn Urls>) -> Self {
        Self { live, barred: &|_| false }
    }
}

impl fmt::Debug for Site<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site").field("live", &self.live.is_some()).finish_non_exhaustive()
    }
}

/// Why there is no cover within a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CoverError {
    /// Not even with the widest wildcards.
    #[error(
        "within {paths} paths and {wildcards} wildcards the stale URLs cannot all be purged; one path a URL takes {exact_paths}, {forced_wildcards} of them wildcards"
    )]
    Infeasible {
        /// The budget's paths.
        paths: usize,
        /// The budget's wildcards.
        wildcards: usize,
        /// The paths of the exact cover: a budget that allows these is feasible,
        exact_paths: usize,
        /// when it also allows the exact cover's wildcards.
        forced_wildcards: usize,
    },
    /// The exact cover is over the budget, and without the live URLs nobody knows what a wildcard purges.
    #[error(
        "one path a stale URL takes {exact_paths}, {forced_wildcards} of them wildcards; to keep within {paths} and {wildcards}, all live URLs must be known"
    )]
    LiveUnknown {
        /// The budget's paths.
        paths: usize,
        /// The budget's wildcards.
        wildcards: usize,
        /// The paths of the exact cover.
        exact_paths: usize,
        /// The wildcards of the exact cover.
        forced_wildcards: usize,
    },
}
