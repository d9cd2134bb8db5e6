//! Real histories: the successive releases of a package, as `tests/histories/make.mjs` wrote them.

use std::path::Path;

use super::{History, Mark, Repository, Tree};

/// When the first release was committed, in seconds since the epoch.
const START: i64 = 1_600_000_000;
/// Between two releases: more than any look-back here.
const DAY: i64 = 86_400;
/// Of every five releases, the last one follows so soon that one look-back takes both.
const MINUTES: i64 = 10 * 60;

/// A history, a commit a release.
#[derive(Debug)]
pub struct Releases {
    /// The repository.
    pub repository: Repository,
    versions: Vec<String>,
    commits: Vec<Mark>,
}

impl Releases {
    /// How many releases there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.commits.len()
    }

    /// The commit that lies so many releases after (or before) the one of this version.
    ///
    /// # Panics
    /// When there is no such release.
    #[must_use]
    pub fn near(&self, version: &str, after: isize) -> &str {
        let at = self.versions.iter().position(|one| one == version).expect("the history has the version");
        self.repository.id(self.commits[at.checked_add_signed(after).expect("not before the first release")])
    }
}

/// The history of this name, from `tests/histories/NAME.txt`. Each file's content is its digest's text.
///
/// # Panics
/// When the file is not there or not in the form that `make.mjs` states.
#[must_use]
pub fn history(name: &str) -> Releases {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("histories").join(format!("{name}.txt"));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut history = History::default();
    let mut tree = Tree::default();
    let (mut versions, mut commits) = (Vec::new(), Vec::<Mark>::new());
    let mut time = START;
    for release in text.split("release ").skip(1) {
        let (version, changes) = release.split_once('\n').expect("a version ends its line");
        for line in changes.lines() {
            let (digest, path) = line.split_once(' ').expect("a line is a digest and a path");
            if digest == "-" {
                tree.delete(path)
            } else {
                tree.file(path, digest)
            };
        }
        time += if commits.len() % 5 == 4 { MINUTES } else { DAY };
        let parent: Vec<Mark> = commits.last().copied().into_iter().collect();
        commits.push(history.commit(&tree, &parent, time));
        versions.push(version.to_owned());
    }
    let head = *commits.last().expect("a history has releases");
    Releases { repository: history.build(head), versions, commits }
}
