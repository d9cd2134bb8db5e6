//! `purgeplan local` as a process, and its report.

pub mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output};

use serde::Deserialize;

use crate::binaries;

/// What `purgeplan local --format json` prints.
#[derive(Debug, Clone, Deserialize)]
pub struct Report {
    /// One for each commit that was deployed.
    pub deploys: Vec<Deploy>,
    /// Invalidations that were bought.
    pub invalidations: usize,
    /// AWS calls by operation.
    pub aws_calls: BTreeMap<String, u64>,
    /// What `--faults` did.
    pub faults: Option<Faults>,
}

/// What `--faults` did.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Faults {
    /// The seed.
    pub seed: u64,
    /// Calls that failed by chance.
    pub happened: u64,
}

/// One deploy.
#[derive(Debug, Clone, Deserialize)]
pub struct Deploy {
    /// The commit.
    pub commit: String,
    /// The commit that was deployed before; `None`: the bucket was empty.
    pub base: Option<String>,
    /// Objects that were written or removed.
    pub objects: usize,
    /// Commits that the function looked at.
    pub commits_looked_at: usize,
    /// Cached URLs that differ from the origin before anything is purged.
    pub stale_before: usize,
    /// Those that still do afterwards.
    pub stale_after: Vec<StaleUrl>,
    /// Purged URLs that did not differ.
    pub needless: Vec<Needless>,
    /// What became of each change.
    pub rows: Vec<Row>,
    /// Events that failed in every try.
    pub lost_events: Vec<LostEvent>,
}

/// A stale URL.
#[derive(Debug, Clone, Deserialize)]
pub struct StaleUrl {
    /// The viewer's URL path.
    pub url: String,
    /// Whether the mode promises that it is fresh.
    pub promised: bool,
}

/// A URL that was purged without need.
#[derive(Debug, Clone, Deserialize)]
pub struct Needless {
    /// The viewer's URL path.
    pub url: String,
    /// The path that purged it.
    pub path: String,
    /// The rule or substitute that asked for it.
    pub named: Option<String>,
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Row {
    /// What git says of the path.
    pub change: String,
    /// The path, escaped as ARCHITECTURE.md says.
    pub path: String,
    /// The object key, escaped too.
    pub key: Option<String>,
    /// `purge` or `skip`.
    pub outcome: String,
    /// Why.
    pub reason: String,
    /// Which rule said so.
    pub rule: String,
    /// The newest commit that changed the path, when the function decided.
    pub commit: Option<String>,
    /// The viewers' URL paths.
    pub urls: BTreeSet<String>,
    /// The invalidation paths.
    pub paths: BTreeSet<String>,
}

/// An event that was not handled.
#[derive(Debug, Clone, Deserialize)]
pub struct LostEvent {
    /// Its keys.
    pub keys: Vec<String>,
    /// Why.
    pub error: String,
}

/// Runs the command line with these arguments, against the bootstrap that the tests are for.
///
/// # Panics
/// When it cannot be run.
pub fn purgeplan<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Output {
    let mut command = Command::new(binaries::purgeplan());
    // The caller may itself run under git (a hook, say): its variables name another repository.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        command.env_remove(name);
    }
    command.env("PURGEPLAN_BOOTSTRAP", binaries::bootstrap());
    command.args(arguments).output().expect("the command line can be run")
}

/// Runs `purgeplan local --format json` on a repository; yields the exit code and the report.
///
/// # Panics
/// When it prints no report.
#[must_use]
pub fn local(repository: &Path, options: &[&str]) -> (i32, Report) {
    let fixed = ["local", "--format", "json", "--repo"].map(OsStr::new);
    let output = purgeplan(fixed.into_iter().chain([repository.as_os_str()]).chain(options.iter().map(OsStr::new)));
    let code = output.status.code().expect("no signal ended it");
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("exit code {code}, {error}: {}", String::from_utf8_lossy(&output.stderr));
    });
    (code, report)
}

impl Report {
    /// URLs left stale though the mode promises that they are not, as `COMMIT URL`.
    #[must_use]
    pub fn broken_promises(&self) -> Vec<String> {
        self.urls(|deploy| deploy.stale_after.iter().filter(|stale| stale.promised).map(|stale| &stale.url).collect())
    }

    /// URLs that were purged without need, and that no rule or substitute named.
    #[must_use]
    pub fn needless(&self) -> Vec<String> {
        self.urls(|deploy| deploy.needless.iter().filter(|one| one.named.is_none()).map(|one| &one.url).collect())
    }

    /// URLs left stale, promised or not.
    #[must_use]
    pub fn stale(&self) -> Vec<String> {
        self.urls(|deploy| deploy.stale_after.iter().map(|stale| &stale.url).collect())
    }

    /// How often an operation was called.
    #[must_use]
    pub fn calls(&self, operation: &str) -> u64 {
        self.aws_calls.get(operation).copied().unwrap_or_default()
    }

    /// Events that were lost: their errors.
    #[must_use]
    pub fn lost(&self) -> Vec<String> {
        self.urls(|deploy| deploy.lost_events.iter().map(|lost| &lost.error).collect())
    }

    fn urls(&self, of: impl Fn(&Deploy) -> Vec<&String>) -> Vec<String> {
        self.deploys.iter().flat_map(|one| of(one).into_iter().map(|url| format!("{} {url}", one.commit))).collect()
    }
}
