//! Answers as they are written: the fields of `ARCHITECTURE.md`, The wire.

use alloc::{collections::BTreeSet, format, string::String, vec::Vec};
use serde::Serialize;

use crate::{
    change::{ChangeSet, Entry},
    decide::{Decision, Outcome, Reason, What},
    escape::to_hex,
    invalidation::InvalidationPath,
    map::Form,
    names::{ObjectKey, RepoPath},
    plan::{Diagnostic, DistributionPlan, Plan, shown},
    policy::{Policy, Preset},
    reference::caller_reference,
    trigger::Trigger,
    wire::DiffRequest,
};

#[derive(Serialize)]
pub(crate) struct PlanAnswer {
    preset: Preset,
    policy: &'static str,
    paths: Vec<String>,
    decisions: Vec<DecisionAnswer>,
    distributions: Vec<DistributionAnswer>,
    billed_paths: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    trigger: Option<TriggerAnswer>,
    diagnostics: Vec<Diagnostic>,
}

#[derive(Serialize)]
struct DecisionAnswer {
    change: What,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    outcome: Outcome,
    reason: Reason,
    rule: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    urls: Vec<UrlAnswer>,
}

#[derive(Serialize)]
struct UrlAnswer {
    url: String,
    form: Form,
    path: String,
    distribution: String,
}

#[derive(Serialize)]
struct DistributionAnswer {
    id: String,
    batches: Vec<BatchAnswer>,
    billed_paths: usize,
    wildcards: usize,
}

#[derive(Serialize)]
struct BatchAnswer {
    caller_reference: String,
    paths: Vec<String>,
}

#[derive(Serialize)]
struct TriggerAnswer {
    uploaded: usize,
    removed: usize,
    unchanged: usize,
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
        Self {
            preset: policy.preset,
            policy: if policy.given { "given" } else { "none" },
            paths: paths.into_iter().map(String::from).collect(),
            decisions: plan.decisions.iter().map(|decision| DecisionAnswer::new(decision, plan, diffs)).collect(),
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

impl DecisionAnswer {
    fn new(decision: &Decision, plan: &Plan, diffs: &[DiffRequest]) -> Self {
        let urls = decision.urls.iter().map(|stale| {
            let at = &plan.distributions[stale.distribution];
            UrlAnswer {
                url: shown(&stale.url),
                form: stale.form,
                path: String::from(at.cover.covering(&stale.path).as_str()),
                distribution: String::from(at.distribution.id()),
            }
        });
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
            urls: urls.collect(),
        }
    }
}

impl DistributionAnswer {
    fn new(plan: &DistributionPlan, identity: &BTreeSet<&str>) -> Self {
        let id = plan.distribution.id();
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
