//! The main job, end to end: `purgeplan local` deploys whole histories against the real `bootstrap`. Every row of its table
//! is compared with `git diff --raw -z`, and no URL may stay stale that the mode promises.
//!
//! `PURGEPLAN_SEED` names another hostile history; `PURGEPLAN_LONG=1` runs more of them, and the real one as a whole.

use std::path::PathBuf;

use purgeplan_tests::local::rows::{self, Mode};
use purgeplan_tests::local::{Report, local};
use purgeplan_tests::site::{History, Repository, Tree, hostile, releases};

/// The hostile histories of a run.
fn seeds() -> Vec<u64> {
    match std::env::var("PURGEPLAN_SEED") {
        Ok(seed) => vec![seed.parse().expect("PURGEPLAN_SEED is a number")],
        Err(_) if is_long() => (1..=20).collect(),
        Err(_) => vec![1],
    }
}

fn is_long() -> bool {
    std::env::var_os("PURGEPLAN_LONG").is_some()
}

/// Writes a policy beside the repository's own files. It settles the forms of URLs, which the distribution's
/// configuration would decide else: the rows are compared for one choice of them, whatever the origin is.
fn policy_file(repository: &Repository, policy: &str) -> PathBuf {
    let path = repository.path().join("policy.json");
    let mut policy: serde_json::Value = serde_json::from_str(policy).expect("a policy is JSON");
    policy["urls"] = serde_json::json!({ "directory": true, "bare_directory": false });
    std::fs::write(&path, policy.to_string()).expect("the folder can be written to");
    path
}

/// Deploys, and asserts all that holds in every mode. No policy is the article's mode.
fn deploy(name: &str, repository: &Repository, policy: Option<&str>, options: &str, mode: &Mode) -> Report {
    let file = policy.map(|policy| policy_file(repository, policy));
    let mut options: Vec<&str> = options.split_whitespace().collect();
    if let Some(file) = &file {
        options.extend(["--policy", file.to_str().expect("a temporary folder has a plain name")]);
    }
    let (code, report) = local(repository.path(), &options);
    let none: [String; 0] = [];
    assert_eq!(report.broken_promises(), none, "{name}: stale though promised");
    assert_eq!(report.needless(), none, "{name}: purged without need");
    assert_eq!(report.lost(), none, "{name}: lost events");
    assert_eq!(code, 0, "{name}");
    let faults = rows::faults(repository, mode, &report);
    assert!(faults.is_empty(), "{name}: {} faults\n{}", faults.len(), faults.join("\n"));
    report
}

/// Deploys commit after commit, which leaves nothing stale that the mode speaks of at all.
fn walk(name: &str, repository: &Repository, policy: Option<&str>, options: &str, mode: &Mode) -> Report {
    let report = deploy(name, repository, policy, &format!("--walk {options}"), mode);
    let stale = rows::stale(mode, &report);
    assert!(stale.is_empty(), "{name}:\n{}", stale.join("\n"));
    assert!(report.invalidations > 0, "{name}: nothing was purged, so nothing was tried");
    report
}

/// The article's mode and that of the policy `{}`.
const PRESETS: [Option<&str>; 2] = [None, Some("{}")];

/// A walk over the whole hostile history in both presets.
fn hostile_batched(options: &str) {
    for seed in seeds() {
        let repository = hostile::history(seed);
        for policy in PRESETS {
            let report = hostile_walk(seed, &repository, policy, &format!("--trigger batched {options}"));
            let deploys = &report.deploys;
            assert!((40..=60).contains(&deploys.len()), "PURGEPLAN_SEED={seed}: {} deploys", deploys.len());
            assert!(deploys.iter().any(|deploy| deploy.commits_looked_at > 2), "PURGEPLAN_SEED={seed}: no look-back");
        }
    }
}

/// The same with an event an object, which takes its time: the older half of the history in the first of these presets,
/// the newer half in the second one.
fn hostile_per_object(presets: [Option<&str>; 2], options: &str) {
    for seed in seeds().into_iter().take(3) {
        let repository = hostile::history(seed);
        let commits = first_parents(&repository);
        let middle = &commits[commits.len() / 2];
        for (policy, half) in presets.into_iter().zip(["--head", "--base"]) {
            let half = if is_long() { String::new() } else { format!("{half} {middle}") };
            hostile_walk(seed, &repository, policy, &format!("--trigger per-object {options} {half}"));
        }
    }
}

fn hostile_walk(seed: u64, repository: &Repository, policy: Option<&str>, options: &str) -> Report {
    let mode = Mode { sound: policy.is_some(), sync: options.contains("sync"), ..Mode::default() };
    walk(&format!("PURGEPLAN_SEED={seed} {options} policy {policy:?}"), repository, policy, options, &mode)
}

/// The commits that a walk deploys, newest first.
fn first_parents(repository: &Repository) -> Vec<String> {
    let ids = String::from_utf8(repository.git(&["rev-list", "--first-parent", "main"])).expect("ids are text");
    ids.lines().map(str::to_owned).collect()
}

#[test]
fn hostile_batched_extract_rest() {
    hostile_batched("--deploy extract --origin rest");
}

