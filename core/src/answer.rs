//! Answers as they are written: the fields of `ARCHITECTURE.md`, The wire.

use alloc::{collections::BTreeSet, format, string::String, vec, vec::Vec};
use serde::Serialize;

use crate::{
    change::{ChangeSet, Entry},
    decide::{Outcome, Reason, StaleUrl, What},
    diagnostic::Diagnostic,
    escape::to_hex,
    invalidation::InvalidationPath,
    map::Form,
    names::{ObjectKey, RepoPath},
    plan::{DistributionPlan, Plan, shown},
    policy::{Policy, Preset, Settings},
    reference::caller_reference,
    request::DiffRequest,
    trigger::Trigger,
};

#[derive(Serialize)]
pub(crate) struct PlanAnswer {
    pub(crate) preset: Preset,
    pub(crate) policy: &'static str,
    pub(crate) paths: Vec<String>,
    pub(crate) decisions: Vec<DecisionAnswer>,
    pub(crate) distributions: Vec<DistributionAnswer>,
    pub(crate) billed_paths: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trigger: Option<TriggerAnswer>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

#[derive(Serialize)]
pub(crate) struct DecisionAnswer {
    pub(crate) change: What,
    pub(crate) path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    pub(crate) outcome: Outcome,
    pub(crate) reason: Reason,
    pub(crate) rule: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commit: Option<String>,
    pub(crate) urls: Vec<UrlAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cost: Option<CostAnswer>,
}

#[derive(Serialize)]
pub(crate) struct UrlAnswer {
    pub(crate) url: String,
    pub(crate) form: Form,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    pub(crate) distribution: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) behaviour: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) skipped: Option<Reason>,
    /// Of the skip.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule: Option<String>,
}

/// What a decision adds to the bill.
#[derive(Serialize)]
pub(crate) struct CostAnswer {
    /// Invalidation paths that it needs.
    pub(crate) paths: usize,
    /// Those among them that other decisions need as well: without this one they would be paid for all the same.
    pub(crate) shared: usize,
}

/// Which paths each decision needs, and how many decisions need each path.
pub(crate) struct Needs {
    /// For each decision its paths, as (distribution, index in the cover), sorted, each once.
    of: Vec<Vec<(usize, usize)>>,
    /// For each distribution, for each path of its cover.
    counts: Vec<Vec<usize>>,
}

#[derive(Serialize)]
pub(crate) struct DistributionAnswer {
    pub(crate) id: String,
    pub(crate) batches: Vec<BatchAnswer>,
    pub(crate) billed_paths: usize,
    pub(crate) wildcards: usize,
    /// Unchanged live URLs that the paths purge at most; only where all live URLs are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) over_purged: Option<usize>,
}

#[derive(Serialize)]
pub(crate) struct BatchAnswer {
    pub(crate) caller_reference: String,
    pub(crate) paths: Vec<String>,
}

#[derive(Serialize)]
pub(crate) struct TriggerAnswer {
    pub(crate) uploaded: usize,
    pub(crate) removed: usize,
    pub(crate) unchanged: usize,
}

impl PlanAnswer {
    pub(crate) fn new(
        policy: &Policy,
        plan: &Plan,
        trigger: Option<&Trigger>,
        diffs: &[DiffRequest],
        identity: &BTreeSet<String>,
    ) -> Self {
        let identity: BTreeSet<&str> = identity.iter().map(String::as_str).collect();
        let paths: BTreeSet<&str> =
            plan.distributions.iter().flat_map(|plan| plan.cover.paths()).map(InvalidationPath::as_str).collect();
        let distributions: Vec<_> =
            plan.distributions.iter().map(|plan| DistributionAnswer::new(plan, &identity)).collect();
        let needs = Needs::of(plan);
        Self {
            preset: policy.preset,
            policy: given(policy),
            paths: paths.into_iter().map(String::from).collect(),
            decisions: (0..plan.decisions.len()).map(|index| DecisionAnswer::new(index, plan, &needs, diffs)).collect(),
            billed_paths: distributions.iter().map(|distribution| distribution.billed_paths).sum(),
            distributions,
            trigger: trigger.map(|trigger| TriggerAnswer {
                uploaded: trigger.uploaded.len(),
                removed: trigger.removed.len(),
                unchanged: plan.unchanged,
            }),
            diagnostics: plan.diagnostics.clone(),
        }
    }
}

pub(crate) fn given(policy: &Policy) -> &'static str {
    if policy.given { "given" } else { "none" }
}

impl Needs {
    pub(crate) fn of(plan: &Plan) -> Self {
        let mut counts: Vec<Vec<usize>> =
            plan.distributions.iter().map(|plan| vec![0; plan.cover.paths().len()]).collect();
        let needed = plan.decisions.iter().map(|decision| {
            let mut paths: Vec<(usize, usize)> = decision.stale().filter_map(|stale| position(stale, plan)).collect();
            paths.sort_unstable();
            paths.dedup();
            for (distribution, path) in &paths {
                counts[*distribution][*path] += 1;
            }
            paths
        });
        Self { of: needed.collect(), counts }
    }

