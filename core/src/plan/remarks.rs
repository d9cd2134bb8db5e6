//! What a person should know about a plan.

use alloc::{format, string::String, vec::Vec};

use crate::{
    change::ChangeSet,
    cover::Cover,
    decide::{Decider, Decision},
    diagnostic::Diagnostic,
    edge::Edge,
    escape::escape,
    facts::Facts,
    invalidation::{MAX_WILDCARDS_IN_PROGRESS, Substitution},
    names::RepoPath,
    policy::Policy,
    sorted::sort,
};

/// One warning for each path that a substitution led to, with the URLs that forced it.
pub(super) fn substitutions(decisions: &[Decision], covers: &[Cover]) -> Vec<Diagnostic> {
    let mut forced = Vec::new();
    for url in decisions.iter().flat_map(Decision::stale) {
        if let Some(substitution) = url.substitution {
            let path = covers[url.distribution].covering(&url.path);
            forced.push((substitution, path, escape(url.url.as_bytes())));
        }
    }
    sort(&mut forced);
    let diagnostics = forced.chunk_by(|one, next| (one.0, one.1) == (next.0, next.1)).map(|urls| {
        let (substitution, path, first) = &urls[0];
        // What the policy asked for is no surprise.
        let tell = if *substitution == Substitution::QueryString { Diagnostic::info } else { Diagnostic::warning };
        tell(
            substitution.code(),
            format!(
                "{} is purged by `{}`, and so is every URL that begins so: {}",
                some(first, urls.len()),
                path.as_str(),
                substitution.why()
            ),
            String::from(substitution.help()),
        )
    });
    diagnostics.collect()
}

/// A warning for each fingerprint pattern that a changed file belies.
pub(super) fn broken_fingerprints(policy: &Policy, decisions: &[Decision]) -> Vec<Diagnostic> {
    let mut broken = Vec::new();
    for decision in decisions {
        if let Some(index) = decision.broken_fingerprint {
            let name = decision.path.as_ref().map(RepoPath::escaped).unwrap_or_default();
            broken.push((index, name));
        }
    }
    sort(&mut broken);
    let diagnostics = broken.chunk_by(|one, next| one.0 == next.0).map(|names| {
        let (index, first) = &names[0];
        Diagnostic::warning(
            "fingerprint-changed",
            format!(
                "{} changed under the same name, though `{}` (/fingerprinted/{index}) says that the name carries the content's hash: it is purged",
                some(first, names.len()),
                policy.fingerprinted[*index].as_str()
            ),
            "narrow the pattern; browsers that keep such files for a year show the old one until they ask again",
        )
    });
    diagnostics.collect()
}

/// What a plan for the keys of a trigger does not do.
pub(super) fn dependents_left(decider: &Decider<'_>, changes: &ChangeSet) -> Option<Diagnostic> {
    let set_off = decider.dependents_set_off(changes);
    let rules: Vec<String> = set_off.iter().map(|index| format!("/dependents/{index}")).collect();
    (!rules.is_empty()).then(|| {
        Diagnostic::info(
            "dependents-left",
            format!("the changes set off {}, which this plan for single objects leaves alone", rules.join(", ")),
            "each dependent object is purged by the event of its own upload; a plan of the whole diff purges them all",
        )
    })
}

/// A page that stands in for errors is cached once for each URL that it stood in for; nobody knows which these are.
pub(super) fn error_pages(edges: &[Edge], decisions: &[Decision]) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for (index, edge) in edges.iter().enumerate() {
        for (page, error) in edge.facts().into_iter().flat_map(Facts::error_pages) {
            // Also where its own behaviour keeps nothing: those of the missing URLs may.
            let at = decisions.iter().flat_map(|decision| &decision.urls).filter(|url| url.distribution == index);
            if at.filter(|url| !url.wildcard).any(|url| url.url.as_bytes() == page.as_bytes()) {
                diagnostics.push(Diagnostic::info(
                    "error-page",
                    format!(
                        "`{page}` is also what viewers get for error {}, and stays cached for {} s or longer at each URL that had it{}",
                        error.code,
                        error.cached_for,
                        of(edge)
                    ),
                    "to purge it there too, name the URLs in a `dependents` rule for the page: `/*` for all",
                ));
            }
        }
    }
    diagnostics
}

/// A warning when one distribution's wildcards cannot all be in progress at a time.
pub(super) fn quota(edges: &[Edge], covers: &[Cover]) -> Vec<Diagnostic> {
    let over = edges.iter().zip(covers).filter(|(_, cover)| cover.wildcards() > MAX_WILDCARDS_IN_PROGRESS);
    let diagnostics = over.map(|(edge, cover)| {
        Diagnostic::warning(
            "wildcard-quota",
            format!(
                "{} wildcards are more than the {MAX_WILDCARDS_IN_PROGRESS} that CloudFront works on at a time{}: the later batches wait for the earlier",
                cover.wildcards(),
                of(edge)
            ),
            "avoid names that need a wildcard, or set `max_paths` with `then: widen`",
        )
    });
    diagnostics.collect()
}

/// The first name, and how many more there are.
fn some(first: &str, count: usize) -> String {
    if count == 1 { format!("`{first}`") } else { format!("`{first}` and {} more", count - 1) }
}

/// Which distribution, where it has a name.
pub(super) fn of(edge: &Edge) -> String {
    let id = edge.distribution.id();
    if id.is_empty() { String::new() } else { format!(" (distribution {id})") }
}
