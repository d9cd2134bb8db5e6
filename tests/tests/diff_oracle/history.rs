//! Histories with hostile names and contents, made by git itself.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use fastrand::Rng;
use tempfile::TempDir;

/// Names that a format has to quote, or could take for something else.
const NAMES: [&[u8]; 26] = [
    b"index.html",
    b"a b.html",
    b" ends with blanks ",
    b"a/dev/null",
    b"dev/null",
    b"a/x b/x",
    b"b/x",
    b"a/b/a/b",
    b"tab\there",
    b"new\nline",
    b"carriage\rreturn",
    b"quote\"d",
    b"back\\slash",
    b"latin-\xe9\xff",
    "日本/語 のページ.html".as_bytes(),
    b"-- a/x",
    b"++ b/x",
    b"M\tx",
    b"commit 1234567",
    b"x and y",
    b"x => y",
    b"{x => y}/z",
    b"\x01\x1b[31m\x7f",
    b"deep/er/and/deep est/index.html",
    b"...",
    b"C100",
];

/// Lines of content that look like headers.
const LINES: [&str; 14] = [
    "-- a/index.html",
    "++ b/index.html",
    "diff --git a/index.html b/index.html",
    "@@ -1,3 +1,3 @@",
    "",
    " ",
    "\r",
    "-",
    "+",
    "commit 1234567890123456789012345678901234567890",
    "\\ No newline at end of file",
    "rename from x",
    "-- ",
    "some words that say nothing",
];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    File { content: Vec<u8>, executable: bool },
    Link(Vec<u8>),
    Submodule(u32),
}

type Tree = BTreeMap<Vec<u8>, Node>;

pub(crate) struct Repository(TempDir);

impl Repository {
    pub(crate) fn run(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let mut git = Command::new("git");
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
            git.env_remove(name);
        }
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C");
        git.arg("-C").arg(self.0.path()).args(arguments);
        let mut process = git
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("git is on the PATH");
        let mut standard_input = process.stdin.take().unwrap();
        let input = input.to_vec();
        let writer = std::thread::spawn(move || drop(standard_input.write_all(&input)));
        let output = process.wait_with_output().unwrap();
        writer.join().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    pub(crate) fn git(&self, arguments: &str) -> Vec<u8> {
        self.run(&arguments.split(' ').collect::<Vec<_>>(), b"")
    }
}

fn quote(path: &[u8]) -> String {
    let octal: String = path.iter().map(|byte| format!("\\{byte:03o}")).collect();
    format!("\"{octal}\"")
}

/// A branch whose every fourth commit is a merge with a side branch, under tags `c0`, `c1`, and so on.
pub(crate) fn history(seed: u64, commits: usize) -> Repository {
    let mut rng = Rng::with_seed(seed);
    let mut stream = Vec::new();
    let mut tree = Tree::new();
    for name in NAMES {
        put(&mut tree, name, file(&mut rng));
    }
    let mut write = |mark: usize, parents: &[usize], tree: &Tree| {
        let mut text = format!("reset refs/heads/main\n\ncommit refs/heads/main\nmark :{mark}\n");
        text += &format!("committer A <a@example.org> {} +0000\ndata 2\nm\n", 1_700_000_000 + mark * 60);
        let mut verb = "from";
        for parent in parents {
            text += &format!("{verb} :{parent}\n");
            verb = "merge";
        }
        text += "deleteall\n";
        stream.extend(text.into_bytes());
        for (path, node) in tree {
            let (mode, content) = match node {
                Node::File { content, executable } => (if *executable { "100755" } else { "100644" }, content),
                Node::Link(target) => ("120000", target),
                Node::Submodule(commit) => {
                    stream.extend(format!("M 160000 {commit:08x}{} {}\n", "5".repeat(32), quote(path)).into_bytes());
                    continue;
                }
            };
            stream.extend(format!("M {mode} inline {}\ndata {}\n", quote(path), content.len()).into_bytes());
            stream.extend_from_slice(content);
            stream.push(b'\n');
        }
        stream.extend(format!("reset refs/tags/c{}\nfrom :{mark}\n\n", mark - 1).into_bytes());
    };
    write(1, &[], &tree);
    let mut mark = 1;
    while mark < commits {
        let base = (mark, tree.clone());
        change(&mut rng, &mut tree);
        mark += 1;
        write(mark, &[base.0], &tree);
        if mark % 4 == 0 {
            // The side branch changes what it finds at the base; the merge takes either side, or a third content.
            let (ours, mut side) = (mark, base.1);
            change(&mut rng, &mut side);
            mark += 1;
            write(mark, &[base.0], &side);
            for (path, node) in side {
                match rng.u8(0..3) {
                    0 => put(&mut tree, &path, node),
                    1 => put(&mut tree, &path, file(&mut rng)),
                    _ => {}
                }
            }
            mark += 1;
            write(mark, &[ours, mark - 1], &tree);
        }
    }
    let repository = Repository(tempfile::tempdir().unwrap());
    repository.git("init -q --bare -b main");
    repository.run(&["fast-import", "--quiet", "--force"], &stream);
    repository
}

