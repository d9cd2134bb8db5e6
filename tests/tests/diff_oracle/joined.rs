//! Texts of several commits: the same as the diffs of the commits, oldest first.

use std::collections::BTreeSet;

use crate::history::{COMMITS, EMPTY_TREE, history};
use crate::said::{assert_same, modes_known, purged, said, shown};

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
            let names: BTreeSet<String> = names
                .split(|byte| *byte == 0)
                .filter(|name| !name.is_empty())
                .map(|name| purgeplan_core::escape(name).into_owned())
                .collect();
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
