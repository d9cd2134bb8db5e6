//! A thin reader of a real repository: one git process a question, none a file, never a shell.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

/// Why git gave no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GitError {
    /// The `git` program could not be run.
    #[error("could not run `git`: {0}; install git and put it on the PATH")]
    NotRun(#[source] io::Error),
    /// The folder is not inside a repository that git accepts.
    #[error("`{directory}` is not a git repository: {reason}; give the folder of one")]
    NotARepository {
        /// The folder that was given.
        directory: PathBuf,
        /// What git said.
        reason: String,
    },
    /// No commit has this name.
    #[error("`{revision}` names no commit in `{directory}`; give a branch, a tag or a commit id of this repository")]
    UnknownRevision {
        /// The revision that was given.
        revision: String,
        /// The repository's folder.
        directory: PathBuf,
    },
    /// A shallow clone ends at the commit.
    #[error(
        "the parent of `{commit}` is not in `{directory}`, a shallow clone; run `git fetch --deepen=1` there, \
         or name the commit to compare with"
    )]
    Shallow {
        /// The commit, of which the parent is wanted.
        commit: String,
        /// The repository's folder.
        directory: PathBuf,
    },
    /// git failed otherwise (a damaged repository, say).
    #[error("`git {command}` failed in `{directory}`: {reason}")]
    Failed {
        /// The subcommand.
        command: String,
        /// The repository's folder.
        directory: PathBuf,
        /// What git said.
        reason: String,
    },
    /// git's output was not in the documented form.
    #[error("`git {command}` answered in an unknown form; at least git 2.20 is needed")]
    UnknownForm {
        /// The subcommand.
        command: &'static str,
    },
}

/// The id of a git object, in hexadecimal. Two files with one id have the same bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(Arc<str>);

impl ObjectId {
    /// An id from its hexadecimal text.
    #[must_use]
    pub fn new(hex: &str) -> Self {
        Self(hex.into())
    }

    /// The hexadecimal text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a path is in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// git's mode, in octal: `100644`, `100755`, `120000` (symlink) or `160000` (submodule).
    pub mode: u32,
    /// The blob (for a submodule, the commit).
    pub id: ObjectId,
}

impl Entry {
    /// Whether it is a regular file: a symlink or a submodule never becomes an object of the bucket.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.mode & 0o170_000 == 0o100_000
    }
}

/// A path of a commit's tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeEntry {
    /// The path from the repository's root; any bytes.
    pub path: Vec<u8>,
    /// What it is.
    pub entry: Entry,
    /// The file's size in bytes; 0 for a submodule.
    pub size: u64,
}

/// A path that differs between two trees. A rename is two of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The path from the repository's root; any bytes.
    pub path: Vec<u8>,
    /// What it was; nothing when added.
    pub before: Option<Entry>,
    /// What it is; nothing when deleted.
    pub after: Option<Entry>,
}

/// A commit's own data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its full id.
    pub id: String,
    /// The id of its tree.
    pub tree: String,
    /// Its parents' full ids: none for a root commit, several for a merge.
    pub parents: Vec<String>,
    /// Who wrote it.
    pub author: Person,
    /// Who committed it.
    pub committer: Person,
    /// The whole message.
    pub message: String,
}

/// A name, an address and a moment in a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The mail address.
    pub email: String,
    /// Seconds since the epoch and the offset: `1700000000 +0900`.
    pub date: String,
}

/// A repository on this machine.
#[derive(Clone, Debug)]
pub struct Repository {
    directory: PathBuf,
}

impl Repository {
    /// The repository that `directory` is in (a work tree, a folder in it, or a bare repository).
    ///
    /// # Errors
    /// [`GitError::NotARepository`] or [`GitError::NotRun`].
    pub fn open(directory: impl Into<PathBuf>) -> Result<Self, GitError> {
        let repository = Self { directory: directory.into() };
        match repository.run("rev-parse", &["--git-dir"]) {
            Ok(_) => Ok(repository),
            Err(GitError::Failed { directory, reason, .. }) => Err(GitError::NotARepository { directory, reason }),
            Err(error) => Err(error),
        }
    }

    /// The folder that was given to [`Repository::open`].
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The full id of the commit that a revision names.
    ///
    /// # Errors
    /// [`GitError::UnknownRevision`], also for a revision that looks like an option.
    pub fn resolve(&self, revision: &str) -> Result<String, GitError> {
        let unknown = || GitError::UnknownRevision { revision: revision.into(), directory: self.directory.clone() };
        if revision.is_empty() || revision.starts_with('-') || revision.contains('\0') {
            return Err(unknown());
        }
        match self.run("rev-parse", &["--verify", "--quiet", &format!("{revision}^{{commit}}")]) {
            Ok(output) => Ok(String::from_utf8_lossy(&output).trim_end().to_owned()),
            Err(GitError::Failed { .. }) => Err(unknown()),
            Err(error) => Err(error),
        }
    }

