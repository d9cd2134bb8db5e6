//! For every change: purge or skip, why, by which rule, and under which URLs.

mod decision;
mod dependents;
pub(crate) mod everything;

use alloc::{borrow::Cow, format, string::String, vec::Vec};

use crate::{
    change::{Change, ChangeSet, Effect},
    edge::{Edge, Skip},
    map,
    names::{ObjectKey, RepoPath},
    pattern::Pattern,
    policy::{
        Mapping, Policy, Preset, Setting,
        file::{Added, Deleted},
    },
    sorted::{Sorted, sort_all},
    trigger::Trigger,
};
pub(crate) use decision::{Decision, Outcome, Reason, StaleUrl, What, no_origin};

/// What decisions are made with.
pub(crate) struct Decider<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) edges: &'a [Edge],
    /// `None`: the whole diff is planned.
    pub(crate) trigger: Option<&'a Trigger>,
    /// Keys under which more than one changed file is deployed: see [`shared_keys`].
    pub(crate) shared: &'a Sorted<ObjectKey>,
}

/// Keys that several mappings deploy to, of changes on both sides: what one file leaves, another may take with other
/// bytes, so that its coming or going is a modification of the object.
pub(crate) fn shared_keys(changes: &ChangeSet, mappings: &[Mapping]) -> Sorted<ObjectKey> {
    if mappings.len() < 2 {
        return Sorted::default();
    }
    let mut keys = keys(changes, mappings);
    sort_all(&mut keys);
    let mut shared = Vec::new();
    for pair in keys.windows(2) {
        if pair[0] == pair[1] {
            shared.push(pair[0].clone());
        }
    }
    shared.into()
}

/// The keys that the diffs speak of, old names of renames included.
fn keys(changes: &ChangeSet, mappings: &[Mapping]) -> Vec<ObjectKey> {
    let mut keys = Vec::new();
    for change in changes.iter() {
        keys.extend(map::key_of(&change.path, mappings));
        keys.extend(change.effect_on_from().and_then(|(from, _)| map::key_of(from, mappings)));
    }
    keys
}

