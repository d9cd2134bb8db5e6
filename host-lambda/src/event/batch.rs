//! The objects of one event together.

use std::collections::{BTreeMap, BTreeSet};

use purgeplan_core::ObjectKey;

use super::record::{Change, Kind};
use super::shape::short;
use crate::failure::Failure;

/// Objects, each key once, in its last state.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Keys that were written.
    pub uploaded: BTreeSet<ObjectKey>,
    /// Keys that were removed.
    pub removed: BTreeSet<ObjectKey>,
    /// What makes this piece of work itself: key, sequencer and version of each change.
    pub identity: BTreeSet<String>,
    /// The earliest change, in seconds since the Unix epoch.
    pub earliest: Option<i64>,
}

impl Batch {
    /// Whether no object came or went.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.uploaded.is_empty() && self.removed.is_empty()
    }

    /// A key that was removed in one bucket and written in another counts as removed, which purges more.
    pub(super) fn of(changes: &[Change]) -> Self {
        let mut last: BTreeMap<(Option<&str>, &ObjectKey), &Change> = BTreeMap::new();
        for change in changes {
            let newest = last.entry((change.bucket.as_deref(), &change.key)).or_insert(change);
            if change.follows(newest) {
                *newest = change;
            }
        }
        let keys_of = |kind| last.values().filter(move |change| change.kind == kind).map(|change| change.key.clone());
        let removed: BTreeSet<ObjectKey> = keys_of(Kind::Removed).collect();
        Self {
            uploaded: keys_of(Kind::Created).filter(|key| !removed.contains(key)).collect(),
            removed,
            identity: last.values().map(|change| change.identity()).collect(),
            earliest: changes.iter().filter_map(|change| change.time).min(),
        }
    }

    /// Takes up another event's objects. Where one wrote what the other removed, which came last is no longer known:
    /// removed, which purges more.
    pub fn join(&mut self, other: Self) {
        self.removed.extend(other.removed);
        self.uploaded.extend(other.uploaded);
        self.uploaded.retain(|key| !self.removed.contains(key));
        self.identity.extend(other.identity);
        self.earliest = [self.earliest, other.earliest].into_iter().flatten().min();
    }
}

pub(super) fn of_bucket(changes: Vec<Change>, wanted: Option<&str>) -> Result<Vec<Change>, Failure> {
    let Some(wanted) = wanted else { return Ok(changes) };
    let (kept, others): (Vec<_>, Vec<_>) =
        changes.into_iter().partition(|change| change.bucket.as_deref() == Some(wanted));
    let Some(first) = others.first() else { return Ok(kept) };
    let seen = short(first.bucket.as_deref().unwrap_or("(none)"));
    if kept.is_empty() {
        return Err(Failure::new(
            "another-bucket",
            format!("the event is about bucket `{seen}`, but the policy's `bucket` is `{wanted}`"),
            "send only that bucket's events to this function, or correct the policy's `bucket`",
        ));
    }
    tracing::warn!(records = others.len(), bucket = seen, "records of another bucket left out");
    Ok(kept)
}