    /// A commit's data, by its full id.
    ///
    /// # Errors
    /// [`GitError::UnknownRevision`] when there is no such commit.
    pub fn commit(&self, id: &str) -> Result<Commit, GitError> {
        let id = self.id_of(id)?;
        let format = "--format=%H%x00%T%x00%P%x00%an%x00%ae%x00%ad%x00%cn%x00%ce%x00%cd%x00%B";
        let plain = ["-1", "--no-show-signature", "--no-notes", "--no-color", "--no-patch", "--date=raw"];
        let output = self.run_on(&[&id], "log", &[&plain[..], &[format, &id, "--"]].concat())?;
        let text = String::from_utf8_lossy(&output);
        let fields: Vec<&str> = text.splitn(10, '\0').collect();
        let [id, tree, parents, a_name, a_mail, a_date, c_name, c_mail, c_date, message] = fields[..] else {
            return Err(GitError::UnknownForm { command: "log" });
        };
        let person = |name: &str, email: &str, date: &str| Person {
            name: name.to_owned(),
            email: email.to_owned(),
            date: date.to_owned(),
        };
        Ok(Commit {
            id: id.to_owned(),
            tree: tree.to_owned(),
            parents: match parents {
                "" => self.recorded_parents(id)?,
                known => known.split_ascii_whitespace().map(str::to_owned).collect(),
            },
            author: person(a_name, a_mail, a_date),
            committer: person(c_name, c_mail, c_date),
            // git ends its line after the message's own.
            message: message.strip_suffix('\n').unwrap_or(message).to_owned(),
        })
    }

    /// The parents that the commit itself records: where a shallow clone ends, git else says that there are none.
    fn recorded_parents(&self, id: &str) -> Result<Vec<String>, GitError> {
        let object = self.run("cat-file", &["commit", id])?;
        let text = String::from_utf8_lossy(&object);
        let header = text.lines().take_while(|line| !line.is_empty());
        Ok(header.filter_map(|line| line.strip_prefix("parent ")).map(str::to_owned).collect())
    }

    /// The full id of a commit's first parent; `None` for a root commit.
    ///
    /// # Errors
    /// [`GitError::UnknownRevision`] when there is no such commit, [`GitError::Shallow`] when its parent is not here.
    pub fn parent(&self, commit: &str) -> Result<Option<String>, GitError> {
        let Some(parent) = self.commit(commit)?.parents.into_iter().next() else { return Ok(None) };
        match self.resolve(&parent) {
            Err(GitError::UnknownRevision { .. }) => {
                Err(GitError::Shallow { commit: commit.to_owned(), directory: self.directory.clone() })
            }
            found => found.map(Some),
        }
    }

    /// The ids of at most `limit` commits from `head` along the first parents, newest first.
    ///
    /// # Errors
    /// [`GitError::UnknownRevision`] when there is no such commit.
    pub fn first_parents(&self, head: &str, limit: usize) -> Result<Vec<String>, GitError> {
        let head = self.resolve(head)?;
        // git reads a C int.
        let limit = limit.min(0x7FFF_FFFF);
        let output = self.run("rev-list", &["--first-parent", &format!("--max-count={limit}"), &head, "--"])?;
        Ok(String::from_utf8_lossy(&output).lines().map(str::to_owned).collect())
    }

    /// Every path of a commit, sorted by its bytes. Submodules are entries, their content is not.
    ///
    /// # Errors
    /// [`GitError::UnknownRevision`] when there is no such commit.
    pub fn tree(&self, commit: &str) -> Result<Vec<TreeEntry>, GitError> {
        let commit = self.id_of(commit)?;
        let output = self.run_on(&[&commit], "ls-tree", &["-r", "-z", "-l", "--full-tree", &commit])?;
        let entries = output.split(|&byte| byte == 0).filter(|record| !record.is_empty()).map(parse_tree_entry);
        let mut entries = entries.collect::<Option<Vec<_>>>().ok_or(GitError::UnknownForm { command: "ls-tree" })?;
        entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(entries)
    }

    /// The bytes of a file, by the id of its blob.
    ///
    /// # Errors
    /// [`GitError::Failed`] when there is no such blob.
    pub fn blob(&self, id: &ObjectId) -> Result<Vec<u8>, GitError> {
        self.run("cat-file", &["blob", id.as_str()])
    }