#[test]
fn hostile_batched_sync_rest() {
    hostile_batched("--deploy sync --origin rest");
}

#[test]
fn hostile_batched_extract_website() {
    hostile_batched("--deploy extract --origin website");
}

#[test]
fn hostile_batched_sync_website() {
    hostile_batched("--deploy sync --origin website");
}

#[test]
fn hostile_per_object_extract_rest() {
    hostile_per_object([None, Some("{}")], "--deploy extract --origin rest");
}

#[test]
fn hostile_per_object_sync_rest() {
    hostile_per_object([Some("{}"), None], "--deploy sync --origin rest");
}

#[test]
fn hostile_per_object_extract_website() {
    hostile_per_object([Some("{}"), None], "--deploy extract --origin website");
}

#[test]
fn hostile_per_object_sync_website() {
    hostile_per_object([None, Some("{}")], "--deploy sync --origin website");
}

const MAPPINGS: &[(&str, &str)] = &[
    ("docs/", "production/docs/"),
    ("new/", "production/"),
    ("日本/", "staging/日 本/"),
    ("home/", "staging/home/"),
    ("js/", "production/js/"),
];

fn mapped_policy(distributions: &str) -> String {
    format!(
        r#"{{ "mappings": [
                {{ "source": "docs", "prefix": "production/docs" }}, {{ "source": "new", "prefix": "production" }},
                {{ "source": "日本", "prefix": "staging/日 本" }}, {{ "source": "home", "prefix": "staging/home" }},
                {{ "source": "js", "prefix": "production/js" }} ],
             "ignore": ["**/*.js", "**/*^"],
             "distributions": [{distributions}] }}"#
    )
}

