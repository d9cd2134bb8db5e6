//! Dependents: URLs that show something of another file.

use alloc::{format, string::String, vec, vec::Vec};

use super::{Decider, Decision, Outcome, Reason, StaleUrl};
use crate::{
    change::{Change, ChangeSet, Effect},
    map::Form,
    names::RepoPath,
    policy::Dependents,
};

impl Decider<'_> {
    /// A decision for each rule that the change sets off, with the URLs of its old and its new name.
    ///
    /// The rule speaks of repository paths, so a file counts that is not deployed itself: a generator's source.
    pub(super) fn dependents(&self, change: &Change, decisions: &mut Vec<Decision>) {
        for (index, rule) in self.policy.dependents.iter().enumerate() {
            let urls = self.dependent_urls(rule, change);
            if urls.is_empty() {
                continue;
            }
            let mut decision = Decision::of(change);
            decision.urls = urls;
            decision.say(Outcome::Purge, Reason::Dependent, pointer(index).into());
            decision.skip_unpurged(self.policy);
            decisions.push(decision);
        }
    }

    /// The rules that these changes set off, for a plan that leaves them alone.
    pub(crate) fn dependents_set_off(&self, changes: &ChangeSet) -> Vec<String> {
        let mut set_off = Vec::new();
        for (index, rule) in self.policy.dependents.iter().enumerate() {
            let sets_off = |path: &&RepoPath| rule.when.matches(path.as_bytes());
            if changes.iter().any(|change| changed_paths(change).iter().flatten().any(sets_off)) {
                set_off.push(pointer(index));
            }
        }
        set_off
    }

    fn dependent_urls(&self, rule: &Dependents, change: &Change) -> Vec<StaleUrl> {
        let mut urls: Vec<StaleUrl> = Vec::new();
        for path in changed_paths(change).into_iter().flatten() {
            let Some(texts) = rule.when.captures(path.as_bytes()) else { continue };
            let mut captures = vec![path.as_bytes()];
            captures.extend(texts);
            for template in &rule.purge {
                let (url, wildcard) = template.fill(&captures);
                for (index, edge) in self.edges.iter().enumerate() {
                    let stale =
                        |wildcard| StaleUrl::new(edge.url(url.clone(), Form::Dependent, wildcard), wildcard, index);
                    // A wildcard is not trusted with its own prefix.
                    let exact = stale(false);
                    if wildcard {
                        stale(true).add_to(&mut urls);
                    } else if exact.substitution.is_none() && self.may_have_query_strings(index, &url) {
                        exact.query_strings().add_to(&mut urls);
                    }
                    exact.add_to(&mut urls);
                }
            }
        }
        urls
    }
}

/// The paths whose content is another now: the new name, and the old one of a rename.
fn changed_paths(change: &Change) -> [Option<&RepoPath>; 2] {
    let content = |effect: Effect| matches!(effect, Effect::Added | Effect::Modified | Effect::Deleted);
    let new = content(change.effect).then_some(&change.path);
    let old = change.effect_on_from().filter(|(_, effect)| content(*effect)).map(|(from, _)| from);
    [new, old]
}

fn pointer(index: usize) -> String {
    format!("/dependents/{index}")
}
