//! Answers as they are written: the fields of `ARCHITECTURE.md`, The wire.

use alloc::{borrow::Cow, format, string::String, vec::Vec};
use purgeplan_lines::to_hex;
use serde::{Serialize, Serializer, ser::SerializeSeq};

use crate::{
    change::{ChangeSet, Entry},
    decide::{Decision, Outcome, Reason, StaleUrl, What},
    diagnostic::Diagnostic,
    escape::escape,
    invalidation::InvalidationPath,
    json::Json,
    map::Form,
    names::{ObjectKey, RepoPath},
    plan::{Plan, Purges},
    policy::{Policy, Preset, Settings},
    reference::Work,
    sorted::sort,
    trigger::Trigger,
};

/// The type of every answer that is not a failure.
pub(crate) struct Success;

impl Serialize for Success {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("success")
    }
}

#[derive(Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct PlanAnswer<'p> {
    #[serde(rename = "type")]
    #[cfg_attr(feature = "ts", ts(type = "\"success\""))]
    kind: Success,
    pub(crate) preset: Preset,
    /// Whether a policy was given.
    #[cfg_attr(feature = "ts", ts(type = "\"given\" | \"none\""))]
    pub(crate) policy: &'static str,
    pub(crate) paths: Vec<&'p str>,
    #[cfg_attr(feature = "ts", ts(type = "Array<DecisionAnswer>"))]
    pub(crate) decisions: Decisions<'p>,
    pub(crate) distributions: Vec<DistributionAnswer<'p>>,
    pub(crate) billed_paths: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trigger: Option<TriggerAnswer>,
    pub(crate) diagnostics: &'p [Diagnostic],
    /// Only on request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rendered: Option<String>,
}

/// All decisions of a plan, each put into words when it is asked for: there can be a million.
pub(crate) struct Decisions<'p> {
    purges: Purges<'p>,
    diffs: &'p [Json<'p>],
}

#[derive(Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct DecisionAnswer<'p> {
    pub(crate) change: What,
    pub(crate) path: Cow<'p, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<Cow<'p, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<Cow<'p, str>>,
    pub(crate) outcome: Outcome,
    pub(crate) reason: Reason,
    pub(crate) rule: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commit: Option<&'p str>,
    pub(crate) urls: Vec<UrlAnswer<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cost: Option<CostAnswer>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct UrlAnswer<'p> {
    pub(crate) url: Cow<'p, str>,
    pub(crate) form: Form,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<&'p str>,
    pub(crate) distribution: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) behaviour: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) skipped: Option<Reason>,
    /// Of the skip.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule: Option<&'p str>,
}

/// What a decision adds to the bill.
#[derive(Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct CostAnswer {
    /// Invalidation paths that it needs.
    pub(crate) paths: usize,
    /// Those among them that other decisions need as well: without this one they would be paid for all the same.
    pub(crate) shared: usize,
}

#[derive(Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct DistributionAnswer<'p> {
    pub(crate) id: &'p str,
    pub(crate) batches: Vec<BatchAnswer<'p>>,
    pub(crate) billed_paths: usize,
    pub(crate) wildcards: usize,
    /// Unchanged live URLs that the paths purge at most; only where all live URLs are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) over_purged: Option<usize>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct BatchAnswer<'p> {
    pub(crate) caller_reference: String,
    pub(crate) paths: Vec<&'p str>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct TriggerAnswer {
    pub(crate) uploaded: usize,
    pub(crate) removed: usize,
    pub(crate) unchanged: usize,
}

impl<'p> PlanAnswer<'p> {
    pub(crate) fn new(
        policy: &Policy,
        plan: &'p Plan,
        trigger: Option<&Trigger>,
        diffs: &'p [Json<'p>],
        work: &Work<'_>,
    ) -> Self {
        let (mut paths, mut distributions, mut billed_paths) = (Vec::new(), Vec::new(), 0);
        for (index, cover) in plan.covers.iter().enumerate() {
            paths.extend(texts(cover.paths()));
            distributions.push(DistributionAnswer::new(index, plan, work));
            billed_paths += cover.paths().len();
        }
        if plan.covers.len() > 1 {
            sort(&mut paths);
        }
        Self {
            kind: Success,
            preset: policy.preset,
            policy: given(policy),
            paths,
            decisions: Decisions { purges: Purges::of(plan), diffs },
            distributions,
            billed_paths,
            trigger: trigger.map(|trigger| TriggerAnswer {
                uploaded: trigger.uploaded.len(),
                removed: trigger.removed.len(),
                unchanged: plan.unchanged,
            }),
            diagnostics: &plan.diagnostics,
            rendered: None,
        }
    }
}

fn texts(paths: &[InvalidationPath]) -> Vec<&str> {
    paths.iter().map(InvalidationPath::as_str).collect()
}

pub(crate) fn given(policy: &Policy) -> &'static str {
    if policy.given { "given" } else { "none" }
}

impl<'p> Decisions<'p> {
    /// As they were made.
    pub(crate) fn all(&self) -> &'p [Decision] {
        &self.purges.plan.decisions
    }

    /// In words.
    pub(crate) fn get(&self, index: usize) -> DecisionAnswer<'p> {
        DecisionAnswer::new(index, &self.purges, self.diffs)
    }
}

impl Serialize for Decisions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.all().len()))?;
        for index in 0..self.all().len() {
            list.serialize_element(&self.get(index))?;
        }
        list.end()
    }
}

