//! git is the oracle: histories with hostile names and contents, written by git in every format, must come to the same
//! changes as `git diff --raw -z` with full ids.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use fastrand::Rng;
use serde_json::{Value, json};
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

struct Repository(TempDir);

impl Repository {
    fn run(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
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

    fn git(&self, arguments: &str) -> Vec<u8> {
        self.run(&arguments.split(' ').collect::<Vec<_>>(), b"")
    }
}

fn quote(path: &[u8]) -> String {
    let octal: String = path.iter().map(|byte| format!("\\{byte:03o}")).collect();
    format!("\"{octal}\"")
}

/// A branch whose every fourth commit is a merge with a side branch, under tags `c0`, `c1`, and so on.
fn history(seed: u64, commits: usize) -> Repository {
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

/// A path with what is said of it: its change and old path, and what the plan decides and why.
type Said = BTreeSet<(String, String, Option<String>, String, String)>;

/// What the plan of diffs in one format, oldest first, says of each path.
fn said(format: &str, diffs: &[Vec<u8>]) -> Said {
    let requests: Vec<Value> =
        (0..diffs.len()).map(|index| json!({ "format": format, "attachments": [index] })).collect();
    let attachments: Vec<&[u8]> = diffs.iter().map(Vec::as_slice).collect();
    let request = json!({ "op": "plan", "preset": "sound", "diffs": requests }).to_string();
    let answer: Value = serde_json::from_slice(&purgeplan_core::call(request.as_bytes(), &attachments)).unwrap();
    assert_eq!(answer["type"], "success", "{}\n{}", answer["errors"], shown(diffs));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let decisions = answer["decisions"].as_array().unwrap().iter();
    decisions
        .map(|d| {
            (
                text(&d["path"]),
                text(&d["change"]),
                d["from"].as_str().map(str::to_owned),
                text(&d["outcome"]),
                text(&d["reason"]),
            )
        })
        .collect()
}

fn shown(diffs: &[Vec<u8>]) -> String {
    let text: String = diffs.iter().map(|diff| String::from_utf8_lossy(diff).into_owned()).collect();
    text.chars().take(6000).collect()
}

fn assert_same(got: &Said, expected: &Said, context: &str, diffs: &[Vec<u8>]) {
    let only = |one: &Said, other: &Said| one.difference(other).map(|said| format!("{said:?}")).collect::<Vec<_>>();
    let (more, less) = (only(got, expected), only(expected, got));
    assert!(more.is_empty() && less.is_empty(), "{context}\n got {more:#?}\n git {less:#?}\n{}", shown(diffs));
}

/// The paths that are purged, whatever for.
fn purged(said: &Said) -> BTreeSet<&str> {
    said.iter().filter(|(_, _, _, outcome, _)| outcome == "purge").map(|(path, ..)| path.as_str()).collect()
}

/// What git itself says: the records of `--raw -z`, read here once more by other means.
fn records(raw: &[u8]) -> BTreeSet<(String, Option<String>, char)> {
    let mut fields = raw.split(|byte| *byte == 0);
    let mut records = BTreeSet::new();
    while let Some(header) = fields.next().filter(|header| !header.is_empty()) {
        let letter = char::from(header[header.iter().rposition(|byte| *byte == b' ').unwrap() + 1]);
        let first = purgeplan_core::escape(fields.next().unwrap());
        let record = match letter {
            'R' | 'C' => (purgeplan_core::escape(fields.next().unwrap()), Some(first), letter),
            _ => (first, None, letter),
        };
        records.insert(record);
    }
    records
}

const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

fn ends(repository: &Repository, commits: usize) -> Vec<(String, String)> {
    assert!(!repository.git("rev-parse main").is_empty());
    let mut ends = vec![(EMPTY_TREE.to_owned(), String::from("c0"))];
    ends.extend((1..commits).map(|n| (format!("c{}", n - 1), format!("c{n}"))));
    ends.push((String::from("c0"), format!("c{}", commits - 1)));
    ends.push((format!("c{}", commits - 1), String::from("c1")));
    ends
}

const COMMITS: usize = 13;

/// Renames as git is asked to find them.
const RENAMES: [&str; 3] = ["--no-renames", "-M", "-C --find-copies-harder"];

/// Ways to write a unified diff that change nothing of what it says.
const UNIFIED: [&str; 12] = [
    "diff",
    "diff --full-index",
    "diff --binary",
    "diff -U0",
    "diff -U9999",
    "diff --no-prefix",
    "diff --src-prefix=old/ --dst-prefix=newer/",
    "-c diff.mnemonicPrefix=true diff",
    "-c core.quotePath=false diff",
    "diff --color=always",
    "diff --patch-with-stat",
    "diff --patch-with-raw",
];

fn each_pair(mut check: impl FnMut(&Repository, &str, &str, &str, &Said)) {
    for seed in 0..3 {
        let repository = history(seed, COMMITS);
        for (old, new) in ends(&repository, COMMITS) {
            for renames in RENAMES {
                let raw = repository.git(&format!("diff --raw -z --no-abbrev {renames} {old} {new}"));
                let expected = said("git-raw", &[raw.clone()]);
                assert_eq!(
                    expected.iter().filter(|said| said.1 == "renamed").count(),
                    records(&raw).iter().filter(|r| r.2 == 'R').count()
                );
                check(&repository, renames, &old, &new, &expected);
            }
        }
    }
}

#[test]
fn what_is_read_is_what_git_lists() {
    for seed in 0..3 {
        let repository = history(seed, COMMITS);
        for (old, new) in ends(&repository, COMMITS) {
            let raw = repository.git(&format!("diff --raw -z --no-abbrev -M -C {old} {new}"));
            let request = json!({ "op": "parse", "diffs": [{ "attachments": [0] }] }).to_string();
            let answer: Value = serde_json::from_slice(&purgeplan_core::call(request.as_bytes(), &[&raw])).unwrap();
            let text = |value: &Value| value.as_str().map(str::to_owned);
            let got: BTreeSet<_> = answer["changes"]
                .as_array()
                .unwrap()
                .iter()
                .map(|change| {
                    let letter = match change["change"].as_str().unwrap() {
                        "added" => 'A',
                        "deleted" => 'D',
                        "renamed" => 'R',
                        "copied" => 'C',
                        "type-changed" => 'T',
                        _ => 'M',
                    };
                    (text(&change["path"]).unwrap(), text(&change["from"]), letter)
                })
                .collect();
            assert_eq!(got, records(&raw));
        }
    }
}

#[test]
fn unified_says_the_same_as_raw() {
    each_pair(|repository, renames, old, new, expected| {
        for arguments in UNIFIED {
            let command = format!("{arguments} {renames} {old} {new}");
            let diff = [repository.git(&command)];
            for format in ["unified", "auto"] {
                assert_same(&modes_known(said(format, &diff), expected), expected, &command, &diff);
            }
        }
    });
}

/// A rename or copy of equal bytes has no line that tells its mode: when it is a link, it is purged as if it were a file.
fn modes_known(got: Said, expected: &Said) -> Said {
    let bare =
        |said: &(String, String, Option<String>, String, String)| (said.0.clone(), said.1.clone(), said.2.clone());
    got.into_iter()
        .map(|said| {
            let no_object = |other: &&(String, String, Option<String>, String, String)| {
                bare(other) == bare(&said) && (other.4 == "symlink" || other.4 == "submodule")
            };
            match expected.iter().find(no_object) {
                Some(narrow) if said.3 == "purge" && matches!(said.1.as_str(), "renamed" | "copied" | "deleted") => {
                    narrow.clone()
                }
                _ => said,
            }
        })
        .collect()
}

#[test]
fn line_ends_that_were_converted_change_nothing() {
    each_pair(|repository, renames, old, new, expected| {
        let diff = repository.git(&format!("diff --binary {renames} {old} {new}"));
        let converted: Vec<u8> = diff
            .split_inclusive(|byte| *byte == b'\n')
            .flat_map(|line| [&line[..line.len() - 1], b"\r\n"].concat())
            .collect();
        let diff = [converted];
        assert_same(&modes_known(said("auto", &diff), expected), expected, "CRLF", &diff);
    });
}

#[test]
fn a_reversed_diff_says_the_reverse() {
    let repository = history(7, COMMITS);
    for (old, new) in ends(&repository, COMMITS) {
        let expected = said("raw", &[repository.git(&format!("diff -R --raw -z --no-abbrev -M {old} {new}"))]);
        let diff = [repository.git(&format!("diff -R -M {old} {new}"))];
        assert_same(&modes_known(said("auto", &diff), &expected), &expected, "-R", &diff);
    }
}

#[test]
fn listings_say_as_much_as_they_know() {
    each_pair(|repository, renames, old, new, expected| {
        let git = |format: &str| [repository.git(&format!("diff {format} {renames} {old} {new}"))];
        for format in ["--raw --no-abbrev", "--raw --no-abbrev -z"] {
            let diff = git(format);
            assert_same(&said("auto", &diff), expected, format, &diff);
            assert_same(&said("raw", &diff), expected, format, &diff);
        }
        // These tell no ids, or no modes either: what is not known to have no object is purged.
        let names = |said: &Said| said.iter().map(|(path, ..)| path.clone()).collect::<BTreeSet<_>>();
        for (format, forced) in [
            ("--raw", "raw"),
            ("--raw -z", "raw"),
            ("--name-status", "name-status"),
            ("--name-status -z", "name-status"),
        ] {
            for told in ["auto", forced] {
                let diff = git(format);
                let got = said(told, &diff);
                assert_eq!(names(&got), names(expected), "{format}\n{}", shown(&diff));
                assert!(purged(&got).is_superset(&purged(expected)), "{format}\n{}", shown(&diff));
                let kinds = |said: &Said| {
                    said.iter()
                        .filter(|s| !s.1.starts_with("mod"))
                        .map(|s| (s.0.clone(), s.1.clone(), s.2.clone()))
                        .collect::<BTreeSet<_>>()
                };
                assert_eq!(kinds(&got), kinds(expected), "{format}\n{}", shown(&diff));
            }
        }
        if renames == "--no-renames" {
            for (format, told) in [("--name-only", "name-only"), ("--name-only -z", "name-only")] {
                let diff = git(format);
                let got = said(told, &diff);
                assert_eq!(names(&got), names(expected), "{format}\n{}", shown(&diff));
                assert_eq!(purged(&got).len(), got.len(), "{format}");
            }
        }
    });
}

#[test]
fn commits_are_joined_in_their_order() {
    for seed in 10..14 {
        let repository = history(seed, COMMITS);
        let line = String::from_utf8(repository.git("rev-list --first-parent --reverse main")).unwrap();
        let commits: Vec<&str> = line.lines().collect();
        for renames in ["-M", "--no-renames"] {
            let single: Vec<Vec<u8>> = commits
                .iter()
                .map(|commit| {
                    let parent = if *commit == commits[0] { EMPTY_TREE.into() } else { format!("{commit}^") };
                    repository.git(&format!("diff --raw -z --no-abbrev {renames} {parent} {commit}"))
                })
                .collect();
            let expected = said("git-raw", &single);
            for (arguments, exact) in [
                ("log -p -m --first-parent --full-index", true),
                ("log -p -m --first-parent --full-index --reverse", true),
                ("log -p -m --first-parent --binary --stat", true),
                ("log -p -m --first-parent --oneline --color=always", true),
                ("log -p -m --first-parent --pretty=fuller -z", true),
                ("log --raw --no-abbrev -m --first-parent", true),
                ("log --raw --no-abbrev -m --first-parent --reverse", true),
                ("log --raw --no-abbrev -m --first-parent --oneline", true),
                ("log --name-status -m --first-parent", false),
                ("log --name-status -m --first-parent --oneline --reverse", false),
            ] {
                let command = format!("{arguments} {renames} main");
                let diff = [repository.git(&command)];
                let got = said("auto", &diff);
                if exact {
                    assert_same(&modes_known(got, &expected), &expected, &command, &diff);
                } else {
                    assert!(purged(&got).is_superset(&purged(&expected)), "{command}");
                }
            }
        }
    }
}

#[test]
fn mails_are_joined_in_their_order() {
    for seed in 20..24 {
        let repository = history(seed, 4);
        let single: Vec<Vec<u8>> =
            (1..3).map(|n| repository.git(&format!("diff --raw -z --no-abbrev -M c{} c{n}", n - 1))).collect();
        let expected = said("git-raw", &single);
        for arguments in ["format-patch --stdout -M", "format-patch --stdout -M --binary --full-index --attach=x"] {
            let diff = [repository.git(&format!("{arguments} c0..c2"))];
            assert_same(&modes_known(said("auto", &diff), &expected), &expected, arguments, &diff);
        }
        // One attachment a mail, as the files of format-patch come.
        let mails: Vec<Vec<u8>> =
            (1..3).map(|n| repository.git(&format!("format-patch --stdout -M -1 c{n}"))).collect();
        assert_same(&modes_known(said("unified", &mails), &expected), &expected, "mails", &mails);
    }
}

#[test]
fn combined_diffs_name_every_file_that_they_show() {
    let mut merges = 0;
    for seed in 30..36 {
        let repository = history(seed, COMMITS);
        let listed = String::from_utf8(repository.git("rev-list --merges main")).unwrap();
        for merge in listed.lines() {
            let names = repository.git(&format!("diff-tree -c --name-only -z --no-commit-id -r {merge}"));
            let names: BTreeSet<String> =
                names.split(|byte| *byte == 0).filter(|name| !name.is_empty()).map(purgeplan_core::escape).collect();
            for arguments in [
                "show -c --format=",
                "show -c",
                "diff-tree -c -p",
                "show -c --raw --no-abbrev",
                "show -c --raw --format=",
                "diff-tree -c -r --raw -z --no-commit-id",
                "show -c --combined-all-paths --raw",
                "show -c --combined-all-paths",
                "show -c --name-status",
            ] {
                let diff = [repository.git(&format!("{arguments} {merge}"))];
                let got: BTreeSet<String> = said("auto", &diff).into_iter().map(|said| said.0).collect();
                assert_eq!(got, names, "{arguments}\n{}", shown(&diff));
                merges += names.len();
            }
            // `--cc` leaves out what is the same as in a parent but for its place.
            let diff = [repository.git(&format!("show --cc {merge}"))];
            assert!(said("auto", &diff).iter().all(|said| names.contains(&said.0)), "{}", shown(&diff));
        }
    }
    assert!(merges > 100, "the histories have merges with conflicts");
}

#[test]
fn folders_without_git_are_compared_as_well() {
    let repository = history(40, COMMITS);
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, files: &[(&str, &str)]| {
        for (path, content) in files {
            let path = folder.path().join(name).join(path);
            std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).unwrap();
            std::fs::write(path, content).unwrap();
        }
    };
    write("old", &[("same", "1\n"), ("a b/x.html", "1\n"), ("gone.html", "1\n"), ("dev/null", "1\n")]);
    write("new", &[("same", "1\n"), ("a b/x.html", "2\n"), ("come.html", "1\n"), ("dev/null", "2\n")]);
    // git reports differences by its exit code.
    let compare = |program: &str, arguments: &[&str]| {
        let output =
            Command::new(program).args(arguments).args(["old", "new"]).current_dir(folder.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    drop(repository);
    for (program, arguments) in [
        ("git", &["diff", "--no-index", "--no-renames"][..]),
        ("git", &["diff", "--no-index", "--no-renames", "--no-prefix"]),
        ("diff", &["-ruN"]),
    ] {
        let diff = [compare(program, arguments)];
        let got: Vec<(String, String)> = said("auto", &diff).into_iter().map(|said| (said.0, said.1)).collect();
        let expected =
            [("a b/x.html", "modified"), ("come.html", "added"), ("dev/null", "modified"), ("gone.html", "deleted")];
        assert_eq!(
            got,
            expected.map(|(path, change)| (path.into(), change.into())),
            "{program} {arguments:?}\n{}",
            shown(&diff)
        );
    }
}
