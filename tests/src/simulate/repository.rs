//! A repository in memory: commits with trees, a branch, and commits that a force-push took away.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use purgeplan_loopback::git::{Entry, ObjectId, TreeEntry};
use serde_json::{Value, json};

/// Modes of git.
pub(super) const FILE: u32 = 0o100_644;
const EXECUTABLE: u32 = 0o100_755;
const LINK: u32 = 0o120_000;
/// How many contents a path may have: few, so that a state comes back.
pub(super) const CONTENTS: u64 = 4;

/// The files of a commit by path: mode and blob.
pub(super) type Tree = BTreeMap<String, (u32, String)>;

/// A commit.
#[derive(Debug, Clone)]
pub(super) struct Commit {
    pub(super) parents: Vec<String>,
    pub(super) tree: Tree,
    /// Seconds since the Unix epoch.
    pub(super) time: i64,
}

/// The repository with its one branch.
#[derive(Debug, Default)]
pub(super) struct Repository {
    /// All that ever were.
    pub(super) commits: BTreeMap<String, Commit>,
    /// Those that are no longer there.
    gone: BTreeSet<String>,
    pub(super) head: String,
}

impl Repository {
    pub(super) fn commit(&mut self, parents: Vec<String>, tree: Tree, time: i64) -> String {
        let number = self.commits.len() + 1;
        // Told apart by the first digits, as people read ids.
        let id = format!("{number:04x}{}", format!("{:09x}", (number * 2_654_435_761) & 0xF_FFFF_FFFF).repeat(4));
        self.commits.insert(id.clone(), Commit { parents, tree, time });
        id
    }

    /// A commit that the service still has.
    pub(super) fn get(&self, id: &str) -> Option<&Commit> {
        self.commits.get(id).filter(|_| !self.gone.contains(id))
    }

    pub(super) fn head(&self) -> &Commit {
        &self.commits[&self.head]
    }

    /// The first parents of a commit, newest first, with itself.
    pub(super) fn line(&self, id: &str) -> Vec<String> {
        let next = |id: &String| self.commits[id].parents.first().cloned();
        std::iter::successors(Some(id.to_owned()), next).collect()
    }

    /// The branch jumps to a commit; what it no longer reaches leaves the repository.
    pub(super) fn force(&mut self, id: &str) {
        id.clone_into(&mut self.head);
        let mut reached = BTreeSet::new();
        let mut left = vec![self.head.clone()];
        while let Some(id) = left.pop() {
            if reached.insert(id.clone()) {
                left.extend(self.commits[&id].parents.iter().cloned());
            }
        }
        self.gone = self.commits.keys().filter(|id| !reached.contains(*id)).cloned().collect();
    }

    /// The tree as the loopback's deploy reads it.
    pub(super) fn tree(&self, id: &str) -> Vec<TreeEntry> {
        let entry = |(path, (mode, blob)): (&String, &(u32, String))| TreeEntry {
            path: path.clone().into_bytes(),
            entry: Entry { mode: *mode, id: ObjectId::new(blob) },
            size: 1,
        };
        self.commits[id].tree.iter().map(entry).collect()
    }

    /// `GetDifferences` in full, as the AWS CLI prints them; `None` when a commit is missing.
    pub(super) fn differences(&self, before: Option<&str>, after: &str) -> Option<Vec<Value>> {
        let none = Tree::new();
        let old = before.map_or(Some(&none), |id| self.get(id).map(|commit| &commit.tree))?;
        let new = &self.get(after)?.tree;
        let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let blob = |tree: &Tree, path: &String| {
            tree.get(path).map(|(mode, id)| json!({ "blobId": id, "path": path, "mode": format!("{mode:06o}") }))
        };
        let change = |path: &String| {
            let mut change = match (old.get(path), new.get(path)) {
                (before, after) if before == after => return None,
                (None, _) => json!({ "changeType": "A" }),
                (_, None) => json!({ "changeType": "D" }),
                _ => json!({ "changeType": "M" }),
            };
            if let Some(before) = blob(old, path) {
                change["beforeBlob"] = before;
            }
            if let Some(after) = blob(new, path) {
                change["afterBlob"] = after;
            }
            Some(change)
        };
        Some(paths.into_iter().filter_map(change).collect())
    }
}

/// One random edit; yields what it was.
pub(super) fn edit(tree: &mut Tree, names: &[String], rng: &mut Rng) -> String {
    let path = &names[rng.usize(..names.len())];
    let there = tree.contains_key(path);
    match rng.u8(..12) {
        0 | 1 if there => {
            tree.remove(path);
            format!("delete {path}")
        }
        2 if there => {
            let to = &names[rng.usize(..names.len())];
            let entry = tree.remove(path).expect("it is there");
            tree.insert(to.clone(), entry);
            format!("rename {path} to {to}")
        }
        3 if there => {
            let entry = tree.get_mut(path).expect("it is there");
            entry.0 = if entry.0 == FILE { EXECUTABLE } else { FILE };
            format!("mode of {path}")
        }
        4 if there => {
            tree.insert(path.clone(), (LINK, blob(path, 9)));
            format!("link {path}")
        }
        _ => {
            let content = rng.u64(..CONTENTS);
            tree.insert(path.clone(), (FILE, blob(path, content)));
            format!("write {path} #{content}")
        }
    }
}

/// The blob of a path's content.
pub(super) fn blob(path: &str, content: u64) -> String {
    let mut hash = content + 1;
    for byte in path.bytes() {
        hash = hash.wrapping_mul(1_099_511_628_211).wrapping_add(u64::from(byte));
    }
    format!("{hash:016x}{content:024x}")
}
