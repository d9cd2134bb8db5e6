//! From the stale URLs of each distribution to its paths, by the policy's cover.

use alloc::{format, vec::Vec};

use super::remarks::of;
use crate::{
    cover::{Cover, CoverError, CoverMode, Field, UrlSet, Urls},
    decide::{Decision, Reason, StaleUrl, What},
    diagnostic::Diagnostic,
    edge::Edge,
    error::Error,
    facts::Facts,
    invalidation::{MAX_PATH_CHARACTERS, MAX_WILDCARDS_IN_PROGRESS, encode},
    live::Live,
    map::Form,
    names::ObjectKey,
    policy::{CoverRule, file::Infeasible},
    sorted::{Sorted, sort},
};

/// What covers are made with.
pub(super) struct Ground<'a> {
    rule: CoverRule,
    pub(super) edges: &'a [Edge],
    /// What is live, when it is known to be complete: only then is it known what a wildcard would purge besides.
    live: Option<&'a Live<'a>>,
    /// New objects, which count as not live.
    fresh: Sorted<ObjectKey>,
}

/// The live URLs of one distribution.
struct LiveAt<'g> {
    live: &'g Live<'g>,
    edge: &'g Edge,
    fresh: &'g Sorted<ObjectKey>,
}

impl Urls for LiveAt<'_> {
    fn for_each(&self, each: &mut dyn FnMut(&[u8])) {
        self.live.for_each_url(self.edge, self.fresh, each);
    }
}

impl<'a> Ground<'a> {
    /// The live URLs are taken without those that these decisions leave free to be purged.
    pub(super) fn new(rule: CoverRule, edges: &'a [Edge], live: Option<&'a Live<'a>>, decisions: &[Decision]) -> Self {
        Self { rule, edges, live: live.filter(|live| live.complete), fresh: fresh(decisions) }
    }

    /// The paths of each distribution.
    pub(super) fn covers(
        &self,
        decisions: &[Decision],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Vec<Cover>, Error> {
        let stale = self.stale(decisions);
        let mut fields = Vec::with_capacity(stale.len());
        for (index, stale) in stale.iter().enumerate() {
            let live = self.live_at(index);
            let field = field(stale, live.as_ref().map(|live| live as &dyn Urls));
            if live.is_some() {
                unlisted(&modified(index, decisions), &field, &self.edges[index], diagnostics)?;
            }
            fields.push(field);
        }
        let mut covers = Vec::with_capacity(fields.len());
        for (index, field) in fields.iter().enumerate() {
            covers.push(self.cover(index, field, diagnostics)?);
        }
        Ok(covers)
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
        let field = match self.live_at(index) {
            Some(live) => field(stale, Some(&live)),
            None => field(stale, Some(&supposed(stale))),
        };
        self.best(index, &field, mode)
    }

    /// Whether all live URLs are known.
    pub(super) fn knows_live(&self) -> bool {
        self.live.is_some()
    }

    fn live_at(&self, index: usize) -> Option<LiveAt<'_>> {
        self.live.map(|live| LiveAt { live, edge: &self.edges[index], fresh: &self.fresh })
    }

    /// A remark when some behaviour of another origin leaves no room for any wildcard.
    pub(super) fn everywhere_barred(&self, diagnostics: &mut Vec<Diagnostic>) {
        if !self.knows_live() || self.rule.mode == CoverMode::Exact || self.rule.other_origins {
            return;
        }
        for edge in self.edges {
            if let Some(behaviour) = edge.facts().and_then(Facts::barred_everywhere) {
                let message = format!(
                    "a wildcard could reach behaviour `{}`, which is not served from the bucket, so none is used{}",
                    behaviour.name(),
                    of(edge)
                );
                let help = "set `cover.other_origins` to `true` if what that behaviour serves may be purged as well";
                diagnostics.push(Diagnostic::info("wildcards-barred", message, help));
            }
        }
    }

