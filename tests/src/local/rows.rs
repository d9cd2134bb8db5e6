//! What every row of the table must be, worked out from `git diff --raw -z` and from the words alone: nothing here
//! shares code with what it checks.

mod expected;
mod git;
mod urls;

use std::collections::{BTreeMap, BTreeSet};

use self::expected::Expected;
use self::git::Commits;
use super::{Deploy, Report, Row};
use crate::site::Repository;

/// How a deploy was made, and what its policy says: the expectation is worked out from this.
#[derive(Debug, Clone)]
pub struct Mode {
    /// Whether added files are purged (`sound`) or not (`article`); and whether folders have URLs of their own.
    pub sound: bool,
    /// Whether what git deleted left the bucket, with an event (`sync`), or not (`extract`).
    pub sync: bool,
    /// Source folders with their key prefixes, both with a slash at their end or empty.
    pub mappings: &'static [(&'static str, &'static str)],
    /// Ends of the names that the policy ignores, in the policy's order.
    pub ignored: &'static [&'static str],
    /// What each distribution's origin path puts before keys, with a slash at its end or empty.
    pub origins: &'static [&'static str],
}

impl Default for Mode {
    /// The policy `{}` and `extract`.
    fn default() -> Self {
        Self { sound: true, sync: false, mappings: &[("", "")], ignored: &[], origins: &[""] }
    }
}

/// Compares every row of every deploy; yields what is wrong.
#[must_use]
pub fn faults(repository: &Repository, mode: &Mode, report: &Report) -> Vec<String> {
    let mut commits = Commits::read(repository);
    let mut bucket = BTreeSet::new();
    let mut previous: Option<String> = None;
    let mut faults = Vec::new();
    for deploy in &report.deploys {
        if previous.is_none()
            && let Some(base) = &deploy.base
        {
            // What was there before the first deploy.
            bucket = commits.keys(base, mode.mappings);
        } else if deploy.base != previous {
            faults.push(format!("{}: deployed over {:?}, not over {previous:?}", deploy.commit, deploy.base));
        }
        previous = Some(deploy.commit.clone());
        let expected = Expected::of(deploy, mode, &mut commits, &mut bucket);
        faults.extend(compare(deploy, &expected).into_iter().map(|fault| format!("{}: {fault}", deploy.commit)));
    }
    faults
}

/// What is stale at the end of a deploy though the mode speaks of the URL: without a look at what the report itself calls
/// promised. For walks, in which no commit is left out.
#[must_use]
pub fn stale(mode: &Mode, report: &Report) -> Vec<String> {
    let (mut spoken, mut excused) = (BTreeSet::new(), BTreeSet::new());
    let mut faults = Vec::new();
    for deploy in &report.deploys {
        for row in &deploy.rows {
            let Some(key) = &row.key else { continue };
            let key = key.replace("\\\\", "\\");
            let inside = mode.origins.iter().filter_map(|origin| key.strip_prefix(origin));
            // Behind a website endpoint a folder without its slash redirects to the folder; no mode here speaks of that.
            excused.extend(inside.clone().filter_map(urls::bare_folder));
            let urls = inside.flat_map(|rest| urls::urls_of(rest, mode.sound));
            // What is added is not purged in the article's mode: an older object of the name may be cached.
            if matches!(row.reason.as_str(), "added-skipped" | "ignored") {
                excused.extend(urls);
            } else {
                spoken.extend(urls);
            }
        }
        let wrong = deploy.stale_after.iter().filter(|one| spoken.contains(&one.url) && !excused.contains(&one.url));
        faults.extend(wrong.map(|one| format!("{}: {} is stale", deploy.commit, one.url)));
    }
    faults
}

fn compare(deploy: &Deploy, expected: &Expected) -> Vec<String> {
    let mut faults = Vec::new();
    if deploy.objects != expected.objects {
        faults.push(format!("{} objects, expected {}", deploy.objects, expected.objects));
    }
    if deploy.commits_looked_at != expected.looked_at {
        faults.push(format!("{} commits looked at, expected {}", deploy.commits_looked_at, expected.looked_at));
    }
    let mut rows: BTreeMap<&str, &Row> = BTreeMap::new();
    for row in &deploy.rows {
        if rows.insert(&row.path, row).is_some() {
            faults.push(format!("two rows for {:?}", row.path));
        }
    }
    for (path, wanted) in &expected.rows {
        match rows.remove(path.as_str()) {
            None => faults.push(format!("no row for {path:?}, expected {wanted:?}")),
            Some(row) => {
                let paths_wrong = urls::paths_fault(&row.urls, &row.paths);
                // The paths have rules of their own, that leave some freedom.
                let compared = Row { paths: BTreeSet::new(), ..row.clone() };
                if compared != *wanted {
                    faults.push(format!("row {compared:?}, expected {wanted:?}"));
                }
                faults.extend(paths_wrong.map(|wrong| format!("row {path:?}: {wrong}")));
            }
        }
    }
    faults.extend(rows.values().map(|row| format!("a row too many: {row:?}")));
    faults
}
