//! A site of real size: every format of every commit, and the whole history at once.
//!
//! `PURGEPLAN_LONG=1` makes 50,000 files and 200 commits of it.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::said::{Said, assert_same, modes_known, purged, said};

/// How many files and commits there are.
fn size() -> (usize, usize) {
    if std::env::var_os("PURGEPLAN_LONG").is_some() { (50_000, 200) } else { (600, 12) }
}

/// A repository whose commits change, add, delete and rename files, and now and then a whole folder.
struct Site {
    folder: TempDir,
    commits: usize,
}

impl Site {
    fn new(files: usize, commits: usize) -> Self {
        let folder = TempDir::new().unwrap();
        let site = Self { folder, commits };
        site.run(&["init", "--quiet", "--bare", "--initial-branch=main"], b"");
        site.run(&["fast-import", "--quiet", "--done"], &stream(files, commits));
        site
    }

    fn run(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let mut git = Command::new("git");
        git.arg("-C").arg(self.folder.path()).args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null");
        let mut child = git.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "git {arguments:?}");
        output.stdout
    }

    /// What git writes for the change from one commit to the next.
    fn diff(&self, format: &str, older: usize) -> Vec<u8> {
        let (old, new) = (format!("main~{}", older + 1), format!("main~{older}"));
        let arguments: Vec<&str> = format.split(' ').chain([old.as_str(), new.as_str()]).collect();
        self.run(&arguments, b"")
    }
}

/// Names in three scripts, four levels deep, sorted in no way.
fn name(file: usize) -> String {
    let section = ["docs", "blog", "日本語", "api v1"][file % 4];
    format!("{section}/{}/topic {:02}/page-{file}.html", file % 37, file % 61)
}

fn stream(files: usize, commits: usize) -> Vec<u8> {
    let mut stream = Vec::new();
    let mut random = fastrand::Rng::with_seed(1);
    let mut moved = vec![0_u8; files];
    let now = |file: usize, moved: &[u8]| format!("{}{}", name(file), "~".repeat(usize::from(moved[file])));
    for commit in 0..commits {
        let _ = write!(
            stream,
            "commit refs/heads/main\ncommitter A <a@example.com> {} +0000\n",
            1_700_000_000 + commit * 60
        );
        stream.extend_from_slice(b"data 3\nmsg\n");
        let mut put = |file: usize, path: &str| {
            let content = format!("{file} {commit}\n-- a/not-a-header\n++ b/nor-this\n").repeat(1 + file % 5);
            let mode = if (file + commit).is_multiple_of(50) { "100755" } else { "100644" };
            let _ = write!(stream, "M {mode} inline \"{path}\"\ndata {}\n{content}\n", content.len());
        };
        if commit == 0 {
            (0..files).for_each(|file| put(file, &now(file, &moved)));
            continue;
        }
        let folder = random.usize(..37);
        let rebuilt = (0..files).filter(|file| commit.is_multiple_of(20) && file % 37 == folder);
        let single = (0..files / 200).map(|_| random.usize(..files)).collect::<Vec<_>>();
        for file in rebuilt.chain(single) {
            put(file, &now(file, &moved));
        }
        for _ in 0..=files / 1_000 {
            let file = random.usize(..files);
            let old = now(file, &moved);
            moved[file] += 1;
            let _ = writeln!(stream, "R \"{old}\" \"{}\"", now(file, &moved));
        }
    }
    stream.extend_from_slice(b"done\n");
    stream
}

/// The page of `GetDifferences` that says what `--raw -z` says.
fn codecommit(raw: &[u8]) -> Vec<u8> {
    let mut fields = raw.split(|byte| *byte == 0).map(|field| std::str::from_utf8(field).unwrap());
    let mut differences = Vec::new();
    while let Some((header, path)) = fields.next().zip(fields.next()) {
        let parts: Vec<&str> = header.trim_start_matches(':').split(' ').collect();
        let blob = |mode: &str, id: &str| -> Value {
            if mode == "000000" { Value::Null } else { json!({ "blobId": id, "path": path, "mode": mode }) }
        };
        let mut difference = json!({ "changeType": parts[4], "beforeBlob": blob(parts[0], parts[2]), "afterBlob": blob(parts[1], parts[3]) });
        difference.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        differences.push(difference);
    }
    json!({ "differences": differences }).to_string().into_bytes()
}

#[test]
fn every_format_of_a_site_of_real_size_says_what_git_lists() {
    let (files, commits) = size();
    let site = Site::new(files, commits);
    let mut seen = 0;
    for older in 0..site.commits - 1 {
        for renames in ["--no-renames", "-M"] {
            let raw = site.diff(&format!("diff --raw -z --no-abbrev {renames}"), older);
            let expected = said("git-raw", std::slice::from_ref(&raw));
            seen += expected.len();
            let same = |format: &str, got: &Said| assert_same(got, &expected, format, std::slice::from_ref(&raw));
            for format in ["diff", "diff --binary --full-index", "diff --raw --no-abbrev"] {
                let diff = site.diff(&format!("{format} {renames}"), older);
                same(format, &modes_known(said("auto", &[diff]), &expected));
            }
            for format in ["diff --name-status", "diff --name-status -z"] {
                let got = said("auto", &[site.diff(&format!("{format} {renames}"), older)]);
                assert!(purged(&got).is_superset(&purged(&expected)) && got.len() == expected.len(), "{format}");
            }
            if renames == "--no-renames" {
                same("codecommit", &said("auto", &[codecommit(&raw)]));
                let got = said("name-only", &[site.diff("diff --name-only --no-renames", older)]);
                assert!(purged(&got).is_superset(&purged(&expected)) && got.len() == expected.len(), "name-only");
            }
        }
    }
    assert!(seen > commits * 4, "the commits change something: {seen}");
}

#[test]
fn a_whole_history_of_real_size_is_the_union_of_its_commits() {
    let (files, commits) = size();
    let site = Site::new(files, commits);
    let oldest_first = (0..site.commits - 1).rev();
    let raws: Vec<Vec<u8>> =
        oldest_first.map(|older| site.diff("diff --raw -z --no-abbrev --no-renames", older)).collect();
    let expected = said("git-raw", &raws);
    let log =
        site.run(&["log", "-p", "--reverse", "--no-renames", "main~0", &format!("^main~{}", site.commits - 1)], b"");
    let got = said("auto", &[log]);
    assert_eq!(purged(&got), purged(&expected));
}
