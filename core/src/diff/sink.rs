//! Where the readers of text put what they find: changes in the order of the text, the commits that they belong to, and
//! what is worth saying about the text round them.

use alloc::{format, vec::Vec};

use super::{
    colour,
    lines::{after, find, hex_digits, is_mail},
    order::{self, Order},
};
use crate::{
    change::{Change, Entry, Status, repeats},
    diagnostic::Diagnostic,
    sorted::sort,
};

/// What reading one attachment yields.
#[derive(Debug, Default)]
pub(super) struct Sink {
    /// In the order of the text; [`Change::diff`] counts the commits from 0 meanwhile.
    changes: Vec<Change>,
    diagnostics: Vec<Diagnostic>,
    /// What `--patch-with-raw` lists before the patches, and where in the changes these begin.
    announced: Vec<Change>,
    patches_from: usize,
    /// The commit of the next change.
    commit: usize,
    order: Order,
    /// `commit X (from PARENT)`, as `git log -m` writes a merge once for each parent.
    one_parent: bool,
    /// The commit that began last is a merge, and none of its changes has come.
    silent_merge: bool,
    silent_merges: usize,
    ignored: usize,
    first_ignored: usize,
    coloured: bool,
}

/// Starts of lines that git and its peers write round a diff, and that say nothing about files.
const KNOWN: [&[u8]; 18] = [
    b"Author:",
    b"AuthorDate:",
    b"Commit:",
    b"CommitDate:",
    b"Date:",
    b"Reflog",
    b"Notes",
    b"gpg:",
    b"tree ",
    b"parent ",
    b"author ",
    b"committer ",
    b"tag ",
    b"Tagger:",
    b"Index: ",
    b"===",
    b"diff -",
    b"# ",
];

impl Sink {
    pub(super) fn push(&mut self, mut change: Change) {
        self.silent_merge = false;
        if let Some(last) = self.changes.last_mut().filter(|last| last.diff == self.commit) {
            if is_new_type(last, &change) {
                *last = Change::new(Status::TypeChanged, change.path, None, last.before, change.after);
                last.diff = self.commit;
                return;
            }
            // git sorts the paths of one diff: without a header, another may begin here.
            if self.order == Order::Unknown && change.path <= last.path {
                self.commit += 1;
            }
        }
        change.diff = self.commit;
        self.changes.push(change);
    }

    /// Takes a change that a line of `--raw` tells in a text of patches: it counts when no patch of its commit does.
    pub(super) fn announce(&mut self, change: Change) {
        self.silent_merge = false;
        self.announced.push(change);
    }

    /// Adds what was announced and came in no patch: white space that `-w` passes over, or another diff's listing.
    fn push_announced(&mut self) {
        let announced = core::mem::take(&mut self.announced);
        if !announced.is_empty() {
            // One set of paths for each of the four that a change's sides can be.
            let kind = |change: &Change| usize::from(change.before.is_some()) * 2 + usize::from(change.after.is_some());
            let mut patches = [const { Vec::new() }; 4];
            for change in &self.changes[self.patches_from..] {
                patches[kind(change)].push(change.path.clone());
            }
            patches.iter_mut().for_each(sort);
            for change in announced {
                if patches[kind(&change)].binary_search(&change.path).is_err() {
                    self.push(change);
                }
            }
        }
        self.patches_from = self.changes.len();
    }

    /// Takes a line that is no part of a diff and begins at `at`.
    pub(super) fn text(&mut self, line: &[u8], at: usize) {
        let digits = hex_digits(after(line, b"commit ").unwrap_or(line));
        if colour::begins(line) {
            // Also in a mail, whose text may be anything: a change may stand behind it.
            self.coloured = true;
        } else if is_mail(line) {
            self.border();
            self.order = Order::OldestFirst;
        } else if line.is_empty() || self.in_mail() || self.is_expected(line) {
            // Nothing that speaks of files.
        } else if line.starts_with(b"commit ") && digits >= 4 {
            self.border();
            self.order = Order::NewestFirst;
            self.one_parent = find(line, b" (from ").is_some();
        } else if line.starts_with(b"Merge: ") {
            self.silent_merge = !self.one_parent;
        } else if (7..=64).contains(&digits) && line.get(digits) == Some(&b' ') {
            // `git log --oneline`
            self.border();
            self.order = Order::NewestFirst;
        } else {
            self.border();
            self.first_ignored = if self.ignored == 0 { at } else { self.first_ignored };
            self.ignored += 1;
        }
    }