fn put(tree: &mut Tree, path: &[u8], node: Node) {
    let below = [path, b"/"].concat();
    tree.retain(|other, _| !other.starts_with(&below) && !path.starts_with(&[other, b"/".as_slice()].concat()));
    tree.insert(path.to_vec(), node);
}

fn file(rng: &mut Rng) -> Node {
    let mut content = Vec::new();
    match rng.u8(0..10) {
        0 => {}
        1 => content = (0..rng.usize(1..4000)).map(|_| rng.u8(..)).collect(),
        _ => {
            for _ in 0..rng.usize(1..40) {
                content.extend_from_slice(LINES[rng.usize(..LINES.len())].as_bytes());
                content.push(b'\n');
            }
            if rng.bool() {
                content.pop();
            }
        }
    }
    Node::File { content, executable: false }
}

fn change(rng: &mut Rng, tree: &mut Tree) {
    for _ in 0..rng.usize(1..9) {
        let paths: Vec<Vec<u8>> = tree.keys().cloned().collect();
        let path = paths[rng.usize(..paths.len())].clone();
        let fresh = [NAMES[rng.usize(..NAMES.len())], format!(".{}", rng.u8(..)).as_bytes()].concat();
        match rng.u8(0..12) {
            0 => drop(tree.remove(&path)),
            1 => put(tree, &fresh, file(rng)),
            2 => {
                let node = tree.remove(&path).unwrap();
                put(tree, &fresh, node);
            }
            3 => {
                let mut node = tree.remove(&path).unwrap();
                append(&mut node, rng);
                put(tree, &fresh, node);
            }
            4 => {
                let node = tree[&path].clone();
                put(tree, &fresh, node);
            }
            5 => {
                if let Some(Node::File { executable, .. }) = tree.get_mut(&path) {
                    *executable = !*executable;
                }
            }
            6 => put(tree, &path, Node::Link(vec![b't'; rng.usize(1..9)])),
            7 => put(tree, &path, Node::Submodule(rng.u32(1..))),
            8 => put(tree, NAMES[rng.usize(..NAMES.len())], file(rng)),
            _ => append(tree.get_mut(&path).unwrap(), rng),
        }
    }
}

fn append(node: &mut Node, rng: &mut Rng) {
    match node {
        Node::File { content, .. } => {
            let at = rng.usize(..=content.len());
            let line = LINES[rng.usize(..LINES.len())];
            content.splice(at..at, format!("{line}\n").into_bytes());
        }
        Node::Link(target) => target.push(b'x'),
        Node::Submodule(commit) => *commit += 1,
    }
}

pub(crate) const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

pub(crate) fn ends(repository: &Repository, commits: usize) -> Vec<(String, String)> {
    assert!(!repository.git("rev-parse main").is_empty());
    let mut ends = vec![(EMPTY_TREE.to_owned(), String::from("c0"))];
    ends.extend((1..commits).map(|n| (format!("c{}", n - 1), format!("c{n}"))));
    ends.push((String::from("c0"), format!("c{}", commits - 1)));
    ends.push((format!("c{}", commits - 1), String::from("c1")));
    ends
}

pub(crate) const COMMITS: usize = 13;
