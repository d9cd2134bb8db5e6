//! The rows that a deploy must have.

use std::collections::{BTreeMap, BTreeSet};

use super::git::{Change, Commits, deployable};
use super::urls::urls_of;
use super::{Deploy, Mode, Row};

/// What a deploy must have been.
pub(super) struct Expected {
    /// By path, without their invalidation paths.
    pub(super) rows: BTreeMap<String, Row>,
    pub(super) objects: usize,
    pub(super) looked_at: usize,
}

/// The keys that a deploy's events are about.
struct Events {
    uploaded: BTreeSet<String>,
    removed: BTreeSet<String>,
}

/// What became of a path's object over the commits of a look-back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Object {
    /// There was none, then there was one, and it stayed as it was.
    Added,
    /// Its bytes changed, or it was away for a time.
    Modified,
    /// It is gone.
    Deleted,
    /// Nothing.
    Untouched,
}

impl Expected {
    /// `bucket` holds the keys before the deploy, and afterwards those after it.
    pub(super) fn of(deploy: &Deploy, mode: &Mode, commits: &mut Commits<'_>, bucket: &mut BTreeSet<String>) -> Self {
        let uploaded = commits.keys(&deploy.commit, mode.mappings);
        let removed = if mode.sync { bucket.difference(&uploaded).cloned().collect() } else { BTreeSet::new() };
        bucket.retain(|key| !removed.contains(key));
        bucket.extend(uploaded.iter().cloned());
        let events = Events { uploaded, removed };
        let objects = events.uploaded.len() + events.removed.len();

        let looked_at = commits.look_back(&deploy.commit);
        let mut histories: BTreeMap<Vec<u8>, Vec<(String, Change)>> = BTreeMap::new();
        for commit in looked_at.iter().rev() {
            for change in commits.own_diff(commit).iter() {
                histories.entry(change.path.clone()).or_default().push((commit.clone(), change.clone()));
            }
        }
        let mut rows = BTreeMap::new();
        // Without any event the function is not called at all.
        if objects > 0 {
            let decided = histories.iter().filter_map(|(path, history)| decided(path, history, mode, &events));
            rows.extend(decided.map(|row| (row.path.clone(), row)));
        }
        for change in commits.diff(deploy.base.as_deref(), &deploy.commit).iter() {
            let row = undecided(change, mode, &events);
            rows.entry(row.path.clone()).or_insert(row);
        }
        Self { rows, objects, looked_at: looked_at.len() }
    }
}

/// The row of a path that the function decides on; none when it hears nothing of the path.
fn decided(path: &[u8], history: &[(String, Change)], mode: &Mode, events: &Events) -> Option<Row> {
    let (newest_commit, newest) = history.last()?;
    // The newest commit that touched the object is the one to name; if none did, the newest of all.
    let touched = history.iter().rev().find(|(_, change)| change.before != change.after);
    let commit = touched.map_or(newest_commit, |(commit, _)| commit);
    // CodeCommit's JSON has no form for names that are not UTF-8.
    let told = String::from_utf8_lossy(path);
    let key = key_of(told.as_bytes(), mode.mappings);
    let object = object_over(history);
    let row = |outcome: &str, reason: &str, rule: &str| Row {
        change: word(history, newest, object).to_owned(),
        path: escape(told.as_bytes()),
        key: key.as_deref().map(escape),
        outcome: outcome.to_owned(),
        reason: reason.to_owned(),
        rule: rule.to_owned(),
        commit: Some(commit.clone()),
        urls: BTreeSet::new(),
        paths: BTreeSet::new(),
    };
    let Some(key) = &key else { return Some(row("skip", "outside-source", "/mappings")) };
    if let Some(at) = mode.ignored.iter().position(|end| told.ends_with(end)) {
        return Some(row("skip", "ignored", &format!("/ignore/{at}")));
    }
    let key = deployable(key)?;
    if !events.uploaded.contains(&key) && !events.removed.contains(&key) {
        return None;
    }
    let preset = if mode.sound { "preset:sound" } else { "preset:article" };
    let reason = match object {
        Object::Added if !mode.sound => return Some(row("skip", "added-skipped", preset)),
        Object::Added => "added",
        Object::Modified => "modified",
        Object::Deleted => "deleted",
        // A link or a submodule has no event, so this is a file.
        Object::Untouched => return Some(row("skip", "mode-only", "deploy")),
    };
    let inside = mode.origins.iter().filter_map(|origin| key.strip_prefix(origin));
    let urls: BTreeSet<String> = inside.flat_map(|rest| urls_of(rest, mode.sound)).collect();
    if urls.is_empty() {
        return Some(row("skip", "outside-origin-path", "/distributions"));
    }
    Some(Row { urls, ..row("purge", reason, preset) })
}

/// The row of a change of this deploy that the function did not decide on.
fn undecided(change: &Change, mode: &Mode, events: &Events) -> Row {
    let key = key_of(&change.path, mode.mappings).and_then(|key| String::from_utf8(key).ok());
    let reason = match &key {
        None => "outside-source",
        Some(key) if events.uploaded.contains(key) || events.removed.contains(key) => "outside-lookback",
        Some(_) => "no-event",
    };
    Row {
        change: letter_word(change).to_owned(),
        path: escape(&change.path),
        key,
        outcome: "skip".to_owned(),
        reason: reason.to_owned(),
        rule: "trigger".to_owned(),
        commit: None,
        urls: BTreeSet::new(),
        paths: BTreeSet::new(),
    }
}

fn object_over(history: &[(String, Change)]) -> Object {
    // The object's bytes from one touch to the next; a change of the mode, or of a link, touches none.
    let touches: Vec<(&Option<String>, &Option<String>)> =
        history.iter().map(|(_, change)| (&change.before, &change.after)).filter(|(old, new)| old != new).collect();
    match touches[..] {
        [] => Object::Untouched,
        [.., (_, None)] => Object::Deleted,
        [(None, Some(_))] => Object::Added,
        _ => Object::Modified,
    }
}

/// How the change is called: by git's letter when one commit made it, else by what became of the object.
fn word(history: &[(String, Change)], newest: &Change, object: Object) -> &'static str {
    match object {
        _ if history.len() == 1 => letter_word(newest),
        Object::Added => "added",
        Object::Modified => "modified",
        Object::Deleted => "deleted",
        Object::Untouched => letter_word(newest),
    }
}

fn letter_word(change: &Change) -> &'static str {
    match change.letter {
        'A' => "added",
        'D' => "deleted",
        'T' => "type-changed",
        _ if change.before.is_some() && change.before == change.after => "mode-changed",
        _ => "modified",
    }
}

/// The object key of a path by the first mapping that has its folder.
pub(super) fn key_of(path: &[u8], mappings: &[(&str, &str)]) -> Option<Vec<u8>> {
    mappings.iter().find_map(|(source, prefix)| {
        let rest = path.strip_prefix(source.as_bytes())?;
        Some([prefix.as_bytes(), rest].concat())
    })
}

/// The escape of ARCHITECTURE.md.
fn escape(bytes: &[u8]) -> String {
    let escaped = bytes.utf8_chunks().flat_map(|chunk| {
        let bad = chunk.invalid().iter().map(|byte| format!("\\x{byte:02X}"));
        std::iter::once(chunk.valid().replace('\\', "\\\\")).chain(bad)
    });
    escaped.collect()
}