    /// Whether a line says nothing of files. The header of a file that is indented is not meant so, but in the message
    /// of a commit, which stands before the commit's changes.
    fn is_expected(&self, line: &[u8]) -> bool {
        let in_message = || self.order == Order::NewestFirst && !self.has_begun() && line.starts_with(b"    ");
        let indented = || {
            let text = line.trim_ascii_start();
            text.starts_with(b"diff --") || text.starts_with(b"+++ ")
        };
        match line {
            [b' ', ..] => !indented() || in_message(),
            _ => KNOWN.iter().any(|start| line.starts_with(start)),
        }
    }

    /// A border between two diffs.
    fn border(&mut self) {
        self.silent_merges += usize::from(core::mem::take(&mut self.silent_merge));
        self.push_announced();
        if self.has_begun() {
            self.commit += 1;
        }
    }

    /// Whether a change of the commit that began last has come.
    fn has_begun(&self) -> bool {
        self.changes.last().is_some_and(|last| last.diff == self.commit)
    }

    /// Whether the diff stands in the mails of `git format-patch`, whose text is not indented.
    pub(super) fn in_mail(&self) -> bool {
        self.order == Order::OldestFirst
    }

    /// Whether a line began with a terminal colour code.
    pub(super) fn coloured(&self) -> bool {
        self.coloured
    }

    /// Whether neither a change nor the header of a commit was seen.
    pub(super) fn is_empty(&self) -> bool {
        self.has_no_change() && self.order == Order::Unknown
    }

    pub(super) fn has_no_change(&self) -> bool {
        self.changes.is_empty() && self.announced.is_empty()
    }

    /// Says that the end may be missing.
    pub(super) fn warn_of_end(&mut self, what: &str) {
        self.warn(
            "diff-unterminated",
            &format!("{what}, so it may be cut short"),
            "give the whole output; with `--raw -z` a cut is seen with certainty",
        );
    }

    /// Says something once, however often it is seen.
    pub(super) fn warn(&mut self, code: &'static str, message: &str, help: &str) {
        if self.diagnostics.iter().all(|diagnostic| diagnostic.code != code) {
            self.diagnostics.push(Diagnostic::warning(code, message, help));
        }
    }

    /// The changes of all commits as one, and what is to be said.
    pub(super) fn finish(mut self) -> (Vec<Change>, Vec<Diagnostic>) {
        if self.in_mail() && !self.has_begun() && self.announced.is_empty() {
            // git makes no mail of a commit that changes nothing.
            self.warn_of_end("the last mail of the diff has no change");
        }
        self.border();
        if self.ignored > 0 {
            let lines = match self.ignored {
                1 => "line round the diff was passed over, at",
                _ => "lines round the diff were passed over, the first at",
            };
            self.warn(
                "diff-text",
                &format!("{} {lines} byte {}", self.ignored, self.first_ignored),
                "give the diff alone if these lines were meant to be part of it",
            );
        }
        if self.silent_merges > 0 {
            let merges = if self.silent_merges == 1 { "merge is" } else { "merges are" };
            let count = self.silent_merges;
            self.warn(
                "diff-merge",
                &format!("{count} {merges} listed without a diff: what was changed in merging is not known"),
                "give the diff between the deployed and the new commit, or add `-m --first-parent` to `git log`",
            );
        }
        // Where nothing but the order of the paths parts diffs (which `diff.orderFile` changes), and no path stands twice,
        // there is no history to follow: all is one diff.
        if self.order == Order::Unknown && self.commit > 0 && !repeats(&self.changes) {
            for change in &mut self.changes {
                change.diff = 0;
            }
        }
        let (changes, reversed) = order::join(self.changes, self.order);
        if reversed {
            let message =
                "the commits stand in the other order than usual, as what they change shows; they were read so";
            let help = "nothing, if `--reverse` was given";
            self.diagnostics.push(Diagnostic::warning("diff-order", message, help));
        }
        (changes, self.diagnostics)
    }
}

