//! From the stale URLs of each distribution to its paths, by the policy's cover.

use alloc::{collections::BTreeSet, format, vec, vec::Vec};

use super::{remarks::of, shown};
use crate::{
    cover::{Cover, CoverError, CoverMode, Site, UrlSet},
    decide::{Decision, Outcome, Reason, StaleUrl, What},
    diagnostic::Diagnostic,
    edge::Edge,
    error::Error,
    facts::Facts,
    invalidation::{MAX_PATH_CHARACTERS, MAX_WILDCARDS_IN_PROGRESS},
    live::Live,
    map::Form,
    names::{ObjectKey, UrlPath},
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
    pub(super) fn new(
        rule: CoverRule,
        edges: &'a [Edge],
        live: Option<&Live<'_>>,
        decisions: &[Decision],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Self, Error> {
        // Only a complete live set tells what a wildcard would purge besides.
        let known = live.filter(|live| live.complete);
        let fresh = fresh(decisions);
        let of_edge = |(index, edge)| {
            let Some(live) = known else { return Ok(None) };
            let (mut wanted, mut urls) = (Wanted::new(modified(index, decisions)), UrlSet::default());
            live.for_each_url(edge, &fresh, &mut |url| {
                wanted.see(url);
                urls.push(url);
            });
            diagnostics.extend(unlisted(&wanted, edge)?);
            Ok(Some(urls))
        };
        let live = edges.iter().enumerate().map(of_edge).collect::<Result<_, Error>>()?;
        Ok(Self { rule, edges, live })
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
        // Who wants one path a URL as a rule, and wildcards beyond the limit, has not said how many.
        let wildcards = match self.rule.mode {
            CoverMode::Exact => MAX_WILDCARDS_IN_PROGRESS,
            _ => self.rule.wildcards(),
        };
        let mode = CoverMode::Budget { paths: limit, wildcards };
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
            CoverError::Infeasible { .. } => "raise `cover.paths` or `cover.wildcards`",
            CoverError::LiveUnknown { wildcards, forced_wildcards, .. } if forced_wildcards > wildcards => {
                "raise `cover.wildcards`: some names can only be purged by a wildcard"
            }
            CoverError::LiveUnknown { .. } => "give the complete list of what is live, or raise `cover.paths`",
        };
        let message = format!("{error}{}", of(edge));
        if self.rule.infeasible == Infeasible::Error {
            let help = format!("{help}; or set `cover.infeasible` to `chunks` to send more paths all the same");
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
        // No path ends in a deeper one.
        let folded = memchr::memchr_iter(b'/', url).take_while(|slash| *slash < MAX_PATH_CHARACTERS);
        folders.extend(folded.map(|slash| &url[..slash]));
    }
    // No name holds a NUL.
    folders.iter().flat_map(|folder| [[*folder, b"/\0"].concat(), [*folder, b"\0"].concat()]).collect()
}

/// Objects that are new and are not purged: nothing old can be cached for them, so a wildcard may reach them.
fn fresh(decisions: &[Decision]) -> BTreeSet<ObjectKey> {
    let new = decisions.iter().filter(|decision| {
        decision.outcome == Outcome::Skip
            && matches!(decision.what, What::Added | What::Copied | What::Renamed)
            && matches!(decision.reason, Reason::AddedSkipped | Reason::Fingerprinted)
    });
    new.filter_map(|decision| decision.key.clone()).collect()
}

/// The URLs of modified objects at a distribution: each of them has to be live.
fn modified(distribution: usize, decisions: &[Decision]) -> BTreeSet<&UrlPath> {
    let modified = decisions.iter().filter(|decision| decision.reason == Reason::Modified);
    let urls = modified.flat_map(Decision::stale).filter(|url| url.distribution == distribution);
    urls.filter(|url| url.form == Form::Object).map(|url| &url.url).collect()
}

/// URLs that a live set has to hold.
struct Wanted<'d> {
    /// Sorted.
    urls: Vec<&'d UrlPath>,
    seen: Vec<bool>,
    /// The first that is not before the URL seen last.
    at: usize,
}

impl<'d> Wanted<'d> {
    fn new(urls: BTreeSet<&'d UrlPath>) -> Self {
        let urls: Vec<_> = urls.into_iter().collect();
        Self { seen: vec![false; urls.len()], urls, at: 0 }
    }

    /// Live URLs come sorted as a rule: then a search is needed only past a wanted one.
    fn see(&mut self, url: &[u8]) {
        let before = |wanted: &&UrlPath| wanted.as_bytes() < url;
        if self.at > 0 && !before(&self.urls[self.at - 1]) {
            self.at = self.urls[..self.at].partition_point(before);
        } else if self.urls.get(self.at).is_some_and(before) {
            self.at += self.urls[self.at..].partition_point(before);
        }
        if self.urls.get(self.at).is_some_and(|wanted| wanted.as_bytes() == url) {
            self.seen[self.at] = true;
        }
    }

    fn missing(&self) -> impl Iterator<Item = &UrlPath> {
        self.urls.iter().zip(&self.seen).filter(|(_, seen)| !**seen).map(|(url, _)| *url)
    }
}

/// What a live set says of itself by leaving out what the diffs modify: not one of them, and it is of something else.
fn unlisted(wanted: &Wanted<'_>, edge: &Edge) -> Result<Option<Diagnostic>, Error> {
    let Some(first) = wanted.missing().next() else { return Ok(None) };
    let (missing, wanted) = (wanted.missing().count(), wanted.urls.len());
    let first = shown(first, false);
    let help = "list every object key as the bucket has it, for example with `aws s3api list-objects-v2`, and `ignore` files \
                that are not deployed; a wildcard purges what is left out";
    if missing == wanted {
        let message = format!(
            "the live set is said to be complete, but holds no modified object, not even `{first}`{}",
            of(edge)
        );
        return Err(Error::new("live-contradiction", message, help));
    }
    let message = format!(
        "the live set is said to be complete, but {missing} of {wanted} modified objects are not in it, for example `{first}`{}",
        of(edge)
    );
    Ok(Some(Diagnostic::warning("live-incomplete", message, help)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_missing_does_not_depend_on_the_order(
            wanted in proptest::collection::btree_set("/[ab]{0,3}", 0..8),
            live in proptest::collection::vec("/[ab]{0,3}", 0..12),
        ) {
            let paths: Vec<UrlPath> = wanted.iter().map(|url| UrlPath::below_root(&url.as_bytes()[1..])).collect();
            let mut seen = Wanted::new(paths.iter().collect());
            for url in &live {
                seen.see(url.as_bytes());
            }
            let expected: Vec<&[u8]> = wanted.iter().filter(|url| !live.contains(url)).map(String::as_bytes).collect();
            prop_assert_eq!(seen.missing().map(UrlPath::as_bytes).collect::<Vec<_>>(), expected);
        }
    }
}
