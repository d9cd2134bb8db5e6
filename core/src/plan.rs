//! The plan: decisions, covered and cut into batches, with what a person should know about it.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec,
    vec::Vec,
};
use serde::Serialize;

use crate::{
    change::ChangeSet,
    cover::Cover,
    decide::{Decider, Decision, Outcome},
    error::Error,
    escape::escape,
    invalidation::{InvalidationPath, MAX_WILDCARDS_IN_PROGRESS, Substitution, encode},
    policy::{Distribution, Policy},
    policy_file::{MaxPathsFile, Then},
    trigger::Trigger,
};

/// Something that a person should know, though the plan holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Diagnostic {
    pub(crate) severity: Severity,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) help: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Severity {
    Warning,
}

/// What one distribution is asked to invalidate.
#[derive(Debug)]
pub(crate) struct DistributionPlan {
    pub(crate) distribution: Distribution,
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
    distributions: Vec<Distribution>,
    changes: &ChangeSet,
    trigger: Option<&Trigger>,
) -> Result<Plan, Error> {
    let decider = Decider { policy, distributions: &distributions, trigger };
    let decisions = decider.decide(changes);
    let unchanged = trigger.map_or(0, |trigger| {
        let spoken: BTreeSet<_> = decider.changed_keys(changes);
        let removed: BTreeSet<_> = decisions.iter().filter_map(|decision| decision.key.as_ref()).collect();
        trigger.keys().filter(|key| !spoken.contains(key) && !removed.contains(key)).count()
    });
    let mut covers = covers(&decisions, distributions.len());
    let mut diagnostics = substitutions(&decisions, &covers);
    if let Some(max_paths) = policy.max_paths {
        let whole = Decider { trigger: None, ..decider };
        limit(max_paths, &whole, changes, &mut covers, &mut diagnostics)?;
    }
    diagnostics.extend(quota(&distributions, &covers));
    let distributions = distributions
        .into_iter()
        .zip(covers)
        .map(|(distribution, cover)| DistributionPlan { distribution, cover })
        .collect();
    Ok(Plan { decisions, distributions, diagnostics, unchanged })
}

fn covers(decisions: &[Decision], distributions: usize) -> Vec<Cover> {
    let mut paths = vec![Vec::new(); distributions];
    for url in
        decisions.iter().filter(|decision| decision.outcome == Outcome::Purge).flat_map(|decision| &decision.urls)
    {
        paths[url.distribution].push(url.path.clone());
    }
    paths.into_iter().map(Cover::of).collect()
}

/// Holds the plan against `max_paths`.
///
/// To refuse, the deploy counts: the whole of the diffs, also when a trigger limits this plan to a part of it. To
/// widen, this plan counts, because a part that is within the limit costs no more than it says.
fn limit(
    MaxPathsFile { limit, then }: MaxPathsFile,
    whole: &Decider<'_>,
    changes: &ChangeSet,
    covers: &mut [Cover],
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(), Error> {
    if then == Then::Refuse {
        let deploy = self::covers(&whole.decide(changes), covers.len());
        let count: usize = deploy.iter().map(|cover| cover.paths().len()).sum();
        if count > limit {
            return Err(Error::new(
                "max-paths-exceeded",
                format!(
                    "the deploy needs {count} invalidation paths, and the policy allows {limit}; nothing was purged"
                ),
                "raise `max_paths.limit`, set `max_paths.then` to `widen`, or invalidate `/*` by hand: until then viewers may see old files",
            ));
        }
        return Ok(());
    }
    for (cover, distribution) in covers.iter_mut().zip(whole.distributions) {
        let exact = cover.paths().len();
        if exact > limit {
            *cover = cover.widened();
            let wide: Vec<&str> = cover.paths().iter().map(InvalidationPath::as_str).collect();
            diagnostics.push(Diagnostic {
                severity: Severity::Warning,
                code: "widened",
                message: format!(
                    "{exact} paths are more than the {limit} of `max_paths`: {} purges them, and unchanged URLs with them{}",
                    wide.join(" "),
                    of(distribution.id())
                ),
                help: String::from("raise `max_paths.limit` to purge only what changed"),
            });
        }
    }
    Ok(())
}

/// One warning for each path that a substitution led to, with the URLs that forced it.
fn substitutions(decisions: &[Decision], covers: &[Cover]) -> Vec<Diagnostic> {
    let mut forced: BTreeMap<(Substitution, InvalidationPath), BTreeSet<String>> = BTreeMap::new();
    for url in
        decisions.iter().filter(|decision| decision.outcome == Outcome::Purge).flat_map(|decision| &decision.urls)
    {
        if let Some(substitution) = url.substitution {
            let path = covers[url.distribution].covering(&url.path);
            forced.entry((substitution, path)).or_default().insert(escape(url.url.as_bytes()));
        }
    }
    let diagnostics = forced.into_iter().map(|((substitution, path), urls)| {
        let first = urls.first().map(String::as_str).unwrap_or_default();
        let others = match urls.len() {
            0 | 1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        Diagnostic {
            severity: Severity::Warning,
            code: substitution.code(),
            message: format!(
                "`{first}`{others} is purged by `{}`, and so is every URL that begins so: {}",
                path.as_str(),
                substitution.why()
            ),
            help: String::from(substitution.help()),
        }
    });
    diagnostics.collect()
}

/// A warning when one distribution's wildcards cannot all be in progress at a time.
fn quota(distributions: &[Distribution], covers: &[Cover]) -> Vec<Diagnostic> {
    let over = distributions.iter().zip(covers).filter(|(_, cover)| cover.wildcards() > MAX_WILDCARDS_IN_PROGRESS);
    let diagnostics = over.map(|(distribution, cover)| Diagnostic {
        severity: Severity::Warning,
        code: "wildcard-quota",
        message: format!(
            "{} wildcards are more than the {MAX_WILDCARDS_IN_PROGRESS} that CloudFront works on at a time{}: the later batches wait for the earlier",
            cover.wildcards(),
            of(distribution.id())
        ),
        help: String::from("avoid names that need a wildcard, or set `max_paths` with `then: widen`"),
    });
    diagnostics.collect()
}

fn of(distribution: &str) -> String {
    if distribution.is_empty() { String::new() } else { format!(" (distribution {distribution})") }
}

/// A URL path as the answer shows it.
pub(crate) fn shown(url: &crate::names::UrlPath) -> String {
    encode(url.as_bytes())
}
