//! What a person should know about a plan.

use alloc::{format, string::String, vec::Vec};

use crate::{
    change::ChangeSet,
    cover::Cover,
    decide::{Decider, Decision, StaleUrl},
    diagnostic::{Diagnostic, Severity},
    edge::Edge,
    escape::escape,
    invalidation::{MAX_WILDCARDS_IN_PROGRESS, Substitution},
    names::RepoPath,
    policy::Policy,
    sorted::sort,
};

/// The names that remarks are about, each as one text behind what it has in common with others and a NUL: in their order,
/// those that belong together stand together.
#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    fn add(&mut self, common: &str, name: &str) {
        self.0.push([common, name].join("\0"));
    }

    /// Calls `tell` for the names that belong together, with what they have in common, the first of them and how many
    /// more there are.
    fn for_each_group(mut self, tell: &mut dyn FnMut(&str, &str)) {
        sort(&mut self.0);
        let mut names = self.0.as_slice();
        while let Some((common, first)) = names.first().and_then(|name| name.split_once('\0')) {
            let count =
                names.iter().take_while(|name| name.split_once('\0').is_some_and(|(one, _)| one == common)).count();
            names = &names[count..];
            match count {
                1 => tell(common, &format!("`{first}`")),
                _ => tell(common, &format!("`{first}` and {} more", count - 1)),
            }
        }
    }
}

/// One warning for each path that a substitution led to, with the URLs that forced it.
pub(super) fn substitutions(decisions: &[Decision], covers: &[Cover], diagnostics: &mut Vec<Diagnostic>) {
    for substitution in Substitution::ALL {
        let mut forced = Names::default();
        for decision in decisions {
            for url in decision.stale().filter(|url| url.substitution == Some(substitution)) {
                let path = covers[url.distribution].covering(&url.path);
                forced.add(path.as_str(), &escape(url.url.as_bytes()));
            }
        }
        forced.for_each_group(&mut |path, names| {
            let why = substitution.why();
            let message = format!("{names} is purged by `{path}`, and so is every URL that begins so: {why}");
            let mut told = Diagnostic::warning(substitution.code(), message, substitution.help());
            // What the policy asked for is no surprise.
            if substitution == Substitution::QueryString {
                told.severity = Severity::Info;
            }
            diagnostics.push(told);
        });
    }
}

/// A warning for each fingerprint pattern that a changed file belies.
pub(super) fn broken_fingerprints(policy: &Policy, decisions: &[Decision], diagnostics: &mut Vec<Diagnostic>) {
    for (index, pattern) in policy.fingerprinted.iter().enumerate() {
        let mut broken = Names::default();
        for decision in decisions.iter().filter(|decision| decision.broken_fingerprint == Some(index)) {
            broken.add("", &decision.path.as_ref().map(RepoPath::escaped).unwrap_or_default());
        }
        broken.for_each_group(&mut |_, names| {
            let message = format!(
                "{names} changed under the same name, though `{}` (/fingerprinted/{index}) says that the name carries the content's hash: it is purged",
                pattern.as_str()
            );
            let help =
                "narrow the pattern; browsers that keep such files for a year show the old one until they ask again";
            diagnostics.push(Diagnostic::warning("fingerprint-changed", message, help));
        });
    }
}

/// A warning for each distribution whose own origin path no mapping deploys to: nothing is ever purged there.
pub(super) fn unreached(policy: &Policy, edges: &[Edge], diagnostics: &mut Vec<Diagnostic>) {
    for edge in edges.iter().filter(|edge| edge.facts().is_some()) {
        if policy.mappings.iter().all(|mapping| edge.folders(&mapping.prefix).is_empty()) {
            let message = format!(
                "no mapping deploys below an origin path of this distribution: no change is purged{}",
                of(edge)
            );
            let help = "make a mapping's `prefix` the origin path without its leading slash";
            diagnostics.push(Diagnostic::warning("facts-contradiction", message, help));
        }
    }
}

/// What a plan for the keys of a trigger does not do.
pub(super) fn dependents_left(decider: &Decider<'_>, changes: &ChangeSet, diagnostics: &mut Vec<Diagnostic>) {
    let rules = decider.dependents_set_off(changes);
    if !rules.is_empty() {
        let rules = rules.join(", ");
        let message = format!("the changes set off {rules}, which this plan for single objects leaves alone");
        let help =
            "each dependent object is purged by the event of its own upload; a plan of the whole diff purges them all";
        diagnostics.push(Diagnostic::info("dependents-left", message, help));
    }
}

/// A page that stands in for errors is cached once for each URL that it stood in for; nobody knows which these are.
pub(super) fn error_pages(edges: &[Edge], decisions: &[Decision], diagnostics: &mut Vec<Diagnostic>) {
    for (index, edge) in edges.iter().enumerate() {
        let Some(facts) = edge.facts() else { continue };
        for (page, error) in facts.error_pages() {
            // Also where its own behaviour keeps nothing: those of the missing URLs may.
            let is_it =
                |url: &StaleUrl| url.distribution == index && !url.wildcard && url.url.as_bytes() == page.as_bytes();
            if decisions.iter().any(|decision| decision.urls.iter().any(is_it)) {
                let message = format!(
                    "`{page}` is also what viewers get for error {}, and stays cached for {} s or longer at each URL that had it{}",
                    error.code,
                    error.cached_for,
                    of(edge)
                );
                let help = "to purge it there too, name the URLs in a `dependents` rule for the page: `/*` for all";
                diagnostics.push(Diagnostic::info("error-page", message, help));
            }
        }
    }
}

/// A warning when one distribution's wildcards cannot all be in progress at a time.
pub(super) fn quota(edges: &[Edge], covers: &[Cover], diagnostics: &mut Vec<Diagnostic>) {
    for (edge, cover) in edges.iter().zip(covers) {
        if cover.wildcards() > MAX_WILDCARDS_IN_PROGRESS {
            let message = format!(
                "{} wildcards are more than the {MAX_WILDCARDS_IN_PROGRESS} that CloudFront works on at a time{}: the later batches wait for the earlier",
                cover.wildcards(),
                of(edge)
            );
            let help = "avoid names that need a wildcard, or set `max_paths` with `then: widen`";
            diagnostics.push(Diagnostic::warning("wildcard-quota", message, help));
        }
    }
}

/// Which distribution, where it has a name.
pub(super) fn of(edge: &Edge) -> String {
    let id = edge.distribution.id();
    if id.is_empty() { String::new() } else { format!(" (distribution {id})") }
}