impl Decider<'_> {
    /// One decision a change, sorted by path, and behind it one for each dependents rule that it sets off; at the end
    /// the removed objects that no diff speaks of.
    pub(crate) fn decide(&self, changes: &ChangeSet) -> Vec<Decision> {
        let mut decisions = Vec::with_capacity(changes.len());
        for change in changes.iter() {
            decisions.push(self.change(change));
            if self.trigger.is_none() {
                self.dependents(change, &mut decisions);
            }
        }
        self.removed_objects(changes, &mut decisions);
        decisions
    }

    fn change(&self, change: &Change) -> Decision {
        let mut decision = self.side(change, &change.path, change.effect);
        decision.free = change.effect == Effect::Added
            && decision.outcome == Outcome::Skip
            && matches!(decision.reason, Reason::AddedSkipped | Reason::Fingerprinted);
        if let Some((from, effect)) = change.effect_on_from() {
            let old = self.side(change, from, effect);
            decision.left = match (decision.outcome, old.outcome) {
                (Outcome::Purge, Outcome::Purge) => None,
                (Outcome::Skip, Outcome::Purge) => decision.left(),
                (_, Outcome::Skip) => old.left(),
            };
            // A rename is purged when either name is, with the URLs of both; its own name tells why it is not.
            match (decision.outcome, old.outcome) {
                (Outcome::Purge, _) => decision.reason = Reason::Renamed,
                (Outcome::Skip, Outcome::Purge) => decision.say(Outcome::Purge, Reason::Renamed, old.rule),
                (Outcome::Skip, Outcome::Skip) => {}
            }
            decision.urls.extend(old.urls);
        }
        if decision.reason == Reason::Added && decision.what == What::Copied {
            decision.reason = Reason::Copied;
        }
        if !change.rewritten {
            decision.broken_fingerprint = None;
        }
        decision
    }

    /// What is decided on one side of a change: the object at one path.
    fn side(&self, change: &Change, path: &RepoPath, effect: Effect) -> Decision {
        let mut decision = Decision::of(change);
        let key = map::key_of(path, &self.policy.mappings);
        match &key {
            Some(key) => self.judge(change, path, key, effect, &mut decision),
            None => decision.say(Outcome::Skip, Reason::OutsideSource, Cow::Borrowed("/mappings")),
        }
        decision.key = key;
        decision
    }

    fn judge(&self, change: &Change, path: &RepoPath, key: &ObjectKey, effect: Effect, decision: &mut Decision) {
        if let Some(rule) = self.ignored_everywhere(path) {
            return decision.say(Outcome::Skip, Reason::Ignored, rule.into());
        }
        // What else became of an object that git deleted; the old side of a rename has no history of its own.
        let kept = change.kept.filter(|_| effect == Effect::Deleted);
        let shared = self.shared.contains(key);
        let appeared = change.appeared && *path == change.path && !shared;
        let came_or_went = matches!(effect, Effect::Added | Effect::Deleted);
        let effect = if came_or_went && shared { Effect::Modified } else { effect };
        if self.trigger.is_some_and(|trigger| !trigger.contains(key)) {
            return decision.say(Outcome::Skip, Reason::NotInTrigger, Cow::Borrowed("trigger"));
        }
        let removed = self.trigger.is_some_and(|trigger| trigger.removed.contains(key));
        let fingerprint = self.fingerprint(path);
        let modified = effect == Effect::Modified || kept == Some(Effect::Modified);
        let came_or_went = removed || matches!(effect, Effect::Added | Effect::Deleted);
        if let Some(index) = fingerprint.filter(|_| came_or_went && !modified) {
            return decision.say(Outcome::Skip, Reason::Fingerprinted, fingerprint_rule(index));
        }
        let (outcome, reason, rule) = self.verdict(effect, kept, removed);
        decision.say(outcome, reason, Cow::Borrowed(rule));
        if decision.outcome == Outcome::Purge {
            decision.broken_fingerprint = fingerprint.filter(|_| modified);
            decision.urls = self.urls(key, Some(path), appeared);
            decision.skip_unpurged(self.policy);
        }
    }

    /// The rule that ignores the path at every distribution.
    fn ignored_everywhere(&self, path: &RepoPath) -> Option<String> {
        let mut first = None;
        for index in 0..self.edges.len() {
            let rule = self.ignore_rule(index, path)?;
            first = first.or(Some(rule));
        }
        first
    }

    /// The rule that ignores the path at one distribution: its own list stands in the place of the policy's.
    fn ignore_rule(&self, distribution: usize, path: &RepoPath) -> Option<String> {
        let matching = |patterns: &[Pattern]| patterns.iter().position(|pattern| pattern.matches(path.as_bytes()));
        match &self.edges[distribution].distribution.ignore {
            Some(own) => matching(own).map(|index| format!("/distributions/{distribution}/ignore/{index}")),
            None => matching(&self.policy.ignore).map(|index| format!("/ignore/{index}")),
        }
    }

    /// Which files' URLs are cached once for each query string at a distribution.
    fn query_strings(&self, distribution: usize) -> &[Pattern] {
        self.edges[distribution].distribution.query_strings.as_deref().unwrap_or(&self.policy.query_strings)
    }

    fn has_query_strings(&self, distribution: usize, path: &RepoPath) -> bool {
        self.query_strings(distribution).iter().any(|pattern| pattern.matches(path.as_bytes()))
    }

    fn fingerprint(&self, path: &RepoPath) -> Option<usize> {
        self.policy.fingerprinted.iter().position(|pattern| pattern.matches(path.as_bytes()))
    }

    /// What becomes of an object with this effect, whose removal the trigger has or has not seen. A deleted one that is
    /// `kept` in the bucket was added or modified before, which that deploy's own purge may have missed.
    fn verdict(&self, effect: Effect, kept: Option<Effect>, removed: bool) -> (Outcome, Reason, &'static str) {
        let policy = self.policy;
        let preset = if policy.preset == Preset::Sound { "preset:sound" } else { "preset:article" };
        // The policy's own field, or the preset whose default spoke.
        let field = |said: bool, pointer: &'static str| if said { pointer } else { preset };
        match effect {
            _ if removed && effect != Effect::Deleted && policy.preset == Preset::Sound => {
                (Outcome::Purge, Reason::RemovedFromBucket, preset)
            }
            Effect::Modified => (Outcome::Purge, Reason::Modified, preset),
            Effect::Added => {
                let Setting { value: added, said } = policy.added;
                let rule = field(said, "/added");
                match added {
                    Added::Purge => (Outcome::Purge, Reason::Added, rule),
                    Added::Skip => (Outcome::Skip, Reason::AddedSkipped, rule),
                }
            }
            Effect::Deleted => {
                let Setting { value: deleted, said } = policy.deleted;
                let rule = field(said, "/deleted");
                if deleted == Deleted::Purge || removed {
                    (Outcome::Purge, Reason::Deleted, rule)
                } else {
                    let purged =
                        kept.map(|kept| self.verdict(kept, None, removed)).filter(|(it, ..)| *it == Outcome::Purge);
                    purged.unwrap_or((Outcome::Skip, Reason::DeletedKept, rule))
                }
            }
            Effect::ModeOnly => (Outcome::Skip, Reason::ModeOnly, "deploy"),
            Effect::Symlink => (Outcome::Skip, Reason::Symlink, "deploy"),
            Effect::Submodule => (Outcome::Skip, Reason::Submodule, "deploy"),
        }
    }

    /// The URLs of an object everywhere; those that a distribution need not purge say why.
    fn urls(&self, key: &ObjectKey, path: Option<&RepoPath>, appeared: bool) -> Vec<StaleUrl> {
        let mut urls = Vec::new();
        for (index, edge) in self.edges.iter().enumerate() {
            let ignored = path.and_then(|path| self.ignore_rule(index, path));
            let ignored = ignored.map(|rule| Skip { reason: Reason::Ignored, rule: rule.into() });
            let by_query = path.is_some_and(|path| self.has_query_strings(index, path));
            let found = edge.urls(key, appeared);
            // Mostly there is one, and there can be a million decisions.
            urls.reserve_exact(found.len() * (1 + usize::from(by_query)));
            for mut url in found {
                if url.skipped.is_none() {
                    url.skipped.clone_from(&ignored);
                }
                let exact = StaleUrl::new(url, false, index);
                // A path that is a wildcard already reaches the query strings too.
                if by_query && exact.substitution.is_none() {
                    let queries = exact.query_strings();
                    urls.push(exact);
                    urls.push(queries);
                } else {
                    urls.push(exact);
                }
            }
        }
        urls
    }

    /// An object that left the bucket is gone at the origin, whatever git says: under `sound` its URLs are stale.
    fn removed_objects(&self, changes: &ChangeSet, decisions: &mut Vec<Decision>) {
        let Some(trigger) = self.trigger.filter(|_| self.policy.preset == Preset::Sound) else { return };
        let spoken = self.changed_keys(changes, &[]);
        for key in trigger.removed.iter().filter(|key| !spoken.contains(key)) {
            decisions.push(self.removed_object(key));
        }
    }

    fn removed_object(&self, key: &ObjectKey) -> Decision {
        let mut decision = Decision::new(What::Removed);
        decision.path = map::path_of(key, &self.policy.mappings);
        decision.key = Some(key.clone());
        let path = decision.path.as_ref();
        if let Some(rule) = path.and_then(|path| self.ignored_everywhere(path)) {
            decision.say(Outcome::Skip, Reason::Ignored, rule.into());
        } else if let Some(index) = path.and_then(|path| self.fingerprint(path)) {
            decision.say(Outcome::Skip, Reason::Fingerprinted, fingerprint_rule(index));
        } else {
            decision.urls = self.urls(key, path, false);
            // Only under `sound`: see above.
            decision.say(Outcome::Purge, Reason::RemovedFromBucket, Cow::Borrowed("preset:sound"));
            decision.skip_unpurged(self.policy);
        }
        decision
    }

    /// How many of the trigger's keys neither the diffs nor the decisions speak of.
    pub(crate) fn unchanged(&self, trigger: &Trigger, changes: &ChangeSet, decisions: &[Decision]) -> usize {
        let spoken = self.changed_keys(changes, decisions);
        trigger.keys().iter().filter(|key| !spoken.contains(key)).count()
    }

    /// The keys that the diffs speak of, and those of decisions.
    fn changed_keys(&self, changes: &ChangeSet, decisions: &[Decision]) -> Sorted<ObjectKey> {
        let mut keys = keys(changes, &self.policy.mappings);
        keys.extend(decisions.iter().filter_map(|decision| decision.key.clone()));
        keys.into()
    }
}

fn fingerprint_rule(index: usize) -> Cow<'static, str> {
    format!("/fingerprinted/{index}").into()
}
