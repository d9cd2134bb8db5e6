//! Small made histories, and their deploys through the endpoints of a [`Loopback`].

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use purgeplan_loopback::deploy::{Mapping, Mode, ObjectChange, Site};
use purgeplan_loopback::git::Repository;
use purgeplan_loopback::s3_event::{Record, notification, sequencer};
use purgeplan_loopback::{Config, DistributionConfig, EdgeRules, Loopback};
use tempfile::TempDir;

use crate::lambda::{BRANCH, BUCKET, DISTRIBUTION, REPOSITORY};

/// When every event happens, in seconds since the Unix epoch; commits are so many minutes older. Fixed, so that two runs
/// of one case send the same bytes.
const NOW: u64 = 1_790_000_000;

/// What a commit does to a path.
#[derive(Clone, Debug)]
pub enum Edit {
    /// Writes a file.
    Put(String, String),
    /// Writes a file that may be executed.
    Executable(String, String),
    /// Makes a symbolic link.
    Symlink(String, String),
    /// Makes a submodule.
    Submodule(String),
    /// Deletes.
    Delete(String),
    /// Gives a file another name and leaves its bytes.
    Rename(String, String),
}

/// Writes a file.
#[must_use]
pub fn put(path: &str, content: &str) -> Edit {
    Edit::Put(path.to_owned(), content.to_owned())
}

/// Deletes a file.
#[must_use]
pub fn delete(path: &str) -> Edit {
    Edit::Delete(path.to_owned())
}

/// A commit of a [`History`]: its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commit(usize);

/// A git repository, written by `git fast-import`.
#[derive(Debug)]
pub struct History {
    folder: TempDir,
    stream: Vec<u8>,
    ids: Vec<String>,
    written: usize,
}

impl Default for History {
    fn default() -> Self {
        Self::new()
    }
}

impl History {
    /// An empty one.
    ///
    /// # Panics
    /// When git cannot be run; so do the other methods.
    #[must_use]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        git(folder.path(), &["init", "--quiet", "--bare"], b"");
        Self { folder, stream: Vec::new(), ids: Vec::new(), written: 0 }
    }

    /// A commit `minutes` before the events. The first parent's files are there; no parent makes a root commit.
    pub fn commit(&mut self, parents: &[Commit], minutes: u64, edits: &[Edit]) -> Commit {
        let number = self.written;
        self.written += 1;
        let time = NOW - minutes * 60;
        let mut line = |text: String| self.stream.extend_from_slice((text + "\n").as_bytes());
        line(format!("commit refs/heads/c{number}\nmark :{}", number + 1));
        line(format!("committer Ada <ada@example.org> {time} +0900\ndata 1\n."));
        for (order, Commit(parent)) in parents.iter().enumerate() {
            line(format!("{} :{}", if order == 0 { "from" } else { "merge" }, parent + 1));
        }
        for edit in edits {
            let file = |mode: &str, path: &str, content: &str| {
                format!("M {mode} inline {}\ndata {}\n{content}", quoted(path), content.len())
            };
            line(match edit {
                Edit::Put(path, content) => file("100644", path, content),
                Edit::Executable(path, content) => file("100755", path, content),
                Edit::Symlink(path, target) => file("120000", path, target),
                Edit::Submodule(path) => format!("M 160000 {} {}", "5".repeat(40), quoted(path)),
                Edit::Delete(path) => format!("D {}", quoted(path)),
                Edit::Rename(from, to) => format!("R {} {}", quoted(from), quoted(to)),
            });
        }
        Commit(number)
    }

    /// Writes the commits and opens the repository.
    #[must_use]
    pub fn written(mut self) -> Self {
        let marks = self.folder.path().join("marks");
        let export = format!("--export-marks={}", marks.display());
        git(self.folder.path(), &["fast-import", "--quiet", &export], &self.stream);
        let marks = std::fs::read_to_string(marks).expect("git wrote the marks");
        let numbered = marks.lines().map(|line| {
            let (mark, id) = line.split_once(' ').expect("`:1 ID`");
            (mark[1..].parse::<usize>().expect("a number"), id.to_owned())
        });
        self.ids = numbered.collect::<BTreeMap<_, _>>().into_values().collect();
        self
    }

    /// The full id of a commit, once written.
    #[must_use]
    pub fn id(&self, Commit(number): Commit) -> &str {
        &self.ids[number]
    }

    fn repository(&self) -> Repository {
        Repository::open(self.folder.path()).expect("the repository was written")
    }
}

/// A path as fast-import reads it, whatever bytes it has.
fn quoted(path: &str) -> String {
    let byte = |byte: u8| match byte {
        b'"' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\{byte:03o}"),
    };
    format!("\"{}\"", path.bytes().map(byte).collect::<String>())
}

fn git(folder: &Path, arguments: &[&str], input: &[u8]) {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder).args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null").stdin(Stdio::piped());
    let mut child = git.spawn().expect("git can be run");
    child.stdin.take().expect("its input is piped").write_all(input).expect("git reads its input");
    assert!(child.wait().expect("git ends").success(), "git {arguments:?}");
}