/// git writes a file that became a link as a deletion, then an addition, of one path.
fn is_new_type(gone: &Change, come: &Change) -> bool {
    (gone.status, come.status) == (Status::Deleted, Status::Added)
        && gone.path == come.path
        && gone.before.as_ref().map(Entry::kind) != come.after.as_ref().map(Entry::kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{change::Effect, change::Entry, names::RepoPath};

    fn change(status: Status, path: &str) -> Change {
        let side = |there: bool| there.then_some(Entry::UNKNOWN);
        let path = RepoPath::new(path.as_bytes()).unwrap();
        Change::new(status, path, None, side(status != Status::Added), side(status != Status::Deleted))
    }

    #[test]
    fn commits_of_a_log_are_joined_oldest_first() {
        let mut sink = Sink::default();
        for (commit, status) in [("commit 1234567", Status::Added), ("commit 89abcde", Status::Deleted)] {
            sink.text(commit.as_bytes(), 0);
            sink.text(b"Author: A <a@example.org>", 0);
            sink.text(b"    message", 0);
            sink.push(change(status, "a"));
        }
        let (changes, diagnostics) = sink.finish();
        assert_eq!((changes.len(), changes[0].effect), (1, Effect::Modified));
        assert_eq!(diagnostics, []);
    }

    #[test]
    fn paths_in_another_order_are_still_one_diff() {
        let side = Some(Entry::UNKNOWN);
        let rename = |to: &[u8], from| Change::new(Status::Renamed, RepoPath::new(to).unwrap(), from, side, side);
        let mut sink = Sink::default();
        sink.push(rename(b"new", RepoPath::new(b"old")));
        sink.push(change(Status::Modified, "m"));
        let (changes, _) = sink.finish();
        assert_eq!(changes.iter().map(|change| change.status).collect::<Vec<_>>(), [Status::Renamed, Status::Modified]);
        // A path that comes twice has a history, and so may the names of a rename.
        let mut sink = Sink::default();
        sink.push(change(Status::Modified, "new"));
        sink.push(rename(b"new", RepoPath::new(b"old")));
        let (changes, _) = sink.finish();
        let told: Vec<_> = changes.iter().map(|change| (change.path.escaped().into_owned(), change.effect)).collect();
        assert_eq!(told, [("new".into(), Effect::Modified), ("old".into(), Effect::Deleted)]);
    }

    #[test]
    fn the_order_of_paths_parts_no_commit_that_has_a_header() {
        let mut sink = Sink::default();
        sink.text(b"commit 1234567", 0);
        sink.push(change(Status::Modified, "b"));
        sink.push(change(Status::Modified, "a"));
        assert!(sink.changes.iter().all(|change| change.diff == 0));
    }

    #[test]
    fn a_deletion_and_an_addition_are_one_change_when_the_type_differs() {
        let entry = |mode| Some(Entry { mode, id: crate::change::BlobId::from_hex(&[b'1'; 40]) });
        let path = || RepoPath::new(b"a").unwrap();
        let effect = |after| {
            let mut sink = Sink::default();
            sink.push(Change::new(Status::Deleted, path(), None, entry(0o100_644), None));
            sink.push(Change::new(Status::Added, path(), None, None, after));
            let (changes, _) = sink.finish();
            (changes[0].status, changes[0].effect, changes.len())
        };
        assert_eq!(effect(entry(0o120_000)), (Status::TypeChanged, Effect::Deleted, 1));
        // Two commits: a state without the file may have been deployed, and its absence cached.
        assert_eq!(effect(entry(0o100_644)), (Status::Modified, Effect::Modified, 1));
    }

    #[test]
    fn mails_are_oldest_first_and_their_text_is_expected() {
        let mut sink = Sink::default();
        for status in [Status::Added, Status::Deleted] {
            sink.text(b"From 1111111111111111111111111111111111111111 Mon Sep 17 00:00:00 2001", 0);
            sink.text(b"any text", 0);
            sink.push(change(status, "a"));
        }
        let (changes, diagnostics) = sink.finish();
        assert_eq!((changes.len(), changes[0].effect), (1, Effect::Deleted));
        assert_eq!(diagnostics, []);
    }

    #[test]
    fn text_and_silent_merges_are_reported_once() {
        let mut sink = Sink::default();
        sink.text(b"hello", 7);
        sink.text(b"world", 13);
        sink.text(b"commit 1234567", 20);
        sink.text(b"Merge: 1234567 89abcde", 30);
        let (_, diagnostics) = sink.finish();
        let codes: Vec<_> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
        assert_eq!(codes, ["diff-text", "diff-merge"]);
        assert!(diagnostics[0].message.starts_with("2 lines") && diagnostics[0].message.ends_with("byte 7"));
        assert!(diagnostics[1].message.starts_with("1 merge is"));
        let mut sink = Sink::default();
        sink.text(b"hello", 7);
        assert!(sink.finish().1[0].message.starts_with("1 line round the diff was"));
    }
}