    fn stale<'d>(&self, decisions: &'d [Decision]) -> Vec<Vec<&'d StaleUrl>> {
        let mut stale: Vec<_> = self.edges.iter().map(|_| Vec::new()).collect();
        for decision in decisions {
            for url in decision.stale() {
                stale[url.distribution].push(url);
            }
        }
        stale
    }

    fn cover(&self, index: usize, field: &Field<'_>, diagnostics: &mut Vec<Diagnostic>) -> Result<Cover, Error> {
        let error = match self.best(index, field, self.rule.mode) {
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
        let message = format!("{error}{}", of(&self.edges[index]));
        if self.rule.infeasible == Infeasible::Error {
            let help = format!("{help}; or set `cover.infeasible` to `chunks` to send more paths all the same");
            return Err(Error::new("budget-infeasible", message + "; nothing was purged", help));
        }
        diagnostics.push(Diagnostic::warning("budget-exceeded", message, help));
        let mode = CoverMode::Lossless { wildcards: self.rule.wildcards() };
        self.best(index, field, mode).map_err(|error| Error::new("budget-infeasible", format!("{error}"), help))
    }

    fn best(&self, index: usize, field: &Field<'_>, mode: CoverMode) -> Result<Cover, CoverError> {
        let facts = self.edges[index].facts().filter(|_| !self.rule.other_origins);
        field.cover(&|prefix| facts.is_some_and(|facts: &Facts| facts.barred(prefix)), mode)
    }
}

fn field<'s>(stale: &[&'s StaleUrl], live: Option<&dyn Urls>) -> Field<'s> {
    Field::new(stale.iter().map(|stale| (&stale.url, &stale.path)), live)
}

/// What may be live for all that is known: each folder of a stale URL is taken to hold one thing more, and to stand
/// beside one whose name goes on. So the least over-purge reaches the fewest folders, and no name that only begins alike.
fn supposed(stale: &[&StaleUrl]) -> UrlSet {
    let mut folders = Vec::new();
    for stale in stale {
        let url = stale.url.as_bytes();
        // No path ends in a deeper one.
        for at in 0..url.len().min(MAX_PATH_CHARACTERS) {
            if url[at] == b'/' {
                folders.push(&url[..at]);
            }
        }
    }
    sort(&mut folders);
    let mut supposed = UrlSet::default();
    for folder in folders {
        // No name holds a NUL.
        supposed.push(&[folder, b"/\0"].concat());
        supposed.push(&[folder, b"\0"].concat());
    }
    supposed
}

/// The new objects that are left alone: a wildcard that reaches them purges nothing in vain.
fn fresh(decisions: &[Decision]) -> Sorted<ObjectKey> {
    let mut fresh = Vec::new();
    for decision in decisions {
        if decision.free {
            fresh.extend(decision.key.clone());
        }
    }
    fresh.into()
}

/// The URLs of modified objects at a distribution: each of them has to be live, but for what git deleted afterwards.
fn modified(distribution: usize, decisions: &[Decision]) -> Vec<&[u8]> {
    let is_modified = |decision: &&Decision| decision.reason == Reason::Modified && decision.what != What::Deleted;
    let mut urls = Vec::new();
    for decision in decisions.iter().filter(is_modified) {
        for stale in decision.stale() {
            if stale.distribution == distribution && stale.form == Form::Object {
                urls.push(stale.url.as_bytes());
            }
        }
    }
    sort(&mut urls);
    urls
}

/// What a live set says of itself by leaving out what the diffs modify: not one of them, and it is of something else.
fn unlisted(
    modified: &[&[u8]],
    field: &Field<'_>,
    edge: &Edge,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(), Error> {
    let unlisted = field.unlisted();
    let mut rest = unlisted.as_slice();
    let (mut first, mut missing) = (None, 0);
    for url in modified {
        while rest.first().is_some_and(|stale| stale < url) {
            rest = &rest[1..];
        }
        if rest.first() == Some(url) {
            first = first.or(Some(*url));
            missing += 1;
        }
    }
    let Some(first) = first else { return Ok(()) };
    let (first, modified, of) = (encode(first), modified.len(), of(edge));
    let help = "list every object key as the bucket has it, for example with `aws s3api list-objects-v2`, and `ignore` files \
                that are not deployed; a wildcard purges what is left out";
    let said = "the live set is said to be complete, but";
    if missing == modified {
        let message = format!("{said} holds no modified object, not even `{first}`{of}");
        return Err(Error::new("live-contradiction", message, help));
    }
    let message = format!("{said} {missing} of {modified} modified objects are not in it, for example `{first}`{of}");
    diagnostics.push(Diagnostic::warning("live-incomplete", message, help));
    Ok(())
}
