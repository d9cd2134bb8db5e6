//! The command line as people run it: every way to give a diff leads to the same plan, and every rendering can be used.

#![expect(clippy::unwrap_used, reason = "a failing helper fails the test")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use purgeplan_loopback::git::Repository as GitRepository;
use purgeplan_loopback::{Config, DistributionConfig, Loopback};
use purgeplan_tests::lambda::{BRANCH, DISTRIBUTION, REPOSITORY};
use purgeplan_tests::site::{History, Repository, Tree};
use purgeplan_tests::{binaries, schema, shell};
use serde_json::{Value, json};

/// When the newer commit was made; nothing here asks for the time.
const COMMITTED: i64 = 1_790_000_000;

/// A folder that changed as a whole, hostile names, a rename, a deletion, and what stayed.
fn site() -> Repository {
    let (mut history, mut tree) = (History::default(), Tree::default());
    for name in ["blog/a.html", "blog/b.html", "blog/日 本.html", "docs/x.html", "docs/it's $HOME.css", "old.html"] {
        tree.file(name, format!("old {name}\n"));
    }
    tree.file("docs/same.html", "same").file("same.html", "same").file("gone.html", "gone");
    let base = history.commit(&tree, &[], COMMITTED - 86_400);
    for name in ["blog/a.html", "blog/b.html", "blog/日 本.html", "docs/x.html", "docs/it's $HOME.css"] {
        tree.file(name, format!("new {name}\n"));
    }
    tree.rename("old.html", "new.html").delete("gone.html").file("added.html", "added");
    let head = history.commit(&tree, &[base], COMMITTED);
    history.build(head)
}

