//! Dependents: URLs that show something of another file.

use alloc::{format, vec, vec::Vec};

use super::{Decider, Decision, Outcome, Reason, StaleUrl, What, decision::unpurged};
use crate::{
    change::{Change, ChangeSet, Effect},
    edge::Skip,
    map::Form,
    names::RepoPath,
    policy::Dependents,
};

impl Decider<'_> {
    /// A decision for each rule that the change sets off, with the URLs of its old and its new name.
    ///
    /// The rule speaks of repository paths, so a file counts that is not deployed itself: a generator's source.
    pub(super) fn dependents(&self, change: &Change) -> Vec<Decision> {
        let set_off = self.policy.dependents.iter().enumerate().filter_map(|(index, rule)| {
            let urls = self.dependent_urls(rule, change);
            let unpurged = if urls.is_empty() { return None } else { unpurged(&urls, self.policy) };
            let (outcome, reason, rule) = match unpurged {
                None => (Outcome::Purge, Reason::Dependent, format!("/dependents/{index}").into()),
                Some(Skip { reason, rule }) => (Outcome::Skip, reason, rule),
            };
            Some(Decision {
                what: What::from(change.status),
                path: Some(change.path.clone()),
                from: change.from.clone(),
                key: None,
                outcome,
                reason,
                rule,
                diff: Some(change.diff),
                urls,
                broken_fingerprint: None,
            })
        });
        set_off.collect()
    }

    /// The rules that these changes set off, for a plan that leaves them alone.
    pub(crate) fn dependents_set_off(&self, changes: &ChangeSet) -> Vec<usize> {
        let rules = self.policy.dependents.iter().enumerate();
        let set_off = rules.filter(|(_, rule)| {
            let mut paths = changes.iter().flat_map(changed_paths);
            paths.any(|path| rule.when.matches(path.as_bytes()))
        });
        set_off.map(|(index, _)| index).collect()
    }

    fn dependent_urls(&self, rule: &Dependents, change: &Change) -> Vec<StaleUrl> {
        let mut urls: Vec<StaleUrl> = Vec::new();
        for path in changed_paths(change) {
            let Some(texts) = rule.when.captures(path.as_bytes()) else { continue };
            let mut captures = vec![path.as_bytes()];
            captures.extend(texts);
            for template in &rule.purge {
                let (url, wildcard) = template.fill(&captures);
                for (index, edge) in self.edges.iter().enumerate() {
                    let url = StaleUrl::new(edge.url(url.clone(), Form::Dependent, wildcard), wildcard, index);
                    if !urls.contains(&url) {
                        urls.push(url);
                    }
                }
            }
        }
        urls
    }
}

/// The paths whose content is another now: the new name, and the old one of a rename.
fn changed_paths(change: &Change) -> impl Iterator<Item = &RepoPath> {
    let content = |effect: Effect| matches!(effect, Effect::Added | Effect::Modified | Effect::Deleted);
    let new = content(change.effect).then_some(&change.path);
    let old = change.effect_on_from().filter(|(_, effect)| content(*effect)).map(|(from, _)| from);
    new.into_iter().chain(old)
}
