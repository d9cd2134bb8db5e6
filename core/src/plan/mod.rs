//! The plan: decisions, covered and cut into batches, with what a person should know about it.

mod limit;
mod paths;
mod purges;
mod remarks;

use alloc::vec::Vec;

use crate::{
    change::ChangeSet,
    cover::Cover,
    decide::{self, Decider, Decision, shared_keys},
    diagnostic::Diagnostic,
    edge::Edge,
    error::Error,
    live::Live,
    policy::Policy,
    trigger::Trigger,
};
use paths::Ground;

pub(crate) use purges::Purges;

#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) decisions: Vec<Decision>,
    pub(crate) edges: Vec<Edge>,
    /// What each of the distributions is asked to invalidate.
    pub(crate) covers: Vec<Cover>,
    /// Whether all live URLs are known: only then it is known how many of them the paths purge in vain.
    pub(crate) knows_live: bool,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Keys of the trigger that no decision speaks of: re-uploaded unchanged.
    pub(crate) unchanged: usize,
}

/// Plans a union of diffs under a policy, for the keys of a trigger or, without one, whole; and everything besides, for the
/// reason that the host gives. `diagnostics` are those of the diffs and the policy.
pub(crate) fn plan(
    policy: &Policy,
    edges: Vec<Edge>,
    changes: &ChangeSet,
    trigger: Option<&Trigger>,
    live: Option<&Live<'_>>,
    everything: Option<&str>,
    mut diagnostics: Vec<Diagnostic>,
) -> Result<Plan, Error> {
    let shared = shared_keys(changes, &policy.mappings);
    let decider = Decider { policy, edges: &edges, trigger, shared: &shared };
    let mut decisions = decider.decide(changes);
    let unchanged = trigger.map_or(0, |trigger| decider.unchanged(trigger, changes, &decisions));
    if let Some(why) = everything {
        decisions.push(decider.everything());
        diagnostics.push(decide::everything::remark(why));
    }
    let ground = Ground::new(policy.cover, &edges, live, &decisions);
    let mut covers = ground.covers(&decisions, &mut diagnostics)?;
    remarks::unreached(policy, &edges, &mut diagnostics);
    remarks::substitutions(&decisions, &covers, &mut diagnostics);
    remarks::broken_fingerprints(policy, &decisions, &mut diagnostics);
    if trigger.is_some() {
        remarks::dependents_left(&decider, changes, &mut diagnostics);
    }
    let held = match policy.widen_to {
        Some(paths) => limit::hold_to(paths, &ground, &decisions, &mut covers, &mut diagnostics),
        None => false,
    };
    if let Some(max_paths) = policy.max_paths.filter(|_| !held) {
        let deploy = trigger.map(|_| Decider { trigger: None, ..decider }.decide(changes));
        limit::hold(max_paths, &ground, &decisions, deploy.as_deref(), &mut covers, &mut diagnostics)?;
    }
    ground.everywhere_barred(&mut diagnostics);
    remarks::quota(&edges, &covers, &mut diagnostics);
    remarks::error_pages(&edges, &decisions, &mut diagnostics);
    let knows_live = ground.knows_live();
    Ok(Plan { decisions, edges, covers, knows_live, diagnostics, unchanged })
}