impl<'p> DecisionAnswer<'p> {
    /// The answer for the decision of this index.
    pub(crate) fn new(index: usize, purges: &Purges<'p>, diffs: &'p [Json<'p>]) -> Self {
        let decision = &purges.plan.decisions[index];
        let key = decision.key.as_ref().map(ObjectKey::as_bytes);
        let path = decision.path.as_ref().map(RepoPath::as_bytes);
        let mut urls = Vec::with_capacity(decision.urls.len());
        for (url, path) in decision.urls.iter().zip(purges.of_decision(index)) {
            urls.push(UrlAnswer::new(url, *path, purges.plan));
        }
        Self {
            change: decision.what,
            path: escape(path.or(key).unwrap_or_default()),
            from: decision.from.as_ref().map(RepoPath::escaped),
            key: key.map(escape),
            outcome: decision.outcome,
            reason: decision.reason,
            rule: &decision.rule,
            commit: decision.diff.and_then(|index| diffs[index]["head"].text()),
            urls,
            cost: (decision.outcome == Outcome::Purge).then(|| purges.cost(index)),
        }
    }
}

impl<'p> UrlAnswer<'p> {
    /// `path`: where the path that purges it stands in the cover.
    fn new(stale: &'p StaleUrl, path: Option<usize>, plan: &'p Plan) -> Self {
        let edge = &plan.edges[stale.distribution];
        let path = path.map_or(&stale.path, |index| &plan.covers[stale.distribution].paths()[index]);
        Self {
            url: stale.shown(),
            form: stale.form,
            path: stale.skipped.is_none().then(|| path.as_str()),
            distribution: edge.distribution.id(),
            behaviour: stale.behaviour.map(|index| edge.behaviour_name(index)),
            skipped: stale.skipped.as_ref().map(|skip| skip.reason),
            rule: stale.skipped.as_ref().map(|skip| &*skip.rule),
        }
    }
}

impl<'p> DistributionAnswer<'p> {
    fn new(index: usize, plan: &'p Plan, work: &Work<'_>) -> Self {
        let (id, cover) = (plan.edges[index].distribution.id(), &plan.covers[index]);
        let runs = cover.batches();
        let mut batches = Vec::with_capacity(runs.len());
        for (paths, caller_reference) in runs.iter().zip(work.references(id, &runs)) {
            batches.push(BatchAnswer { caller_reference, paths: texts(paths) });
        }
        Self {
            id,
            batches,
            // A wildcard costs as much as a path: the API bills each item of the batch once.
            billed_paths: cover.paths().len(),
            wildcards: cover.wildcards(),
            over_purged: cover.over_purged().filter(|_| plan.knows_live),
        }
    }
}

/// What a policy comes to.
#[derive(Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct CheckAnswer<'p> {
    #[serde(rename = "type")]
    #[cfg_attr(feature = "ts", ts(type = "\"success\""))]
    kind: Success,
    pub(crate) preset: Preset,
    /// Whether a policy was given.
    #[cfg_attr(feature = "ts", ts(type = "\"given\" | \"none\""))]
    pub(crate) policy: &'static str,
    pub(crate) settings: Settings<'p>,
    pub(crate) diagnostics: &'p [Diagnostic],
    /// Only on request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rendered: Option<String>,
}

impl<'p> CheckAnswer<'p> {
    pub(crate) fn new(policy: &'p Policy) -> Self {
        Self {
            kind: Success,
            preset: policy.preset,
            policy: given(policy),
            settings: Settings::of(policy),
            diagnostics: &policy.warnings,
            rendered: None,
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct ParseAnswer<'c> {
    #[serde(rename = "type")]
    #[cfg_attr(feature = "ts", ts(type = "\"success\""))]
    kind: Success,
    #[cfg_attr(feature = "ts", ts(type = "Array<ChangeAnswer>"))]
    changes: Changes<'c>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    diagnostics: Vec<Diagnostic>,
}

/// All changes, each put into words when it is written: there can be a million.
struct Changes<'c>(&'c ChangeSet);

impl Serialize for Changes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for change in self.0.iter() {
            list.serialize_element(&ChangeAnswer {
                change: What::from(change.status),
                path: change.path.escaped(),
                from: change.from.as_ref().map(RepoPath::escaped),
                before: EntryAnswer::of(change.before.as_ref()),
                after: EntryAnswer::of(change.after.as_ref()),
            })?;
        }
        list.end()
    }
}

#[derive(Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct ChangeAnswer<'c> {
    change: What,
    path: Cow<'c, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Cow<'c, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<EntryAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<EntryAnswer>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct EntryAnswer {
    /// In octal, six digits, as git prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<Cow<'static, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blob: Option<String>,
}

impl<'c> ParseAnswer<'c> {
    pub(crate) fn new(changes: &'c ChangeSet, diagnostics: Vec<Diagnostic>) -> Self {
        Self { kind: Success, changes: Changes(changes), diagnostics }
    }
}

impl EntryAnswer {
    /// `None` also for an entry of which the diff says only that it is there.
    fn of(entry: Option<&Entry>) -> Option<Self> {
        let entry = entry?;
        let mode = match entry.mode {
            0 => None,
            // What nearly every entry has.
            0o100_644 => Some("100644".into()),
            mode => Some(format!("{mode:06o}").into()),
        };
        let blob = entry.id.map(|id| to_hex(id.as_bytes()));
        (mode.is_some() || blob.is_some()).then_some(Self { mode, blob })
    }
}
