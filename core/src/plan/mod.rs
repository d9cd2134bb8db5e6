//! The plan: decisions, covered and cut into batches, with what a person should know about it.

mod limit;
mod remarks;

use alloc::{collections::BTreeSet, string::String, vec, vec::Vec};

use crate::{
    change::ChangeSet,
    cover::Cover,
    decide::{Decider, Decision, StaleUrl},
    diagnostic::Diagnostic,
    edge::Edge,
    error::Error,
    invalidation::encode,
    live::Live,
    names::UrlPath,
    policy::{CoverMode, CoverRule, Policy},
    trigger::Trigger,
};

/// What one distribution is asked to invalidate.
#[derive(Debug)]
pub(crate) struct DistributionPlan {
    pub(crate) edge: Edge,
    pub(crate) cover: Cover,
}

#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) decisions: Vec<Decision>,
    pub(crate) distributions: Vec<DistributionPlan>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Keys of the trigger that no decision speaks of: re-uploaded unchanged.
    pub(crate) unchanged: usize,
}

/// Plans a union of diffs under a policy, for the keys of a trigger or, without one, whole.
pub(crate) fn plan(
    policy: &Policy,
    edges: Vec<Edge>,
    changes: &ChangeSet,
    trigger: Option<&Trigger>,
    live: Option<&Live<'_>>,
) -> Result<Plan, Error> {
    let decider = Decider { policy, edges: &edges, trigger };
    let decisions = decider.decide(changes);
    let unchanged = trigger.map_or(0, |trigger| {
        let spoken: BTreeSet<_> = decider.changed_keys(changes);
        let removed: BTreeSet<_> = decisions.iter().filter_map(|decision| decision.key.as_ref()).collect();
        trigger.keys().filter(|key| !spoken.contains(key) && !removed.contains(key)).count()
    });
    let mut covers = covers(policy.cover, &edges, live, &decisions)?;
    let mut diagnostics = policy.warnings.clone();
    diagnostics.extend(remarks::substitutions(&decisions, &covers));
    diagnostics.extend(remarks::broken_fingerprints(policy, &decisions));
    if trigger.is_some() {
        diagnostics.extend(remarks::dependents_left(&decider, changes));
    }
    if let Some(max_paths) = policy.max_paths {
        let whole = Decider { trigger: None, ..decider };
        limit::hold(max_paths, &whole, changes, live, &mut covers, &mut diagnostics)?;
    }
    diagnostics.extend(remarks::quota(&edges, &covers));
    diagnostics.extend(remarks::error_pages(&edges, &decisions));
    let distributions = edges.into_iter().zip(covers).map(|(edge, cover)| DistributionPlan { edge, cover });
    Ok(Plan { distributions: distributions.collect(), decisions, diagnostics, unchanged })
}

/// The paths of each distribution.
fn covers(
    rule: CoverRule,
    edges: &[Edge],
    live: Option<&Live<'_>>,
    decisions: &[Decision],
) -> Result<Vec<Cover>, Error> {
    let mut stale: Vec<Vec<&StaleUrl>> = vec![Vec::new(); edges.len()];
    for url in decisions.iter().flat_map(Decision::stale) {
        stale[url.distribution].push(url);
    }
    edges.iter().zip(stale).map(|(edge, stale)| cover(rule, edge, live, &stale)).collect()
}

/// The one place where the stale URLs of a distribution become paths.
#[expect(clippy::unnecessary_wraps, reason = "a budget can be too small for the stale URLs")]
fn cover(rule: CoverRule, edge: &Edge, live: Option<&Live<'_>>, stale: &[&StaleUrl]) -> Result<Cover, Error> {
    // Only a complete live set tells what a wildcard would purge besides.
    let _known = live.filter(|live| live.complete).map(|live| {
        let mut urls: Vec<UrlPath> = Vec::new();
        live.for_each_url(edge, &mut |url| urls.push(url));
        urls
    });
    let _barriers = if rule.other_origins { Vec::new() } else { edge.other_origins() };
    match rule.mode {
        CoverMode::Exact | CoverMode::Lossless { .. } | CoverMode::Budget { .. } => {
            Ok(Cover::of(stale.iter().map(|url| url.path.clone())))
        }
    }
}

/// A URL path as the answer shows it.
pub(crate) fn shown(url: &UrlPath, wildcard: bool) -> String {
    let mut text = encode(url.as_bytes());
    if wildcard {
        text.push('*');
    }
    text
}
