//! Sites as real git repositories: made at once with `git fast-import`, so that names may hold any byte and dates are exact.
//!
//! ```
//! use purgeplan_tests::site::{History, Tree};
//!
//! let mut history = History::default();
//! let mut tree = Tree::default();
//! tree.file("index.html", "old");
//! let first = history.commit(&tree, &[], 1_700_000_000);
//! tree.file("index.html", "new").rename("a b.html", "日本.html");
//! let second = history.commit(&tree, &[first], 1_700_000_600);
//! let repository = history.build(second);
//! assert_eq!(repository.id(second), repository.resolve("main"));
//! ```

pub mod hostile;
pub mod releases;

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Who made every commit.
const IDENTITY: &str = "Ada <ada@example.org>";
/// Digits of an id that fast-import has not given: a submodule's commit is in another repository.
const SUBMODULE: char = '5';

/// What a path is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Node {
    File {
        content: Vec<u8>,
        executable: bool,
    },
    Symlink(Vec<u8>),
    /// The commit's 40 digits.
    Submodule(String),
}

/// The files of a commit, by their paths. Every change returns the tree again, so that changes can be chained.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree(BTreeMap<Vec<u8>, Node>);

impl Tree {
    /// Writes a file; what its path makes impossible (a file where it has a folder, or the other way round) goes away.
    pub fn file(&mut self, path: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> &mut Self {
        self.put(path.as_ref(), Node::File { content: content.as_ref().to_vec(), executable: false })
    }

    /// Makes a file executable, or no longer so; its bytes stay. Anything else stays as it is.
    pub fn executable(&mut self, path: impl AsRef<[u8]>, yes: bool) -> &mut Self {
        if let Some(Node::File { executable, .. }) = self.0.get_mut(path.as_ref()) {
            *executable = yes;
        }
        self
    }

    /// Writes a symbolic link.
    pub fn symlink(&mut self, path: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> &mut Self {
        self.put(path.as_ref(), Node::Symlink(target.as_ref().to_vec()))
    }

    /// Writes a submodule at the `n`th commit of another repository.
    pub fn submodule(&mut self, path: impl AsRef<[u8]>, n: u32) -> &mut Self {
        let commit = format!("{n:08x}{}", SUBMODULE.to_string().repeat(32));
        self.put(path.as_ref(), Node::Submodule(commit))
    }

    /// Deletes a path; one that is not there is no fault.
    pub fn delete(&mut self, path: impl AsRef<[u8]>) -> &mut Self {
        self.0.remove(path.as_ref());
        self
    }

    /// Moves a path, whatever it is; one that is not there is no fault.
    pub fn rename(&mut self, from: impl AsRef<[u8]>, to: impl AsRef<[u8]>) -> &mut Self {
        match self.0.remove(from.as_ref()) {
            Some(node) => self.put(to.as_ref(), node),
            None => self,
        }
    }

    /// Every path, sorted by its bytes.
    pub fn paths(&self) -> impl Iterator<Item = &[u8]> {
        self.0.keys().map(Vec::as_slice)
    }

    /// Whether there is something at this path.
    #[must_use]
    pub fn contains(&self, path: impl AsRef<[u8]>) -> bool {
        self.0.contains_key(path.as_ref())
    }

    /// The bytes of a file; `None` for anything else.
    #[must_use]
    pub fn content(&self, path: impl AsRef<[u8]>) -> Option<&[u8]> {
        match self.0.get(path.as_ref()) {
            Some(Node::File { content, .. }) => Some(content),
            _ => None,
        }
    }

    /// Takes over what `other` changed against `base`, as a merge without conflicts does; of a conflict, `other` wins.
    pub fn merge(&mut self, base: &Self, other: &Self) -> &mut Self {
        for path in base.paths().filter(|path| !other.contains(path)) {
            self.delete(path);
        }
        for (path, node) in other.0.iter().filter(|(path, node)| base.0.get(*path) != Some(*node)) {
            self.put(path, node.clone());
        }
        self
    }

    fn put(&mut self, path: &[u8], node: Node) -> &mut Self {
        let below = [path, b"/"].concat();
        self.0.retain(|other, _| !other.starts_with(&below) && !path.starts_with(&[other, b"/".as_slice()].concat()));
        self.0.insert(path.to_vec(), node);
        self
    }
}

/// A commit of a [`History`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(usize);

/// Commits, not yet written.
#[derive(Debug, Default)]
pub struct History {
    stream: Vec<u8>,
    blobs: HashMap<Vec<u8>, usize>,
    commits: Vec<usize>,
    marks: usize,
}

impl History {
    /// Adds a commit with exactly these files. No parent makes a root commit, several make a merge; `committed` is in
    /// seconds since the epoch.
    pub fn commit(&mut self, tree: &Tree, parents: &[Mark], committed: i64) -> Mark {
        let mut files = Vec::new();
        for (path, node) in &tree.0 {
            let reference = self.reference(node);
            put(&mut files, &format!("M {reference} {}", quote(path)));
        }
        let mark = Mark(self.commits.len());
        let number = self.next_mark();
        self.commits.push(number);
        // Without the reset, fast-import takes the branch's last commit as the parent of a root commit.
        put(&mut self.stream, "reset refs/heads/main\n\ncommit refs/heads/main");
        put(&mut self.stream, &format!("mark :{number}\ncommitter {IDENTITY} {committed} +0900\ndata 0"));
        for (index, parent) in parents.iter().enumerate() {
            let word = if index == 0 { "from" } else { "merge" };
            put(&mut self.stream, &format!("{word} :{}", self.commits[parent.0]));
        }
        put(&mut self.stream, "deleteall");
        self.stream.append(&mut files);
        mark
    }

    /// Writes the repository, with the branch `main` at `head`. There is no work tree.
    ///
    /// # Panics
    /// When git is not there or refuses the stream.
    #[must_use]
    pub fn build(mut self, head: Mark) -> Repository {
        put(&mut self.stream, &format!("reset refs/heads/main\nfrom :{}\n\ndone", self.commits[head.0]));
        let folder = TempDir::new().expect("a temporary folder can be made");
        let mut repository = Repository { folder, ids: Vec::new() };
        repository.run(&["init", "--quiet", "--bare", "--initial-branch=main"], b"");
        let import = ["fast-import", "--quiet", "--done", "--force", "--export-marks=marks"];
        repository.run(&import, &self.stream);
        let marks = std::fs::read_to_string(repository.path().join("marks")).expect("fast-import wrote the marks");
        let ids: HashMap<usize, &str> = marks
            .lines()
            .filter_map(|line| line.strip_prefix(':')?.split_once(' '))
            .map(|(mark, id)| (mark.parse().expect("a mark is a number"), id))
            .collect();
        repository.ids = self.commits.iter().map(|mark| ids[mark].to_owned()).collect();
        repository
    }

    /// `MODE REFERENCE` of a node; its blob is written when it is new.
    fn reference(&mut self, node: &Node) -> String {
        match node {
            Node::File { content, executable: false } => format!("100644 :{}", self.blob(content)),
            Node::File { content, executable: true } => format!("100755 :{}", self.blob(content)),
            Node::Symlink(target) => format!("120000 :{}", self.blob(target)),
            Node::Submodule(commit) => format!("160000 {commit}"),
        }
    }

    fn blob(&mut self, content: &[u8]) -> usize {
        if let Some(&mark) = self.blobs.get(content) {
            return mark;
        }
        let mark = self.next_mark();
        self.blobs.insert(content.to_vec(), mark);
        put(&mut self.stream, &format!("blob\nmark :{mark}\ndata {}", content.len()));
        self.stream.extend_from_slice(content);
        self.stream.push(b'\n');
        mark
    }

    fn next_mark(&mut self) -> usize {
        self.marks += 1;
        self.marks
    }
}

/// Writes lines of the stream.
fn put(stream: &mut Vec<u8>, lines: &str) {
    stream.extend_from_slice(lines.as_bytes());
    stream.push(b'\n');
}

/// A path as fast-import reads it whatever it holds: quoted as in C, with octal escapes.
fn quote(path: &[u8]) -> String {
    let escaped = |&byte: &u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'/' | b'-' | b'_' => char::from(byte).to_string(),
        _ => format!("\\{byte:03o}"),
    };
    format!("\"{}\"", path.iter().map(escaped).collect::<String>())
}

/// A bare repository in a folder that goes away with it.
#[derive(Debug)]
pub struct Repository {
    folder: TempDir,
    ids: Vec<String>,
}

impl Repository {
    /// Its folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The full id of a commit.
    #[must_use]
    pub fn id(&self, commit: Mark) -> &str {
        &self.ids[commit.0]
    }

    /// The full id of what a revision names.
    ///
    /// # Panics
    /// When it names nothing.
    #[must_use]
    pub fn resolve(&self, revision: &str) -> String {
        String::from_utf8(self.git(&["rev-parse", "--verify", revision])).expect("an id is text").trim_end().to_owned()
    }

    /// Runs git in it; yields what it printed.
    ///
    /// # Panics
    /// When git is not there or fails.
    #[must_use]
    pub fn git(&self, arguments: &[&str]) -> Vec<u8> {
        self.run(arguments, b"")
    }

    /// The same with standard input.
    fn run(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let mut git = Command::new("git");
        // The caller may itself run under git (a hook, say): its variables name another repository.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
            git.env_remove(name);
        }
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C");
        git.arg("-C").arg(self.path()).args(arguments);
        git.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = git.spawn().expect("git is on the PATH");
        let mut standard_input = process.stdin.take().expect("its input is piped");
        // What git says when it stops reading early is in its exit code and its standard error.
        let _ = standard_input.write_all(input);
        drop(standard_input);
        let output = process.wait_with_output().expect("a child can be waited for");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }
}
