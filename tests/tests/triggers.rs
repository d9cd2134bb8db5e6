//! Each trigger of the function, end to end: `purgeplan local` deploys a history through it, without and with faults, and
//! nothing is stale at the end.

use purgeplan_tests::local::{Report, local};
use purgeplan_tests::site::{History, Repository, Tree};

const OF_OBJECTS: [&str; 6] = ["per-object", "batched", "sns", "sqs", "sns-sqs", "eventbridge"];
const OF_A_DEPLOY: [&str; 2] = ["pipeline-job", "pipeline-event"];

/// Seven deploys, hours apart: names that each layer encodes in its own way, a rename, a deletion, a revert, a merge, and
/// a commit that changes no file.
fn site() -> Repository {
    let (mut history, mut tree) = (History::default(), Tree::default());
    for name in
        ["index.html", "docs/index.html", "a b+c.html", "100%25.html", "日本.html", "js/run~main.js", "same.html"]
    {
        tree.file(name, "1");
    }
    let mut time = 1_700_000_000;
    let mut commit = |history: &mut History, tree: &Tree, parents: &[_]| {
        time += 6 * 3_600;
        history.commit(tree, parents, time)
    };
    let first = commit(&mut history, &tree, &[]);
    tree.file("a b+c.html", "2").file("日本.html", "2").file("new/x.html", "2");
    let second = commit(&mut history, &tree, &[first]);
    let before = tree.clone();
    tree.file("a b+c.html", "1").rename("100%25.html", "100%.html").file("js/run~main.js", "3");
    let third = commit(&mut history, &tree, &[second]);
    let mut branch = before.clone();
    branch.file("docs/index.html", "4").file("index.html", "4");
    let side = commit(&mut history, &branch, &[second]);
    tree.merge(&before, &branch);
    let merge = commit(&mut history, &tree, &[third, side]);
    tree.delete("日本.html").file("same.html", "5");
    let fifth = commit(&mut history, &tree, &[merge]);
    let empty = commit(&mut history, &tree, &[fifth]);
    tree.file("日本.html", "6");
    let last = commit(&mut history, &tree, &[empty]);
    history.build(last)
}

/// Runs `purgeplan local` under the policy `{}` and asserts what holds with every trigger.
fn run(repository: &Repository, options: &str) -> Report {
    let policy = repository.path().join("policy.json");
    std::fs::write(&policy, "{}").expect("the folder can be written to");
    let mut options: Vec<&str> = options.split_whitespace().collect();
    options.extend(["--policy", policy.to_str().expect("a temporary folder has a plain name")]);
    let (code, report) = local(repository.path(), &options);
    assert_eq!((report.stale(), report.lost()), (vec![], vec![]), "{options:?}");
    assert_eq!(code, 0, "{options:?}");
    report
}

#[test]
fn every_trigger_leaves_nothing_stale_and_purges_nothing_without_need() {
    let repository = site();
    for trigger in OF_OBJECTS.into_iter().chain(OF_A_DEPLOY) {
        for deploy in ["extract", "sync"] {
            let report = run(&repository, &format!("--walk --trigger {trigger} --deploy {deploy}"));
            assert_eq!((report.deploys.len(), report.needless()), (7, vec![]), "{trigger} {deploy}");
            assert!(report.deploys.iter().map(|deploy| deploy.stale_before).sum::<usize>() > 8, "{trigger} {deploy}");
        }
    }
}

#[test]
fn one_call_purges_a_whole_deploy() {
    let repository = site();
    for trigger in OF_A_DEPLOY {
        let report = run(&repository, &format!("--walk --trigger {trigger}"));
        let purged = |deploy: &&purgeplan_tests::local::Deploy| deploy.rows.iter().any(|row| row.outcome == "purge");
        let deploys = report.deploys.iter().filter(purged).count();
        assert_eq!((report.invalidations, deploys), (6, 6), "{trigger}: one without a change buys nothing");
        assert_eq!(report.calls("GetBranch"), 0, "{trigger}: the commit is the deployed one, not HEAD");
    }
    // Each job is answered, and those that bought something once before, to wait until it is done.
    let report = run(&repository, "--walk --trigger pipeline-job");
    assert_eq!((report.calls("PutJobSuccessResult"), report.calls("PutJobFailureResult")), (7 + 6, 0));
}

/// What the events of objects do not promise: commits older than the look-back that are deployed together.
#[test]
fn a_deploy_of_many_old_commits_is_purged_as_a_whole() {
    let repository = site();
    let root = String::from_utf8(repository.git(&["rev-list", "--max-parents=0", "main"])).expect("an id is text");
    let range = format!("--base {} --head main", root.trim());
    for trigger in OF_A_DEPLOY {
        let report = run(&repository, &format!("{range} --trigger {trigger}"));
        assert!(report.deploys[0].stale_before > 5, "{trigger}");
    }
    let (code, report) = local(repository.path(), &format!("{range} --trigger batched").split(' ').collect::<Vec<_>>());
    assert!(code == 0 && !report.stale().is_empty(), "the comparison: {:?}", report.stale());
}

fn with_faults(triggers: &[&str], seeds: std::ops::Range<u64>) {
    let repository = site();
    for trigger in triggers {
        let mut happened = 0;
        for seed in seeds.clone() {
            let report = run(&repository, &format!("--walk --trigger {trigger} --faults={seed}"));
            let faults = report.faults.expect("the report tells them");
            assert_eq!(faults.seed, seed);
            happened += faults.happened;
        }
        assert!(happened > 10, "{trigger}: {happened} faults in all");
    }
}

#[test]
fn faults_at_the_calls_of_object_events_leave_nothing_stale() {
    with_faults(&["batched", "sns", "eventbridge"], 1..3);
}

#[test]
fn faults_at_the_calls_of_queues_leave_nothing_stale() {
    with_faults(&["sqs", "sns-sqs"], 1..5);
}

#[test]
fn faults_at_the_calls_of_jobs_leave_nothing_stale() {
    with_faults(&["pipeline-job"], 1..6);
}

#[test]
fn faults_at_the_calls_of_pipeline_events_leave_nothing_stale() {
    with_faults(&["pipeline-event"], 1..6);
}
