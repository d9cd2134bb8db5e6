//! The histories themselves: that they hold what the tests of the main job rely on, and are the same each time.

use std::collections::BTreeSet;

use purgeplan_tests::site::{Repository, hostile, releases};

/// What git says of all commits, merges by their first parent: `:MODE MODE ID ID LETTER`, names apart.
fn changes(repository: &Repository) -> Vec<String> {
    let log = ["log", "--diff-merges=first-parent", "--raw", "-M", "-z", "--abbrev=4", "--format=", "main"];
    let raw = repository.git(&log);
    let heads = raw.split(|&byte| byte == 0).filter(|field| field.starts_with(b":"));
    heads.map(|head| String::from_utf8_lossy(head).into_owned()).collect()
}

fn count(repository: &Repository, options: &[&str]) -> usize {
    let output = repository.git(&[&["rev-list", "--count"], options, &["main"]].concat());
    String::from_utf8_lossy(&output).trim().parse().expect("git counts")
}

#[test]
fn a_hostile_history_tries_everything() {
    for seed in 1..=20 {
        let repository = hostile::history(seed);
        let changes = changes(&repository);
        let letters: BTreeSet<&str> =
            changes.iter().map(|head| &head[head.rfind(' ').expect("words") + 1..][..1]).collect();
        assert_eq!(letters, BTreeSet::from(["A", "D", "M", "R", "T"]), "seed {seed}");
        for modes in [":100644 100755", ":000000 120000", ":000000 160000", ":100644 120000", ":100644 160000"] {
            assert!(changes.iter().any(|head| head.starts_with(modes)), "seed {seed}: no {modes}");
        }
        assert!((40..=60).contains(&count(&repository, &["--first-parent"])), "seed {seed}");
        assert_eq!(count(&repository, &["--merges"]), 6, "seed {seed}");
        assert_eq!(count(&repository, &["--min-parents=3"]), 1, "seed {seed}");
        assert_eq!(count(&repository, &["--max-parents=0"]), 2, "seed {seed}");
    }
}

#[test]
fn names_of_every_kind_are_in_it() {
    let repository = hostile::history(1);
    let names = repository.git(&["log", "--name-only", "-z", "--format=", "main"]);
    let names: BTreeSet<&[u8]> = names.split(|&byte| byte == 0).collect();
    for byte in b" ~%+#?*&;'\"[]{}|^`<>\\\t\n\r-\x01\x7f" {
        assert!(names.iter().any(|name| name.contains(byte)), "no name with {:?}", char::from(*byte));
    }
    let any = |what: &str, has: &dyn Fn(&[u8]) -> bool| assert!(names.iter().any(|name| has(name)), "no name {what}");
    any("in Japanese", &|name| std::str::from_utf8(name).is_ok_and(|name| name.contains('日')));
    any("that is not UTF-8", &|name| std::str::from_utf8(name).is_err());
    any("that ends with an asterisk", &|name| name.ends_with(b"*"));
    any("that begins with a dash", &|name| name.starts_with(b"-"));
    any("that looks encoded", &|name| name == b"%41.html");
    any("that no key can have", &|name| name.len() > 1_024);
    any("that was a file and is a folder", &|name| name == b"guide" || name.starts_with(b"guide/"));
}

#[test]
fn a_seed_makes_the_same_commits_again() {
    let head = |seed| hostile::history(seed).resolve("main");
    assert_eq!(head(1), head(1));
    assert_ne!(head(1), head(2));
}

#[test]
fn the_releases_are_many_and_hold_renames() {
    let history = releases::history("undici");
    assert!(history.count() >= 200 && count(&history.repository, &[]) == history.count());
    let changes = changes(&history.repository);
    let of = |letter: &str| changes.iter().filter(|head| head.contains(letter)).count();
    assert!(of(" A") > 100 && of(" M") > 1_000 && of(" D") > 20 && of(" R100") > 20, "{} renames", of(" R100"));
}
