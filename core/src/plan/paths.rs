//! From the stale URLs of each distribution to its paths, by the policy's cover.

use alloc::{collections::BTreeSet, format, vec, vec::Vec};

use super::remarks::of;
use crate::{
    cover::{Cover, CoverError, CoverMode, Site, UrlSet},
    decide::{Decision, Outcome, Reason, StaleUrl, What},
    diagnostic::Diagnostic,
    edge::Edge,
    error::Error,
    facts::Facts,
    invalidation::MAX_WILDCARDS_IN_PROGRESS,
    live::Live,
    names::UrlPath,
    policy::{CoverRule, file::Infeasible},
};

/// What covers are made with.
pub(super) struct Ground<'a> {
    rule: CoverRule,
    pub(super) edges: &'a [Edge],
    /// For each distribution, the live URLs, when they are known to be complete.
    live: Vec<Option<UrlSet>>,
}

impl<'a> Ground<'a> {
    /// The live URLs are taken without those that these decisions leave free to be purged.
    pub(super) fn new(rule: CoverRule, edges: &'a [Edge], live: Option<&Live<'_>>, decisions: &[Decision]) -> Self {
        // Only a complete live set tells what a wildcard would purge besides.
        let known = live.filter(|live| live.complete);
        let live = edges.iter().map(|edge| {
            known.map(|live| {
                let (fresh, mut urls) = (fresh(edge, decisions), UrlSet::default());
                live.for_each_url(edge, &mut |url| {
                    if fresh.is_empty() || !fresh.contains(&url) {
                        urls.push(url.as_bytes());
                    }
                });
                urls
            })
        });
        Self { rule, edges, live: live.collect() }
    }

    /// The paths of each distribution.
    pub(super) fn covers(
        &self,
        decisions: &[Decision],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Vec<Cover>, Error> {
        let stale = self.stale(decisions);
        let covers = stale.iter().enumerate().map(|(index, stale)| self.cover(index, stale, diagnostics));
        covers.collect()
    }

    /// The paths of one distribution, at most `limit` of them, with as little over-purge as is known to be possible.
    pub(super) fn widened(&self, index: usize, decisions: &[Decision], limit: usize) -> Result<Cover, CoverError> {
        let stale = &self.stale(decisions)[index];
        let mode = CoverMode::Budget { paths: limit, wildcards: MAX_WILDCARDS_IN_PROGRESS };
        match &self.live[index] {
            Some(live) => self.best(index, Some(live), stale, mode),
            None => self.best(index, Some(&supposed(stale)), stale, mode),
        }
    }

    /// Whether all live URLs of a distribution are known.
    pub(super) fn knows_live(&self, index: usize) -> bool {
        self.live[index].is_some()
    }

    /// A remark when some behaviour of another origin leaves no room for any wildcard.
    pub(super) fn everywhere_barred(&self) -> Vec<Diagnostic> {
        let wanted = |index: usize| self.live[index].is_some() && self.rule.mode != CoverMode::Exact;
        let barred = self.edges.iter().enumerate().filter(|(index, _)| wanted(*index) && !self.rule.other_origins);
        let barred = barred.filter_map(|(_, edge)| Some((edge, edge.facts()?.barred_everywhere()?)));
        let remarks = barred.map(|(edge, behaviour)| {
            Diagnostic::info(
                "wildcards-barred",
                format!(
                    "a wildcard could reach behaviour `{}`, which is not served from the bucket, so none is used{}",
                    behaviour.name(),
                    of(edge)
                ),
                "set `cover.other_origins` to `true` if what that behaviour serves may be purged as well",
            )
        });
        remarks.collect()
    }

    fn stale<'d>(&self, decisions: &'d [Decision]) -> Vec<Vec<&'d StaleUrl>> {
        let mut stale = vec![Vec::new(); self.edges.len()];
        for url in decisions.iter().flat_map(Decision::stale) {
            stale[url.distribution].push(url);
        }
        stale
    }

    fn cover(&self, index: usize, stale: &[&StaleUrl], diagnostics: &mut Vec<Diagnostic>) -> Result<Cover, Error> {
        let (edge, live) = (&self.edges[index], self.live[index].as_ref());
        let error = match self.best(index, live, stale, self.rule.mode) {
            Ok(cover) => return Ok(cover),
            Err(error) => error,
        };
        let help = match error {
            CoverError::Infeasible { .. } => {
                "raise `cover.paths` or `cover.wildcards`, or set `cover.infeasible` to `chunks` to send more batches"
            }
            CoverError::LiveUnknown { .. } => {
                "give the complete list of what is live, raise `cover.paths`, or set `cover.infeasible` to `chunks` to send more batches"
            }
        };
        let message = format!("{error}{}", of(edge));
        if self.rule.infeasible == Infeasible::Error {
            return Err(Error::new("budget-infeasible", message + "; nothing was purged", help));
        }
        diagnostics.push(Diagnostic::warning("budget-exceeded", message, help));
        let mode = CoverMode::Lossless { wildcards: self.rule.wildcards() };
        self.best(index, live, stale, mode).map_err(|error| Error::new("budget-infeasible", format!("{error}"), help))
    }

    fn best(
        &self,
        index: usize,
        live: Option<&UrlSet>,
        stale: &[&StaleUrl],
        mode: CoverMode,
    ) -> Result<Cover, CoverError> {
        let facts = self.edges[index].facts().filter(|_| !self.rule.other_origins);
        let barred = |prefix: &[u8]| facts.is_some_and(|facts: &Facts| facts.barred(prefix));
        let site = Site { live, barred: &barred };
        Cover::best(stale.iter().map(|stale| (&stale.url, &stale.path)), site, mode)
    }
}

/// What may be live for all that is known: each folder of a stale URL is taken to hold one thing more, and to stand
/// beside one whose name goes on. So the least over-purge reaches the fewest folders, and no name that only begins alike.
fn supposed(stale: &[&StaleUrl]) -> UrlSet {
    let mut folders = BTreeSet::new();
    for stale in stale {
        let url = stale.url.as_bytes();
        folders.extend(memchr::memchr_iter(b'/', url).map(|slash| &url[..slash]));
    }
    // No name holds a NUL.
    folders.iter().flat_map(|folder| [[*folder, b"/\0"].concat(), [*folder, b"\0"].concat()]).collect()
}

/// The URLs of objects that are new and are not purged: nothing old can be cached for them, so a wildcard may reach them.
fn fresh(edge: &Edge, decisions: &[Decision]) -> BTreeSet<UrlPath> {
    let new = decisions.iter().filter(|decision| {
        decision.outcome == Outcome::Skip
            && matches!(decision.what, What::Added | What::Copied | What::Renamed)
            && matches!(decision.reason, Reason::AddedSkipped | Reason::Fingerprinted)
    });
    new.filter_map(|decision| decision.key.as_ref()).flat_map(|key| edge.urls(key, true)).map(|url| url.url).collect()
}
