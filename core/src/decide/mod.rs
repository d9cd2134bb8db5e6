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
    sorted::Sorted,
    trigger::Trigger,
};
use decision::unpurged;

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
    keys.sort();
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

/// What is decided on one side of a change: the object at one path.
struct Side {
    key: Option<ObjectKey>,
    verdict: Result<Reason, Reason>,
    rule: Cow<'static, str>,
    urls: Vec<StaleUrl>,
    broken_fingerprint: Option<usize>,
}

impl Side {
    fn skip(key: Option<ObjectKey>, reason: Reason, rule: Cow<'static, str>) -> Self {
        Self { key, verdict: Err(reason), rule, urls: Vec::new(), broken_fingerprint: None }
    }
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
        let new = self.side(&change.path, change.effect);
        let Some((from, effect)) = change.effect_on_from() else {
            return decision(change, new);
        };
        let old = self.side(from, effect);
        // A rename is purged when either name is, with the URLs of both; its own name tells why it is not.
        let (verdict, rule) = match (new.verdict, old.verdict) {
            (Err(_), Ok(_)) => (Ok(Reason::Renamed), old.rule),
            (Err(reason), Err(_)) => (Err(reason), new.rule),
            (Ok(_), _) => (Ok(Reason::Renamed), new.rule),
        };
        let mut urls = new.urls;
        urls.extend(old.urls);
        decision(change, Side { key: new.key, verdict, rule, urls, broken_fingerprint: new.broken_fingerprint })
    }

    fn side(&self, path: &RepoPath, effect: Effect) -> Side {
        let Some(key) = map::key_of(path, &self.policy.mappings) else {
            return Side::skip(None, Reason::OutsideSource, Cow::Borrowed("/mappings"));
        };
        if let Some(rule) = self.ignored_everywhere(path) {
            return Side::skip(Some(key), Reason::Ignored, rule.into());
        }
        let came_or_went = matches!(effect, Effect::Added | Effect::Deleted);
        let effect = if came_or_went && self.shared.contains(&key) { Effect::Modified } else { effect };
        if self.trigger.is_some_and(|trigger| !trigger.contains(&key)) {
            return Side::skip(Some(key), Reason::NotInTrigger, Cow::Borrowed("trigger"));
        }
        let removed = self.trigger.is_some_and(|trigger| trigger.removed.contains(&key));
        let fingerprint = self.fingerprint(path);
        let came_or_went = removed || matches!(effect, Effect::Added | Effect::Deleted);
        if let Some(index) = fingerprint.filter(|_| came_or_went && effect != Effect::Modified) {
            return Side::skip(Some(key), Reason::Fingerprinted, fingerprint_rule(index));
        }
        match self.verdict(effect, removed) {
            (Err(reason), rule) => Side::skip(Some(key), reason, rule),
            (Ok(reason), rule) => {
                let urls = self.urls(&key, Some(path), effect == Effect::Added);
                let broken_fingerprint = fingerprint.filter(|_| effect == Effect::Modified);
                let side = Side { key: Some(key), verdict: Ok(reason), rule, urls, broken_fingerprint };
                match unpurged(&side.urls, self.policy) {
                    Some(Skip { reason, rule }) => Side { verdict: Err(reason), rule, ..side },
                    None => side,
                }
            }
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

    fn fingerprint(&self, path: &RepoPath) -> Option<usize> {
        self.policy.fingerprinted.iter().position(|pattern| pattern.matches(path.as_bytes()))
    }

    /// The rule for an object with this effect, whose removal the trigger has or has not seen.
    fn verdict(&self, effect: Effect, removed: bool) -> (Result<Reason, Reason>, Cow<'static, str>) {
        let policy = self.policy;
        if removed && effect != Effect::Deleted && policy.preset == Preset::Sound {
            return (Ok(Reason::RemovedFromBucket), self.rule("preset", false));
        }
        match effect {
            Effect::Modified => (Ok(Reason::Modified), self.rule("preset", false)),
            Effect::Added => {
                let Setting { value: added, said } = policy.added;
                let verdict = if added == Added::Purge { Ok(Reason::Added) } else { Err(Reason::AddedSkipped) };
                (verdict, self.rule("/added", said))
            }
            Effect::Deleted => {
                let Setting { value: deleted, said } = policy.deleted;
                let verdict =
                    if deleted == Deleted::Purge || removed { Ok(Reason::Deleted) } else { Err(Reason::DeletedKept) };
                (verdict, self.rule("/deleted", said))
            }
            Effect::ModeOnly => (Err(Reason::ModeOnly), Cow::Borrowed("deploy")),
            Effect::Symlink => (Err(Reason::Symlink), Cow::Borrowed("deploy")),
            Effect::Submodule => (Err(Reason::Submodule), Cow::Borrowed("deploy")),
        }
    }

    /// The policy's own field, or the preset whose default spoke.
    fn rule(&self, pointer: &'static str, said: bool) -> Cow<'static, str> {
        Cow::Borrowed(match (said, self.policy.preset) {
            (true, _) => pointer,
            (false, Preset::Article) => "preset:article",
            (false, Preset::Sound) => "preset:sound",
        })
    }

    /// The URLs of an object everywhere; those that a distribution need not purge say why.
    fn urls(&self, key: &ObjectKey, path: Option<&RepoPath>, appeared: bool) -> Vec<StaleUrl> {
        let mut urls = Vec::new();
        for (index, edge) in self.edges.iter().enumerate() {
            let ignored = path.and_then(|path| self.ignore_rule(index, path));
            let ignored = ignored.map(|rule| Skip { reason: Reason::Ignored, rule: rule.into() });
            let patterns = edge.distribution.query_strings.as_ref().unwrap_or(&self.policy.query_strings);
            let by_query = path.is_some_and(|path| patterns.iter().any(|pattern| pattern.matches(path.as_bytes())));
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
        let path = map::path_of(key, &self.policy.mappings);
        let ignored = path.as_ref().and_then(|path| self.ignored_everywhere(path));
        let fingerprint = path.as_ref().and_then(|path| self.fingerprint(path));
        let skipped = match (ignored, fingerprint) {
            (Some(rule), _) => Some(Skip { reason: Reason::Ignored, rule: rule.into() }),
            (None, Some(index)) => Some(Skip { reason: Reason::Fingerprinted, rule: fingerprint_rule(index) }),
            (None, None) => None,
        };
        let urls = if skipped.is_some() { Vec::new() } else { self.urls(key, path.as_ref(), false) };
        let (outcome, reason, rule) = match skipped.or_else(|| unpurged(&urls, self.policy)) {
            Some(Skip { reason, rule }) => (Outcome::Skip, reason, rule),
            None => (Outcome::Purge, Reason::RemovedFromBucket, self.rule("preset", false)),
        };
        Decision {
            what: What::Removed,
            path,
            from: None,
            key: Some(key.clone()),
            outcome,
            reason,
            rule,
            diff: None,
            urls,
            broken_fingerprint: None,
        }
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

fn decision(change: &Change, side: Side) -> Decision {
    let what = What::from(change.status);
    let (outcome, reason) = match side.verdict {
        Ok(Reason::Added) if what == What::Copied => (Outcome::Purge, Reason::Copied),
        Ok(reason) => (Outcome::Purge, reason),
        Err(reason) => (Outcome::Skip, reason),
    };
    Decision {
        what,
        path: Some(change.path.clone()),
        from: change.from.clone(),
        key: side.key,
        outcome,
        reason,
        rule: side.rule,
        diff: Some(change.diff),
        urls: side.urls,
        broken_fingerprint: side.broken_fingerprint.filter(|_| change.rewritten),
    }
}
