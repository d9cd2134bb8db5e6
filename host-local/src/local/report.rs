//! What `purgeplan local` found, as data; `--format json` prints it as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use purgeplan_loopback::Loopback;
use purgeplan_loopback::edge::Purchases;
use purgeplan_loopback::git::{Change, Entry};
use serde::Serialize;

use super::function::Decision;
use super::site::Setup;
use super::trouble::Trouble;
use crate::cli::{Deploy as DeployMode, LocalArguments, written};

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) decided_by: String,
    pub(crate) trigger: String,
    pub(crate) deploy: &'static str,
    pub(crate) deploys: Vec<Deploy>,
    /// AWS calls by operation, failed ones included.
    pub(crate) aws_calls: BTreeMap<String, u64>,
    pub(crate) invalidations: usize,
    pub(crate) billed_paths: usize,
    pub(crate) wildcards: usize,
    /// The faults of the run, when there were to be any.
    pub(crate) faults: Option<Faults>,
    pub(crate) seconds: f64,
}

/// What `--faults` did.
#[derive(Debug, Serialize)]
pub(crate) struct Faults {
    /// With it the same faults come again.
    pub(crate) seed: u64,
    /// Calls that failed by chance.
    pub(crate) happened: u64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Deploy {
    pub(crate) commit: String,
    pub(crate) base: Option<String>,
    /// Objects written or removed, and so records of events.
    pub(crate) objects: usize,
    pub(crate) commits_looked_at: usize,
    /// URLs at the edge that differ from the origin once all files are uploaded and nothing is purged.
    pub(crate) stale_before: usize,
    pub(crate) stale_after: Vec<StaleUrl>,
    /// URLs that were purged though edge and origin had the same bytes.
    pub(crate) needless: Vec<Needless>,
    pub(crate) rows: Vec<Row>,
    pub(crate) lost_events: Vec<LostEvent>,
    pub(crate) diagnostics: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct StaleUrl {
    pub(crate) distribution: String,
    pub(crate) url: String,
    pub(crate) cause: &'static str,
    /// Whether the mode promises that this URL is fresh.
    pub(crate) promised: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct Needless {
    pub(crate) distribution: String,
    pub(crate) url: String,
    pub(crate) path: String,
    /// The rule or substitute that asked for it.
    pub(crate) named: Option<String>,
}

/// An event that failed in every try.
#[derive(Debug, Serialize)]
pub(crate) struct LostEvent {
    pub(crate) keys: Vec<String>,
    pub(crate) error: String,
}

/// What became of one change.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) change: String,
    pub(crate) path: String,
    pub(crate) key: Option<String>,
    pub(crate) outcome: String,
    pub(crate) reason: String,
    pub(crate) rule: String,
    pub(crate) commit: Option<String>,
    pub(crate) urls: BTreeSet<String>,
    pub(crate) paths: BTreeSet<String>,
}

impl From<Decision> for Row {
    fn from(decision: Decision) -> Self {
        let split = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        Self {
            urls: split(&decision.urls),
            paths: split(&decision.paths),
            change: decision.change,
            path: decision.path,
            key: decision.key,
            outcome: decision.outcome,
            reason: decision.reason,
            rule: decision.rule,
            commit: decision.commit,
        }
    }
}

impl Row {
    /// Another event's decision on the same path: a purge counts more than a skip.
    pub(crate) fn join(&mut self, decision: Decision) {
        let other = Self::from(decision);
        if other.outcome == "purge" && self.outcome != "purge" {
            *self = other;
        } else if other.outcome == self.outcome {
            self.urls.extend(other.urls);
            self.paths.extend(other.paths);
        }
    }

    /// A change that was purged together with everything else.
    pub(crate) fn purged_with_everything(
        change: &Change,
        path: String,
        key: Option<String>,
        paths: BTreeSet<String>,
    ) -> Self {
        let row = Self::undecided(change, path, key, "base-unknown");
        Self { outcome: "purge".to_owned(), rule: "deploy".to_owned(), paths, ..row }
    }

    /// A change that no event led to.
    pub(crate) fn undecided(change: &Change, path: String, key: Option<String>, reason: &str) -> Self {
        let word = match (&change.before, &change.after) {
            (None, _) => "added",
            (_, None) => "deleted",
            (Some(before), Some(after)) if before.id == after.id => "mode-changed",
            (Some(before), Some(after)) if kind(before) != kind(after) => "type-changed",
            _ => "modified",
        };
        Self {
            change: word.to_owned(),
            path,
            key,
            outcome: "skip".to_owned(),
            reason: reason.to_owned(),
            rule: "trigger".to_owned(),
            commit: None,
            urls: BTreeSet::new(),
            paths: BTreeSet::new(),
        }
    }
}

fn kind(entry: &Entry) -> u32 {
    entry.mode & 0o170_000
}

/// What a run came to.
pub(crate) struct Run {
    pub(crate) deploys: Vec<Deploy>,
    pub(crate) trouble: Trouble,
    /// What was bought before the first deploy.
    pub(crate) bought_before: Purchases,
}

impl Report {
    pub(crate) fn new(setup: &Setup, arguments: &LocalArguments, aws: &Loopback, run: Run, time: Duration) -> Self {
        let (purchases, before) = (aws.edge().purchases(), run.bought_before);
        Self {
            decided_by: setup.decided_by.clone(),
            trigger: written(&arguments.trigger),
            deploy: match arguments.deploy {
                DeployMode::Extract => "extract",
                DeployMode::Sync => "sync",
            },
            deploys: run.deploys,
            aws_calls: aws.faults().calls(),
            invalidations: purchases.invalidations - before.invalidations,
            billed_paths: purchases.billed_paths - before.billed_paths,
            wildcards: purchases.wildcards - before.wildcards,
            faults: run.trouble.seed.map(|seed| Faults { seed, happened: aws.faults().happened() }),
            seconds: time.as_secs_f64(),
        }
    }

    /// Nothing that the mode promises is stale, and no event was lost.
    pub(crate) fn kept_its_promise(&self) -> bool {
        self.deploys
            .iter()
            .all(|deploy| deploy.lost_events.is_empty() && deploy.stale_after.iter().all(|stale| !stale.promised))
    }

    /// URLs left stale: those that the mode promises, and the others.
    pub(crate) fn stale_after(&self) -> (usize, usize) {
        let all = self.deploys.iter().flat_map(|deploy| &deploy.stale_after);
        let (promised, others): (Vec<_>, Vec<_>) = all.partition(|stale| stale.promised);
        (promised.len(), others.len())
    }

    /// URLs purged without need: those that no rule named, and the others.
    pub(crate) fn needless(&self) -> (usize, usize) {
        let all = self.deploys.iter().flat_map(|deploy| &deploy.needless);
        let (unnamed, named): (Vec<_>, Vec<_>) = all.partition(|needless| needless.named.is_none());
        (unnamed.len(), named.len())
    }
}