/// What is deployed to and by which rules.
#[derive(Clone, Debug)]
pub struct Target {
    /// The distributions on the bucket.
    pub distributions: Vec<DistributionConfig>,
    /// The edge's rules.
    pub rules: EdgeRules,
    /// Source folder and key prefix.
    pub mapping: Mapping,
}

impl Default for Target {
    fn default() -> Self {
        let distributions = vec![DistributionConfig::rest(DISTRIBUTION)];
        Self { distributions, rules: EdgeRules::default(), mapping: Mapping::default() }
    }
}

/// An invalidation as it was bought.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bought {
    /// The distribution.
    pub distribution: String,
    /// The caller reference.
    pub reference: String,
    /// The paths, in the order of the request.
    pub paths: Vec<String>,
}

/// A history behind its own endpoints.
#[derive(Debug)]
pub struct Deployment<'a> {
    /// The endpoints.
    pub aws: Loopback,
    history: &'a History,
    mapping: Mapping,
    sequence: Cell<u64>,
}

impl<'a> Deployment<'a> {
    /// The bucket and the edge as `live` left them: every URL cached, nothing stale, the branch at this commit.
    ///
    /// # Panics
    /// When the endpoints cannot be started.
    pub async fn of(history: &'a History, live: Commit, target: Target) -> Self {
        let mut config = Config::new(REPOSITORY, history.repository(), DistributionConfig::rest(DISTRIBUTION));
        config.distributions = target.distributions;
        config.rules = target.rules;
        let aws = Loopback::start(config).await.expect("ports are free");
        let deployment = Self { aws, history, mapping: target.mapping, sequence: Cell::new(1) };
        deployment.upload(live, Mode::Extract);
        deployment.aws.edge().warm();
        deployment.push(live);
        deployment
    }

    /// Moves the branch.
    pub fn push(&self, commit: Commit) {
        self.aws.codecommit().set_branch(BRANCH, self.history.id(commit));
    }

    /// Deploys a commit's site into the bucket; the branch stays where it is.
    ///
    /// # Panics
    /// On a commit that the history does not have.
    pub fn upload(&self, commit: Commit, mode: Mode) -> Vec<ObjectChange> {
        self.aws.edge().deploy(mode, &self.site(commit))
    }

    /// The site that a commit makes.
    ///
    /// # Panics
    /// On a commit that the history does not have.
    #[must_use]
    pub fn site(&self, commit: Commit) -> Site {
        let tree = self.history.repository().tree(self.history.id(commit)).expect("the commit was written");
        Site::new(&tree, std::slice::from_ref(&self.mapping))
    }

    /// One event of these steps, with sequencers of its own.
    #[must_use]
    pub fn event(&self, steps: &[ObjectChange]) -> Vec<u8> {
        let first = self.sequence.get();
        let sequencers: Vec<String> = (first..).take(steps.len()).map(sequencer).collect();
        self.sequence.set(first + steps.len() as u64);
        let records = steps.iter().zip(&sequencers).map(|(step, number)| Record::of(step, BUCKET, number, now()));
        notification(&records.collect::<Vec<_>>())
    }

    /// One event for each step, as S3 sends them.
    #[must_use]
    pub fn events(&self, steps: &[ObjectChange]) -> Vec<Vec<u8>> {
        steps.iter().map(|step| self.event(std::slice::from_ref(step))).collect()
    }

    /// The stale URLs, each behind its distribution when there are several.
    #[must_use]
    pub fn stale(&self) -> Vec<String> {
        let edge = self.aws.edge();
        let several = edge.distributions().count() > 1;
        let name = |distribution: &str, url: String| if several { format!("{distribution} {url}") } else { url };
        edge.compare().stale.into_iter().map(|stale| name(&stale.distribution, stale.url)).collect()
    }

    /// Everything that was bought, by distribution, oldest first.
    ///
    /// # Panics
    /// Never: the edge knows its own distributions.
    #[must_use]
    pub fn bought(&self) -> Vec<Bought> {
        let edge = self.aws.edge();
        let of = |id: &str| {
            let ledger = edge.invalidations(id).expect("the edge knows its own distributions");
            let bought = ledger.iter().map(|one| Bought {
                distribution: id.to_owned(),
                reference: one.caller_reference.clone(),
                paths: one.paths.clone(),
            });
            bought.collect::<Vec<_>>()
        };
        edge.distributions().flat_map(|distribution| of(&distribution.id)).collect()
    }

    /// The paths that were bought, sorted; of all distributions together.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.bought().into_iter().flat_map(|bought| bought.paths).collect();
        paths.sort();
        paths
    }

    /// How often an operation was called.
    #[must_use]
    pub fn calls(&self, operation: &str) -> u64 {
        self.aws.faults().calls().get(operation).copied().unwrap_or_default()
    }
}

/// When every event happens.
#[must_use]
pub fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW)
}
