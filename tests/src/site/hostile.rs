//! A generated history that tries everything a repository can do to a deploy, under names that are hard to encode.

use fastrand::Rng;

use super::{History, Mark, Repository, Tree};

/// When the first commit was made, in seconds since the epoch.
const START: i64 = 1_700_000_000;
/// Minutes between two commits: look-backs of an hour take several, or one.
const GAPS: [i64; 8] = [2, 5, 11, 25, 50, 61, 60 * 26, 60 * 24 * 4];
/// A name that no object key can have, since keys have at most 1,024 bytes.
const TOO_LONG: usize = 1_100;
/// A name that is just a key.
const LONG: usize = 1_000;

/// The names at the start. Every character that an encoding can get wrong is in one, and most are in several places.
const NAMES: &[&[u8]] = &[
    b"index.html",
    b"docs/index.html",
    b"docs/deep/er/and/deep est/index.html",
    b"about/myindex.html",
    b"index.html/index.htm",
    b"with space.html",
    b" space at the ends ",
    b"plus+plus.html",
    b"a+b c%20d.html",
    "日本/語 のページ.html".as_bytes(),
    "日本/index.html".as_bytes(),
    "caf\u{e9}.html".as_bytes(),
    "cafe\u{301}.html".as_bytes(),
    "\u{1f600}/\u{202e}right to left.html".as_bytes(),
    b"js/runtime~main.js",
    b"js/runtime.js",
    b"home/~user/index.html",
    b"tilde/~",
    b"percent%.html",
    b"%41.html",
    b"A.html",
    b"100%25.html",
    b"%zz%",
    b"hash#tag.html",
    b"question?.html",
    b"search?q=a&b=c",
    b"inner*star.html",
    b"ends with star*",
    b"ends with star and more",
    b"folder*/x.html",
    b"amp&ersand;semi.html",
    b"it's \"quoted\".html",
    b"[brackets]{braces}.html",
    b"pipe|caret^tick`.html",
    b"<angle>.html",
    b"back\\slash.html",
    b"-leading-dash.html",
    b"--option=value",
    b"tab\there.html",
    b"new\nline.html",
    b"carriage\rreturn\x01\x7f",
    b"!$'()*,:@=;.html",
    b".hidden",
    b"...",
    b"Case.html",
    b"case.html",
    b"latin-\xe9.html",
    b"guide",
    b"manual/index.html",
    b"manual/page.html",
];

/// What a commit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Edit,
    EditEverything,
    Add,
    Delete,
    AddAgainSame,
    AddAgainOther,
    Rename,
    RenameAndEdit,
    RenameOver,
    Swap,
    Mode,
    ModeAndEdit,
    Link,
    Submodule,
    TypeChange,
    FileToFolder,
    FolderToFile,
    Empty,
    Revert,
    Merge,
    Octopus,
    MergeUnrelated,
}

/// Every act as often as it is to occur; their order is chance.
const ACTS: &[(Act, usize)] = &[
    (Act::Edit, 6),
    (Act::EditEverything, 1),
    (Act::Add, 3),
    (Act::Delete, 4),
    (Act::AddAgainSame, 3),
    (Act::AddAgainOther, 4),
    (Act::Rename, 3),
    (Act::RenameAndEdit, 2),
    (Act::RenameOver, 1),
    (Act::Swap, 1),
    (Act::Mode, 2),
    (Act::ModeAndEdit, 1),
    (Act::Link, 2),
    (Act::Submodule, 2),
    (Act::TypeChange, 4),
    (Act::FileToFolder, 1),
    (Act::FolderToFile, 1),
    (Act::Empty, 2),
    (Act::Revert, 1),
    (Act::Merge, 4),
    (Act::Octopus, 1),
    (Act::MergeUnrelated, 1),
];

/// A hostile history; the same seed makes the same commits.
#[must_use]
pub fn history(seed: u64) -> Repository {
    let mut maker = Maker {
        rng: Rng::with_seed(seed),
        history: History::default(),
        tree: Tree::default(),
        commits: Vec::new(),
        gone: Vec::new(),
        typed: Vec::new(),
        time: START,
        serial: 0,
    };
    maker.root();
    let mut acts: Vec<Act> = ACTS.iter().flat_map(|(act, times)| vec![*act; *times]).collect();
    maker.rng.shuffle(&mut acts);
    for act in acts {
        maker.act(act);
    }
    let head = maker.head();
    maker.history.build(head)
}

/// What has been made so far.
struct Maker {
    rng: Rng,
    history: History,
    tree: Tree,
    /// The commits of the first-parent line, with their trees.
    commits: Vec<(Mark, Tree)>,
    /// Files that were deleted, with their last bytes.
    gone: Vec<(Vec<u8>, Vec<u8>)>,
    /// What was a file before the last change of types.
    typed: Vec<Vec<u8>>,
    time: i64,
    serial: u32,
}

impl Maker {
    fn root(&mut self) {
        for name in NAMES {
            let content = self.content();
            self.tree.file(name, content);
        }
        for length in [LONG, TOO_LONG] {
            let content = self.content();
            self.tree.file(format!("long/{}", "x".repeat(length)), content);
        }
        self.tree.executable(".hidden", true).symlink("link", "index.html").submodule("module", 1);
        self.commit(&[]);
    }

