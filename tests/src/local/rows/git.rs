//! What git itself says of the commits.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use super::expected::key_of;
use crate::site::Repository;

/// The tree without files, which git knows without having it.
const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/// A line of `git diff --raw -z`.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) path: Vec<u8>,
    /// `A`, `D`, `M` or `T`.
    pub(super) letter: char,
    /// The blob of a regular file before; nothing for what is no object (a link, a submodule, nothing).
    pub(super) before: Option<String>,
    /// The same after.
    pub(super) after: Option<String>,
}

struct Commit {
    parent: Option<String>,
    committed: i64,
}

/// The commits of a repository; what was asked once is kept.
pub(super) struct Commits<'a> {
    repository: &'a Repository,
    known: HashMap<String, Commit>,
    diffs: HashMap<(Option<String>, String), Rc<Vec<Change>>>,
}

impl<'a> Commits<'a> {
    pub(super) fn read(repository: &'a Repository) -> Self {
        let log = String::from_utf8(repository.git(&["log", "--format=%H,%ct,%P", "main"])).expect("ids are text");
        let known = log.lines().map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let parent = fields[2].split(' ').next().filter(|parent| !parent.is_empty()).map(str::to_owned);
            (fields[0].to_owned(), Commit { parent, committed: fields[1].parse().expect("a number") })
        });
        Self { repository, known: known.collect(), diffs: HashMap::new() }
    }

    /// The object keys that a commit deploys.
    pub(super) fn keys(&self, commit: &str, mappings: &[(&str, &str)]) -> BTreeSet<String> {
        let listed = self.repository.git(&["ls-tree", "-r", "-z", "--full-tree", commit]);
        let files = listed.split(|&byte| byte == 0).filter(|line| line.starts_with(b"100"));
        let path = |line: &[u8]| line[line.iter().position(|&byte| byte == b'\t').expect("a tab") + 1..].to_vec();
        files.filter_map(|line| deployable(&key_of(&path(line), mappings)?)).collect()
    }

    /// The commits that a deploy of `head`, a minute after it was committed, looks back at, newest first: HEAD, and its
    /// first parents that are not older than an hour before the deploy, at most 20.
    pub(super) fn look_back(&self, head: &str) -> Vec<String> {
        let oldest = self.known[head].committed + 60 - 3600;
        let mut commits = vec![head.to_owned()];
        while let Some(parent) = &self.known[&commits[commits.len() - 1]].parent
            && self.known[parent].committed >= oldest
            && commits.len() < 20
        {
            commits.push(parent.clone());
        }
        commits
    }

    /// What a commit changed against its first parent.
    pub(super) fn own_diff(&mut self, commit: &str) -> Rc<Vec<Change>> {
        let parent = self.known[commit].parent.clone();
        self.diff(parent.as_deref(), commit)
    }

    /// What differs between two commits; without a base, the whole tree.
    pub(super) fn diff(&mut self, base: Option<&str>, head: &str) -> Rc<Vec<Change>> {
        let key = (base.map(str::to_owned), head.to_owned());
        let ask = || {
            let base = base.unwrap_or(EMPTY_TREE);
            parse(&self.repository.git(&["diff", "--raw", "-z", "--no-renames", "--abbrev=40", base, head]))
        };
        Rc::clone(self.diffs.entry(key).or_insert_with(|| Rc::new(ask())))
    }
}

/// The key as text, when S3 takes it: UTF-8 of at most 1,024 bytes.
pub(super) fn deployable(key: &[u8]) -> Option<String> {
    std::str::from_utf8(key).ok().filter(|key| key.len() <= 1_024).map(str::to_owned)
}

/// `:MODE MODE BLOB BLOB LETTER`, NUL, path, NUL, and so on.
fn parse(raw: &[u8]) -> Vec<Change> {
    let mut fields = raw.split(|&byte| byte == 0);
    let mut changes = Vec::new();
    while let Some(head) = fields.next().filter(|head| !head.is_empty()) {
        let head = std::str::from_utf8(head).expect("modes and ids are text");
        let words: Vec<&str> = head.trim_start_matches(':').split(' ').collect();
        let [old_mode, new_mode, old, new, letter] = words[..] else { panic!("git printed {head:?}") };
        let object = |mode: &str, blob: &str| mode.starts_with("100").then(|| blob.to_owned());
        changes.push(Change {
            path: fields.next().expect("a path follows").to_vec(),
            letter: letter.chars().next().expect("a letter"),
            before: object(old_mode, old),
            after: object(new_mode, new),
        });
    }
    changes
}