    /// What differs between two commits, sorted by the path's bytes; without a base, the whole tree as added.
    ///
    /// # Errors
    /// [`GitError::UnknownRevision`] when there is no such commit.
    pub fn changes(&self, base: Option<&str>, head: &str) -> Result<Vec<Change>, GitError> {
        let Some(base) = base else {
            let whole = self.tree(head)?.into_iter();
            return Ok(whole.map(|e| Change { path: e.path, before: None, after: Some(e.entry) }).collect());
        };
        let (base, head) = (self.id_of(base)?, self.id_of(head)?);
        let form = ["-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--ignore-submodules=none", "--no-commit-id"];
        let output = self.run_on(&[&base, &head], "diff-tree", &[&form[..], &[&base, &head, "--"]].concat())?;
        let mut changes = parse_raw(&output).ok_or(GitError::UnknownForm { command: "diff-tree" })?;
        changes.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(changes)
    }

    /// What `git diff-tree --raw -z` prints between two commits, or of the whole tree of one.
    ///
    /// # Errors
    /// [`GitError::Failed`] when one of the commits is not there.
    pub fn raw_diff(&self, base: Option<&str>, head: &str) -> Result<Vec<u8>, GitError> {
        let base = match base {
            Some(base) => base.to_owned(),
            // That of no file; git knows it without storing it.
            None => {
                String::from_utf8_lossy(&self.run("hash-object", &["-t", "tree", "--stdin"])?).trim_end().to_owned()
            }
        };
        self.run("diff-tree", &["-r", "-z", "--raw", "--no-abbrev", "--no-renames", &base, head])
    }

    /// A full id as it is (whether there is such a commit, the command will tell), anything else resolved.
    fn id_of<'a>(&self, revision: &'a str) -> Result<Cow<'a, str>, GitError> {
        let full = matches!(revision.len(), 40 | 64) && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
        if full { Ok(Cow::Borrowed(revision)) } else { self.resolve(revision).map(Cow::Owned) }
    }

    /// Runs git on commits; only when it fails, asks whether one of them is not there.
    fn run_on(&self, commits: &[&str], command: &str, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        let output = self.run(command, arguments);
        if let Err(GitError::Failed { .. }) = output {
            for commit in commits {
                self.resolve(commit)?;
            }
        }
        output
    }

    fn run(&self, command: &str, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        let mut git = Command::new("git");
        // The caller may itself run under git (a hook, say): its variables name another repository.
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_git_variable(name)) {
            git.env_remove(name);
        }
        git.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_NO_REPLACE_OBJECTS", "1").env("LC_ALL", "C");
        git.env("GIT_TERMINAL_PROMPT", "0").stdin(Stdio::null());
        git.arg("-C").arg(&self.directory).arg("--no-pager").args(["-c", "i18n.logOutputEncoding=UTF-8"]);
        let output = git.arg(command).args(arguments).output().map_err(GitError::NotRun)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(GitError::Failed { command: command.to_owned(), directory: self.directory.clone(), reason })
    }
}

fn is_git_variable(name: &OsStr) -> bool {
    // Configuration by environment (`GIT_CONFIG_*`: safe.directory, say) is the user's wish and stays.
    name.to_str().is_some_and(|name| name.starts_with("GIT_") && !name.starts_with("GIT_CONFIG"))
}

/// `100644 blob <id> <size>\t<path>`
fn parse_tree_entry(record: &[u8]) -> Option<TreeEntry> {
    let tab = record.iter().position(|&byte| byte == b'\t')?;
    let mut fields = std::str::from_utf8(&record[..tab]).ok()?.split_ascii_whitespace();
    let mode = u32::from_str_radix(fields.next()?, 8).ok()?;
    let id = ObjectId::new(fields.nth(1)?);
    let size = fields.next()?.parse().unwrap_or(0);
    Some(TreeEntry { path: record[tab + 1..].to_vec(), entry: Entry { mode, id }, size })
}

/// `:100644 100644 <before> <after> M\0<path>\0`, repeated
fn parse_raw(output: &[u8]) -> Option<Vec<Change>> {
    let mut records = output.split(|&byte| byte == 0);
    let mut changes = Vec::new();
    while let Some(head) = records.next().filter(|head| !head.is_empty()) {
        let fields: Vec<&str> = std::str::from_utf8(head).ok()?.strip_prefix(':')?.split(' ').collect();
        let [before_mode, after_mode, before_id, after_id, _status] = fields[..] else { return None };
        let path = records.next()?.to_vec();
        changes.push(Change { path, before: side(before_mode, before_id)?, after: side(after_mode, after_id)? });
    }
    Some(changes)
}

/// One side of a raw change; the outer `None` is a form that git does not write.
#[expect(clippy::option_option, reason = "the outer one is a parse failure, the inner one an absent side")]
fn side(mode: &str, id: &str) -> Option<Option<Entry>> {
    let mode = u32::from_str_radix(mode, 8).ok()?;
    Some((mode != 0).then(|| Entry { mode, id: ObjectId::new(id) }))
}