    fn act(&mut self, act: Act) {
        let mut more_parents = Vec::new();
        match act {
            Act::Edit => self.edit(3),
            Act::EditEverything => self.edit(usize::MAX),
            Act::Add => (0..3).for_each(|_| self.add()),
            Act::Delete => (0..3).for_each(|_| self.delete()),
            Act::AddAgainSame => self.add_again(true),
            Act::AddAgainOther => self.add_again(false),
            Act::Rename => self.rename(),
            Act::RenameAndEdit => {
                self.rename();
                self.edit(2);
            }
            Act::RenameOver => {
                if let [from, to] = &self.files(2)[..] {
                    self.tree.rename(from, to);
                }
            }
            Act::Swap => self.swap(),
            Act::Mode => self.mode(),
            Act::ModeAndEdit => {
                self.mode();
                self.edit(usize::MAX);
            }
            Act::Link => {
                let target = self.content();
                self.tree.symlink("link", &target).symlink("a link to 日本", target);
            }
            Act::Submodule => {
                self.serial += 1;
                self.tree.submodule("module", self.serial).submodule("vendor/mod ule", self.serial);
            }
            Act::TypeChange => self.type_change(),
            Act::FileToFolder => {
                let content = self.content();
                self.tree.file("guide/index.html", &content).file("guide/a b/index.html", content);
            }
            Act::FolderToFile => {
                let content = self.content();
                self.tree.file("manual", content);
            }
            Act::Empty => {}
            Act::Revert => self.tree = self.rng.choice(&self.commits).expect("there is a root").1.clone(),
            Act::Merge => more_parents.push(self.side_branch()),
            Act::Octopus => more_parents.extend([self.side_branch(), self.side_branch()]),
            Act::MergeUnrelated => more_parents.push(self.unrelated()),
        }
        let parents = [&[self.head()], &more_parents[..]].concat();
        self.commit(&parents);
    }

    fn commit(&mut self, parents: &[Mark]) {
        self.pass_time();
        let mark = self.history.commit(&self.tree, parents, self.time);
        self.commits.push((mark, self.tree.clone()));
    }

    fn pass_time(&mut self) {
        self.time += 60 * self.rng.choice(GAPS).expect("there are gaps");
    }

    fn head(&self) -> Mark {
        self.commits.last().expect("there is a root").0
    }

    fn content(&mut self) -> String {
        self.serial += 1;
        format!("version {}\n", self.serial)
    }

    /// At most so many files, by chance.
    fn files(&mut self, most: usize) -> Vec<Vec<u8>> {
        let files: Vec<Vec<u8>> =
            self.tree.paths().filter(|path| self.tree.content(path).is_some()).map(<[u8]>::to_vec).collect();
        let most = most.min(files.len());
        self.rng.choose_multiple(files, most)
    }

    fn edit(&mut self, most: usize) {
        for path in self.files(most) {
            let content = self.content();
            self.tree.file(path, content);
        }
    }

    fn add(&mut self) {
        let name = self.name();
        let content = self.content();
        self.tree.file(name, content);
    }

    /// A new name out of parts that each need care.
    fn name(&mut self) -> Vec<u8> {
        const PARTS: [&str; 14] = ["a", " ", "~", "%", "+", "#", "?", "*", "日", "/", "[", "^", "%2F", "index.html"];
        loop {
            let count = self.rng.usize(2..6);
            let parts: Vec<&str> = (0..count).map(|_| *self.rng.choice(&PARTS).expect("there are parts")).collect();
            let name = format!("new/{}", parts.concat());
            let is_path = !name.ends_with('/') && !name.contains("//");
            if is_path && !self.tree.contains(&name) {
                return name.into_bytes();
            }
        }
    }

    fn delete(&mut self) {
        for path in self.files(1) {
            let content = self.tree.content(&path).expect("it is a file").to_vec();
            self.tree.delete(&path);
            self.gone.push((path, content));
        }
    }

    /// Brings a deleted file back; deletes one now for later if there is none.
    fn add_again(&mut self, same: bool) {
        if self.gone.is_empty() {
            return self.delete();
        }
        let (path, old) = self.gone.swap_remove(self.rng.usize(..self.gone.len()));
        let content = if same { old } else { self.content().into_bytes() };
        self.tree.file(path, content);
    }

    fn rename(&mut self) {
        for path in self.files(2) {
            let name = self.name();
            self.tree.rename(path, name);
        }
    }

    fn swap(&mut self) {
        if let [one, other] = &self.files(2)[..] {
            self.tree.rename(one, "swap").rename(other, one).rename("swap", other);
        }
    }

    fn mode(&mut self) {
        for path in self.files(3) {
            self.tree.executable(path, true);
        }
        self.tree.executable(".hidden", false);
    }

    /// Two files become a link and a submodule; those of the time before become files again.
    fn type_change(&mut self) {
        for path in std::mem::take(&mut self.typed) {
            let content = self.content();
            self.tree.file(path, content);
        }
        if let [one, other] = &self.files(2)[..] {
            self.tree.symlink(one, "index.html").submodule(other, 2);
            self.typed = vec![one.clone(), other.clone()];
        }
    }

    /// Two commits that left the line some commits ago, merged into a tree that has changes of its own.
    fn side_branch(&mut self) -> Mark {
        let back = self.rng.usize(1..=self.commits.len().min(4));
        let (fork, base) = self.commits[self.commits.len() - back].clone();
        let mine = std::mem::replace(&mut self.tree, base.clone());
        let mut tip = fork;
        for _ in 0..2 {
            self.edit(2);
            self.add();
            self.delete();
            self.pass_time();
            tip = self.history.commit(&self.tree, &[tip], self.time);
        }
        let side = std::mem::replace(&mut self.tree, mine);
        self.edit(2);
        self.tree.merge(&base, &side);
        tip
    }

    /// A history with a root of its own.
    fn unrelated(&mut self) -> Mark {
        let mut other = Tree::default();
        let content = self.content();
        other.file("other/index.html", &content).file("other/~", content);
        self.pass_time();
        let mark = self.history.commit(&other, &[], self.time);
        self.tree.merge(&Tree::default(), &other);
        mark
    }
}