    fn cost(&self, decision: usize) -> CostAnswer {
        let paths = &self.of[decision];
        let shared = paths.iter().filter(|(distribution, path)| self.counts[*distribution][*path] > 1).count();
        CostAnswer { paths: paths.len(), shared }
    }
}

/// The path that purges a stale URL.
pub(crate) fn covering<'p>(stale: &'p StaleUrl, plan: &'p Plan) -> &'p InvalidationPath {
    position(stale, plan)
        .map_or(&stale.path, |(distribution, index)| &plan.distributions[distribution].cover.paths()[index])
}

/// Where that path is.
fn position(stale: &StaleUrl, plan: &Plan) -> Option<(usize, usize)> {
    let cover = &plan.distributions[stale.distribution].cover;
    let paths = cover.paths();
    // Most URLs are purged by their own path.
    let found = paths.binary_search(&stale.path).or_else(|_| paths.binary_search(&cover.covering(&stale.path)));
    found.ok().map(|index| (stale.distribution, index))
}

impl DecisionAnswer {
    /// The answer for the decision of this index.
    pub(crate) fn new(index: usize, plan: &Plan, needs: &Needs, diffs: &[DiffRequest]) -> Self {
        let decision = &plan.decisions[index];
        let key = decision.key.as_ref().map(ObjectKey::escaped);
        Self {
            change: decision.what,
            path: decision.path.as_ref().map(RepoPath::escaped).or_else(|| key.clone()).unwrap_or_default(),
            from: decision.from.as_ref().map(RepoPath::escaped),
            key,
            outcome: decision.outcome,
            reason: decision.reason,
            rule: decision.rule.clone(),
            commit: decision.diff.and_then(|index| diffs[index].head.clone()),
            urls: decision.urls.iter().map(|url| UrlAnswer::new(url, plan)).collect(),
            cost: (decision.outcome == Outcome::Purge).then(|| needs.cost(index)),
        }
    }
}

impl UrlAnswer {
    fn new(stale: &StaleUrl, plan: &Plan) -> Self {
        let edge = &plan.distributions[stale.distribution].edge;
        Self {
            url: shown(&stale.url, stale.wildcard),
            form: stale.form,
            path: stale.skipped.is_none().then(|| String::from(covering(stale, plan).as_str())),
            distribution: String::from(edge.distribution.id()),
            behaviour: stale.behaviour.map(|index| String::from(edge.behaviour_name(index))),
            skipped: stale.skipped.as_ref().map(|skip| skip.reason),
            rule: stale.skipped.as_ref().map(|skip| skip.rule.clone()),
        }
    }
}

impl DistributionAnswer {
    fn new(plan: &DistributionPlan, identity: &BTreeSet<&str>) -> Self {
        let id = plan.edge.distribution.id();
        let batches = plan.cover.batches().into_iter().map(|paths| BatchAnswer {
            caller_reference: caller_reference(identity, id, paths),
            paths: paths.iter().map(|path| String::from(path.as_str())).collect(),
        });
        Self {
            id: String::from(id),
            batches: batches.collect(),
            // A wildcard costs as much as a path: the API bills each item of the batch once.
            billed_paths: plan.cover.paths().len(),
            wildcards: plan.cover.wildcards(),
            over_purged: plan.over_purged,
        }
    }
}

/// What a policy comes to.
#[derive(Serialize)]
pub(crate) struct CheckAnswer {
    pub(crate) preset: Preset,
    pub(crate) policy: &'static str,
    pub(crate) settings: Settings,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl CheckAnswer {
    pub(crate) fn new(policy: &Policy) -> Self {
        Self {
            preset: policy.preset,
            policy: given(policy),
            settings: Settings::of(policy),
            diagnostics: policy.warnings.clone(),
        }
    }
}

#[derive(Serialize)]
pub(crate) struct ParseAnswer {
    changes: Vec<ChangeAnswer>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    diagnostics: Vec<Diagnostic>,
}

#[derive(Serialize)]
struct ChangeAnswer {
    change: What,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<EntryAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<EntryAnswer>,
}

#[derive(Serialize)]
struct EntryAnswer {
    /// In octal, six digits, as git prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blob: Option<String>,
}

impl ParseAnswer {
    pub(crate) fn new(changes: &ChangeSet, diagnostics: Vec<Diagnostic>) -> Self {
        let changes = changes.iter().map(|change| ChangeAnswer {
            change: What::from(change.status),
            path: change.path.escaped(),
            from: change.from.as_ref().map(RepoPath::escaped),
            before: change.before.as_ref().and_then(EntryAnswer::of),
            after: change.after.as_ref().and_then(EntryAnswer::of),
        });
        Self { changes: changes.collect(), diagnostics }
    }
}

impl EntryAnswer {
    /// `None` for an entry of which the diff says only that it is there.
    fn of(entry: &Entry) -> Option<Self> {
        let mode = (entry.mode != 0).then(|| format!("{:06o}", entry.mode));
        let blob = entry.id.map(|id| to_hex(id.as_bytes()));
        (mode.is_some() || blob.is_some()).then_some(Self { mode, blob })
    }
}
