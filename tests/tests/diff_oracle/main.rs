//! git is the oracle: histories with hostile names and contents, written by git in every format, must come to the same
//! changes as `git diff --raw -z` with full ids.

#![expect(clippy::unwrap_used, reason = "a failing helper fails the test")]

mod history;
mod joined;
mod real_size;
mod said;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use history::{COMMITS, Repository, ends, history};
use said::{Said, assert_same, modes_known, purged, records, said, shown};

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
                let expected = said("git-raw", std::slice::from_ref(&raw));
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