#[test]
fn hostile_with_folders_prefixes_ignored_names_and_two_distributions() {
    for seed in seeds() {
        let repository = hostile::history(seed);
        let policy = mapped_policy(r#"{ "id": "E1", "origin_path": "/production" }, { "id": "E2" }"#);
        let mode =
            Mode { mappings: MAPPINGS, ignored: &[".js", "^"], origins: &["production/", ""], ..Mode::default() };
        let name = format!("PURGEPLAN_SEED={seed} two distributions");
        walk(&name, &repository, Some(&policy), "--trigger batched", &mode);
        walk(&name, &repository, Some(&policy), "--trigger batched --deploy sync", &Mode { sync: true, ..mode });
    }
}

#[test]
fn hostile_behind_an_origin_path_that_leaves_objects_out() {
    for seed in seeds() {
        let repository = hostile::history(seed);
        let policy = mapped_policy(r#"{ "id": "E1", "origin_path": "/production" }"#);
        let mode = Mode { mappings: MAPPINGS, ignored: &[".js", "^"], origins: &["production/"], ..Mode::default() };
        let name = format!("PURGEPLAN_SEED={seed} origin path");
        let report = walk(&name, &repository, Some(&policy), "--trigger per-object", &mode);
        let outside =
            report.deploys.iter().flat_map(|deploy| &deploy.rows).any(|row| row.reason == "outside-origin-path");
        assert!(outside, "{name}: nothing lies outside the origin path");
    }
}

#[test]
fn hostile_with_a_limit_that_widens() {
    for seed in seeds() {
        let repository = hostile::history(seed);
        let policy = r#"{ "max_paths": { "limit": 3, "then": "widen" } }"#;
        let name = format!("PURGEPLAN_SEED={seed} max_paths");
        let report = walk(&name, &repository, Some(policy), "--trigger batched", &Mode::default());
        let rows = || report.deploys.iter().flat_map(|deploy| &deploy.rows);
        assert!(rows().any(|row| row.paths.contains("/*")), "{name}: nothing was widened");
    }
}

#[test]
fn hostile_commits_that_are_deployed_together() {
    for seed in seeds() {
        let repository = hostile::history(seed);
        let commits = first_parents(&repository);
        let mut beyond = false;
        for (head, base) in commits.iter().zip(&commits[9..]).step_by(7) {
            for policy in PRESETS {
                let options = format!("--trigger batched --base {base} --head {head}");
                let name = format!("PURGEPLAN_SEED={seed} {options}");
                let mode = Mode { sound: policy.is_some(), ..Mode::default() };
                let report = deploy(&name, &repository, policy, &options, &mode);
                beyond |= report.deploys[0].rows.iter().any(|row| row.reason == "outside-lookback");
            }
        }
        assert!(beyond, "PURGEPLAN_SEED={seed}: every look-back takes all commits");
    }
}

#[test]
fn real_releases_batched_as_the_article() {
    let history = releases::history("undici");
    assert!(history.count() >= 200);
    walk("undici, article", &history.repository, None, "--trigger batched", &Mode { sound: false, ..Mode::default() });
}

#[test]
fn real_releases_batched_sound_with_deletions() {
    let history = releases::history("undici");
    let mode = Mode { sync: true, ..Mode::default() };
    let report = walk("undici, sound", &history.repository, Some("{}"), "--trigger batched --deploy sync", &mode);
    assert_eq!(report.deploys.len(), history.count());
    assert_eq!(report.stale(), Vec::<String>::new());
}

/// The releases before, or after, the one that moved its documentation into another folder.
fn real_per_object(policy: Option<&str>, base: isize, head: isize) {
    let history = releases::history("undici");
    let range = format!("--base {} --head {}", history.near("6.7.0", base), history.near("6.7.0", head));
    let options = format!("--trigger per-object {}", if is_long() { "" } else { &range });
    let mode = Mode { sound: policy.is_some(), ..Mode::default() };
    let report = walk(&format!("undici, policy {policy:?}"), &history.repository, policy, &options, &mode);
    assert!(report.deploys.len() >= 16);
}

#[test]
fn real_releases_per_object_as_the_article() {
    real_per_object(None, -16, 0);
}

#[test]
fn real_releases_per_object_sound() {
    real_per_object(Some("{}"), -1, 15);
}

/// Two commits: the second one changes every one of these files.
fn changed(paths: &[&str]) -> Repository {
    let mut history = History::default();
    let mut tree = Tree::default();
    for path in paths {
        tree.file(path, "old");
    }
    let base = history.commit(&tree, &[], 1_700_000_000);
    for path in paths {
        tree.file(path, "new");
    }
    let head = history.commit(&tree, &[base], 1_700_086_400);
    history.build(head)
}

fn impostor(repository: &Repository) -> (i32, Report) {
    local(repository.path(), &["--bootstrap", env!("CARGO_BIN_EXE_impostor")])
}

#[test]
fn the_judge_tells_a_stale_url_that_was_ignored_from_one_that_was_promised() {
    let repository = changed(&["a.html", "b.html"]);
    let policy = policy_file(&repository, r#"{"ignore":["b.*"]}"#);
    let (code, report) = local(repository.path(), &["--policy", policy.to_str().unwrap()]);
    let stale: Vec<(&str, bool)> =
        report.deploys[0].stale_after.iter().map(|stale| (stale.url.as_str(), stale.promised)).collect();
    assert_eq!((code, stale), (0, vec![("/b.html", false)]));
    assert_eq!(report.deploys[0].stale_before, 2);
}

#[test]
fn the_judge_sees_that_nothing_was_purged() {
    let repository = changed(&["a b.html", "index.html"]);
    let (code, report) = impostor(&repository);
    let stale: Vec<(&str, bool)> =
        report.deploys[0].stale_after.iter().map(|stale| (stale.url.as_str(), stale.promised)).collect();
    assert_eq!((code, stale), (1, vec![("/", true), ("/a%20b.html", true), ("/index.html", true)]));
}

#[test]
fn the_judge_sees_that_an_event_was_lost() {
    let (code, report) = impostor(&changed(&["fail"]));
    assert_eq!((code, report.deploys[0].lost_events.len()), (1, 1));
    assert_eq!(report.deploys[0].lost_events[0].keys, ["fail"]);
    assert_eq!(report.deploys[0].lost_events[0].error, "it does not want to");
}

#[test]
fn the_judge_sees_that_something_was_purged_without_need() {
    let mut history = History::default();
    let mut tree = Tree::default();
    tree.file("waste", "the same");
    let base = history.commit(&tree, &[], 1_700_000_000);
    let head = history.commit(&tree, &[base], 1_700_086_400);
    let (_, report) = impostor(&history.build(head));
    assert_eq!(report.deploys[0].needless.len(), 1);
    assert_eq!((report.deploys[0].needless[0].url.as_str(), &report.deploys[0].needless[0].named), ("/waste", &None));
}

#[test]
fn the_comparison_with_git_sees_every_wrong_row() {
    let repository = changed(&["a.html", "b.html"]);
    let mode = Mode { sound: false, ..Mode::default() };
    let right = deploy("two files", &repository, None, "", &mode);
    let faults = |change: &dyn Fn(&mut Report)| {
        let mut report = right.clone();
        change(&mut report);
        rows::faults(&repository, &mode, &report).len()
    };
    assert_eq!(faults(&|_| ()), 0);
    assert_eq!(faults(&|report| drop(report.deploys[0].rows.pop())), 1, "a row is missing");
    assert_eq!(faults(&|report| report.deploys[0].rows[0].path.push('x')), 2, "one is missing, one is too many");
    assert_eq!(faults(&|report| report.deploys[0].rows[0].outcome = "skip".into()), 1);
    assert_eq!(faults(&|report| report.deploys[0].rows[0].change = "added".into()), 1);
    assert_eq!(faults(&|report| report.deploys[0].rows[1].commit = None), 1);
    assert_eq!(faults(&|report| report.deploys[0].rows[1].urls.clear()), 2, "and the path covers nothing of it");
    assert_eq!(faults(&|report| report.deploys[0].rows[1].paths.clear()), 1);
    assert_eq!(faults(&|report| report.deploys[0].rows[1].paths.extend(["/x".into()])), 1);
    assert_eq!(faults(&|report| report.deploys[0].objects = 3), 1);
    assert_eq!(faults(&|report| report.deploys[0].commits_looked_at = 3), 1);
}