fn run(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(binaries::purgeplan())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // What is refused at once does not read its input.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn printed(arguments: &[&str], input: &[u8]) -> String {
    let output = run(arguments, input);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn paths_of(answer: &str) -> Vec<String> {
    let answer: Value = serde_json::from_str(answer).unwrap();
    answer["paths"].as_array().unwrap().iter().map(|path| path.as_str().unwrap().to_owned()).collect()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a temporary folder has a plain name")
}

/// Catches: an input that leads to another plan than git's own diff.
#[test]
fn every_way_to_give_the_diff_leads_to_the_same_paths() {
    let repository = site();
    let repo = text(repository.path());
    let wanted = paths_of(&printed(&["plan", "--repo", repo, "--format", "json"], b""));
    assert!(wanted.contains(&"/docs/it's%20$HOME.css".to_owned()) && wanted.len() == 9, "{wanted:?}");
    let json = ["plan", "--format", "json", "--diff"];
    for git in [
        &["diff", "main~1", "main"][..],
        &["diff", "--no-prefix", "--no-renames", "main~1", "main"],
        &["show", "main"],
        &["format-patch", "--stdout", "-1", "main"],
        &["diff", "--name-status", "-z", "main~1", "main"],
        &["diff", "--raw", "-M", "main~1", "main"],
    ] {
        let diff = repository.git(git);
        assert_eq!(paths_of(&printed(&[&json[..], &["-"]].concat(), &diff)), wanted, "{git:?}");
        let file = repository.path().join("the.diff");
        std::fs::write(&file, &diff).unwrap();
        assert_eq!(paths_of(&printed(&[&json[..], &[text(&file)]].concat(), b"")), wanted, "{git:?}");
    }
    // Two lists of what is deployed say the same without any repository.
    let list = |commit: &str| {
        let tree = repository.git(&["ls-tree", "-r", "-z", commit]);
        let lines = tree.split(|byte| *byte == 0).filter(|line| !line.is_empty()).map(|line| {
            let line = std::str::from_utf8(line).unwrap();
            let (entry, name) = line.split_once('\t').unwrap();
            format!("{name}\t{}\n", entry.split(' ').nth(2).unwrap())
        });
        let file = repository.path().join(format!("{commit}.txt"));
        std::fs::write(&file, lines.collect::<String>()).unwrap();
        file
    };
    let (before, after) = (list("main~1"), list("main"));
    let lists = ["plan", "--format", "json", "--manifests", text(&before), text(&after)];
    assert_eq!(paths_of(&printed(&lists, b"")), wanted);
}

/// Catches: a way back that CloudFront takes for the way there, and purges nothing.
#[test]
fn a_rollback_has_caller_references_of_its_own() {
    let repository = site();
    let references = |base, head| {
        let arguments = ["plan", "--repo", text(repository.path()), "--base", base, "--head", head, "--format", "json"];
        let answer: Value = serde_json::from_str(&printed(&arguments, b"")).unwrap();
        (answer["paths"].clone(), answer["distributions"][0]["batches"][0]["caller_reference"].clone())
    };
    let (there, back) = (references("main~1", "main"), references("main", "main~1"));
    assert_eq!(there.0, back.0, "the same paths");
    assert_ne!(there.1, back.1);
}

/// Catches: a command that a shell, or the AWS CLI, reads otherwise than it was meant.
#[tokio::test(flavor = "multi_thread")]
async fn the_commands_for_the_aws_cli_buy_the_plan() {
    let repository = site();
    let folder = tempfile::tempdir().unwrap();
    let live = folder.path().join("live");
    std::fs::write(&live, repository.git(&["ls-tree", "-r", "-z", "--name-only", "main"])).unwrap();
    let arguments = [
        "plan",
        "--repo",
        text(repository.path()),
        "--live",
        text(&live),
        "--distribution-id",
        DISTRIBUTION,
        "--format",
    ];
    let wanted = paths_of(&printed(&[&arguments[..], &["json"]].concat(), b""));
    assert!(wanted.contains(&"/blog/*".to_owned()), "{wanted:?}");
    let script = printed(&[&arguments[..], &["aws-cli"]].concat(), b"");

    let opened = GitRepository::open(repository.path()).unwrap();
    let aws = Loopback::start(Config::new(REPOSITORY, opened, DistributionConfig::rest(DISTRIBUTION))).await.unwrap();
    aws.codecommit().set_branch(BRANCH, &repository.resolve("main"));
    let Some(output) = shell::run(&script, folder.path(), &aws).await else { return };
    assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
    let edge = aws.edge();
    let ledger = edge.invalidations(DISTRIBUTION).unwrap();
    let mut bought: Vec<String> = ledger.iter().flat_map(|one| one.paths.clone()).collect();
    bought.sort();
    assert_eq!(bought, wanted);
}

/// Catches: an output that does not say what decided, or a wrong exit code.
#[test]
fn each_output_names_what_decided() {
    let repository = site();
    let policy = repository.path().join("policy.json");
    std::fs::write(&policy, r#"{ "ignore": ["docs/**"] }"#).unwrap();
    let repo = ["--repo", text(repository.path())];
    for (decided, options) in [
        ("preset sound", &[][..]),
        ("preset article", &["--preset", "article"]),
        ("the given policy (preset sound)", &["--policy", text(&policy)]),
    ] {
        for format in ["text", "markdown", "aws-cli"] {
            let said = printed(&[&["plan", "--format", format][..], &repo, options].concat(), b"");
            assert!(said.to_lowercase().contains(&format!("decided by {decided}")), "{said}");
        }
        let said = printed(&[&["explain", "/docs/x.html"][..], &repo, options].concat(), b"");
        assert!(said.contains(&format!("Decided by {decided}")), "{said}");
    }
    let explained = |subject| printed(&[&["explain", subject, "--policy", text(&policy)][..], &repo].concat(), b"");
    assert!(explained("/docs/x.html").contains("kept, ignored (rule /ignore/0)"), "{}", explained("/docs/x.html"));
    assert!(explained("https://example.com/blog/a.html?x#y").contains("purged, modified"));
    assert!(explained("blog/a.html").contains("/blog/a.html: purged, modified"));
}

#[test]
fn a_policy_is_checked_and_the_schema_takes_what_comes_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.json");
    std::fs::write(&policy, json!({ "ignore": ["a/**", "a/b"], "cover": { "mode": "exact" } }).to_string()).unwrap();
    let said = printed(&["check", text(&policy)], b"");
    assert!(said.contains("policy-unreachable") && said.ends_with("The policy holds: 1 warning.\n"), "{said}");
    let answer: Value = serde_json::from_str(&printed(&["check", text(&policy), "--format", "json"], b"")).unwrap();
    let schema: Value = serde_json::from_str(&printed(&["schema"], b"")).unwrap();
    assert_eq!(schema::faults(&schema, &answer["settings"]), [""; 0]);
    std::fs::write(&policy, "{ \"ignore\": [\n\"a[\"] }").unwrap();
    let refused = run(&["check", text(&policy)], b"");
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!((refused.status.code(), &*refused.stdout), (Some(2), &b""[..]));
    assert!(said.starts_with("error: ") && said.contains("policy.json:2:1: ") && said.contains("\nhelp:  "), "{said}");
}

/// Catches: text without the place, or a plan from a part of a diff that nobody asked for.
#[test]
fn a_diff_that_cannot_be_used_is_placed_and_a_part_of_it_is_asked_for() {
    let repository = site();
    let summary = repository.git(&["diff", "--stat", "main~1", "main"]);
    let refused = run(&["plan", "--diff", "-"], &summary);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(said.contains("error: standard input:") && said.contains("[diff-stat]"), "{said}");
    let mut cut = repository.git(&["diff", "main~1", "main"]);
    cut.truncate(cut.len() - 40);
    assert_eq!(run(&["plan", "--diff", "-"], &cut).status.code(), Some(2));
    let partial = printed(&["plan", "--diff", "-", "--partial", "--format", "json"], &cut);
    assert!(partial.contains("diff-") && !paths_of(&partial).is_empty(), "{partial}");
}
